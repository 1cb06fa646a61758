/**
 * Changes to a text that keep every offset: a character becomes a blank or another character, a line break stays.
 * Owns the text as bytes, before and after the changes; does not decide what changes.
 */
import { C } from './characters';

/** What a character outside ASCII is among the codes; the text itself says which one. */
export const WIDE = 128;

/** Pieces of a text this short are copied character by character: a coder takes longer to set up. */
const SHORT = 256;

/** Characters that are coded at a time: a letter of some other alphabet makes one piece slow and not the whole text. */
const PIECE = 4096;

/** Longer arrays are not kept for the next text. */
const KEPT = 1 << 21;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The arrays of the text before; taken while a text is read, because reading may ask for another text to be read. */
let spare: { codes: Uint8Array; cells: Uint8Array } | undefined;

export class Overlay {
  /** One code for each character of the text, then a zero. */
  readonly codes: Uint8Array;
  /** The same as it stands now. */
  private readonly cells: Uint8Array;
  private readonly ascii: boolean;
  private changed = false;

  constructor(readonly text: string) {
    const n = text.length;
    const kept = spare;
    spare = undefined;
    if (kept && kept.codes.length > n) ({ codes: this.codes, cells: this.cells } = kept);
    else {
      this.codes = new Uint8Array(n + 1 + (n >> 2));
      this.cells = new Uint8Array(n + 1 + (n >> 2));
    }
    this.ascii = encode(text, this.codes);
    this.codes[n] = 0;
    if (n < SHORT) for (let i = 0; i < n; i++) this.cells[i] = this.codes[i] ?? 0;
    else this.cells.set(this.codes.subarray(0, n));
  }

  /** Hands the arrays to the next text; nothing may be asked afterwards. */
  release(): void {
    if (this.codes.length <= KEPT) spare = { codes: this.codes, cells: this.cells };
  }

  /** Blanks `[start, end)`, line breaks apart. */
  blank(start: number, end: number): void {
    const { cells, codes } = this;
    this.changed = true;
    for (let i = start; i < end; i++) {
      const c = codes[i];
      if (c !== C.Lf && c !== C.Cr) cells[i] = C.Space;
    }
  }

  /** Writes `s` at `start`; characters that would replace a line break are left out. */
  write(start: number, s: string): void {
    this.changed = true;
    for (let i = 0; i < s.length && start + i < this.text.length; i++) {
      const c = this.codes[start + i];
      if (c !== C.Lf && c !== C.Cr) this.cells[start + i] = s.charCodeAt(i);
    }
  }

  /** Replaces `[start, end)` by `s`, padded with blanks; `s` is not longer. */
  replace(start: number, end: number, s: string): void {
    this.blank(start, end);
    this.write(start, s);
  }

  /** The code of what stands at `i` now. */
  at(i: number): number {
    return i >= 0 && i < this.text.length ? (this.cells[i] ?? 0) : 0;
  }

  /** Offset of a blank that may take a character within `[start, end)`, or -1. */
  room(start: number, end: number): number {
    for (let i = start; i < end; i++) {
      const c = this.at(i);
      if (c === C.Space || c === C.Tab) return i;
    }
    return -1;
  }

  toString(): string {
    const { text, cells } = this;
    const n = text.length;
    if (!this.changed) return text;
    if (this.ascii) return decode(cells, 0, n);
    // What is left of the wide characters is cut out of the text.
    const parts: string[] = [];
    let from = 0;
    const present = cells.subarray(0, n);
    for (let i = present.indexOf(WIDE); i >= 0; i = present.indexOf(WIDE, from)) {
      if (i > from) parts.push(decode(cells, from, i));
      from = i + 1;
      while (from < n && cells[from] === WIDE) from++;
      parts.push(text.slice(i, from));
    }
    if (from < n) parts.push(decode(cells, from, n));
    return parts.join('');
  }
}

/** Fills in the codes of a text; true when all of it is ASCII. */
function encode(text: string, codes: Uint8Array): boolean {
  const n = text.length;
  let ascii = true;
  for (let from = 0; from < n; from += PIECE) {
    const to = Math.min(n, from + PIECE);
    if (to - from >= SHORT) {
      // As long as one byte stands for one character, nothing but ASCII was met.
      const { read, written } = encoder.encodeInto(text.slice(from, to), codes.subarray(from, to));
      if (read === to - from && written === to - from) continue;
    }
    for (let i = from; i < to; i++) {
      const c = text.charCodeAt(i);
      if (c < WIDE) codes[i] = c;
      else {
        codes[i] = WIDE;
        ascii = false;
      }
    }
  }
  return ascii;
}

function decode(cells: Uint8Array, from: number, to: number): string {
  const piece = cells.subarray(from, to);
  return to - from < SHORT ? String.fromCharCode.apply(null, piece as unknown as number[]) : decoder.decode(piece);
}
