/**
 * Who calls a function and whom it calls, along function pointers that the analysis resolved. For clients without another C server. Pure.
 */
import {
  SymbolKind,
  type CallHierarchyIncomingCall,
  type CallHierarchyItem,
  type CallHierarchyOutgoingCall,
  type Range,
} from 'vscode-languageserver';
import type { FunctionDecl } from '../syntax/ast';
import type { Folder } from './folder';
import { wordAt } from './hover';

interface Found {
  readonly path: string;
  readonly decl: FunctionDecl;
}

/** The function that is named at an offset: the one of this file first. */
export function itemsAt(folder: Folder, path: string, text: string, offset: number): CallHierarchyItem[] {
  const word = wordAt(text, offset)?.word;
  if (word === undefined) return [];
  const own = functionIn(folder, path, word);
  const all = own ? [own] : [...folder.paths].flatMap((other) => functionIn(folder, other, word) ?? []);
  return all.flatMap((found) => itemOf(folder, found) ?? []);
}

export function incoming(folder: Folder, key: string): CallHierarchyIncomingCall[] {
  const calls: CallHierarchyIncomingCall[] = [];
  for (const [caller, callees] of folder.engine?.calls?.() ?? []) {
    if (!callees.has(key)) continue;
    const found = functionOf(folder, caller);
    const from = found && itemOf(folder, found);
    if (from) calls.push({ from, fromRanges: placesIn(folder, found, nameOf(key)) });
  }
  return calls.sort((a, b) => (a.from.name < b.from.name ? -1 : 1));
}

export function outgoing(folder: Folder, key: string): CallHierarchyOutgoingCall[] {
  const caller = functionOf(folder, key);
  if (!caller) return [];
  return [...(folder.engine?.calls?.().get(key) ?? [])].sort().flatMap((callee) => {
    const found = functionOf(folder, callee);
    const to = found && itemOf(folder, found);
    return to ? [{ to, fromRanges: placesIn(folder, caller, to.name) }] : [];
  });
}

/** The key that rides on an item; undefined for an item that is not ours. */
export function keyOf(item: CallHierarchyItem): string | undefined {
  return typeof item.data === 'string' ? item.data : undefined;
}

function functionOf(folder: Folder, key: string): Found | undefined {
  return functionIn(folder, key.slice(0, key.lastIndexOf(':')), nameOf(key));
}

function functionIn(folder: Folder, path: string, name: string): Found | undefined {
  const decl = folder.engine?.facts(path)?.functions.find((one) => one.name === name);
  return decl && { path, decl };
}

function nameOf(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1);
}

function itemOf(folder: Folder, { path, decl }: Found): CallHierarchyItem | undefined {
  const range = folder.rangeIn(path, decl.start, decl.end);
  const selectionRange = folder.rangeIn(path, decl.nameSpan.start, decl.nameSpan.end);
  if (!range || !selectionRange) return undefined;
  const uri = folder.uriOf(path);
  return { name: decl.name, detail: path, kind: SymbolKind.Function, uri, range, selectionRange, data: `${path}:${decl.name}` };
}

/** Where a function names another; its own name where it reaches it through a pointer. */
function placesIn(folder: Folder, { path, decl }: Found, name: string): Range[] {
  const body = decl.body;
  const text = body ? (folder.analysed(path)?.slice(body.start, body.end) ?? '') : '';
  const ranges: Range[] = [];
  for (const match of text.matchAll(new RegExp(`\\b${name}\\b`, 'g'))) {
    const start = (body?.start ?? 0) + match.index;
    const range = folder.rangeIn(path, start, start + name.length);
    if (range) ranges.push(range);
  }
  const own = folder.rangeIn(path, decl.nameSpan.start, decl.nameSpan.end);
  return ranges.length > 0 ? ranges : own ? [own] : [];
}
