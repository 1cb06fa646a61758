/**
 * Reads a text once: tokens of its live part, and what its directives say. Comments, directives and dead branches are blanked.
 * Owns the order of `#define` and `#if`; does not look at what tokens mean. Never throws; linear in the text.
 */
import type { IncludeDecl, MacroDecl } from '../syntax/ast';
import type { CommentFact, Configuration, Gap } from '../syntax/facts';
import { Branches } from './branches';
import { AT, At, C, IDENT_PART, isDigit, PAIR_START, PAIRS } from './characters';
import type { Consultation } from './consult';
import { WIDE, type Overlay } from './overlay';
import { Packing } from './packing';
import { Kind, Tokens } from './tokens';
import { CLASS, folded, hashed, wordAt } from './words';
import { learn, UNDERSCORE } from './names';

const BYTE_ORDER_MARK = 0xfeff;
const LPAREN = 40;
const RPAREN = 41;

const CONDITIONAL = new Set(['if', 'ifdef', 'ifndef', 'elif', 'elifdef', 'elifndef', 'else', 'endif']);

export class Preprocessor {
  readonly tokens: Tokens;
  readonly macros: MacroDecl[] = [];
  readonly includes: IncludeDecl[] = [];
  readonly comments: CommentFact[] = [];
  readonly gaps: Gap[] = [];
  readonly branches: Branches;
  readonly packing = new Packing((name) => this.branches.live.get(name)?.body);

  constructor(
    private readonly text: string,
    private readonly overlay: Overlay,
    ask: Consultation,
    configuration: Configuration,
  ) {
    this.branches = new Branches(text, overlay, ask, configuration, this.gaps);
    this.tokens = new Tokens(text);
  }

  run(): void {
    const { text, tokens, overlay } = this;
    const { codes } = overlay;
    const n = text.length;
    let i = 0;
    let lineStart = true;
    let { dead } = this.branches;
    while (i < n) {
      const c = codes[i] ?? 0;
      const at = AT[c];
      if (at === At.Blank) {
        do i++;
        while (AT[codes[i] ?? 0] === At.Blank);
        continue;
      }
      if (at === At.Break) {
        lineStart = true;
        i++;
        continue;
      }
      if (at === At.Slash) {
        const d = codes[i + 1];
        if (d === C.Slash || d === C.Star) {
          i = this.comment(i);
          continue;
        }
      } else if (at === At.Hash && lineStart) {
        i = this.directive(i);
        ({ dead } = this.branches);
        continue;
      } else if (at === At.Control || (c === WIDE && text.charCodeAt(i) === BYTE_ORDER_MARK)) {
        overlay.blank(i, i + 1);
        i++;
        continue;
      }
      if (dead) {
        i = this.deadLine(i);
        continue;
      }
      lineStart = false;
      switch (at) {
        case At.Letter: {
          let h = c;
          let j = i + 1;
          let d = codes[j] ?? 0;
          while (IDENT_PART[d] === 1) {
            h = hashed(h, d);
            d = codes[++j] ?? 0;
          }
          if ((d === C.Quote || d === C.Apostrophe) && j - i <= 2 && literalPrefix(codes, i, j)) {
            i = this.literal(i, j, d);
            continue;
          }
          const known = wordAt(codes, i, j, h) || (c === UNDERSCORE ? learn(text, i, j) : 0);
          tokens.add(Kind.Ident, CLASS[known] ?? 0, i, j, known, folded(h));
          i = j;
          continue;
        }
        case At.Bracket:
          tokens.addBracket(c, i);
          i++;
          continue;
        case At.Quote:
          i = this.literal(i, i, c);
          continue;
        case At.Digit:
          i = this.number(i);
          continue;
        case At.Dot:
          if (isDigit(codes[i + 1] ?? 0)) {
            i = this.number(i);
            continue;
          }
          if (codes[i + 1] === C.Dot && codes[i + 2] === C.Dot) {
            tokens.add(Kind.Punct, C.Dot | (C.Dot << 8), i, i + 3);
            i += 3;
            continue;
          }
          break;
        case At.Backslash:
          // A splice between tokens: nothing to the grammar or to us.
          overlay.blank(i, i + 1);
          i++;
          continue;
      }
      const d = codes[i + 1] ?? 0;
      if (PAIR_START[c] === 1 && d < WIDE && PAIRS[c * 128 + d] === 1) {
        const third = codes[i + 2];
        const len = third === 61 && (c === 60 || c === 62) && d === c ? 3 : 2;
        tokens.add(Kind.Punct, c | (d << 8), i, i + len);
        i += len;
      } else {
        tokens.add(Kind.Punct, c, i, i + 1);
        i++;
      }
    }
    tokens.seal();
    if (this.branches.dead) this.branches.revive(n);
    if (this.branches.open)
      this.gaps.push({ kind: 'guess', start: n, end: n, message: 'An `#if` has no `#endif`; the text was read to its end.' });
  }

  private comment(i: number): number {
    const { text } = this;
    let end: number;
    if (text.charCodeAt(i + 1) === C.Star) {
      const at = text.indexOf('*/', i + 2);
      end = at < 0 ? text.length : at + 2;
    } else end = this.lineEnd(i);
    const body = text.slice(i, end);
    if (body.includes('fencepost')) this.comments.push({ start: i, end, text: body });
    if (!this.branches.dead) this.overlay.blank(i, end);
    return end;
  }

  /** End of the logical line that holds `i`: splices continue it. */
  private lineEnd(i: number): number {
    const { text } = this;
    let from = i;
    for (;;) {
      const at = text.indexOf('\n', from);
      const end = at < 0 ? text.length : at;
      let k = end - 1;
      if (k >= i && text.charCodeAt(k) === C.Cr) k--;
      if (at < 0 || k < i || text.charCodeAt(k) !== C.Backslash)
        return end > i && text.charCodeAt(end - 1) === C.Cr ? end - 1 : end;
      from = at + 1;
    }
  }

  private literal(start: number, open: number, quote: number): number {
    const n = this.text.length;
    const { codes } = this.overlay;
    let i = open + 1;
    while (i < n) {
      const c = codes[i];
      if (c === quote) {
        i++;
        break;
      }
      if (c === C.Backslash) {
        const d = codes[i + 1];
        if (d === C.Cr || d === C.Lf) {
          i = this.splicedString(i);
          continue;
        }
        i += 2;
      } else if (c === C.Lf || c === C.Cr) break;
      else i++;
    }
    if (i > n) i = n;
    this.tokens.add(quote === C.Quote ? Kind.String : Kind.Char, 0, start, i);
    return i;
  }

  /** A string that goes on in the next line: the grammar sees two strings. Returns the offset after the line break. */
  private splicedString(i: number): number {
    const { text, overlay } = this;
    let j = i + 1;
    if (text.charCodeAt(j) === C.Cr) j++;
    if (text.charCodeAt(j) === C.Lf) j++;
    overlay.write(i, '"');
    const next = text.charCodeAt(j);
    if (next === C.Quote) overlay.blank(j, j + 1);
    else if (next === C.Backslash) overlay.write(j, '""'.slice(0, 1) + ' ');
    else overlay.write(j, '"');
    return j;
  }

  private number(i: number): number {
    const { codes } = this.overlay;
    let j = i + 1;
    for (;;) {
      const c = codes[j] ?? 0;
      if (c === C.Dot || (c < WIDE && IDENT_PART[c] === 1)) {
        j++;
        continue;
      }
      if (c === 43 || c === 45) {
        const p = (codes[j - 1] ?? 0) | 32;
        const hex = ((codes[i + 1] ?? 0) | 32) === 120;
        if ((p === 101 && !hex) || p === 112) {
          j++;
          continue;
        }
      }
      break;
    }
    // Microsoft suffixes: `1i64`, `2ui8`. The grammar reads `u` and `l` only.
    let k = j;
    while (k > i + 1 && isDigit(codes[k - 1] ?? 0)) k--;
    if (k < j && ((codes[k - 1] ?? 0) | 32) === 105 && k - 1 > i) this.overlay.blank(k - 1, j);
    this.tokens.add(Kind.Number, 0, i, j);
    return j;
  }

  private deadLine(i: number): number {
    const n = this.text.length;
    const { codes } = this.overlay;
    for (let j = i; j < n; j++) {
      const c = codes[j];
      if (c === C.Lf) return j;
      if (c === C.Quote || c === C.Apostrophe) {
        // A closed literal may hold comment signs; an apostrophe of prose closes nothing and is passed over.
        let k = j + 1;
        for (; k < n; k++) {
          const d = codes[k];
          if (d === C.Backslash) k++;
          else if (d === c || d === C.Lf) break;
        }
        if (k < n && codes[k] === c) j = k;
      } else if (c === C.Slash) {
        const d = codes[j + 1];
        if (d === C.Slash || d === C.Star) return j;
      }
    }
    return n;
  }

  private directive(at: number): number {
    const { text } = this;
    const { codes } = this.overlay;
    // The end of the directive: the line with its splices; a block comment that starts in it carries it on.
    let end = this.lineEnd(at);
    let line: Line = { text, codes, end };
    let from = at + 1;
    if (odd(codes, at, end)) {
      const read = this.stripComments(at, end);
      end = read.end;
      line = lineOf(read.clean.replace(/\\(?=\r?\n)/g, ' ').replace(/[\r\n]/g, ' '));
      from = 1;
    }
    const k = skipBlanks(line, from);
    const w = wordEnd(line, k);
    const name = line.text.slice(k, w);
    const { dead } = this.branches;
    if (!(CONDITIONAL.has(name) && this.branches.directive(name, line.text.slice(w, line.end), at, end)) && !dead)
      this.other(name, line, w, at, end);
    if (!this.branches.dead) this.overlay.blank(at, end);
    return end;
  }

  /** The directive's text with comments turned into blanks, offset for offset, and where it really ends. */
  private stripComments(at: number, lineEnd: number): { clean: string; end: number } {
    const { text } = this;
    let end = lineEnd;
    let out = '';
    let from = at;
    for (let i = at; i < end; i++) {
      const c = text.charCodeAt(i);
      if (c === C.Quote || c === C.Apostrophe) {
        let k = i + 1;
        while (k < end && text.charCodeAt(k) !== c) k += text.charCodeAt(k) === C.Backslash ? 2 : 1;
        if (k < end) i = k;
      } else if (c === C.Slash) {
        const d = text.charCodeAt(i + 1);
        if (d !== C.Slash && d !== C.Star) continue;
        let stop: number;
        if (d === C.Slash) stop = end;
        else {
          const close = text.indexOf('*/', i + 2);
          stop = close < 0 ? text.length : close + 2;
          if (stop > end) end = this.lineEnd(stop);
        }
        const body = text.slice(i, stop);
        if (body.includes('fencepost')) this.comments.push({ start: i, end: stop, text: body });
        out += text.slice(from, i) + ' '.repeat(stop - i);
        from = stop;
        i = stop - 1;
      }
    }
    return { clean: out + text.slice(from, end), end };
  }

  private other(name: string, line: Line, w: number, at: number, end: number): void {
    switch (name) {
      case 'define':
        this.define(line, w, at, end);
        break;
      case 'undef': {
        const m = /[A-Za-z_$][\w$]*/.exec(line.text.slice(w, line.end));
        if (m) {
          this.branches.live.delete(m[0]);
          this.branches.gone.add(m[0]);
        }
        break;
      }
      case 'include':
      case 'import':
      case 'include_next': {
        const m = /^\s*(?:<([^>]*)>|"([^"]*)")/.exec(line.text.slice(w, line.end));
        const path = m?.[1] ?? m?.[2];
        if (path !== undefined) {
          this.includes.push({ start: at, end, path, system: m?.[1] !== undefined });
          this.packing.include(path, end);
        }
        break;
      }
      case 'pragma':
        this.packing.pragma(line.text.slice(w, line.end), end);
        break;
      default:
        break;
    }
  }

  private define(line: Line, w: number, at: number, end: number): void {
    const { text, codes } = line;
    const from = skipBlanks(line, w);
    const to = wordEnd(line, from);
    if (to === from || AT[codes[from] ?? 0] === At.Digit) return;
    let close = codes[to] === LPAREN ? to : line.end;
    while (close < line.end && codes[close] !== RPAREN) close++;
    const called = close < line.end;
    const bodyAt = skipBlanks(line, called ? close + 1 : to);
    const params = called
      ? text
          .slice(to + 1, close)
          .split(',')
          .map((p) => p.trim())
          .filter((p) => p !== '')
      : undefined;
    const decl: MacroDecl = {
      name: text.slice(from, to),
      ...(params ? { params } : {}),
      body: text.slice(bodyAt, line.end).trimEnd(),
      bodyStart: codes === this.overlay.codes ? bodyAt : at + bodyAt,
      start: at,
      end,
    };
    this.macros.push(decl);
    this.branches.live.set(decl.name, decl);
    this.branches.gone.delete(decl.name);
  }
}

/** The text that holds a directive up to `end`, with its codes. */
interface Line {
  readonly text: string;
  readonly codes: Uint8Array;
  readonly end: number;
}

function lineOf(text: string): Line {
  const codes = new Uint8Array(text.length + 1);
  for (let i = 0; i < text.length; i++) codes[i] = Math.min(text.charCodeAt(i), WIDE);
  return { text, codes, end: text.length };
}

/** True when a directive may hold comments or splices. */
function odd(codes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (codes[i] === C.Slash || codes[i] === C.Backslash) return true;
  return false;
}

/** Offset of the first character at or behind `i` that can be seen. */
function skipBlanks({ codes, end }: Line, i: number): number {
  let k = i;
  while (k < end && (codes[k] ?? 0) <= C.Space) k++;
  return k;
}

/** Offset behind the word at `i`; a letter outside ASCII belongs to it. */
function wordEnd({ codes, end }: Line, i: number): number {
  let k = i;
  while (k < end && IDENT_PART[codes[k] ?? 0] === 1) k++;
  return k;
}

/** True for what may stand before a quote: `L`, `u`, `U` or `u8`. */
function literalPrefix(codes: Uint8Array, from: number, to: number): boolean {
  const c = codes[from];
  if (to - from === 2) return c === 117 && codes[from + 1] === 56;
  return c === 76 || c === 117 || c === 85;
}
