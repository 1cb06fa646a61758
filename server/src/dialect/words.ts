/**
 * The words of C by what they do in a declaration or a statement. A data table.
 */

/** Class of an identifier token, kept in the token's code; operators have codes of 33 and more. */
export const enum Word {
  Plain = 1,
  /** `int`, `unsigned`, `void`. */
  Type = 2,
  /** `struct`, `union`, `enum`. */
  Tag = 3,
  /** `const`, `static`, `inline`. */
  Qualifier = 4,
  /** `if`, `while`, `for`, `switch`, `__except`: a parenthesis and a statement follow. */
  Control = 5,
  /** `else`, `do`, `__try`, `__finally`: a statement follows. */
  Block = 6,
  Case = 7,
  Default = 8,
  /** `return`, `goto`, `break`, `continue`, `__leave`. */
  Jump = 9,
  Sizeof = 10,
  Typedef = 11,
  /** `extern`. */
  Extern = 12,
}

const table: [Word, string][] = [
  [
    Word.Type,
    'void char short int long float double signed unsigned bool _Bool __int8 __int16 __int32 __int64 size_t ssize_t ptrdiff_t intptr_t uintptr_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t',
  ],
  [Word.Tag, 'struct union enum'],
  [
    Word.Qualifier,
    'const volatile static register inline __inline __inline__ __forceinline auto restrict __restrict__ thread_local __thread _Noreturn noreturn _Atomic constexpr',
  ],
  [Word.Control, 'if while for switch __except'],
  [Word.Block, 'else do __try __finally'],
  [Word.Case, 'case'],
  [Word.Default, 'default'],
  [Word.Jump, 'return goto break continue __leave'],
  [Word.Sizeof, 'sizeof __alignof _Alignof alignof __alignof__'],
  [Word.Typedef, 'typedef'],
  [Word.Extern, 'extern'],
];

/** What a built-in word asks for besides its class. */
export const enum Flag {
  /** The first pass looks at it. */
  Special = 1,
  /** `enum`. */
  Enum = 2,
  /** Names a type of C or of the kit. */
  Type = 4,
  /** An annotation of either generation. */
  Sal = 8,
}

/** Bound of the hashes of words. */
export const HASHES = 4096;

/** Room for numbers; a table that lives as long as the process must not follow its input. */
const WORDS_AT_MOST = 8192;

/** Class and flags of each built-in word by its number; number 0 is any other word. */
export const CLASS = new Uint8Array(WORDS_AT_MOST).fill(Word.Plain);
export const FLAGS = new Uint8Array(WORDS_AT_MOST);

const SLOTS = 2 * WORDS_AT_MOST;
const slots = new Uint16Array(SLOTS);
const hashes = new Int32Array(WORDS_AT_MOST);
const texts: string[] = [''];

/** Takes one more character into the full hash of a word, which starts with 0. */
export function hashed(h: number, c: number): number {
  return (Math.imul(h, 31) + c) | 0;
}

/** The short form of a full hash. */
export function folded(h: number): number {
  return (h ^ (h >>> 12) ^ (h >>> 24)) & (HASHES - 1);
}

/** Short hash of a name; a character outside ASCII counts as what the codes of a text have for it. */
export function hashOf(name: string): number {
  let h = 0;
  for (let i = 0; i < name.length; i++) h = hashed(h, Math.min(name.charCodeAt(i), 128));
  return folded(h);
}

/** Number of the built-in word that stands at `[start, end)` with the full hash `h`, or 0. */
export function wordAt(codes: Uint8Array, start: number, end: number, h: number): number {
  for (let s = h & (SLOTS - 1); ; s = (s + 1) & (SLOTS - 1)) {
    const number = slots[s] ?? 0;
    if (number === 0) return 0;
    if (hashes[number] !== h) continue;
    const text = texts[number] ?? '';
    if (text.length !== end - start) continue;
    let k = 0;
    while (k < text.length && text.charCodeAt(k) === codes[start + k]) k++;
    if (k === text.length) return number;
  }
}

/** The number of a word, which it gets if it has none; 0 when there is no room. */
export function number(word: string): number {
  let h = 0;
  for (let i = 0; i < word.length; i++) h = hashed(h, word.charCodeAt(i));
  let s = h & (SLOTS - 1);
  for (; slots[s] !== 0; s = (s + 1) & (SLOTS - 1)) if (texts[slots[s] ?? 0] === word) return slots[s] ?? 0;
  const n = texts.length;
  if (n === WORDS_AT_MOST) return 0;
  slots[s] = n;
  texts.push(word);
  hashes[n] = h;
  return n;
}

/** The built-in word of a number. */
export function textOf(n: number): string {
  return texts[n] ?? '';
}

/** Registers words under a flag. */
export function flag(words: Iterable<string>, flag: Flag): void {
  for (const word of words) {
    const n = number(word);
    FLAGS[n] = (FLAGS[n] ?? 0) | flag;
  }
}

for (const [k, s] of table) for (const w of s.split(' ')) CLASS[number(w)] = k;
flag(['enum'], Flag.Enum);
flag(['__forceinline'], Flag.Special);
