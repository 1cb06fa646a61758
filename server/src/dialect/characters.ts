/**
 * Characters as the scanner sees them. Data tables.
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

/** 1 for a character that starts an identifier. */
export const IDENT_START = new Uint8Array(128);
/** 1 for a character that continues one. */
export const IDENT_PART = new Uint8Array(128);
for (let c = 0; c < 128; c++) {
  const ch = String.fromCharCode(c);
  if (/[A-Za-z_$]/.test(ch)) IDENT_START[c] = 1;
  if (/[\w$]/.test(ch)) IDENT_PART[c] = 1;
}
/** 1 for two characters that are one operator: the first times 128 plus the second. */
export const PAIRS = new Uint8Array(128 * 128);
for (const p of '-> ++ -- << >> <= >= == != && || += -= *= /= %= &= |= ^= ## ::'.split(' '))
  PAIRS[p.charCodeAt(0) * 128 + p.charCodeAt(1)] = 1;

/** True for a character that continues an identifier; everything outside ASCII counts as a letter. */
export function isIdentPart(c: number): boolean {
  return c < 128 ? IDENT_PART[c] === 1 : c === c;
}

export function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}
