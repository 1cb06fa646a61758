/**
 * Lines above the functions through which requests come in: which control code, its method and access, and what was found there.
 * From the data of the attack surface. Pure.
 */
import type { CodeLens } from 'vscode-languageserver';
import type { Snapshot } from './analyst';
import { isShown } from './diagnostics';
import type { Folder } from './folder';
import { Commands } from './protocol';

/** Entries that are named in one line; a dispatcher of many codes says how many there are. */
const MOST_NAMED = 3;

/** `commands`: the client has ours, so that a click leads somewhere. */
export function lensesOf(folder: Folder, path: string, snapshot: Snapshot, commands: boolean): CodeLens[] {
  const labels = new Map<string, string[]>();
  for (const { handlers, label } of folder.recentSurface(snapshot)) {
    if (label === undefined) continue;
    for (const handler of handlers ?? []) labels.set(handler, [...(labels.get(handler) ?? []), label]);
  }
  const lenses: CodeLens[] = [];
  for (const { name, nameSpan } of folder.engine?.facts(path)?.functions ?? []) {
    const own = [...new Set(labels.get(`${path}:${name}`) ?? [])];
    const range = own.length > 0 ? folder.rangeIn(path, nameSpan.start, nameSpan.end) : undefined;
    if (!range) continue;
    lenses.push(lens(range, own.length > MOST_NAMED ? `${own.length} control codes and entry points` : own.join(', '), ''));
    const found = folder.findings(path, snapshot).filter((one) => one.functionName === name && isShown(one, folder.trusted));
    if (found.length === 0) continue;
    const title = `${found.length} ${found.length === 1 ? 'finding' : 'findings'}`;
    lenses.push(commands ? lens(range, title, Commands.showFindings, [name]) : lens(range, title, ''));
  }
  return lenses;
}

function lens(range: CodeLens['range'], title: string, command: string, args?: unknown[]): CodeLens {
  return { range, command: { title, command, ...(args ? { arguments: args } : {}) } };
}
