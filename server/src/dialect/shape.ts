/**
 * Second pass over the tokens: walks declarations and statements just far enough to see what the grammar would stumble over,
 * and makes that digestible. Unknown attribute-like words, macros without a semicolon, types as arguments, ambiguous casts.
 * Owns the guesses; a name that only makes sense as an attribute or a statement is treated so, and counted.
 */
import type { Span } from '../syntax/ast';
import type { Gap } from '../syntax/facts';
import type { Annotations } from './annotations';
import type { MacroClass } from './classify';
import type { Consultation } from './consult';
import { isTypeWord, KNOWN_CALL } from './names';
import type { Overlay } from './overlay';
import type { FileCall, Headless, StandIn } from './side';
import { Kind, P, type Tokens } from './tokens';
import { Word } from './words';

const enum Frame {
  File,
  Block,
  Record,
  Enum,
  Init,
  /** Parameters of a declarator. */
  Params,
  /** Arguments of a call. */
  Args,
  /** Any other parenthesis or bracket. */
  Group,
}

interface Spec {
  readonly from: number;
  readonly to: number;
  /** How much this looks like the type; at least 100 for what can be nothing else. */
  readonly rank: number;
}

const DEPTH = 1200;

export class Shape {
  readonly standIns = new Map<number, StandIn>();
  readonly headless = new Map<number, Headless>();
  readonly calls: FileCall[] = [];
  readonly types = new Set<string>();
  /** Offsets of words that read `int` only because a type is missing. */
  readonly implicit = new Set<number>();
  /** Names that the tree sees at another place, and bit-fields without a name, whose span is empty. */
  readonly renamed = new Map<number, Span>();
  readonly gaps: Gap[] = [];
  private readonly frames: Frame[] = [Frame.File];
  private readonly opens: number[] = [-1];
  /** The open frame's items are declarations that began with `typedef`, are past a `=`, … */
  private item = true;
  private expression = false;
  private typedef = false;
  /** Token at which the present item started. */
  private started = -1;
  /** Index of a `(` that opens parameters. */
  private params = -1;
  /** Closing bracket after which a statement starts. */
  private readonly heads = new Set<number>();

  constructor(
    private readonly tokens: Tokens,
    private readonly overlay: Overlay,
    private readonly notes: Annotations,
    private readonly ask: Consultation,
  ) {}

  run(): void {
    const { tokens } = this;
    for (let i = 0; i < tokens.n; i++) {
      if (tokens.kind[i] === Kind.Gone) continue;
      const frame = this.frames.at(-1) ?? Frame.File;
      if (this.item && (frame === Frame.File || frame === Frame.Block || frame === Frame.Record)) {
        this.item = false;
        this.expression = false;
        this.typedef = false;
        this.started = i;
        const next = this.startItem(i, frame);
        if (next > i) {
          i = next - 1;
          continue;
        }
        this.item = false;
      }
      this.token(i, frame);
    }
  }

  private push(frame: Frame, at: number): void {
    if (this.frames.length === DEPTH) {
      const close = this.tokens.close(at);
      const end = close < 0 ? this.tokens.text.length : this.tokens.from(close);
      this.overlay.blank(this.tokens.to(at), end);
      this.gaps.push({ kind: 'error', start: this.tokens.from(at), end, message: 'Nested too deeply to be read.' });
      for (let k = at + 1; k < (close < 0 ? this.tokens.n : close); k++) this.tokens.kind[k] = Kind.Gone;
      if (this.tokens.is(at, P.lparen)) this.overlay.write(this.tokens.to(at), '0');
    }
    this.frames.push(frame);
    this.opens.push(at);
  }

  private token(i: number, frame: Frame): void {
    const { tokens } = this;
    const c = tokens.code[i] ?? 0;
    switch (c) {
      case P.lbrace:
        this.brace(i, frame);
        return;
      case P.rbrace:
        this.unbrace(i);
        return;
      case P.lparen:
        this.paren(i, frame);
        return;
      case P.lbracket:
        this.push(Frame.Group, i);
        return;
      case P.rparen:
      case P.rbracket:
        if (tokens.close(i) >= 0) {
          this.frames.pop();
          this.opens.pop();
          if (this.frames.length === 0) this.frames.push(Frame.File);
        }
        if (this.heads.delete(i)) this.item = true;
        return;
      case P.semi:
        if (frame === Frame.File || frame === Frame.Block || frame === Frame.Record) this.item = true;
        return;
      case P.comma:
        if (frame === Frame.Args) this.argument(i + 1);
        else if (frame === Frame.Params) this.parameter(i + 1);
        else if (frame === Frame.Record || (!this.expression && (frame === Frame.File || frame === Frame.Block)))
          this.declarator(i + 1);
        return;
      case P.assign:
        this.expression = true;
        return;
      case Word.Control:
        this.expression = true;
        if (tokens.is(i + 1, P.lparen) && tokens.close(i + 1) >= 0) this.heads.add(tokens.close(i + 1));
        return;
      case Word.Block:
        this.item = true;
        return;
      case Word.Jump:
        this.expression = true;
        return;
      case Word.Plain:
        // Behind `]` of a declarator no word has a meaning but that of an attribute.
        if (
          tokens.is(i - 1, P.rbracket) &&
          tokens.kind[i - 1] !== Kind.Gone &&
          !this.expression &&
          frame !== Frame.Args &&
          frame !== Frame.Group
        ) {
          const close = tokens.is(i + 1, P.lparen) ? tokens.close(i + 1) : i;
          if (close >= 0) this.drop(i, close, 'attribute');
        }
        return;
      default:
        return;
    }
  }

  // Brackets

  private brace(i: number, frame: Frame): void {
    const { tokens } = this;
    const prev = tokens.code[i - 1] ?? 0;
    let kind: Frame;
    if (this.expression || frame === Frame.Init || prev === P.assign)
      kind = frame === Frame.Args && !this.expression ? Frame.Block : Frame.Init;
    else if (prev === Word.Tag) kind = tokens.word(i - 1) === 'enum' ? Frame.Enum : Frame.Record;
    else if (tokens.kind[i - 1] === Kind.Ident && tokens.code[i - 2] === Word.Tag)
      kind = tokens.word(i - 2) === 'enum' ? Frame.Enum : Frame.Record;
    else if (tokens.kind[i - 1] === Kind.String && tokens.code[i - 2] === Word.Extern) kind = Frame.File;
    else if (this.enumWithBase(i)) kind = Frame.Enum;
    else kind = Frame.Block;
    if (frame === Frame.Group || frame === Frame.Args) kind = Frame.Init;
    this.push(kind, i);
    this.item = kind === Frame.Block || kind === Frame.Record || kind === Frame.File;
  }

  private enumWithBase(i: number): boolean {
    const { tokens } = this;
    for (let k = i - 1; k > i - 6 && k >= 0; k--) {
      if (tokens.word(k) === 'enum') return true;
      if (tokens.kind[k] !== Kind.Ident && !tokens.is(k, P.colon)) return false;
    }
    return false;
  }

  private unbrace(i: number): void {
    // Parentheses that the text never closed end here.
    let k = this.frames.length - 1;
    while (k > 0 && (this.frames[k] ?? 0) >= Frame.Params) k--;
    const kind = this.frames[k] ?? Frame.File;
    if (k > 0) {
      this.frames.length = k;
      this.opens.length = k;
    }
    if (kind === Frame.Block || kind === Frame.File) this.item = true;
    else if (kind === Frame.Record || kind === Frame.Enum) {
      this.expression = false;
      this.tail(i + 1);
    }
  }

  private paren(i: number, frame: Frame): void {
    const { tokens } = this;
    const close = tokens.close(i);
    if (close < 0) return;
    const prev = tokens.code[i - 1] ?? 0;
    if (i === this.params) {
      this.push(Frame.Params, i);
      this.parameter(i + 1);
      return;
    }
    if (frame === Frame.Params || (!this.expression && (frame === Frame.File || frame === Frame.Record))) {
      // `(*name)` of a declarator, or the parameters after it.
      if (prev === P.rparen || prev === Word.Plain) {
        this.push(Frame.Params, i);
        this.parameter(i + 1);
      } else this.push(Frame.Group, i);
      return;
    }
    if (prev === Word.Plain || (prev === P.rparen && !this.castBefore(i)) || prev === P.rbracket) {
      this.push(Frame.Args, i);
      this.argument(i + 1);
      return;
    }
    this.push(Frame.Group, i);
    if (prev !== Word.Sizeof) this.cast(i, close);
  }

  private readonly casts = new Set<number>();

  private castBefore(i: number): boolean {
    return this.casts.has(i - 1) || this.started === i;
  }

  /** `(T)(x)` and `(T)&x` read as a call and as an operation unless T is a keyword: it becomes one. */
  private cast(open: number, close: number): void {
    const { tokens } = this;
    if (close !== open + 2 || tokens.code[open + 1] !== Word.Plain) {
      const last = tokens.code[close - 1];
      if (last === P.star || tokens.code[open + 1] === Word.Type || tokens.code[open + 1] === Word.Tag) this.casts.add(close);
      return;
    }
    const after = tokens.code[close + 1] ?? 0;
    const kind = tokens.kind[close + 1];
    if (kind === Kind.Ident || kind === Kind.Number || kind === Kind.String || kind === Kind.Char) {
      this.casts.add(close);
      return;
    }
    const ambiguous = after === P.lparen || after === P.star || after === P.amp || after === P.minus || after === P.plus;
    if (!ambiguous) {
      if (after === P.tilde || after === P.not || after === P.lbrace) this.casts.add(close);
      return;
    }
    const name = tokens.word(open + 1);
    if (!this.isType(name) && !(after !== P.minus && after !== P.plus && this.looksLikeType(name, after === P.lparen))) return;
    this.casts.add(close);
    if (name.length >= 3) this.overlay.replace(tokens.from(open + 1), tokens.to(open + 1), 'int');
  }

  isType(name: string): boolean {
    return this.types.has(name) || isTypeWord(name) || this.ask.isType(name);
  }

  private looksLikeType(name: string, called: boolean): boolean {
    if (this.notes.own(name) !== undefined) return this.notes.own(name) === 'type';
    return called ? /^[A-Z][A-Z0-9_]*$/.test(name) || /_t$/.test(name) : /^P[A-Z][A-Z0-9_]+$/.test(name) || /_t$/.test(name);
  }

  private classOf(name: string): MacroClass | undefined {
    return this.notes.own(name) ?? this.ask.classOf(name);
  }

  // Items

  /** Start of a declaration or statement; returns the token to go on with. */
  private startItem(i: number, frame: Frame): number {
    const { tokens } = this;
    const c = tokens.code[i] ?? 0;
    switch (c) {
      case Word.Case:
      case Word.Default: {
        let deep = 0;
        for (let k = i + 1; k < tokens.n; k++) {
          const d = tokens.code[k] ?? 0;
          if (d === P.question) deep++;
          else if (d === P.colon && deep-- === 0) {
            this.item = true;
            return k + 1;
          } else if (d === P.semi || d === P.lbrace || d === P.rbrace) return i;
          else if (d === P.lparen) k = Math.max(k, tokens.close(k));
        }
        return i;
      }
      case P.semi:
        if (frame === Frame.Record) this.overlay.blank(tokens.from(i), tokens.to(i));
        return i;
      case Word.Plain:
      case Word.Type:
      case Word.Tag:
      case Word.Qualifier:
      case Word.Typedef:
      case Word.Extern:
        return this.declaration(i, frame);
      default:
        return i;
    }
  }

  /**
   * Reads specifiers from `i`: exactly one names the type, the rest are attributes. Returns the token to go on with.
   */
  private declaration(i: number, frame: Frame): number {
    const { tokens } = this;
    const specs: Spec[] = [];
    let j = i;
    let qualified = false;
    for (; j < tokens.n; j++) {
      const c = tokens.code[j] ?? 0;
      if (tokens.kind[j] === Kind.Gone) continue;
      if (c === Word.Qualifier) qualified = true;
      else if (c === Word.Typedef) {
        this.typedef = true;
        qualified = true;
      } else if (c === Word.Extern) {
        qualified = true;
        if (tokens.kind[j + 1] === Kind.String) {
          if (tokens.is(j + 2, P.lbrace)) return j + 2;
          j++;
          this.overlay.blank(tokens.from(j), tokens.to(j));
          tokens.kind[j] = Kind.Gone;
        }
      } else if (c === Word.Type) {
        const from = j;
        if (this.typedef && specs.length > 0 && (tokens.is(j + 1, P.semi) || tokens.is(j + 1, P.comma))) {
          // `typedef INT8 int8_t;`
          this.types.add(tokens.word(j));
          break;
        }
        while (tokens.code[j + 1] === Word.Type || (tokens.code[j + 1] === Word.Qualifier && tokens.code[j + 2] === Word.Type))
          j++;
        specs.push({ from, to: j, rank: 200 });
      } else if (c === Word.Tag) {
        const tail = this.tag(j);
        specs.push({ from: j, to: tail, rank: 200 });
        j = tail;
        if (tokens.is(j + 1, P.lbrace)) {
          this.choose(specs, frame);
          return j + 1;
        }
      } else if (c === Word.Plain) {
        if (tokens.is(j + 1, P.lparen)) {
          const close = tokens.close(j + 1);
          if (close < 0) break;
          if (this.pointerGroup(j + 1, close, frame)) {
            specs.push({ from: j, to: j, rank: this.rank(j) });
            j++;
            break;
          }
          if (
            specs.length > 1 &&
            tokens.kind[j + 2] === Kind.String &&
            !isDeclWord(this.follow(close)) &&
            this.follow(close) !== P.lbrace
          ) {
            this.drop(j, close, 'attribute');
            j = close;
            continue;
          }
          const has = specs.some((s) => s.rank > 0);
          const after = this.follow(close);
          if (specs.length === 0 && !qualified) {
            const next = this.macroCall(j, close, frame);
            if (next < 0) return j;
            if (next > j && tokens.kind[j] === Kind.Gone && !tokens.is(next, P.lbrace)) this.item = true;
            return next;
          }
          if (frame !== Frame.Block && isDeclWord(after) && this.attributeCall(j, close, has)) {
            j = close;
            continue;
          }
          break;
        }
        specs.push({ from: j, to: j, rank: this.rank(j) });
      } else break;
    }
    const stop = tokens.code[j] ?? 0;
    if (stop === P.colon && frame === Frame.Record && (specs.length === 1 || (specs.at(-1)?.rank ?? 0) === 200)) {
      this.unnamedBits(j);
      this.expression = true;
      return j;
    }
    if (specs.length === 0) {
      if (qualified && stop === Word.Plain) {
        this.implicitInt(i, j);
        this.named(j, frame);
      }
      return j;
    }
    if (
      qualified &&
      specs.length === 1 &&
      specs[0]?.rank !== 200 &&
      frame !== Frame.Record &&
      (stop === P.semi || stop === P.assign)
    ) {
      if (this.typedef) {
        this.types.add(tokens.word(specs[0]?.from ?? i));
        this.drop(i, j - 1, 'statement');
        return j;
      }
      this.implicitInt(i, specs[0]?.from ?? j);
    }
    if (stop === P.star) {
      if (specs.length > 1 || qualified) this.choose(specs, frame);
      return this.stars(j, frame);
    }
    if (stop === P.lparen) {
      this.typedefGroup(j);
      this.choose(specs, frame);
      return j;
    }
    if (tokens.code[j] === Word.Plain && tokens.is(j + 1, P.lparen)) {
      this.choose(specs, frame);
      if (frame !== Frame.Block || specs.length > 0) this.named(j, frame);
      return j;
    }
    if (
      frame === Frame.Record &&
      !qualified &&
      specs.length === 1 &&
      specs[0]?.rank !== 200 &&
      (stop === P.rbrace || isDeclWord(stop))
    ) {
      if (this.insert(tokens.to(j - 1), tokens.from(j), ';'))
        this.guess(i, j - 1, `\`${tokens.word(i)}\` was taken for members that a macro makes.`);
      else this.drop(i, j - 1, 'statement');
      this.item = true;
      return j;
    }
    if (
      frame === Frame.File &&
      !qualified &&
      specs.length === 1 &&
      (stop === P.rbrace || j >= tokens.n) &&
      specs[0]?.rank !== 200
    ) {
      this.drop(i, j - 1, 'attribute');
      return j;
    }
    if (frame === Frame.Block && !qualified && specs.length === 1 && specs[0]?.rank !== 200) return this.lone(i, j);
    if (specs.length > 1) {
      const last = specs.at(-1);
      if (last && last.rank < 200 && last.from === last.to) {
        specs.pop();
        if (this.typedef) this.types.add(tokens.word(last.from));
        this.choose(specs, frame);
      } else this.choose(specs, frame);
    }
    return j;
  }

  /** A bit-field without a name gets one; where blanks are missing, the end of its type gives way. */
  private unnamedBits(colon: number): void {
    const { tokens, overlay } = this;
    const type = colon - 1;
    const at = tokens.from(colon) - 1;
    const blanks = at + 1 - tokens.to(type);
    if (blanks < 2 && tokens.to(type) - tokens.from(type) < 3) return;
    let to = at;
    if (blanks > 0) to = Math.max(overlay.room(tokens.to(type) + 1, at + 1), blanks > 1 ? -1 : at);
    if (to < 0) return;
    if (blanks < 2) overlay.blank(tokens.to(type) - (blanks === 0 ? 2 : 1), tokens.to(type));
    overlay.write(to, '_');
    this.renamed.set(to, { start: to, end: to });
  }

  /** A declaration without a type: one of its qualifiers is spelled `int`, as old compilers read it. */
  private implicitInt(i: number, name: number): void {
    const { tokens } = this;
    let pick = -1;
    for (let k = i; k < name; k++) {
      if (tokens.kind[k] === Kind.Gone || tokens.code[k] !== Word.Qualifier) continue;
      if (pick < 0 || tokens.word(k) !== 'static') pick = k;
    }
    if (pick < 0) return;
    this.overlay.replace(tokens.from(pick), tokens.to(pick), 'int');
    this.implicit.add(tokens.from(pick));
    this.guess(i, name, `\`${tokens.word(name)}\` has no type and was taken for an int.`);
  }

  private follow2(open: number): number {
    return this.tokens.close(open) + 1;
  }

  private follow(close: number): number {
    const { tokens } = this;
    return close + 1 < tokens.n ? (tokens.code[close + 1] ?? 0) : P.semi;
  }

  private rank(j: number): number {
    const name = this.tokens.word(j);
    if (this.types.has(name) || isTypeWord(name)) return 50;
    return 1;
  }

  /** Name of a tag: words between `struct` and the name are attributes. Returns the last token of the tag. */
  private tag(j: number): number {
    const { tokens } = this;
    let k = j + 1;
    while (k < tokens.n && tokens.kind[k] === Kind.Gone) k++;
    let last = -1;
    const from = k;
    while (k < tokens.n && tokens.code[k] === Word.Plain) {
      if (tokens.is(k + 1, P.lparen)) {
        const close = last < 0 ? tokens.close(k + 1) : -1;
        if (close > 0 && (tokens.code[close + 1] === Word.Plain || tokens.is(close + 1, P.lbrace))) {
          this.drop(k, close, 'attribute');
          k = close + 1;
          continue;
        }
        break;
      }
      last = k;
      k++;
    }
    if (last < 0) return j;
    if (tokens.is(k, P.lbrace) || tokens.is(k, P.colon)) {
      for (let d = from; d < last; d++) if (tokens.kind[d] === Kind.Ident) this.drop(d, d, 'attribute');
      return last;
    }
    let first = from;
    while (tokens.kind[first] === Kind.Gone) first++;
    return first;
  }

  /** Of several words that could be the type, all but one are attributes. */
  private choose(specs: readonly Spec[], frame: Frame): void {
    if (specs.length < 2) return;
    let best = 0;
    let bestRank = -1;
    specs.forEach((s, k) => {
      let rank = s.rank;
      if (rank < 50) {
        const name = this.tokens.word(s.from);
        const cls = this.classOf(name);
        if (cls === 'attribute' || cls === 'storage') rank = -10;
        else if (cls === 'type' || this.ask.isType(name)) rank = 45;
        else if (
          /(?:API|CALL|CALLTYPE|INLINE|EXPORT|IMPORT|DECL|_ATTR|LINKAGE|SECTION|CODE|PAGED)$/.test(name) ||
          /^(?:DECLSPEC|EXPORT|IMPORT|API)_/.test(name)
        )
          rank = 0;
        else if (/[a-z]/.test(name)) rank = 3;
      }
      if (rank > bestRank) {
        best = k;
        bestRank = rank;
      }
    });
    specs.forEach((s, k) => {
      if (k !== best) this.drop(s.from, s.to, frame === Frame.Block ? 'statement' : 'attribute');
    });
  }

  /** After `*`: one word is the name, words before it are attributes. */
  private stars(j: number, frame: Frame): number {
    const { tokens } = this;
    let k = j;
    const run: number[] = [];
    for (; k < tokens.n; k++) {
      const c = tokens.code[k] ?? 0;
      if (tokens.kind[k] === Kind.Gone || c === P.star || c === Word.Qualifier) continue;
      if (c === Word.Plain) {
        if (
          frame === Frame.File &&
          tokens.is(k + 1, P.lparen) &&
          tokens.close(k + 1) > 0 &&
          tokens.code[tokens.close(k + 1) + 1] === Word.Plain &&
          tokens.is(tokens.close(k + 1) + 2, P.lparen)
        ) {
          this.drop(k, tokens.close(k + 1), 'attribute');
          k = tokens.close(k);
          continue;
        }
        run.push(k);
      } else break;
    }
    const name = run.at(-1);
    if (run.length > 1) for (const r of run.slice(0, -1)) this.drop(r, r, 'attribute');
    if (name === undefined) return j;
    if (this.typedef && !tokens.is(name + 1, P.lparen)) this.types.add(tokens.word(name));
    if (tokens.is(name + 1, P.lparen) && (frame !== Frame.Block || this.typedef)) this.named(name, frame);
    return name;
  }

  /** Behind the `}` of a record: its declarators, among them attribute-like words. */
  private tail(i: number): void {
    const { tokens } = this;
    const run: number[] = [];
    let k = i;
    for (; k < tokens.n; k++) {
      const c = tokens.code[k] ?? 0;
      if (tokens.kind[k] === Kind.Gone || c === P.star || c === Word.Qualifier) continue;
      if (c !== Word.Plain) break;
      if (tokens.is(k + 1, P.lparen)) {
        const close = tokens.close(k + 1);
        const after = close < 0 ? 0 : this.follow(close);
        if (
          close < 0 ||
          !(after === P.semi || after === P.assign || after === Word.Plain) ||
          (after !== Word.Plain && run.length === 0)
        )
          break;
        this.drop(k, close, 'attribute');
        k = close;
        continue;
      }
      run.push(k);
    }
    if (run.length > 1) {
      const name = run.find((r) => this.classOf(tokens.word(r)) !== 'attribute' && /[a-z]/.test(tokens.word(r))) ?? run.at(-1);
      for (const r of run) if (r !== name) this.drop(r, r, 'attribute');
      if (this.typedef && name !== undefined) this.types.add(tokens.word(name));
    } else if (this.typedef && run[0] !== undefined) this.types.add(tokens.word(run[0]));
  }

  /** After a comma of a declaration. */
  private declarator(i: number): void {
    const { tokens } = this;
    let k = i;
    while (k < tokens.n && (tokens.is(k, P.star) || tokens.code[k] === Word.Qualifier || tokens.kind[k] === Kind.Gone)) k++;
    if (tokens.code[k] !== Word.Plain) return;
    if (this.typedef) this.types.add(tokens.word(k));
    while (tokens.code[k + 1] === Word.Plain) {
      this.drop(k, k, 'attribute');
      k++;
    }
  }

  /** A declarator's name that parameters follow; words between them and the body or `;` are attributes. */
  private named(name: number, frame: Frame): void {
    const { tokens } = this;
    const open = name + 1;
    const close = tokens.close(open);
    if (close < 0) return;
    if (this.typedef) this.types.add(tokens.word(name));
    this.params = open;
    if (frame === Frame.Block) return;
    let k = close + 1;
    while (tokens.code[k] === Word.Plain) {
      const end = tokens.is(k + 1, P.lparen) ? tokens.close(k + 1) : k;
      if (end < 0) return;
      const after = tokens.code[end + 1] ?? P.semi;
      if (after === P.semi || after === P.lbrace || after === Word.Plain || after === P.comma) {
        if (after === Word.Plain && frame === Frame.File && this.oldStyle(close)) return;
        this.drop(k, end, 'attribute');
        k = end + 1;
      } else return;
    }
  }

  /** `f(a, b) int a; char b; {`: the words after the list are declarations. */
  private oldStyle(close: number): boolean {
    const { tokens } = this;
    for (let k = close + 1; k < Math.min(tokens.n, close + 200); k++) {
      const c = tokens.code[k] ?? 0;
      if (c === P.lbrace) return tokens.is(k - 1, P.semi);
      if (c === P.lparen || c === P.assign || c === P.rbrace) return false;
    }
    return false;
  }

  /** `(WORD *name)`: the word is a calling convention. */
  private groupAttributes(open: number): void {
    const { tokens } = this;
    let k = open + 1;
    while (tokens.code[k] === Word.Plain && (tokens.is(k + 1, P.star) || tokens.code[k + 1] === Word.Plain)) k++;
    if (!tokens.is(k, P.star) || tokens.code[k + 1] !== Word.Plain || !tokens.is(k + 2, P.rparen)) return;
    for (let d = open + 1; d < k; d++) this.drop(d, d, 'attribute');
  }

  /** `typedef int (*name)(…)`: notes the name. */
  private typedefGroup(open: number): void {
    if (this.tokens.is(this.follow2(open), P.lparen)) this.groupAttributes(open);
    if (!this.typedef) return;
    const { tokens } = this;
    const close = tokens.close(open);
    for (let k = open + 1; k < close; k++) {
      if (tokens.code[k] !== Word.Plain) continue;
      this.types.add(tokens.word(k));
      return;
    }
  }

  /** `(*name)(…)` or `(*name)[…]` after a type: a declarator. Notes the name of a typedef. */
  private pointerGroup(open: number, close: number, frame: Frame): boolean {
    const { tokens } = this;
    const after = this.follow(close);
    if (frame !== Frame.Block && after === P.lparen) this.groupAttributes(open);
    let star = open + 1;
    while (star < close && tokens.kind[star] === Kind.Gone) star++;
    if (!tokens.is(star, P.star)) return false;
    if (after !== P.lparen && !(frame !== Frame.Block && (after === P.lbracket || after === P.semi))) return false;
    let k = open + 1;
    while (k < close && tokens.code[k] !== Word.Plain) k++;
    if (k === close) return false;
    if (frame === Frame.Block && !tokens.is(k + 1, P.rparen) && !tokens.is(k + 1, P.lbracket)) return false;
    if (this.typedef) this.types.add(tokens.word(k));
    return true;
  }

  private attributeCall(j: number, close: number, has: boolean): boolean {
    const { tokens } = this;
    const after = tokens.code[close + 1] ?? 0;
    if (has && after === Word.Plain && this.oldStyle(close)) return false;
    if (has && after !== Word.Plain && after !== P.star) return false;
    if (has && after === Word.Plain) {
      // `T name(args) ATTRIBUTE;` against `T ATTRIBUTE(x) name(args)`.
      let k = close + 1;
      while (tokens.code[k] === Word.Plain && tokens.code[k + 1] === Word.Plain) k++;
      const end = tokens.is(k + 1, P.lparen) ? tokens.close(k + 1) : k;
      const next = tokens.code[end + 1] ?? P.semi;
      const cls = this.classOf(tokens.word(j));
      if (cls !== 'attribute' && (next === P.semi || next === P.lbrace) && !tokens.is(k + 1, P.lparen)) return false;
      if (cls !== 'attribute' && !/^[A-Z_0-9]+$/.test(tokens.word(j))) return false;
    }
    this.drop(j, close, 'attribute');
    return true;
  }

  /** A word alone at the start of a statement that is followed by something that is no operator. */
  private lone(i: number, j: number): number {
    const { tokens } = this;
    const c = tokens.code[j] ?? 0;
    if (c === P.colon) {
      if (UPPER.test(tokens.word(i)) && tokens.to(i) - tokens.from(i) > 5 && this.classOf(tokens.word(i)) === 'case') {
        this.overlay.write(tokens.from(i), 'case ');
        this.renamed.set(tokens.from(i) + 5, { start: tokens.from(i), end: tokens.to(i) });
      } else if (tokens.is(j + 1, P.rbrace)) this.insert(tokens.to(j), tokens.from(j + 1), ';');
      this.item = true;
      return j + 1;
    }
    if (tokens.kind[j] === Kind.Punct && c !== P.lbrace && c !== P.rbrace && c !== P.semi) return i;
    const name = tokens.word(i);
    if (c === P.semi && !UPPER.test(name)) return i;
    const cls = this.classOf(name);
    if (cls === 'open' || cls === 'close') return this.bracket(i, i, cls);
    if (j >= tokens.n) return i;
    if (c === P.rbrace || isStatementWord(c)) {
      if (cls === 'statement' || cls === 'expr') {
        if (this.insert(tokens.to(i), tokens.from(j), ';')) {
          this.item = true;
          return j;
        }
      }
      this.drop(i, i, 'statement');
      this.item = true;
      return i + 1;
    }
    if (c === P.lbrace) {
      this.drop(i, i, 'statement');
      this.item = true;
      return i + 1;
    }
    return i;
  }

  /** How many braces a macro leaves open or closes. */
  private balance(name: string): number {
    const body = this.notes.body(name) ?? this.ask.macro(name)?.body ?? '';
    let deep = 0;
    let low = 0;
    for (const c of body) {
      if (c === '{') deep++;
      else if (c === '}') low = Math.min(low, --deep);
    }
    return Math.max(1, deep > 0 ? deep : -low);
  }

  private bracket(from: number, to: number, cls: 'open' | 'close'): number {
    const { tokens, overlay } = this;
    overlay.blank(tokens.from(from), tokens.to(to));
    const count = Math.min(this.balance(tokens.word(from)), tokens.to(from) - tokens.from(from));
    overlay.write(tokens.from(from), (cls === 'open' ? '{' : '}').repeat(count));
    for (let k = from + 1; k <= to; k++) tokens.kind[k] = Kind.Gone;
    tokens.kind[from] = Kind.Punct;
    tokens.code[from] = cls === 'open' ? P.lbrace : P.rbrace;
    tokens.end[from] = tokens.from(from) + 1;
    tokens.mate[from] = -1;
    for (let k = 0; k < count; k++) {
      if (cls === 'open') this.push(Frame.Block, from);
      else this.unbrace(from);
    }
    this.item = true;
    return to + 1;
  }

  /**
   * `NAME(args)` at the start of an item. Returns the token to go on with, or -1 when it is an ordinary expression or declaration.
   */
  private macroCall(i: number, close: number, frame: Frame): number {
    const { tokens } = this;
    const after = this.follow(close);
    if (frame === Frame.Record && after === P.lparen && COM_METHOD.test(tokens.word(i))) {
      let k = close + 1;
      while (k < tokens.n && !tokens.is(k, P.semi) && !tokens.is(k, P.rbrace))
        k = Math.max(k, tokens.is(k, P.lparen) ? tokens.close(k) : k) + 1;
      if (tokens.is(k, P.semi)) k++;
      this.drop(i, k - 1, 'statement');
      this.item = true;
      return k;
    }
    if (frame === Frame.File && after === P.lbrace && COM_INTERFACE.test(tokens.word(i)) && tokens.code[i + 2] === Word.Plain) {
      this.overlay.replace(tokens.from(i), tokens.to(i + 1), 'struct');
      this.overlay.blank(tokens.to(i + 2), tokens.to(close));
      for (let k = i; k <= close; k++) tokens.kind[k] = Kind.Gone;
      this.push(Frame.Record, close + 1);
      this.item = true;
      return close + 2;
    }
    if (after === P.semi) {
      if (tokens.is(i - 1, P.rbrace) && tokens.word(tokens.close(i - 1) - 1) === 'do' && tokens.to(i) - tokens.from(i) >= 5) {
        // Only a `while` can stand here, whatever it is called.
        this.overlay.replace(tokens.from(i), tokens.to(i), 'while');
        return -1;
      }
      if (frame === Frame.Block && UPPER.test(tokens.word(i))) {
        const cls = this.classOf(tokens.word(i));
        if (cls === 'open' || cls === 'close') return this.bracket(i, close, cls);
      }
      if (frame === Frame.File) {
        this.fileCall(i, close);
        this.overlay.blank(tokens.from(i), tokens.to(close));
        for (let k = i; k <= close; k++) tokens.kind[k] = Kind.Gone;
        return close + 1;
      } else if (frame === Frame.Record) {
        this.drop(i, close + 1, 'statement');
        this.item = true;
        return close + 2;
      }
      return -1;
    }
    const name = tokens.word(i);
    if (frame === Frame.File) {
      if (after === P.lbrace) return this.generator(i, close);
      if (isDeclWord(after) || after === P.rbrace || close + 1 >= tokens.n) {
        if (after !== P.rbrace && this.oldStyle(close)) return this.generator(i, close);
        this.fileCall(i, close);
        this.drop(i, close, 'attribute');
        return close + 1;
      }
      return -1;
    }
    if (frame === Frame.Record) {
      this.item = true;
      if (after === Word.Plain || after === P.star) {
        // A type made by a macro: its name alone will do.
        if (after === Word.Plain && (tokens.code[close + 2] === Word.Plain || tokens.is(close + 2, P.lparen))) {
          this.drop(i, close, 'attribute');
          return close + 1;
        }
        this.overlay.blank(tokens.from(i + 1), tokens.to(close));
        for (let k = i + 1; k <= close; k++) tokens.kind[k] = Kind.Gone;
        return i;
      }
      this.drop(i, close, 'attribute');
      return close + 1;
    }
    if (!isStatementWord(after) && after !== P.lbrace && after !== P.rbrace) return -1;
    const cls = this.classOf(name);
    if (cls === 'open' || cls === 'close') return this.bracket(i, close, cls);
    if (after === P.lbrace || cls === 'header') return this.header(i, close, cls, name);
    if (after === Word.Plain && cls === 'type') {
      this.overlay.blank(tokens.from(i + 1), tokens.to(close));
      for (let k = i + 1; k <= close; k++) tokens.kind[k] = Kind.Gone;
      return i;
    }
    const next = close + 1 < tokens.n ? tokens.from(close + 1) : tokens.text.length;
    if (cls === 'attribute' || !(this.insert(tokens.to(close), next, ';') || this.closeEarlier(close))) {
      this.drop(i, close, 'statement');
      return close + 1;
    }
    if (cls === undefined && !KNOWN_CALL.has(name))
      this.guess(i, close, `\`${name}\` was taken for a statement without a semicolon.`);
    this.heads.add(close);
    return i;
  }

  /** A loop or test made by a macro: its name is spelled as the keyword. */
  private header(i: number, close: number, cls: MacroClass | undefined, name: string): number {
    const { tokens } = this;
    const loop = name.length >= 5 && (cls === 'header' ? true : /EACH|FOR|LOOP|WHILE|ITER/i.test(name));
    const word = loop ? 'while' : 'if';
    if (name.length < word.length || close === i + 2) {
      this.drop(i, close, 'statement');
      return close + 1;
    }
    this.overlay.replace(tokens.from(i), tokens.to(i), word);
    tokens.code[i] = Word.Control;
    if (cls === undefined) this.guess(i, close, `\`${name}\` was taken for the head of a block.`);
    return i;
  }

  /** A function definition whose head is a macro, or that has no type. */
  private generator(i: number, close: number): number {
    const { tokens } = this;
    let k = close + 1;
    while (k < tokens.n && !tokens.is(k, P.lbrace)) k++;
    if (k >= tokens.n) return -1;
    const name = tokens.word(i);
    const macro = this.classOf(name) !== undefined || /^[A-Z][A-Z0-9_]*$/.test(name);
    if (!macro && name.length >= 3) {
      // A definition without a return type: the first letter of its name stands for the type.
      const from = tokens.from(i);
      this.overlay.replace(from, tokens.to(i), 'T ' + '_'.repeat(name.length - 2));
      this.implicit.add(from);
      this.renamed.set(from + 2, { start: from, end: tokens.to(i) });
      this.guess(i, i, `\`${name}\` has no return type and was taken for a function.`);
      this.named(i, Frame.File);
      return i;
    }
    let at = i;
    if (macro)
      for (let a = i + 2; a < close; a++)
        if (tokens.code[a] === Word.Plain && (tokens.is(a + 1, P.comma) || a + 1 === close)) {
          at = a;
          break;
        }
    this.headless.set(tokens.from(k), {
      name: tokens.word(at),
      nameSpan: { start: tokens.from(at), end: tokens.to(at) },
      ...(macro ? {} : { params: { start: tokens.to(i + 1), end: tokens.from(close) } }),
      start: tokens.from(i),
      end: tokens.to(close),
    });
    this.guess(i, close, `\`${name}(…)\` was taken for the head of a function.`);
    this.overlay.blank(tokens.from(i), tokens.from(k));
    for (let d = i; d < k; d++) tokens.kind[d] = Kind.Gone;
    return k;
  }

  private fileCall(i: number, close: number): void {
    const { tokens } = this;
    const args: string[] = [];
    let from = tokens.to(i + 1);
    for (let k = i + 2; k <= close; k++) {
      const c = tokens.code[k] ?? 0;
      if (k < close && (c === P.lparen || c === P.lbracket || c === P.lbrace)) k = Math.max(k, tokens.close(k));
      else if (c === P.comma || k === close) {
        args.push(tokens.text.slice(from, tokens.from(k)).trim());
        from = tokens.to(k);
      }
    }
    this.calls.push({ name: tokens.word(i), args, start: tokens.from(i), end: tokens.to(close) });
  }

  private drop(from: number, to: number, as: 'attribute' | 'statement'): void {
    const { tokens } = this;
    const name = tokens.word(from);
    const cls = this.classOf(name);
    if (cls === undefined)
      this.guess(
        from,
        to,
        `\`${name}\` was taken for ${as === 'attribute' ? 'an attribute' : 'a statement macro'} and passed over.`,
      );
    this.overlay.blank(tokens.from(from), tokens.to(to));
    for (let k = from; k <= to; k++) tokens.kind[k] = Kind.Gone;
  }

  private guess(from: number, to: number, message: string): void {
    this.gaps.push({ kind: 'guess', start: this.tokens.from(from), end: this.tokens.to(to), message });
  }

  /** Moves a `)` back over a blank before it and puts a semicolon in its place. */
  private closeEarlier(close: number): boolean {
    const { tokens, overlay } = this;
    const at = tokens.from(close);
    if (overlay.room(at - 1, at) < 0) return false;
    overlay.write(at - 1, ');');
    return true;
  }

  private insert(start: number, end: number, s: string): boolean {
    const at = this.overlay.room(start, end);
    if (at < 0) return false;
    this.overlay.write(at, s);
    return true;
  }

  // Parameters and arguments

  private parameter(i: number): void {
    const { tokens } = this;
    const c = tokens.code[i] ?? 0;
    if (c !== Word.Plain && c !== Word.Type && c !== Word.Tag && c !== Word.Qualifier) return;
    const specs: Spec[] = [];
    let j = i;
    for (; j < tokens.n; j++) {
      const d = tokens.code[j] ?? 0;
      if (tokens.kind[j] === Kind.Gone || d === Word.Qualifier) continue;
      if (d === Word.Type) {
        const from = j;
        while (tokens.code[j + 1] === Word.Type) j++;
        specs.push({ from, to: j, rank: 200 });
      } else if (d === Word.Tag) {
        const tail = this.tag(j);
        specs.push({ from: j, to: tail, rank: 200 });
        j = tail;
      } else if (d === Word.Plain) {
        if (tokens.is(j + 1, P.lparen)) {
          const close = tokens.close(j + 1);
          const after = close < 0 ? 0 : (tokens.code[close + 1] ?? 0);
          if (close > 0 && isDeclWord(after)) {
            this.drop(j, close, 'attribute');
            j = close;
            continue;
          }
          break;
        }
        specs.push({ from: j, to: j, rank: this.rank(j) });
      } else break;
    }
    const stop = tokens.code[j] ?? 0;
    if (stop === P.star) {
      this.choose(specs, Frame.Params);
      this.stars(j, Frame.Params);
      return;
    }
    if (specs.length > 1) {
      const last = specs.at(-1);
      if (last && last.rank < 200) specs.pop();
      this.choose(specs, Frame.Params);
    }
  }

  /** `(int a, T * b)` as an argument: a parameter list, no expression. */
  private parameterLike(open: number): boolean {
    const { tokens } = this;
    const close = tokens.close(open);
    const after = close < 0 ? 0 : this.follow(close);
    if (after !== P.comma && after !== P.rparen) return false;
    if (close === open + 1) return true;
    for (let k = open + 1; k < close; k++) {
      const c = tokens.code[k] ?? 0;
      if (c === P.lparen) k = Math.max(k, tokens.close(k));
      else if (c === Word.Plain && tokens.code[k + 1] === Word.Plain) return true;
      else if ((c === Word.Type || c === Word.Tag) && (k === open + 1 || tokens.is(k - 1, P.comma))) return true;
    }
    return false;
  }

  /** True when an operand follows a closing parenthesis, so that what it closes must be a cast. */
  private operand(close: number): boolean {
    const { tokens } = this;
    const kind = tokens.kind[close + 1];
    if (close + 1 >= tokens.n) return false;
    return (
      kind === Kind.Number ||
      kind === Kind.String ||
      kind === Kind.Char ||
      tokens.code[close + 1] === Word.Plain ||
      tokens.is(close + 1, P.lparen)
    );
  }

  /** An argument that is no expression gets an identifier in its place. */
  private argument(i: number): void {
    const { tokens } = this;
    const open = this.opens.at(-1) ?? -1;
    const close = tokens.close(open);
    if (close < 0 || i > close) return;
    const c = tokens.code[i] ?? 0;
    if (i === close || c === P.comma) {
      if (i === close && tokens.is(i - 1, P.lparen)) return;
      if (this.insert(tokens.to(i - 1), tokens.from(i), '0') || i === close) return;
      // No room: the comma gives way, or goes.
      const at = tokens.from(i);
      this.overlay.blank(at, at + 1);
      if (this.overlay.room(at + 1, at + 2) >= 0) this.overlay.write(at, '0,');
      return;
    }
    const next = tokens.code[i + 1] ?? 0;
    if (c === Word.Plain && (next === P.comma || next === P.rparen || next === P.lparen)) return;
    let odd: 'type' | 'unknown' | undefined;
    if (c === Word.Type || c === Word.Tag || c === Word.Qualifier) odd = 'type';
    else if (c === P.lparen && this.parameterLike(i)) odd = 'unknown';
    else if (c === Word.Jump || c === Word.Control || c === Word.Block || c === Word.Typedef) odd = 'unknown';
    let k = i;
    let lastCode = 0;
    let prevIdent = false;
    for (; k < close; k++) {
      const d = tokens.code[k] ?? 0;
      if (d === P.comma) break;
      if (d === P.lparen || d === P.lbracket || d === P.lbrace) {
        const m = tokens.close(k);
        if (m > k) k = m;
        prevIdent = false;
      } else if (d === P.semi) odd ??= 'unknown';
      else {
        const ident = d === Word.Plain;
        if (ident && prevIdent) odd ??= 'unknown';
        prevIdent = ident;
      }
      lastCode = tokens.code[k] ?? 0;
    }
    if (odd === undefined && lastCode === P.star && c === Word.Plain) odd = 'type';
    if (odd === 'type' && k === close && tokens.is(i - 1, P.lparen) && this.operand(close)) {
      // A cast that a macro spells: `MAKE_CONST(T *)(x)` is read as `(T *)(x)`.
      this.overlay.blank(tokens.from(i - 2), tokens.to(i - 2));
      tokens.kind[i - 2] = Kind.Gone;
      this.casts.add(close);
      return;
    }
    if (
      odd === undefined &&
      (BINARY.has(lastCode) || (BINARY.has(c) && c !== P.star && c !== P.amp && c !== P.minus && c !== P.plus))
    )
      odd = 'unknown';
    if (odd === undefined) return;
    const start = tokens.from(i);
    const end = tokens.to(k - 1);
    this.standIns.set(start, { start, end, is: odd });
    this.overlay.blank(start, end);
    this.overlay.write(start, '_');
    for (let d = i + 1; d < k; d++) tokens.kind[d] = Kind.Gone;
    tokens.kind[i] = Kind.Ident;
    tokens.code[i] = Word.Plain;
    tokens.end[i] = start + 1;
  }
}

/** How macros are written. */
const UPPER = /^[A-Z_][A-Z0-9_]*$/;

/** Interfaces of the component object model, which headers write with macros. */
const COM_METHOD = /^(?:STDMETHOD|STDMETHODV|STDMETHOD_|STDMETHODV_|IFACEMETHOD|IFACEMETHOD_)$/;
const COM_INTERFACE = /^DECLARE_INTERFACE(?:_IID)?_?$/;

const BINARY = new Set<number>([P.star, P.plus, P.minus, P.amp, P.less, P.greater, P.assign, P.dot, 47, 37, 124, 94]);
for (const s of ['==', '!=', '<=', '>=', '&&', '||', '->', '<<', '>>', '+=', '-=', '|=', '&='])
  BINARY.add(s.charCodeAt(0) | (s.charCodeAt(1) << 8));

function isDeclWord(c: number): boolean {
  return (
    c === Word.Plain ||
    c === Word.Type ||
    c === Word.Tag ||
    c === Word.Qualifier ||
    c === Word.Typedef ||
    c === Word.Extern ||
    c === P.star
  );
}

function isStatementWord(c: number): boolean {
  return c >= Word.Plain && c <= Word.Extern;
}
