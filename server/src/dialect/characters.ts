/**
 * Characters as the scanner sees them. Data tables over the codes of an overlay, in which 128 is every character outside ASCII.
 */

/** Characters that steer the scanner. */
export const enum C {
  Tab = 9,
  Lf = 10,
  Cr = 13,
  Space = 32,
  Quote = 34,
  Hash = 35,
  Apostrophe = 39,
  Star = 42,
  Dot = 46,
  Slash = 47,
  Backslash = 92,
}

/** What the scanner does at a character. */
export const enum At {
  Punct,
  /** Starts an identifier; everything outside ASCII counts as a letter. */
  Letter,
  Digit,
  /** Space and tab. */
  Blank,
  /** Line feed and carriage return. */
  Break,
  /** Other characters that cannot be seen. */
  Control,
  Slash,
  Hash,
  Quote,
  Dot,
  Backslash,
  Bracket,
}

/** What stands at a code. */
export const AT = new Uint8Array(256);
/** 1 for a code that continues an identifier. */
export const IDENT_PART = new Uint8Array(256);
for (let c = 0; c < 256; c++) {
  const ch = String.fromCharCode(c);
  if (c >= 128 || /[\w$]/.test(ch)) IDENT_PART[c] = 1;
  if (c <= 32) AT[c] = At.Control;
  if (IDENT_PART[c] === 1) AT[c] = c >= 48 && c <= 57 ? At.Digit : At.Letter;
}
AT[C.Space] = AT[C.Tab] = At.Blank;
AT[C.Lf] = AT[C.Cr] = At.Break;
AT[C.Slash] = At.Slash;
AT[C.Hash] = At.Hash;
AT[C.Quote] = AT[C.Apostrophe] = At.Quote;
AT[C.Dot] = At.Dot;
AT[C.Backslash] = At.Backslash;
for (const c of '()[]{}') AT[c.charCodeAt(0)] = At.Bracket;

/** 1 for two characters that are one operator: the first times 128 plus the second. */
export const PAIRS = new Uint8Array(128 * 128);
/** 1 for a character that starts such an operator. */
export const PAIR_START = new Uint8Array(256);
for (const p of '-> ++ -- << >> <= >= == != && || += -= *= /= %= &= |= ^= ## ::'.split(' ')) {
  PAIRS[p.charCodeAt(0) * 128 + p.charCodeAt(1)] = 1;
  PAIR_START[p.charCodeAt(0)] = 1;
}

export function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}
