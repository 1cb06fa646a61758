/**
 * Changes to a text that keep every offset: a character becomes a blank or another character, a line break stays.
 * Owns the assembly of the changed text; does not decide what changes.
 */

const CR = 13;
const LF = 10;

/** True for the characters that must survive: the line breaks that editors count. */
function isBreak(c: number): boolean {
  return c === LF || c === CR;
}

export class Overlay {
  /** 0: unchanged. */
  private readonly cells: Uint16Array;
  private readonly dirty: number[] = [];

  constructor(readonly text: string) {
    this.cells = new Uint16Array(text.length);
  }

  /** Blanks `[start, end)`, line breaks apart. */
  blank(start: number, end: number): void {
    if (end <= start) return;
    const { cells, text } = this;
    for (let i = start; i < end; i++) {
      const c = text.charCodeAt(i);
      cells[i] = isBreak(c) ? c : 32;
    }
    this.dirty.push(start, end);
  }

  /** Writes `s` at `start`; characters that would replace a line break are left out. */
  write(start: number, s: string): void {
    for (let i = 0; i < s.length; i++) {
      const c = this.text.charCodeAt(start + i);
      if (!isBreak(c)) this.cells[start + i] = s.charCodeAt(i);
    }
    this.dirty.push(start, start + s.length);
  }

  /** Replaces `[start, end)` by `s`, padded with blanks; `s` is not longer. */
  replace(start: number, end: number, s: string): void {
    this.blank(start, end);
    this.write(start, s);
  }

  /** The character that stands at `i` now. */
  at(i: number): number {
    return this.cells[i] || this.text.charCodeAt(i);
  }

  /** Offset of a blank that may take a character within `[start, end)`, or -1. */
  room(start: number, end: number): number {
    for (let i = start; i < end; i++) {
      const c = this.at(i);
      if (c === 32 || c === 9) return i;
    }
    return -1;
  }

  toString(): string {
    const { dirty, cells, text } = this;
    if (dirty.length === 0) return text;
    const order = new Float64Array(dirty.length / 2);
    for (let i = 0; i < order.length; i++) order[i] = (dirty[2 * i] ?? 0) * 2 ** 26 + i;
    order.sort();
    const parts: string[] = [];
    let clean = 0;
    let from = -1;
    let to = -1;
    const flush = (): void => {
      if (from < 0) return;
      if (clean < from) parts.push(text.slice(clean, from));
      for (let i = from; i < to; i++) if (cells[i] === 0) cells[i] = text.charCodeAt(i);
      for (let i = from; i < to; i += 4096)
        parts.push(String.fromCharCode.apply(null, cells.subarray(i, Math.min(to, i + 4096)) as unknown as number[]));
      clean = to;
    };
    for (const key of order) {
      const k = key % 2 ** 26;
      const s = dirty[2 * k] ?? 0;
      const e = dirty[2 * k + 1] ?? 0;
      if (s > to) {
        flush();
        from = s;
        to = e;
      } else if (e > to) to = e;
    }
    flush();
    if (clean < text.length) parts.push(text.slice(clean));
    return parts.join('');
  }
}
