/**
 * The tokens of the live text of one file, as parallel arrays: dead branches, comments and directives are not among them.
 * Owns storage and bracket matching; knows nothing of C beyond the shape of its tokens.
 */

/** What a token is; `Gone` marks one that was blanked. */
export const enum Kind {
  Gone = 0,
  Ident = 1,
  Number = 2,
  String = 3,
  Char = 4,
  Punct = 5,
}

export const P = {
  lparen: 40,
  rparen: 41,
  star: 42,
  plus: 43,
  comma: 44,
  minus: 45,
  dot: 46,
  colon: 58,
  semi: 59,
  less: 60,
  assign: 61,
  greater: 62,
  question: 63,
  amp: 38,
  or: 124,
  ellipsis: 46 | (46 << 8),
  not: 33,
  tilde: 126,
  lbracket: 91,
  rbracket: 93,
  lbrace: 123,
  rbrace: 125,
} as const;

/** Longer lists are not kept for the next text. */
const KEPT = 1 << 19;

/** Entries behind the last token that read as nothing, for those who look ahead. */
const BEYOND = 8;

/** The arrays of the text before; taken while a text is read, because reading may ask for another text to be read. */
let spare: Columns | undefined;

class Columns {
  readonly kind: Uint8Array;
  readonly code: Uint16Array;
  readonly known: Uint16Array;
  readonly hash: Uint16Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
  readonly mate: Int32Array;
  readonly brackets = new Brackets();

  constructor(readonly room: number) {
    this.kind = new Uint8Array(room);
    this.code = new Uint16Array(room);
    this.known = new Uint16Array(room);
    this.hash = new Uint16Array(room);
    this.start = new Int32Array(room);
    this.end = new Int32Array(room);
    this.mate = new Int32Array(room);
  }
}

export class Tokens {
  n = 0;
  kind: Uint8Array;
  /** Operator code of a punctuator, class of a word, otherwise 0. */
  code: Uint16Array;
  /** Number of a built-in word, otherwise 0. */
  known: Uint16Array;
  /** Equal for equal words; below `HASHES`. */
  hash: Uint16Array;
  start: Int32Array;
  end: Int32Array;
  /** Partner of a bracket, -1 without one; other tokens -1. */
  mate: Int32Array;
  private columns: Columns;
  private readonly brackets: Brackets;

  constructor(readonly text: string) {
    const room = Math.max(64, (text.length >> 2) + 2 * BEYOND);
    const kept = spare;
    spare = undefined;
    this.columns = kept && kept.room >= room ? kept : new Columns(room);
    this.brackets = this.columns.brackets;
    this.brackets.reset();
    ({
      kind: this.kind,
      code: this.code,
      known: this.known,
      hash: this.hash,
      start: this.start,
      end: this.end,
      mate: this.mate,
    } = this.columns);
  }

  /** Hands the arrays to the next text; nothing may be asked afterwards. */
  release(): void {
    if (this.columns.room <= KEPT) spare = this.columns;
  }

  /** @param known a number of the word, for an identifier that means something; @param hash of an identifier */
  add(kind: Kind, code: number, start: number, end: number, known = 0, hash = 0): void {
    if (this.n + BEYOND >= this.columns.room) this.grow();
    const i = this.n++;
    this.kind[i] = kind;
    this.code[i] = code;
    this.known[i] = known;
    this.hash[i] = hash;
    this.start[i] = start;
    this.end[i] = end;
    this.mate[i] = -1;
  }

  private grow(): void {
    const old = this.columns;
    const wider = new Columns(this.columns.room * 2);
    wider.kind.set(old.kind);
    wider.code.set(old.code);
    wider.known.set(old.known);
    wider.hash.set(old.hash);
    wider.start.set(old.start);
    wider.end.set(old.end);
    wider.mate.set(old.mate);
    ({
      kind: this.kind,
      code: this.code,
      known: this.known,
      hash: this.hash,
      start: this.start,
      end: this.end,
      mate: this.mate,
    } = wider);
    this.columns = wider;
  }

  /** Source text of a token; empty outside the list. */
  word(i: number): string {
    return i >= 0 && i < this.n ? this.text.slice(this.start[i], this.end[i]) : '';
  }

  is(i: number, code: number): boolean {
    return i >= 0 && i < this.n && this.code[i] === code;
  }

  ident(i: number): boolean {
    return i >= 0 && i < this.n && this.kind[i] === Kind.Ident;
  }

  from(i: number): number {
    return i < this.n ? (this.start[i] ?? 0) : this.text.length;
  }

  to(i: number): number {
    return i >= 0 && i < this.n ? (this.end[i] ?? 0) : 0;
  }

  /** Index of the closing bracket of `i`, or -1. */
  close(i: number): number {
    return i >= 0 && i < this.n ? (this.mate[i] ?? -1) : -1;
  }

  /** Drops tokens that were blanked, so that neighbours are neighbours, and pairs brackets anew. */
  compact(): void {
    const { kind, code, known, hash, start, end, mate, n } = this;
    const { brackets } = this;
    let to = 0;
    brackets.reset();
    for (let i = 0; i < n; i++) {
      const k = kind[i] ?? 0;
      if (k === Kind.Gone) continue;
      const c = code[i] ?? 0;
      mate[to] = -1;
      if (to !== i) {
        kind[to] = k;
        code[to] = c;
        known[to] = known[i] ?? 0;
        hash[to] = hash[i] ?? 0;
        start[to] = start[i] ?? 0;
        end[to] = end[i] ?? 0;
      }
      if (k === Kind.Punct && BRACKET[c & 255] === 1 && c < 256) brackets.meet(c, to, code, mate);
      to++;
    }
    this.n = to;
    this.seal(n);
  }

  /** Makes what stands behind the last token, up to `end`, read as nothing. */
  seal(end = this.n): void {
    const { n } = this;
    this.kind.fill(Kind.Gone, n, end + BEYOND);
    this.code.fill(0, n, end + BEYOND);
    this.mate.fill(-1, n, end + BEYOND);
  }

  /** The next token is a bracket. */
  addBracket(code: number, at: number): void {
    this.add(Kind.Punct, code, at, at + 1);
    this.brackets.meet(code, this.n - 1, this.code, this.mate);
  }
}

/** 1 for the code of a bracket. */
export const BRACKET = new Uint8Array(256);
for (const c of [P.lparen, P.rparen, P.lbracket, P.rbracket, P.lbrace, P.rbrace]) BRACKET[c] = 1;

/** Pairs brackets as they come. A closing bracket pairs with the nearest open one of its kind unless a brace stands between. */
class Brackets {
  private stack = new Int32Array(64);
  private top = 0;

  reset(): void {
    this.top = 0;
  }

  meet(c: number, i: number, code: Uint16Array, mate: Int32Array): void {
    const { stack } = this;
    let k = this.top - 1;
    let want: number = P.lbrace;
    switch (c) {
      case P.lparen:
      case P.lbracket:
      case P.lbrace:
        if (this.top === stack.length) {
          this.stack = new Int32Array(this.top * 2);
          this.stack.set(stack);
        }
        this.stack[this.top++] = i;
        return;
      case P.rbrace:
        while (k >= 0 && code[stack[k] ?? 0] !== P.lbrace) k--;
        break;
      default:
        want = c === P.rparen ? P.lparen : P.lbracket;
        for (; k >= 0; k--) {
          const o = code[stack[k] ?? 0];
          if (o === want || o === P.lbrace) break;
        }
    }
    const open = k < 0 ? -1 : (stack[k] ?? 0);
    if (open < 0 || code[open] !== want) return;
    this.top = k;
    mate[open] = i;
    mate[i] = open;
  }
}
