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
  not: 33,
  tilde: 126,
  lbracket: 91,
  rbracket: 93,
  lbrace: 123,
  rbrace: 125,
} as const;

export class Tokens {
  n = 0;
  kind: Uint8Array;
  /** Operator code of a punctuator, otherwise 0. */
  code: Uint16Array;
  start: Int32Array;
  end: Int32Array;
  /** Partner of a bracket, -1 without one; other tokens -1. */
  mate: Int32Array;

  constructor(readonly text: string) {
    const room = Math.max(64, text.length >> 2);
    this.kind = new Uint8Array(room);
    this.code = new Uint16Array(room);
    this.start = new Int32Array(room);
    this.end = new Int32Array(room);
    this.mate = new Int32Array(room);
  }

  add(kind: Kind, code: number, start: number, end: number): void {
    if (this.n === this.kind.length) this.grow();
    const i = this.n++;
    this.kind[i] = kind;
    this.code[i] = code;
    this.start[i] = start;
    this.end[i] = end;
  }

  private grow(): void {
    const size = this.n * 2;
    const bytes = new Uint8Array(size);
    bytes.set(this.kind);
    this.kind = bytes;
    const codes = new Uint16Array(size);
    codes.set(this.code);
    this.code = codes;
    for (const name of ['start', 'end', 'mate'] as const) {
      const wider = new Int32Array(size);
      wider.set(this[name]);
      this[name] = wider;
    }
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

  /** Drops tokens that were blanked, so that neighbours are neighbours. */
  compact(): void {
    let to = 0;
    for (let i = 0; i < this.n; i++) {
      if (this.kind[i] === Kind.Gone) continue;
      if (to !== i) {
        this.kind[to] = this.kind[i] ?? 0;
        this.code[to] = this.code[i] ?? 0;
        this.start[to] = this.start[i] ?? 0;
        this.end[to] = this.end[i] ?? 0;
      }
      to++;
    }
    this.n = to;
  }

  /** Pairs brackets. A closing bracket pairs with the nearest open one of its kind unless a brace stands between. */
  pair(): void {
    const stack: number[] = [];
    const { code, mate, n } = this;
    mate.fill(-1, 0, n);
    for (let i = 0; i < n; i++) {
      const c = code[i];
      if (c === P.lparen || c === P.lbracket || c === P.lbrace) stack.push(i);
      else if (c === P.rparen || c === P.rbracket || c === P.rbrace) {
        const want = c === P.rparen ? P.lparen : c === P.rbracket ? P.lbracket : P.lbrace;
        let k = stack.length - 1;
        if (want !== P.lbrace) {
          while (k >= 0 && code[stack[k] ?? 0] !== want && code[stack[k] ?? 0] !== P.lbrace) k--;
          if (k < 0 || code[stack[k] ?? 0] !== want) continue;
        } else {
          while (k >= 0 && code[stack[k] ?? 0] !== P.lbrace) k--;
          if (k < 0) continue;
        }
        const open = stack[k] ?? 0;
        stack.length = k;
        mate[open] = i;
        mate[i] = open;
      }
    }
  }
}
