/**
 * What is known about numbers at one point: bounds on linear forms, as comparisons on the way here established them.
 * A bound on `a - b` is a relation between the two. Owns the reasoning over them; knows no program.
 */
import { isConst, lin, minus, scale, type Atom, type Lin } from './term';

export interface Bound {
  readonly lo: number;
  readonly hi: number;
  readonly form: Lin;
}

const NONE: Bound = { lo: -Infinity, hi: Infinity, form: { c: 0, t: [], key: '' } };

/** Relations by the atoms that take part in them; a map is never changed once it is shared, so the index of a map is kept with it. */
const indexes = new WeakMap<ReadonlyMap<string, Bound>, { size: number; by: Map<Atom, Bound[]> }>();
function relations(map: ReadonlyMap<string, Bound>): Map<Atom, Bound[]> {
  const kept = indexes.get(map);
  if (kept?.size === map.size) return kept.by;
  const by = new Map<Atom, Bound[]>();
  for (const b of map.values()) {
    if (b.form.t.length < 2) continue;
    for (const [x] of b.form.t) {
      const list = by.get(x);
      if (list) list.push(b);
      else by.set(x, [b]);
    }
  }
  indexes.set(map, { size: map.size, by });
  return by;
}

/** Whether a relation bounds an atom of it from below (side 1) or from above (side -1). */
function sideOf(b: Bound, x: Atom, side: 1 | -1): boolean {
  const k = (b.form.t.find(([y]) => y === x)?.[1] ?? 0) * side;
  return k > 0 ? Number.isFinite(b.lo) : k < 0 && Number.isFinite(b.hi);
}

export class Bounds {
  private map: Map<string, Bound>;
  private shared: boolean;
  constructor(from?: Bounds) {
    this.map = from?.map ?? new Map();
    this.shared = from !== undefined;
    if (from) from.shared = true;
  }

  clone(): Bounds {
    return new Bounds(this);
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
    if (this.shared) {
      this.map = new Map(this.map);
      this.shared = false;
    }
    indexes.delete(this.map);
    this.map.set(form.key, { lo: Math.max(l, old.lo), hi: Math.min(h, old.hi), form });
  }

  /** Replaces a bound by a wider one. */
  weaken(key: string, lo: number, hi: number): void {
    const old = this.map.get(key);
    if (!old) return;
    if (this.shared) {
      this.map = new Map(this.map);
      this.shared = false;
    }
    indexes.delete(this.map);
    if (lo === -Infinity && hi === Infinity) this.map.delete(key);
    else this.map.set(key, { lo, hi, form: old.form });
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
    const index = relations(this.map);
    if (index.size === 0) return best;
    for (const [x] of a.t) {
      for (const b of index.get(x) ?? []) {
        const hit = b.form.t.find(([y]) => y === x);
        if (!hit) continue;
        const k = a.t.find(([y]) => y === x)?.[1] ?? 0;
        const factor = k / hit[1];
        if (!Number.isInteger(factor)) continue;
        // a = factor·form + rest
        const rest = minus(a, scale(b.form, factor));
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
    return relations(this.map).get(x) ?? [];
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
    if (this.shared) {
      this.map = new Map(this.map);
      this.shared = false;
    }
    indexes.delete(this.map);
    for (const key of gone) this.map.delete(key);
  }

  /** Keeps what holds in both. */
  meet(other: Bounds): Bounds {
    if (this.map === other.map) return this.clone();
    const out = new Bounds();
    for (const [key, b] of this.map) {
      const o = other.map.get(key);
      if (o === b) {
        out.map.set(key, b);
        continue;
      }
      const r = o ?? other.direct(b.form);
      const lo = Math.min(b.lo, r.lo);
      const hi = Math.max(b.hi, r.hi);
      if (lo > -Infinity || hi < Infinity) out.map.set(key, { lo, hi, form: b.form });
    }
    for (const [key, b] of other.map) {
      if (this.map.has(key)) continue;
      const r = this.direct(b.form);
      const lo = Math.min(b.lo, r.lo);
      const hi = Math.max(b.hi, r.hi);
      if (lo > -Infinity || hi < Infinity) out.map.set(key, { lo, hi, form: b.form });
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
