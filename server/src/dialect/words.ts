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
    'void char short int long float double signed unsigned bool _Bool size_t ssize_t ptrdiff_t intptr_t uintptr_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t',
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

export const WORDS: ReadonlyMap<string, Word> = new Map(
  table.flatMap(([k, s]) => s.split(' ').map((w): [string, Word] => [w, k])),
);
