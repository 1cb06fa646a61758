/**
 * Values that an attacker chooses, as ranges of the document: for decorations, semantic tokens and inlay hints. Pure.
 */
import { InlayHintKind, type InlayHint, type Range, type SemanticTokens, SemanticTokensBuilder } from 'vscode-languageserver';
import type { Span } from '../syntax/ast';
import type { Folder } from './folder';

/** Hints in one answer; each asks what an expression is, which runs its function again. */
const MOST_HINTS = 60;

/** Ordered, on one line each, none inside another: the innermost of nested ones. */
export function untrustedRanges(folder: Folder, path: string): Range[] {
  const ranges: Range[] = [];
  for (const span of innermost(folder.engine?.untrusted?.(path) ?? [])) {
    const range = folder.rangeIn(path, span.start, span.end);
    if (range && range.start.line === range.end.line && range.start.character < range.end.character) ranges.push(range);
  }
  return ranges;
}

export function untrustedTokens(folder: Folder, path: string): SemanticTokens {
  const builder = new SemanticTokensBuilder();
  for (const { start, end } of untrustedRanges(folder, path))
    builder.push(start.line, start.character, end.character - start.character, 0, 1);
  return builder.build();
}

/** Behind each untrusted value of some lines, once per line: which origin it has. */
export function originHints(folder: Folder, path: string, lines: Range): InlayHint[] {
  const hints: InlayHint[] = [];
  const said = new Set<string>();
  const from = folder.offsetIn(path, lines.start);
  const to = folder.offsetIn(path, lines.end);
  for (const span of innermost(folder.engine?.untrusted?.(path) ?? [])) {
    if (span.end < from || span.start > to || hints.length >= MOST_HINTS) continue;
    const range = folder.rangeIn(path, span.start, span.end);
    const answer = folder.engine?.originInside?.(path, span.end - 1);
    if (!range || !answer) continue;
    const names = answer.origins.filter(({ origin, of }) => origin !== 'Kernel' && of === 'value').map(({ origin }) => origin);
    const label = [...new Set(names)].join(', ');
    if (label === '' || said.has(`${range.end.line} ${label}`)) continue;
    said.add(`${range.end.line} ${label}`);
    hints.push({ position: range.end, label: `: ${label}`, kind: InlayHintKind.Type });
  }
  return hints;
}

function innermost(spans: readonly Span[]): Span[] {
  const kept: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.start - b.start || b.end - a.end)) {
    for (let last = kept.at(-1); last && last.end > span.start; last = kept.at(-1)) kept.pop();
    kept.push(span);
  }
  return kept;
}
