/**
 * Offsets to lines and columns, for every face that people read. Lines end at LF, CRLF or CR. Offsets and columns are UTF-16 units.
 * Pure; an offset outside the text is clamped.
 */

/** Offsets of line starts; the first is 0. */
export function lineStartsOf(text: string): number[] {
  const starts = [0];
  const hasCarriageReturns = text.includes('\r');
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  if (!hasCarriageReturns) return starts;
  // A carriage return alone ends a line too.
  for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1)) if (text[at + 1] !== '\n') starts.push(at + 1);
  return starts.sort((a, b) => a - b);
}

/** Index of the line that holds an offset, from 0. */
export function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** A range as people and SARIF count it: lines and columns from 1, `endColumn` behind the last character. */
export interface Region {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** The lines of one text. */
export class Lines {
  readonly #starts: readonly number[];

  constructor(readonly text: string) {
    this.#starts = lineStartsOf(text);
  }

  get starts(): readonly number[] {
    return this.#starts;
  }

  region(start: number, end: number): Region {
    const from = this.#clamp(start);
    const to = Math.max(from, this.#clamp(end));
    const first = lineOf(this.#starts, from);
    const last = lineOf(this.#starts, to);
    return {
      startLine: first + 1,
      startColumn: from - (this.#starts[first] ?? 0) + 1,
      endLine: last + 1,
      endColumn: to - (this.#starts[last] ?? 0) + 1,
    };
  }

  /** Text of a line, counted from 1, without its ending. */
  line(number: number): string {
    const start = this.#starts[number - 1];
    if (start === undefined) return '';
    return this.text.slice(start, this.#starts[number] ?? this.text.length).replace(/[\r\n]+$/, '');
  }

  /** Offset of a place counted from 1, clamped to its line. */
  offset(line: number, column: number): number {
    const start = this.#starts[line - 1];
    if (start === undefined) return line < 1 ? 0 : this.text.length;
    return Math.min(start + Math.max(0, column - 1), start + this.line(line).length);
  }

  #clamp(offset: number): number {
    return Math.min(Math.max(Math.trunc(offset) || 0, 0), this.text.length);
  }
}
