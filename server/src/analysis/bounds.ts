/**
 * What is known about numbers at one point: bounds on linear forms, as comparisons on the way here established them.
 * A bound on `a - b` is a relation between the two. Owns the reasoning over them; knows no program.
 */
import { isConst, lin, plus, scale, type Atom, type Lin } from './term';

export interface Bound {
  readonly lo: number;
  readonly hi: number;
  readonly form: Lin;
}

const NONE: Bound = { lo: -Infinity, hi: Infinity, form: { c: 0, t: [], key: '' } };

/** Bounds by form; shared until it is written to. */
class Table {
  readonly map: Map<string, Bound>;
  /** Relations by the atoms that take part; absent until somebody asks. */
  private by: Map<Atom, Bound[]> | undefined;
  shared = false;
  constructor(from?: Table) {
    this.map = new Map(from?.map);
    this.by = from?.by;
  }

  set(key: string, b: Bound): void {
    if (b.form.t.length > 1) this.by = undefined;
    this.map.set(key, b);
  }
  delete(key: string): void {
    this.by = undefined;
    this.map.delete(key);
  }

  relations(): ReadonlyMap<Atom, readonly Bound[]> {
    if (this.by) return this.by;
    const by = new Map<Atom, Bound[]>();
    for (const b of this.map.values()) {
      if (b.form.t.length < 2) continue;
      for (const [x] of b.form.t) {
        const list = by.get(x);
        if (list) list.push(b);
        else by.set(x, [b]);
      }
    }
    return (this.by = by);
  }
}

/** Whether a relation bounds an atom of it from below (side 1) or from above (side -1). */
function sideOf(b: Bound, x: Atom, side: 1 | -1): boolean {
  const k = (b.form.t.find(([y]) => y === x)?.[1] ?? 0) * side;
  return k > 0 ? Number.isFinite(b.lo) : k < 0 && Number.isFinite(b.hi);
}

export class Bounds {
  private table: Table;
  constructor(from?: Bounds) {
    this.table = from?.table ?? new Table();
    if (from) from.table.shared = true;
  }

  clone(): Bounds {
    return new Bounds(this);
  }

  private get map(): ReadonlyMap<string, Bound> {
    return this.table.map;
  }
  private own(): Table {
    if (this.table.shared) this.table = new Table(this.table);
    return this.table;
  }

  get all(): ReadonlyMap<string, Bound> {
    return this.map;
  }

  /** Sign-normalised form without constant, and the factor that leads back. */
  private static normal(a: Lin): { form: Lin; sign: 1 | -1 } {
    const first = a.t[0];
    const sign = first && first[1] < 0 ? -1 : 1;
    const form = sign === 1 ? { c: 0, t: a.t, key: a.key } : scale({ c: 0, t: a.t, key: a.key }, -1);
    return { form, sign };
  }

  /** Adds lo ≤ a ≤ hi. */
  add(a: Lin, lo: number, hi: number): void {
    if (isConst(a)) return;
    const { form, sign } = Bounds.normal(a);
    const l = sign === 1 ? lo - a.c : -(hi - a.c);
    const h = sign === 1 ? hi - a.c : -(lo - a.c);
    const old = this.map.get(form.key) ?? NONE;
    if (l <= old.lo && h >= old.hi) return;
    const told = worth(form, l, h);
    if (!told || (told.lo <= old.lo && told.hi >= old.hi)) return;
    this.own().set(form.key, { lo: Math.max(told.lo, old.lo), hi: Math.min(told.hi, old.hi), form });
  }

  /** Replaces a bound by a wider one. */
  weaken(key: string, lo: number, hi: number): void {
    const old = this.map.get(key);
    if (!old) return;
    const own = this.own();
    if (lo === -Infinity && hi === Infinity) own.delete(key);
    else own.set(key, { lo, hi, form: old.form });
  }

  private direct(a: Lin): { lo: number; hi: number } {
    if (isConst(a)) return { lo: a.c, hi: a.c };
    const { form, sign } = Bounds.normal(a);
    const b = this.map.get(form.key);
    let lo = b ? b.lo : -Infinity;
    let hi = b ? b.hi : Infinity;
    // The sum of what is known about each atom.
    let slo = 0;
    let shi = 0;
    for (const [x, k] of form.t) {
      const own = form.t.length === 1 && k === 1 ? undefined : this.map.get(lin(x).key);
      const xlo = Math.max(x.lo, own?.lo ?? -Infinity);
      const xhi = Math.min(x.hi, own?.hi ?? Infinity);
      slo += k > 0 ? k * xlo : k * xhi;
      shi += k > 0 ? k * xhi : k * xlo;
    }
    if (!Number.isNaN(slo)) lo = Math.max(lo, slo);
    if (!Number.isNaN(shi)) hi = Math.min(hi, shi);
    return sign === 1 ? { lo: lo + a.c, hi: hi + a.c } : { lo: -hi + a.c, hi: -lo + a.c };
  }

  /** Best known range of a form: directly, or through one or two known relations. */
  range(a: Lin, depth = 2): { lo: number; hi: number } {
    const best = this.direct(a);
    if (depth === 0 || a.t.length === 0) return best;
    const index = this.table.relations();
    if (index.size === 0) return best;
    for (const [x, k] of a.t) {
      const list = index.get(x);
      if (!list) continue;
      for (const b of list) {
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

  /** Facts in which the atom takes part. */
  mentions(x: Atom): boolean {
    for (const b of this.map.values()) if (b.form.t.some(([y]) => y === x)) return true;
    return false;
  }

  /** Relations to other numbers in which the atom takes part. */
  relationsOf(x: Atom): readonly Bound[] {
    return this.table.relations().get(x) ?? [];
  }

  /** Some relation says that the number is no smaller than something made of other numbers. */
  heldFromBelow(x: Atom): boolean {
    return this.relationsOf(x).some((b) => sideOf(b, x, 1));
  }

  /** Some relation says that the number is no larger than something made of other numbers. */
  heldFromAbove(x: Atom): boolean {
    return this.relationsOf(x).some((b) => sideOf(b, x, -1));
  }

  /** Drops facts about atoms that nothing can name any more. */
  prune(alive: (x: Atom) => boolean): void {
    const gone: string[] = [];
    for (const [key, b] of this.map) if (!b.form.t.every(([x]) => alive(x))) gone.push(key);
    if (gone.length === 0) return;
    const own = this.own();
    for (const key of gone) own.delete(key);
  }

  /** Drops all but some. */
  keep(wanted: (b: Bound) => boolean): void {
    const gone: string[] = [];
    for (const [key, b] of this.map) if (!wanted(b)) gone.push(key);
    if (gone.length === 0) return;
    const own = this.own();
    for (const key of gone) own.delete(key);
  }

  /** Keeps what holds in both. */
  meet(other: Bounds): Bounds {
    if (this.map === other.map) return this.clone();
    const out = this.clone();
    const keep = (key: string, old: Bound | undefined, form: Lin, lo: number, hi: number): void => {
      if (old?.lo === lo && old.hi === hi) return;
      const told = worth(form, lo, hi);
      if (!told) {
        if (old) out.own().delete(key);
      } else if (old?.lo !== told.lo || old.hi !== told.hi) out.own().set(key, told);
    };
    for (const [key, b] of this.map) {
      const o = other.map.get(key);
      if (o === b) continue;
      const r = o ?? other.direct(b.form);
      keep(key, b, b.form, Math.min(b.lo, r.lo), Math.max(b.hi, r.hi));
    }
    for (const [key, b] of other.map) {
      if (this.map.has(key)) continue;
      const r = this.direct(b.form);
      keep(key, undefined, b.form, Math.min(b.lo, r.lo), Math.max(b.hi, r.hi));
    }
    return out;
  }

  equals(other: Bounds): boolean {
    if (this.map === other.map) return true;
    if (this.map.size !== other.map.size) return false;
    for (const [key, b] of this.map) {
      const o = other.map.get(key);
      if (o === undefined || o.lo !== b.lo || o.hi !== b.hi) return false;
    }
    return true;
  }
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
