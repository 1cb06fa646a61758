/**
 * What is known about numbers at one point: bounds on linear forms, as comparisons on the way here established them.
 * A bound on `a - b` is a relation between the two. Owns the reasoning over them; knows no program.
 */
import { Sparse } from './sparse';
import { isConst, lin, plus, scale, single, ZERO, type Atom, type Lin } from './term';

export interface Bound {
  readonly lo: number;
  readonly hi: number;
  readonly form: Lin;
}

const NONE: Bound = { lo: -Infinity, hi: Infinity, form: ZERO };

/** What lies in an object of the driver, as opposed to the buffer of a request. */
function isOwnField(x: Atom): boolean {
  return x.key.startsWith('ld:') && !x.common;
}

/** Whether a relation bounds an atom of it from below (side 1) or from above (side -1). */
export function sideOf(b: Bound, x: Atom, side: 1 | -1): boolean {
  const k = (b.form.t.find(([y]) => y === x)?.[1] ?? 0) * side;
  return k > 0 ? Number.isFinite(b.lo) : k < 0 && Number.isFinite(b.hi);
}

let owners = 0;

export class Bounds {
  /** Bounds of single numbers, and relations between several, by form. */
  private single: Sparse<Bound>;
  private relations: Sparse<Bound>;
  private owner = ++owners;
  constructor(from?: Bounds) {
    this.single = from?.single ?? Sparse.empty(this.owner);
    this.relations = from?.relations ?? Sparse.empty(this.owner);
    if (from) from.owner = ++owners;
  }

  clone(): Bounds {
    return new Bounds(this);
  }

  private put(key: string, b: Bound): void {
    if (b.form.t.length > 1) (this.relations = this.relations.ownedBy(this.owner)).set(key, b);
    else (this.single = this.single.ownedBy(this.owner)).set(key, b);
  }
  private drop(key: string, form: Lin): void {
    if (form.t.length > 1) (this.relations = this.relations.ownedBy(this.owner)).delete(key);
    else (this.single = this.single.ownedBy(this.owner)).delete(key);
  }
  private find(form: Lin): Bound | undefined {
    const of = form.t.length > 1 ? this.relations : this.single;
    return of.size === 0 ? undefined : of.get(form.key);
  }

  get size(): number {
    return this.single.size + this.relations.size;
  }
  all(): Bound[] {
    return [...this.single.list(), ...this.relations.list()];
  }
  /** What is known of exactly this form without its constant. */
  of(form: Lin): Bound | undefined {
    return this.find(form);
  }

  /** Sign-normalised form without constant. */
  private static normal(a: Lin): Lin {
    return isNegative(a) ? scale(a.bare, -1) : a.bare;
  }

  /** Adds lo ≤ a ≤ hi. */
  add(a: Lin, lo: number, hi: number): void {
    if (isConst(a)) return;
    const form = Bounds.normal(a);
    const isTurned = isNegative(a);
    const l = isTurned ? -(hi - a.c) : lo - a.c;
    const h = isTurned ? -(lo - a.c) : hi - a.c;
    const old = this.find(form) ?? NONE;
    if (l <= old.lo && h >= old.hi) return;
    const told = worth(form, l, h);
    if (!told || (told.lo <= old.lo && told.hi >= old.hi)) return;
    this.put(form.key, { lo: Math.max(told.lo, old.lo), hi: Math.min(told.hi, old.hi), form });
  }

  /** Replaces a bound by a wider one. */
  weaken(form: Lin, lo: number, hi: number): void {
    const old = this.find(form);
    if (!old) return;
    if (lo === -Infinity && hi === Infinity) this.drop(form.key, form);
    else this.put(form.key, { lo, hi, form: old.form });
  }

  private direct(a: Lin): { lo: number; hi: number } {
    if (isConst(a)) return { lo: a.c, hi: a.c };
    const form = Bounds.normal(a);
    const b = this.find(form);
    let lo = b ? b.lo : -Infinity;
    let hi = b ? b.hi : Infinity;
    // The sum of what is known about each atom.
    let slo = 0;
    let shi = 0;
    const { t } = form;
    for (const term of t) {
      const x = term[0];
      const k = term[1];
      const own = (t.length === 1 && k === 1) || this.single.size === 0 ? undefined : this.single.get(lin(x).key);
      const xlo = own ? Math.max(x.lo, own.lo) : x.lo;
      const xhi = own ? Math.min(x.hi, own.hi) : x.hi;
      slo += k > 0 ? k * xlo : k * xhi;
      shi += k > 0 ? k * xhi : k * xlo;
    }
    if (!Number.isNaN(slo)) lo = Math.max(lo, slo);
    if (!Number.isNaN(shi)) hi = Math.min(hi, shi);
    return isNegative(a) ? { lo: -hi + a.c, hi: -lo + a.c } : { lo: lo + a.c, hi: hi + a.c };
  }

  /** Best known range of a form: directly, or through one or two known relations. */
  range(a: Lin, depth = 2): { lo: number; hi: number } {
    const best = this.direct(a);
    if (depth === 0 || a.t.length === 0) return best;
    if (this.relations.size === 0) return best;
    for (const [x, k] of a.t) {
      for (const b of this.relationsOf(x)) {
        const factor = k / coefficient(b.form, x);
        if (!Number.isInteger(factor)) continue;
        // a = factor·form + rest
        const rest = plus(a, b.form, -factor);
        if (rest.t.length > a.t.length) continue;
        const r =
          rest.t.length < a.t.length || depth > 1
            ? this.range(rest, rest.t.length < a.t.length ? depth - 1 : 0)
            : this.direct(rest);
        const flo = factor > 0 ? factor * b.lo : factor * b.hi;
        const fhi = factor > 0 ? factor * b.hi : factor * b.lo;
        if (flo + r.lo > best.lo) best.lo = flo + r.lo;
        if (fhi + r.hi < best.hi) best.hi = fhi + r.hi;
      }
    }
    return best;
  }

  /** True when a ≥ 0 is known. */
  proves(a: Lin): boolean {
    return this.range(a).lo >= 0;
  }

  /** Relations to other numbers in which the atom takes part. */
  relationsOf(x: Atom): readonly Bound[] {
    if (this.relations.size === 0) return NO_BOUNDS;
    let out: Bound[] | undefined;
    this.relations.each((b) => {
      for (const term of b.form.t) if (term[0] === x) (out ??= []).push(b);
    });
    return out ?? NO_BOUNDS;
  }

  /** Some relation says that the number is no smaller than something made of other numbers. */
  heldFromBelow(x: Atom): boolean {
    return this.relationsOf(x).some((b) => sideOf(b, x, 1));
  }

  /** Some relation says that the number is no larger than something made of other numbers, leaving out those about `but`. */
  heldFromAbove(x: Atom, but: Lin = ZERO): boolean {
    return this.relationsOf(x).some((b) => sideOf(b, x, -1) && !b.form.t.some(([y]) => y !== x && but.t.some(([z]) => z === y)));
  }

  /** Some relation holds the number, or the wider one that it is the lower part of, below a field of the driver's own, as a mask does. */
  heldByOwn(x: Atom): boolean {
    const wider = x.key.startsWith('narrow') ? single(x.args[0] ?? ZERO) : undefined;
    return (
      this.relationsOf(x).some((b) => sideOf(b, x, -1) && b.form.t.every(([y]) => y === x || isOwnField(y))) ||
      (wider !== undefined && this.heldByOwn(wider))
    );
  }

  /** Drops facts about atoms that nothing can name any more. */
  prune(alive: (x: Atom) => boolean): void {
    this.keep((b) => b.form.t.every(([x]) => alive(x)));
  }

  /** Drops all but some. */
  keep(wanted: (b: Bound) => boolean): void {
    for (const b of this.all()) if (!wanted(b)) this.drop(b.form.key, b.form);
  }

  /** Keeps what holds in both. */
  meet(other: Bounds): Bounds {
    const out = this.clone();
    const meet = (b: Bound | undefined, o: Bound | undefined, key: string): void => {
      const form = (b ?? o)?.form;
      if (!form) return;
      const x = b ?? this.direct(form);
      const y = o ?? other.direct(form);
      const lo = Math.min(x.lo, y.lo);
      const hi = Math.max(x.hi, y.hi);
      if (b?.lo === lo && b.hi === hi) return;
      const told = worth(form, lo, hi);
      if (!told) {
        if (b) out.drop(key, form);
      } else if (b?.lo !== told.lo || b.hi !== told.hi) out.put(key, told);
    };
    Sparse.pairs(this.single, other.single, meet);
    Sparse.pairs(this.relations, other.relations, meet);
    return out;
  }

  equals(other: Bounds): boolean {
    return Sparse.equal(this.single, other.single, alike) && Sparse.equal(this.relations, other.relations, alike);
  }
}

const NO_BOUNDS: readonly Bound[] = [];

/** The form is kept the other way round. */
function isNegative(a: Lin): boolean {
  const first = a.t[0];
  return first !== undefined && first[1] < 0;
}

function alike(a: Bound, b: Bound): boolean {
  return a.lo === b.lo && a.hi === b.hi;
}

function coefficient(a: Lin, x: Atom): number {
  for (const [y, k] of a.t) if (y === x) return k;
  return 0;
}

/** What a bound says beyond what the types of the numbers say anyway; undefined when that is nothing. */
function worth(form: Lin, lo: number, hi: number): Bound | undefined {
  let least = 0;
  let most = 0;
  for (const [x, k] of form.t) {
    least += k > 0 ? k * x.lo : k * x.hi;
    most += k > 0 ? k * x.hi : k * x.lo;
  }
  const low = lo > least || Number.isNaN(least) ? lo : -Infinity;
  const high = hi < most || Number.isNaN(most) ? hi : Infinity;
  return low === -Infinity && high === Infinity ? undefined : { lo: low, hi: high, form };
}
