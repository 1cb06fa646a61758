/**
 * What the second pass knows while it walks the tokens: the open brackets, where an item starts, and what it has changed so far.
 * Owns the guesses; decides nothing about C.
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
import { Flag, FLAGS, HASHES, Word } from './words';

export const enum Frame {
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

export interface Spec {
  readonly from: number;
  readonly to: number;
  /** How much this looks like the type; at least 100 for what can be nothing else. */
  readonly rank: number;
}

const DEPTH = 1200;

export class State {
  readonly standIns = new Map<number, StandIn>();
  readonly headless = new Map<number, Headless>();
  readonly calls: FileCall[] = [];
  readonly types = new Set<string>();
  /** Hashes of these names: most words are not among them. */
  private typeHashes: Uint8Array | undefined;
  /** Offsets of words that read `int` only because a type is missing. */
  readonly implicit = new Set<number>();
  /** Names that the tree sees at another place, and bit-fields without a name, whose span is empty. */
  readonly renamed = new Map<number, Span>();
  readonly gaps: Gap[] = [];
  readonly frames: Frame[] = [Frame.File];
  readonly opens: number[] = [-1];
  /** The open frame's items are declarations that began with `typedef`, are past a `=`, … */
  item = true;
  expression = false;
  typedef = false;
  /** Token at which the present item started. */
  started = -1;
  /** Index of a `(` that opens parameters. */
  params = -1;
  /** Closing bracket after which a statement starts. */
  readonly heads = new Set<number>();

  /** Closing parentheses of casts. */
  readonly casts = new Set<number>();

  constructor(
    readonly tokens: Tokens,
    readonly overlay: Overlay,
    readonly notes: Annotations,
    readonly ask: Consultation,
  ) {}

  push(frame: Frame, at: number): void {
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

  /** Notes that a token names a type from here on. */
  addType(k: number): void {
    this.types.add(this.tokens.word(k));
    this.typeHashes ??= new Uint8Array(HASHES);
    this.typeHashes[this.tokens.hash[k] ?? 0] = 1;
  }

  /** True when a token names a type that the file made before, or a built-in one. */
  namesType(k: number): boolean {
    const { tokens } = this;
    if (((FLAGS[tokens.known[k] ?? 0] ?? 0) & Flag.Type) !== 0) return true;
    return this.typeHashes?.[tokens.hash[k] ?? 0] === 1 && this.types.has(tokens.word(k));
  }

  isType(name: string): boolean {
    return this.types.has(name) || isTypeWord(name) || this.ask.isType(name);
  }

  looksLikeType(name: string, called: boolean): boolean {
    if (this.notes.own(name) !== undefined) return this.notes.own(name) === 'type';
    return called
      ? /^(?:[A-Z][A-Z0-9_]*|(?:LP|P)[A-Z]{2,}\w*)$/.test(name) || /_t$/.test(name)
      : /^P[A-Z][A-Z0-9_]+$/.test(name) || /_t$/.test(name);
  }

  classOf(name: string): MacroClass | undefined {
    return this.notes.own(name) ?? this.ask.classOf(name);
  }

  follow(close: number): number {
    const { tokens } = this;
    return close + 1 < tokens.n ? (tokens.code[close + 1] ?? 0) : P.semi;
  }

  drop(from: number, to: number, as: 'attribute' | 'statement'): void {
    const { tokens } = this;
    const name = tokens.word(from);
    const cls = this.classOf(name);
    if (cls === undefined && !COM_METHOD.test(name) && !KNOWN_CALL.has(name))
      this.guess(
        from,
        to,
        `\`${name}\` was taken for ${as === 'attribute' ? 'an attribute' : 'a statement macro'} and passed over.`,
      );
    this.overlay.blank(tokens.from(from), tokens.to(to));
    for (let k = from; k <= to; k++) tokens.kind[k] = Kind.Gone;
  }

  guess(from: number, to: number, message: string): void {
    this.gaps.push({ kind: 'guess', start: this.tokens.from(from), end: this.tokens.to(to), message });
  }

  insert(start: number, end: number, s: string): boolean {
    const at = this.overlay.room(start, end);
    if (at < 0) return false;
    this.overlay.write(at, s);
    return true;
  }
}

/** True for a word written as macros are: capitals, digits and underscores. */
export function isUpper(st: State, k: number): boolean {
  const { tokens, overlay } = st;
  const to = tokens.to(k);
  for (let i = tokens.from(k); i < to; i++) {
    const c = overlay.codes[i] ?? 0;
    if (!((c >= 65 && c <= 90) || c === 95 || (c >= 48 && c <= 57))) return false;
  }
  return true;
}

/** Interfaces of the component object model, which headers write with macros. */
export const COM_METHOD = /^(?:STDMETHOD|STDMETHODV|STDMETHOD_|STDMETHODV_|IFACEMETHOD|IFACEMETHOD_)$/;
export const COM_INTERFACE = /^DECLARE_INTERFACE(?:_IID)?_?$/;

export const BINARY = new Set<number>([P.star, P.plus, P.minus, P.amp, P.less, P.greater, P.assign, P.dot, 47, 37, 124, 94]);
for (const s of ['==', '!=', '<=', '>=', '&&', '||', '->', '<<', '>>', '+=', '-=', '|=', '&='])
  BINARY.add(s.charCodeAt(0) | (s.charCodeAt(1) << 8));

export function isDeclWord(c: number): boolean {
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

export function isStatementWord(c: number): boolean {
  return c >= Word.Plain && c <= Word.Extern;
}
