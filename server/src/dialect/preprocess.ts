/**
 * Reads a text once: tokens of its live part, and what its directives say. Comments, directives and dead branches are blanked.
 * Owns the order of `#define` and `#if`; does not look at what tokens mean. Never throws; linear in the text.
 */
import type { IncludeDecl, MacroDecl } from '../syntax/ast';
import type { CommentFact, Configuration, Gap } from '../syntax/facts';
import { Branches } from './branches';
import { C, IDENT_PART, IDENT_START, isDigit, isIdentPart, PAIRS } from './characters';
import type { Consultation } from './consult';
import type { Overlay } from './overlay';
import { Packing } from './packing';
import { Kind, Tokens } from './tokens';

export class Preprocessor {
  readonly tokens: Tokens;
  readonly macros: MacroDecl[] = [];
  readonly includes: IncludeDecl[] = [];
  readonly comments: CommentFact[] = [];
  readonly gaps: Gap[] = [];
  readonly branches: Branches;
  readonly packing = new Packing((name) => this.branches.live.get(name)?.body);
  private readonly keeps: boolean;

  constructor(
    private readonly text: string,
    private readonly overlay: Overlay,
    ask: Consultation,
    configuration: Configuration,
  ) {
    this.branches = new Branches(text, overlay, ask, configuration, this.gaps);
    this.tokens = new Tokens(text);
    this.keeps = text.includes('fencepost');
  }

  run(): void {
    const { text, tokens } = this;
    const n = text.length;
    let i = 0;
    let lineStart = true;
    while (i < n) {
      const c = text.charCodeAt(i);
      if (c === C.Lf || c === C.Cr) {
        lineStart = true;
        i++;
        continue;
      }
      if (c <= C.Space || c === 0xfeff) {
        if (c !== C.Space && c !== C.Tab) this.overlay.blank(i, i + 1);
        i++;
        continue;
      }
      if (c === C.Slash) {
        const d = text.charCodeAt(i + 1);
        if (d === C.Slash || d === C.Star) {
          i = this.comment(i);
          continue;
        }
      }
      if (c === C.Hash && lineStart) {
        i = this.directive(i);
        continue;
      }
      if (this.branches.dead) {
        i = this.deadLine(i);
        continue;
      }
      lineStart = false;
      if (c < 128 ? IDENT_START[c] === 1 : true) {
        let j = i + 1;
        while (j < n && isIdentPart(text.charCodeAt(j))) j++;
        const q = text.charCodeAt(j);
        if ((q === C.Quote || q === C.Apostrophe) && j - i <= 2 && /^(?:L|u|U|u8)$/.test(text.slice(i, j))) {
          i = this.literal(i, j, q);
          continue;
        }
        tokens.add(Kind.Ident, 0, i, j);
        i = j;
        continue;
      }
      if (c === C.Quote || c === C.Apostrophe) {
        i = this.literal(i, i, c);
        continue;
      }
      if ((c >= 48 && c <= 57) || (c === C.Dot && isDigit(text.charCodeAt(i + 1)))) {
        i = this.number(i);
        continue;
      }
      if (c === C.Backslash) {
        // A splice between tokens: nothing to the grammar or to us.
        this.overlay.blank(i, i + 1);
        i++;
        continue;
      }
      const d = text.charCodeAt(i + 1);
      if (c < 128 && d < 128 && PAIRS[c * 128 + d] === 1) {
        const third = text.charCodeAt(i + 2);
        const len = third === 61 && (c === 60 || c === 62) && d === c ? 3 : 2;
        tokens.add(Kind.Punct, c | (d << 8), i, i + len);
        i += len;
      } else if (c === C.Dot && d === C.Dot && text.charCodeAt(i + 2) === C.Dot) {
        tokens.add(Kind.Punct, C.Dot | (C.Dot << 8), i, i + 3);
        i += 3;
      } else {
        tokens.add(Kind.Punct, c, i, i + 1);
        i++;
      }
    }
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
    if (this.keeps) {
      const body = text.slice(i, end);
      if (body.includes('fencepost')) this.comments.push({ start: i, end, text: body });
    }
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
    const { text } = this;
    const n = text.length;
    let i = open + 1;
    while (i < n) {
      const c = text.charCodeAt(i);
      if (c === quote) {
        i++;
        break;
      }
      if (c === C.Backslash) {
        const d = text.charCodeAt(i + 1);
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
    const { text } = this;
    let j = i + 1;
    for (;;) {
      const c = text.charCodeAt(j);
      if (c === C.Dot || (c < 128 && IDENT_PART[c] === 1)) {
        j++;
        continue;
      }
      if (c === 43 || c === 45) {
        const p = text.charCodeAt(j - 1) | 32;
        const hex = (text.charCodeAt(i + 1) | 32) === 120;
        if ((p === 101 && !hex) || p === 112) {
          j++;
          continue;
        }
      }
      break;
    }
    // Microsoft suffixes: `1i64`, `2ui8`. The grammar reads `u` and `l` only.
    let k = j;
    while (k > i + 1 && isDigit(text.charCodeAt(k - 1))) k--;
    if (k < j && (text.charCodeAt(k - 1) | 32) === 105 && k - 1 > i) this.overlay.blank(k - 1, j);
    this.tokens.add(Kind.Number, 0, i, j);
    return j;
  }

  private deadLine(i: number): number {
    const { text } = this;
    const n = text.length;
    for (let j = i; j < n; j++) {
      const c = text.charCodeAt(j);
      if (c === C.Lf) return j;
      if (c === C.Quote || c === C.Apostrophe) {
        // A closed literal may hold comment signs; an apostrophe of prose closes nothing and is passed over.
        let k = j + 1;
        for (; k < n; k++) {
          const d = text.charCodeAt(k);
          if (d === C.Backslash) k++;
          else if (d === c || d === C.Lf) break;
        }
        if (k < n && text.charCodeAt(k) === c) j = k;
      } else if (c === C.Slash) {
        const d = text.charCodeAt(j + 1);
        if (d === C.Slash || d === C.Star) return j;
      }
    }
    return n;
  }

  private directive(at: number): number {
    const { text } = this;
    // The end of the directive: the line with its splices; a block comment that starts in it carries it on.
    let end = this.lineEnd(at);
    let clean = text.slice(at, end);
    if (clean.includes('/')) {
      const read = this.stripComments(at, end);
      clean = read.clean;
      end = read.end;
    }
    if (clean.includes('\\')) clean = clean.replace(/\\(?=\r?\n)/g, ' ').replace(/[\r\n]/g, ' ');
    let k = 1;
    while (k < clean.length && clean.charCodeAt(k) <= C.Space) k++;
    let w = k;
    while (w < clean.length && isIdentPart(clean.charCodeAt(w))) w++;
    const name = clean.slice(k, w);
    const dead = this.branches.dead;
    const conditional = this.branches.directive(name, clean.slice(w), at, end);
    if (!conditional && !dead) this.other(name, clean, w, at, end);
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
        if (this.keeps && body.includes('fencepost')) this.comments.push({ start: i, end: stop, text: body });
        out += text.slice(from, i) + ' '.repeat(stop - i);
        from = stop;
        i = stop - 1;
      }
    }
    return { clean: out + text.slice(from, end), end };
  }

  private other(name: string, clean: string, w: number, at: number, end: number): void {
    switch (name) {
      case 'define':
        this.define(clean, w, at, end);
        break;
      case 'undef': {
        const m = /[A-Za-z_$][\w$]*/.exec(clean.slice(w));
        if (m) {
          this.branches.live.delete(m[0]);
          this.branches.gone.add(m[0]);
        }
        break;
      }
      case 'include':
      case 'import':
      case 'include_next': {
        const m = /^\s*(?:<([^>]*)>|"([^"]*)")/.exec(clean.slice(w));
        const path = m?.[1] ?? m?.[2];
        if (path !== undefined) {
          this.includes.push({ start: at, end, path, system: m?.[1] !== undefined });
          this.packing.include(path, end);
        }
        break;
      }
      case 'pragma':
        this.packing.pragma(clean.slice(w), end);
        break;
      default:
        break;
    }
  }

  private define(clean: string, w: number, at: number, end: number): void {
    const m = /^\s*([A-Za-z_$][\w$]*)(\([^)]*\))?/.exec(clean.slice(w));
    if (!m?.[1]) return;
    const list = m[2];
    let bodyAt = w + m[0].length;
    while (bodyAt < clean.length && clean.charCodeAt(bodyAt) <= C.Space) bodyAt++;
    const params = list
      ?.slice(1, -1)
      .split(',')
      .map((p) => p.trim())
      .filter((p) => p !== '');
    const decl: MacroDecl = {
      name: m[1],
      ...(params ? { params } : {}),
      body: clean.slice(bodyAt).trimEnd(),
      bodyStart: at + bodyAt,
      start: at,
      end,
    };
    this.macros.push(decl);
    this.branches.live.set(decl.name, decl);
    this.branches.gone.delete(decl.name);
  }
}
