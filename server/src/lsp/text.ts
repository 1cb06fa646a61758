/**
 * Texts and positions: offsets in UTF-16 units inside, lines and characters in the negotiated encoding outside, and the
 * application of incremental changes. Pure; clamps what lies outside a text, because a client may be wrong and must not end the server.
 */
import { lineOf, lineStartsOf } from '../report/lines';
import type { Position, Range, TextDocumentContentChangeEvent } from 'vscode-languageserver-protocol';

export type Encoding = 'utf-16' | 'utf-8';

/** A text with its line table. Lines end at LF, CRLF or CR, as LSP has it. */
export class LinedText {
  readonly #starts: number[];

  constructor(
    readonly text: string,
    private readonly encoding: Encoding,
  ) {
    this.#starts = lineStartsOf(text);
  }

  get lineCount(): number {
    return this.#starts.length;
  }

  /** Offset of the first character of a line; the text's length past the last one. */
  lineStart(line: number): number {
    return line < 0 ? 0 : (this.#starts[line] ?? this.text.length);
  }

  /** Offset after the last character of a line, its ending left out. */
  lineEnd(line: number): number {
    let end = this.lineStart(line + 1);
    if (line + 1 >= this.#starts.length) return this.text.length;
    if (end > 0 && this.text.charCodeAt(end - 1) === 10) end--;
    if (end > this.lineStart(line) && this.text.charCodeAt(end - 1) === 13) end--;
    return end;
  }

  /** Number of the line that holds an offset. */
  lineOf(offset: number): number {
    return lineOf(this.#starts, offset);
  }

  positionAt(offset: number): Position {
    const clamped = Math.min(Math.max(Math.trunc(offset) || 0, 0), this.text.length);
    const line = this.lineOf(clamped);
    const start = this.lineStart(line);
    const end = Math.min(clamped, this.lineEnd(line));
    return { line, character: this.encoding === 'utf-16' ? end - start : utf8Length(this.text, start, end) };
  }

  offsetAt(position: Position): number {
    const line = Math.trunc(position.line) || 0;
    if (line < 0) return 0;
    if (line >= this.#starts.length) return this.text.length;
    const start = this.lineStart(line);
    const end = this.lineEnd(line);
    const character = Math.max(Math.trunc(position.character) || 0, 0);
    if (this.encoding === 'utf-16') return Math.min(start + character, end);
    let bytes = 0;
    let at = start;
    while (at < end && bytes < character) {
      const size = utf8Size(this.text.codePointAt(at) ?? 0);
      if (bytes + size > character) break;
      bytes += size;
      at += size === 4 ? 2 : 1;
    }
    return at;
  }

  range(start: number, end: number): Range {
    return { start: this.positionAt(start), end: this.positionAt(Math.max(start, end)) };
  }
}

/** A replacement in offsets of the text before it. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly inserted: number;
}

/** Applies the changes of one `didChange`, in order. A change without a range replaces everything. */
export function applyChanges(
  before: LinedText,
  changes: readonly TextDocumentContentChangeEvent[],
  encoding: Encoding,
): { readonly text: LinedText; readonly splices: readonly Splice[] } {
  let text = before;
  const splices: Splice[] = [];
  for (const change of changes) {
    if ('range' in change) {
      const from = text.offsetAt(change.range.start);
      const to = text.offsetAt(change.range.end);
      const start = Math.min(from, to);
      const end = Math.max(from, to);
      splices.push({ start, end, inserted: change.text.length });
      text = new LinedText(text.text.slice(0, start) + change.text + text.text.slice(end), encoding);
    } else {
      splices.push({ start: 0, end: text.text.length, inserted: change.text.length });
      text = new LinedText(change.text, encoding);
    }
  }
  return { text, splices };
}

function utf8Size(codePoint: number): number {
  return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
}

function utf8Length(text: string, start: number, end: number): number {
  let bytes = 0;
  for (let i = start; i < end; i++) {
    const size = utf8Size(text.codePointAt(i) ?? 0);
    bytes += size;
    if (size === 4) i++;
  }
  return bytes;
}
