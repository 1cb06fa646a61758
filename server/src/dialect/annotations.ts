/**
 * First pass over the tokens: takes out what is an annotation or an attribute wherever it stands, and spells C's exception words.
 * Owns the annotations of the side table; needs no context beyond a token's neighbours.
 */
import type { Annotation } from '../syntax/ast';
import type { Gap } from '../syntax/facts';
import { classify, type MacroClass } from './classify';
import { ATTRIBUTE, ATTRIBUTE_CALL, DIRECTION, isSal, STORAGE, UNDERSCORE } from './names';
import type { Overlay } from './overlay';
import type { Preprocessor } from './preprocess';
import { Kind, P, type Tokens } from './tokens';
import { Flag, flag, FLAGS, HASHES, hashOf, textOf, Word } from './words';

const SEH = new Map([
  ['try', '__try'],
  ['_try', '__try'],
  ['except', '__except'],
  ['_except', '__except'],
  ['finally', '__finally'],
  ['_finally', '__finally'],
  ['leave', '__leave'],
  ['_leave', '__leave'],
  ['TRY', '__try'],
  ['EXCEPT', '__except'],
  ['FINALLY', '__finally'],
  ['LEAVE', '__leave'],
  ['_SEH2_TRY', '__try'],
  ['_SEH2_EXCEPT', '__except'],
  ['_SEH2_FINALLY', '__finally'],
  ['_SEH2_LEAVE', '__leave'],
]);
const ASM = new Set(['__asm', '_asm', 'asm', '__asm__']);
const UNALIGNED = new Set(['UNALIGNED', '__unaligned', '_unaligned', 'UNALIGNED64']);

const SAL_ONLY = Flag.Special | Flag.Sal;
const NOTHING = new Uint8Array(HASHES);

/** Sized alignments of the kit's attribute words, in bytes. */
const ALIGN_WORDS = new Map([['DECLSPEC_CACHEALIGN', 64]]);

for (const list of [SEH.keys(), ['_SEH2_END', 'offsetof'], ASM, UNALIGNED, ALIGN_WORDS.keys()]) flag(list, Flag.Special);

export class Annotations {
  readonly annotations: Annotation[] = [];
  readonly aligns: { at: number; bytes: number }[] = [];
  readonly unaligned: number[] = [];
  readonly moved = new Map<number, number>();
  readonly leaves = new Set<number>();
  readonly storages: { at: number; word: string }[] = [];
  readonly movedEnds = new Map<number, number>();
  readonly asms = new Map<number, number>();
  readonly gaps: Gap[] = [];
  private readonly learned = new Map<string, MacroClass>();
  private readonly tokens: Tokens;

  constructor(
    private readonly pre: Preprocessor,
    private readonly overlay: Overlay,
  ) {
    this.tokens = pre.tokens;
  }

  /** Class of a macro that this file defines. */
  own(name: string): MacroClass | undefined {
    const known = this.learned.get(name);
    if (known) return known;
    const macro = this.pre.branches.live.get(name);
    if (!macro) return undefined;
    const found = classify(macro, (n) => {
      const inner = this.pre.branches.live.get(n);
      return inner && { name: n, body: inner.body, params: inner.params, bodyStart: 0, start: 0, end: 0 };
    });
    this.learned.set(name, found);
    return found;
  }

  /** Replacement text of a macro that this file defines. */
  body(name: string): string | undefined {
    return this.pre.branches.live.get(name)?.body;
  }

  run(): void {
    const { tokens } = this;
    const { codes } = this.overlay;
    const { live } = this.pre.branches;
    const defined = live.size > 0 ? new Uint8Array(HASHES) : NOTHING;
    for (const name of live.keys()) defined[hashOf(name)] = 1;
    const { kind, known, hash, start } = tokens;
    for (let i = 0; i < tokens.n; i++) {
      if (kind[i] !== Kind.Ident) continue;
      const k = known[i] ?? 0;
      // A word that nobody knows is a macro of this file or an annotation, which starts with an underscore.
      if (((FLAGS[k] ?? 0) & Flag.Special) === 0 && defined[hash[i] ?? 0] === 0 && (k > 0 || codes[start[i] ?? 0] !== UNDERSCORE))
        continue;
      const word = k > 0 ? textOf(k) : tokens.word(i);
      if (tokens.code[i] === Word.Plain)
        i = (FLAGS[k] ?? 0) === SAL_ONLY && !live.has(word) ? this.annotation(i, word) : this.plain(i, word);
      else if (word === '__forceinline') this.overlay.replace(tokens.from(i), tokens.to(i), 'inline');
    }
    tokens.compact();
  }

  /** Returns the index of the last token that was dealt with. */
  private plain(i: number, word: string): number {
    const { tokens } = this;
    const first = word.charCodeAt(0);
    const own = this.pre.branches.live.has(word) ? this.own(word) : undefined;
    if (own !== undefined) {
      const learned = this.learnedWord(i, word, own);
      if (learned >= 0) return learned;
      if (own !== 'attribute' && !SEH.has(word)) return i;
    }
    const seh = SEH.get(word);
    if (seh !== undefined) return this.seh(i, seh);
    if (word === '_SEH2_END') return this.drop(i, i);
    if (ASM.has(word)) return this.asm(i);
    if (word === 'offsetof') {
      this.overlay.write(tokens.from(i), 'offsetoF');
      return i;
    }
    if (UNALIGNED.has(word)) this.unaligned.push(tokens.from(i));
    const bytes = ALIGN_WORDS.get(word);
    if (bytes !== undefined) this.aligns.push({ at: tokens.from(i), bytes });
    if (ATTRIBUTE.has(word)) return this.drop(i, i);
    if (DIRECTION.has(word)) return this.direction(i, word);
    const storage = STORAGE.get(word);
    if (storage !== undefined) return this.storage(i, storage);
    if (ATTRIBUTE_CALL.has(word)) {
      const close = tokens.is(i + 1, P.lparen) ? tokens.close(i + 1) : -1;
      if (close < 0) return word === '__attribute__' ? i : this.drop(i, i);
      this.attributeCall(word, i, close);
      return this.drop(i, close);
    }
    return first === UNDERSCORE && isSal(word) ? this.annotation(i, word) : i;
  }

  /** A word spelled as an annotation; `extern int _Name_;` is a variable, however it is spelled. */
  private annotation(i: number, word: string): number {
    const { tokens } = this;
    if (this.tagBefore(i) || (tokens.is(i + 1, P.semi) && tokens.code[i - 1] === Word.Type)) return i;
    return this.sal(i, word);
  }

  private tagBefore(i: number): boolean {
    return i > 0 && this.tokens.code[i - 1] === Word.Tag;
  }

  private learnedWord(i: number, word: string, own: MacroClass): number {
    const { tokens } = this;
    const called = tokens.is(i + 1, P.lparen) && this.pre.branches.live.get(word)?.params !== undefined;
    const close = called ? tokens.close(i + 1) : i;
    if (close < 0) return -1;
    switch (own) {
      case 'attribute': {
        if (called && tokens.is(close + 1, P.semi)) return i;
        if (isSal(word)) return -1;
        if (UNALIGNED.has(word)) this.unaligned.push(tokens.from(i));
        const align = /align\s*\(\s*(\w+)\s*\)/.exec(this.pre.branches.live.get(word)?.body ?? '')?.[1];
        if (align !== undefined && Number(align) > 0) this.aligns.push({ at: tokens.from(i), bytes: Number(align) });
        return this.drop(i, close);
      }
      case 'storage': {
        const body = this.pre.branches.live.get(word)?.body ?? '';
        const w = /\bstatic\b/.test(body)
          ? 'static'
          : /inline/.test(body)
            ? 'inline'
            : /\bextern\b(?!\s*")/.test(body)
              ? 'extern'
              : '';
        return called ? this.drop(i, close) : this.storage(i, w);
      }
      case 'try':
        return this.seh(i, '__try');
      case 'except':
        return this.seh(i, '__except');
      case 'finally':
        return this.seh(i, '__finally');
      case 'leave':
        return this.seh(i, '__leave');
      default:
        return -1;
    }
  }

  private drop(from: number, to: number): number {
    const { tokens } = this;
    this.overlay.blank(tokens.from(from), tokens.to(to));
    for (let k = from; k <= to; k++) tokens.kind[k] = Kind.Gone;
    return to;
  }

  private storage(i: number, spelled: string): number {
    const { tokens, overlay } = this;
    const from = tokens.from(i);
    const to = tokens.to(i);
    if (spelled === '' || spelled.length > to - from) {
      if (spelled !== '') this.storages.push({ at: from, word: spelled });
      return this.drop(i, i);
    }
    overlay.replace(from, to, spelled);
    tokens.code[i] = spelled === 'extern' ? Word.Extern : Word.Qualifier;
    return i;
  }

  private direction(i: number, word: string): number {
    const { tokens } = this;
    const before = i > 0 ? (tokens.code[i - 1] ?? 0) : P.semi;
    const follows = tokens.ident(i + 1) || tokens.is(i + 1, P.star) || tokens.from(i + 1) + 3 === tokens.to(i + 1);
    const opens = before === P.lparen || before === P.comma || before === P.semi || before === P.lbrace;
    const after =
      i > 0 &&
      (tokens.kind[i - 1] === Kind.Ident || tokens.kind[i - 1] === Kind.Gone || before === P.star || before === P.rbracket);
    const closes = tokens.is(i + 1, P.comma) || tokens.is(i + 1, P.rparen);
    const fits =
      word === 'OPTIONAL'
        ? (after && (closes || follows)) || (opens && follows)
        : (opens || after) && (follows || (after && closes));
    if (!fits || this.tagBefore(i)) return i;
    this.annotations.push({ name: word, args: [], start: tokens.from(i), end: tokens.to(i) });
    return this.drop(i, i);
  }

  private sal(i: number, word: string): number {
    const { tokens } = this;
    const close = tokens.is(i + 1, P.lparen) ? tokens.close(i + 1) : -1;
    const last = close < 0 ? i : close;
    this.annotations.push({
      name: word,
      args: close < 0 ? [] : this.args(i + 1, close),
      start: tokens.from(i),
      end: tokens.to(last),
    });
    return this.drop(i, last);
  }

  /** Source text of arguments, split at top-level commas. */
  private args(open: number, close: number): string[] {
    const { tokens } = this;
    const out: string[] = [];
    let from = tokens.to(open);
    for (let k = open + 1; k <= close; k++) {
      const c = tokens.code[k] ?? 0;
      if (k < close && (c === P.lparen || c === P.lbracket || c === P.lbrace)) k = Math.max(k, tokens.close(k));
      else if (c === P.comma || k === close) {
        out.push(tokens.text.slice(from, tokens.from(k)).trim());
        from = tokens.to(k);
      }
    }
    return out.length === 1 && out[0] === '' ? [] : out;
  }

  private attributeCall(word: string, i: number, close: number): void {
    const { tokens } = this;
    const inner = tokens.text.slice(tokens.to(i + 1), tokens.from(close));
    if (word === '__pragma') this.pre.packing.pragma(inner, tokens.to(close));
    else if (word === '_Pragma') this.pre.packing.pragma(inner.replace(/^\s*L?"|"\s*$/g, ''), tokens.to(close));
    else {
      const m =
        word === 'DECLSPEC_ALIGN' || word === '_CRT_ALIGN' || /alignas/i.test(word)
          ? inner
          : /\balign\s*\(\s*([^)]*)\)/.exec(inner)?.[1];
      const text = m?.trim() ?? '';
      const bytes = Number(this.pre.branches.live.get(text)?.body ?? ALIGNMENTS.get(text) ?? text);
      if (text !== '' && bytes > 0) this.aligns.push({ at: tokens.from(i), bytes });
    }
  }

  private seh(i: number, word: string): number {
    const { tokens } = this;
    const next = tokens.code[i + 1] ?? 0;
    const prev = i > 0 ? (tokens.code[i - 1] ?? 0) : 0;
    const fits =
      word === '__try' || word === '__finally'
        ? next === P.lbrace && (word === '__try' || prev === P.rbrace)
        : word === '__except'
          ? next === P.lparen && prev === P.rbrace
          : next === P.semi &&
            (prev === P.semi ||
              prev === P.lbrace ||
              prev === P.rbrace ||
              prev === P.rparen ||
              prev === P.colon ||
              prev === Word.Block);
    if (!fits || (tokens.word(i) === 'TRY' && !/^(?:EXCEPT|FINALLY)$/.test(tokens.word(tokens.close(i + 1) + 1)))) return i;
    this.spell(i, word);
    tokens.code[i] = word === '__except' ? Word.Control : word === '__leave' ? Word.Jump : Word.Block;
    return i;
  }

  /** Writes a keyword over a token and, where it is longer, over the blanks beside it. */
  private spell(i: number, word: string): void {
    const { tokens, overlay } = this;
    let s = tokens.from(i);
    let e = tokens.to(i);
    const low = i > 0 ? tokens.to(i - 1) : 0;
    const high = i + 1 < tokens.n ? tokens.from(i + 1) : tokens.text.length;
    const blank = (at: number): boolean => overlay.at(at) === 32 || overlay.at(at) === 9;
    while (e - s < word.length) {
      if (s - 1 >= low && blank(s - 1) && (s - 1 > low || low === 0 || tokens.kind[i - 1] !== Kind.Ident)) s--;
      else if (e < high && blank(e)) e++;
      else break;
    }
    const brace = s === low && tokens.is(i - 1, P.rbrace) ? tokens.from(i - 1) : -1;
    let back = word.length - (e - s);
    if (back > 0 && brace > 0) {
      // The brace before it moves back over its indentation.
      let k = brace;
      while (brace - k < back && blank(k - 1)) k--;
      if (brace - k === back) {
        overlay.blank(brace, brace + 1);
        overlay.write(k, '}');
        this.movedEnds.set(k + 1, brace + 1);
        s = k + 1;
        back = 0;
      }
    }
    if (back > 0 && word === '__leave') {
      this.leaves.add(tokens.from(i));
      return;
    }
    if (back > 0) {
      this.gaps.push({
        kind: 'error',
        start: tokens.from(i),
        end: tokens.to(i),
        message: `\`${tokens.word(i)}\` could not be read as \`${word}\`.`,
      });
      return;
    }
    overlay.replace(s, e, word);
    if (s !== tokens.from(i)) this.moved.set(s, tokens.from(i));
  }

  private asm(i: number): number {
    const { tokens, overlay } = this;
    const { text } = tokens;
    let k = i + 1;
    while (tokens.ident(k) && /^(?:volatile|__volatile__|goto|inline)$/.test(tokens.word(k))) k++;
    const from = tokens.from(i);
    if (tokens.is(k, P.lparen)) return i;
    if (!tokens.is(k, P.lbrace) && tokens.word(i) === 'asm') return i;
    let last = i;
    let to: number;
    if (tokens.is(i + 1, P.lbrace)) {
      const close = tokens.close(i + 1);
      if (close < 0) return i;
      last = close;
      to = tokens.to(close);
    } else {
      const eol = text.indexOf('\n', from);
      to = eol < 0 ? text.length : eol;
      while (
        last + 1 < tokens.n &&
        tokens.from(last + 1) < to &&
        !tokens.is(last + 1, P.rbrace) &&
        !ASM.has(tokens.word(last + 1))
      )
        last++;
      to = tokens.to(last);
    }
    this.drop(i, last);
    // An empty statement stands for the assembly.
    overlay.write(from, ';');
    tokens.kind[i] = Kind.Punct;
    tokens.code[i] = P.semi;
    tokens.end[i] = from + 1;
    this.asms.set(from, to);
    return last;
  }
}

const ALIGNMENTS = new Map([
  ['MEMORY_ALLOCATION_ALIGNMENT', '16'],
  ['SYSTEM_CACHE_ALIGNMENT_SIZE', '64'],
  ['SYSTEM_CACHE_LINE_SIZE', '64'],
]);
