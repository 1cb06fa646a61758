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

/** Finds a character again and again without reading the same stretch twice. */
class Finder {
  private since = -1;
  private at = -1;

  constructor(private readonly what: string) {}

  /** Offset of the first occurrence at or behind `start`; infinity without one. */
  from(start: number, text: string): number {
    if (start < this.since || start > this.at || this.since < 0) {
      const found = text.indexOf(this.what, start);
      this.since = start;
      this.at = found < 0 ? Infinity : found;
    }
    return this.at;
  }
}

let spaces = ' '.repeat(1024);

function blanks(n: number): string {
  while (spaces.length < n) spaces += spaces;
  return spaces.slice(0, n);
}

export class Overlay {
  /** The character that stands here now; 0: unchanged. */
  private readonly cells: Uint16Array;
  private readonly dirty: number[] = [];
  private readonly returns: boolean;
  private readonly lf = new Finder('\n');
  private readonly cr = new Finder('\r');

  constructor(readonly text: string) {
    this.cells = new Uint16Array(text.length);
    this.returns = text.includes('\r');
  }

  /** Blanks `[start, end)`, line breaks apart. */
  blank(start: number, end: number): void {
    if (end <= start) return;
    const { cells, text } = this;
    cells.fill(32, start, end);
    for (let i = this.lf.from(start, text); i < end; i = this.lf.from(i + 1, text)) cells[i] = LF;
    if (this.returns) for (let i = this.cr.from(start, text); i < end; i = this.cr.from(i + 1, text)) cells[i] = CR;
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
      // Runs of blanks are cut from a long one; only what was written is built from characters.
      for (let i = from; i < to;) {
        let k = i;
        while (k < to && cells[k] === 32) k++;
        if (k - i > 8) {
          parts.push(blanks(k - i));
          i = k;
          continue;
        }
        const stop = Math.min(to, i + 1024);
        let plain = 0;
        for (k = i; k < stop && plain <= 8; k++) {
          if (cells[k] === 0) cells[k] = text.charCodeAt(k);
          plain = cells[k] === 32 ? plain + 1 : 0;
        }
        if (plain > 8) k -= plain;
        parts.push(String.fromCharCode.apply(null, cells.subarray(i, k) as unknown as number[]));
        i = k;
      }
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
