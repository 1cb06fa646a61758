/** Values under other names: those of a callee's parameters, or those of the caller again. */
import type { Analyzer } from './analyzer';
import { ownerOf, renamedMember } from './copied';
import type { Mark } from './state';
import { Replacing, type Atom, type Lin } from './term';
import { inObject, withTargets, type AllocBase, type Base, type Target, type Val } from './value';

/** Renames atoms in values, targets and objects. */
export class Translator {
  private readonly bases = new Map<string, Base>();
  private readonly replacing: Replacing;
  constructor(
    map: ReadonlyMap<Atom, Lin>,
    private readonly a: Analyzer,
    wrap?: (x: Atom) => Atom | undefined,
    private readonly locals?: ReadonlyMap<string, Base>,
    private readonly place = '',
  ) {
    this.replacing = new Replacing(map, a.atoms, wrap);
  }

  lin(l: Lin): Lin {
    return this.replacing.of(l);
  }

  base(b: Base): Base {
    if (b.k === 'alloc') return this.owned?.has(b.key) === true ? this.own(b) : b.size ? this.block(b, b.size) : b;
    if (b.k !== 'local' && b.k !== 'sym') return b;
    const known = this.locals?.get(b.key);
    if (known) return known;
    if (b.k === 'local') return b;
    let out = this.bases.get(b.key);
    if (!out) {
      const l = this.lin(b.t);
      out = l === b.t ? b : this.a.memory.sym(l, b.from);
      this.bases.set(b.key, out);
    }
    return out;
  }

  /** A member of an object of the other side that was copied as a whole. */
  member(x: Atom): Atom | undefined {
    const of = ownerOf(x);
    return of && this.locals?.has(of.key) === true ? renamedMember(x, this.a.atoms, this) : undefined;
  }

  mark(m: Mark): Mark {
    const base = m.base && this.base(m.base);
    const num = m.num && this.lin(m.num);
    return base === m.base && num === m.num ? m : { tag: m.tag, base, path: m.path, site: m.site, num, data: m.data };
  }

  private owned: Set<string> | undefined;
  /** A block that the callee allocated for this call. */
  own(b: AllocBase): AllocBase {
    (this.owned ??= new Set()).add(b.key);
    return this.a.allocatedFor(this.place, b, b.size && this.lin(b.size));
  }

  /** A block that a helper allocated is as long as its caller asked for. */
  private block(b: AllocBase, was: Lin): Base {
    const size = this.lin(was);
    return size === was ? b : this.a.allocBase(b.key, b.api, b.site, b.what, size, b.zeroed);
  }

  target(p: Target): Target {
    const base = this.base(p.base);
    const off = p.off && this.lin(p.off);
    return base === p.base && off === p.off ? p : inObject(p, base, off);
  }

  private targets(list: readonly Target[]): readonly Target[] {
    let out: Target[] | undefined;
    for (let i = 0; i < list.length; i++) {
      const p = list[i];
      const q = p && this.target(p);
      if (q && q !== p) (out ??= [...list])[i] = q;
    }
    return out ?? list;
  }

  val(v: Val): Val {
    const t = this.lin(v.t);
    const pts = this.targets(v.pts);
    const from = v.agg && this.targets(v.agg.from);
    const agg =
      v.agg && from && from !== v.agg.from ? { from, taint: v.agg.taint, zero: v.agg.zero, behind: v.agg.behind } : v.agg;
    return t === v.t && pts === v.pts && agg === v.agg ? v : withTargets(v, pts, v.ty, t, agg);
  }
}
