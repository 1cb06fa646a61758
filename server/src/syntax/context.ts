/**
 * What every step of the lowering of one text shares.
 * Owns offsets and the depth guard; builds no facts itself.
 */
import type { Blanked } from '../dialect/side';
import type { Annotation, EnumDecl, RecordDecl, Span } from './ast';
import type { Gap } from './facts';
import type { Flat } from './flat';

/** Deeper nesting than this becomes an unknown expression and a gap: later layers recurse over what is lowered. */
export const MAX_DEPTH = 500;

/** Names of which it was asked whether they are types, with the answers. */
export type Questions = ReadonlyMap<string, boolean>;

export class Context {
  depth = 0;
  readonly records: RecordDecl[] = [];
  readonly enums: EnumDecl[] = [];
  readonly gaps: Gap[] = [];
  /** Bodies whose lowering made nothing but statements, with what it asked; see `bodies.ts`. */
  readonly plain = new Map<number, Questions>();
  private asked: Map<string, boolean> | undefined;

  constructor(
    readonly flat: Flat,
    /** The text as the user sees it: names and literals come from here. */
    readonly text: string,
    readonly side: Blanked,
    /** Subtracted from every offset that leaves. */
    readonly shift: number,
    /** What a body of the reading before asked that is here again: it need not be lowered before somebody looks at it. */
    readonly known: (definition: number) => Questions | undefined = () => undefined,
  ) {}

  isType(name: string): boolean {
    const is = this.side.isType(name);
    this.asked?.set(name, is);
    return is;
  }

  /** Runs a part of the lowering; answers which names it asked of, or undefined when it made more than it answers. */
  observed<T>(work: () => T): { readonly made: T; readonly asked: Questions | undefined } {
    const before = this.made();
    const asked = (this.asked = new Map<string, boolean>());
    const made = work();
    this.asked = undefined;
    return { made, asked: this.made() === before ? asked : undefined };
  }
  private made(): number {
    return this.records.length + this.enums.length + this.gaps.length;
  }

  span(i: number): Span {
    return { start: this.flat.from(i) - this.shift, end: this.flat.to(i) - this.shift };
  }

  word(i: number): string {
    return this.text.slice(this.flat.from(i), this.flat.to(i));
  }

  /** The whole word of the source at a node: a keyword may stand in for a longer one. */
  wholeWord(i: number): string {
    const from = this.flat.from(i);
    let to = this.flat.to(i);
    while (to < this.text.length && /[\w$]/.test(this.text.charAt(to))) to++;
    return this.text.slice(from, to);
  }

  /** Offset behind the last character that the grammar saw before `at`. */
  leading(at: number): number {
    const { text } = this.side;
    let k = at;
    while (k > 0 && text.charCodeAt(k - 1) <= 32) k--;
    return k;
  }

  /** Annotations that start within `[from, to)`. */
  annotations(from: number, to: number): Annotation[] {
    const all = this.side.annotations;
    let lo = 0;
    let hi = all.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if ((all[mid]?.start ?? 0) < from) lo = mid + 1;
      else hi = mid;
    }
    const out: Annotation[] = [];
    for (let k = lo; k < all.length; k++) {
      const a = all[k];
      if (!a || a.start >= to) break;
      out.push(a);
    }
    return out;
  }

  unaligned(from: number, to: number): boolean {
    return this.side.unaligned.some((at) => at >= from && at < to);
  }

  gap(start: number, end: number, message: string, kind: Gap['kind'] = 'error'): void {
    this.gaps.push({ kind, start: start - this.shift, end: end - this.shift, message });
  }
}
