/**
 * Bytes to text, and what has to be said about it. No I/O, works in a browser. Never throws: a file that is no text is skipped with a
 * reason. A byte order mark is not part of the text, as editors have it, so offsets agree with theirs.
 */

/** Larger files are not analysed. */
export const MAX_FILE_BYTES = 8 * 1024 * 1024;

export type Decoded =
  | { readonly text: string; readonly encoding: string; /** Said when the file is not plain UTF-8. */ readonly note?: string }
  | { readonly skipped: string };

const SAMPLE = 4096;

export function decode(bytes: Uint8Array): Decoded {
  if (bytes.length > MAX_FILE_BYTES) return { skipped: tooLarge(bytes.length) };
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return eightBit(bytes.subarray(3));
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return utf16(bytes.subarray(2), 'utf-16le', 'Read as UTF-16 (little endian).');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return utf16(bytes.subarray(2), 'utf-16be', 'Read as UTF-16 (big endian).');
  const guess = guessUtf16(bytes);
  if (guess)
    return utf16(bytes, guess, `Read as UTF-16 (${guess === 'utf-16le' ? 'little' : 'big'} endian, no byte order mark).`);
  return eightBit(bytes);
}

/** Why a file of this size is not read at all. */
export function tooLarge(size: number): string {
  return `Not analysed: ${Math.ceil(size / 1048576)} MB, and the limit is ${MAX_FILE_BYTES / 1048576} MB.`;
}

function eightBit(bytes: Uint8Array): Decoded {
  const nul = bytes.indexOf(0);
  if (nul >= 0) return { skipped: `Not analysed: byte ${nul} is NUL, so this is no text.` };
  const utf8 = strict(bytes);
  if (utf8 !== undefined) return { text: utf8, encoding: 'utf-8' };
  const whole = wholeCharacters(bytes);
  const cut = whole < bytes.length ? strict(bytes.subarray(0, whole)) : undefined;
  // Plain ASCII with one odd byte at the end is more likely the older encoding.
  if (cut !== undefined && /[^\0-\x7f]/.test(cut))
    return { text: cut, encoding: 'utf-8', note: 'The file ends in the middle of a character.' };
  return {
    text: windows1252(bytes),
    encoding: 'windows-1252',
    note: 'Not UTF-8: read as Windows-1252.',
  };
}

function strict(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** What stands at 0x80 to 0x9F. */
const UPPER =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

/** Some platforms decode this encoding as ISO 8859-1, which has control characters there. */
function windows1252(bytes: Uint8Array): string {
  return new TextDecoder('windows-1252')
    .decode(bytes)
    .replace(/[\u0080-\u009f]/g, (mark) => UPPER[mark.charCodeAt(0) - 0x80] ?? mark);
}

/** Length without an unfinished UTF-8 sequence at the end. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte >= 0xc0) return bytes.length - back;
    if (byte < 0x80) break;
  }
  return bytes.length;
}

function utf16(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be', note: string): Decoded {
  const odd = bytes.length % 2 === 1;
  const text = new TextDecoder(encoding, { ignoreBOM: true }).decode(odd ? bytes.subarray(0, -1) : bytes);
  const nul = text.indexOf('\0');
  if (nul >= 0) return { skipped: `Not analysed: character ${nul} is NUL, so this is no text.` };
  return { text, encoding, note: odd ? `${note} The file ends in the middle of a character.` : note };
}

/** C is mostly ASCII, so one half of its UTF-16 units is zero, and always the same half. */
function guessUtf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const length = Math.min(bytes.length, SAMPLE) & ~1;
  if (length < 4) return undefined;
  let even = 0;
  let odd = 0;
  for (let at = 0; at < length; at += 2) {
    if (bytes[at] === 0) even++;
    if (bytes[at + 1] === 0) odd++;
  }
  const units = length / 2;
  if (odd > units * 0.6 && even < units * 0.05) return 'utf-16le';
  if (even > units * 0.6 && odd < units * 0.05) return 'utf-16be';
  return undefined;
}
