/**
 * The outline of a file from its facts, for clients that have no other C server. Pure.
 */
import { SymbolKind, type DocumentSymbol, type Range } from 'vscode-languageserver';
import type { Span } from '../syntax/ast';
import type { FileFacts } from '../syntax/facts';

/** `rangeOf` answers undefined for what is being edited. */
export function symbolsOf(facts: FileFacts, rangeOf: (span: Span) => Range | undefined): DocumentSymbol[] {
  const symbols: DocumentSymbol[] = [];
  const add = (name: string, kind: SymbolKind, whole: Span, selected: Span): void => {
    const range = rangeOf(whole);
    const selectionRange = rangeOf(selected);
    if (range && selectionRange && name !== '') symbols.push({ name, kind, range, selectionRange });
  };
  for (const fn of facts.functions) add(fn.name, SymbolKind.Function, fn, fn.nameSpan);
  for (const record of facts.records) add(record.name, SymbolKind.Struct, record, record);
  return symbols.sort((a, b) => a.range.start.line - b.range.start.line);
}
