/**
 * The outline of a file from its facts, for clients that have no other C server. Pure.
 */
import { SymbolKind, type DocumentSymbol } from 'vscode-languageserver';
import type { FileFacts } from '../syntax/facts';
import type { LinedText } from './text';

export function symbolsOf(facts: FileFacts, text: LinedText): DocumentSymbol[] {
  const symbols: DocumentSymbol[] = [];
  for (const { name, start, end, nameSpan } of facts.functions) {
    const selectionRange = text.range(nameSpan.start, nameSpan.end);
    symbols.push({ name, kind: SymbolKind.Function, range: text.range(start, end), selectionRange });
  }
  for (const { name, start, end } of facts.records) {
    const range = text.range(start, end);
    symbols.push({ name, kind: SymbolKind.Struct, range, selectionRange: range });
  }
  return symbols.sort((a, b) => a.range.start.line - b.range.start.line);
}
