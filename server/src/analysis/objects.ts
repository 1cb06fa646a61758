/**
 * Objects of which only the name is known: what a pointer leads to that leads nowhere else, and the MDLs that describe pages of a known
 * origin. Asked twice for the same one, it is the same object.
 */
import type { Regions } from './regions';
import { constOf, ZERO } from './term';
import {
  makeTarget,
  symKey,
  type AllocBase,
  type Base,
  type FieldKey,
  type RegionBase,
  type SymBase,
  type Target,
  type Val,
} from './value';

export class Objects {
  private readonly syms = new Map<string, Map<string, SymBase>>();
  private readonly mdls = new Map<string, { object: AllocBase; pages: RegionBase }>();

  constructor(private readonly regions: Regions) {}

  sym(t: Val['t'], from?: FieldKey): SymBase {
    let of = this.syms.get(from ?? '');
    if (!of) this.syms.set(from ?? '', (of = new Map()));
    const name = t.c === 0 ? t.key : symKey(t);
    let b = of.get(name);
    if (!b) of.set(name, (b = { k: 'sym', key: symKey(t), t, from }));
    return b;
  }

  /** Targets of a pointer value, with a symbolic object where nothing is known. */
  targetsOf(v: Val, from?: FieldKey): readonly Target[] {
    if (v.pts.length > 0) return v.pts;
    const c = constOf(v.t);
    if (c !== undefined) return [];
    return [makeTarget(this.sym(v.t, from), undefined, '', ZERO)];
  }

  /** The MDL object that describes pages of a known origin. */
  mdlOf(pages: RegionBase): AllocBase {
    let m = this.mdls.get(`M:${pages.key}`);
    if (!m) {
      const object: AllocBase = {
        k: 'alloc',
        key: `M:${pages.key}`,
        api: '',
        site: { file: '', start: 0, end: 0 },
        zeroed: true,
        what: 'mdl',
      };
      m = { object, pages };
      this.mdls.set(object.key, m);
    }
    return m.object;
  }
  /** The pages that such an MDL describes. */
  pagesOf(mdl: Base): RegionBase | undefined {
    return this.mdls.get(mdl.key)?.pages;
  }

  isMdl(base: Base): boolean {
    return this.mdls.has(base.key);
  }

  /**
   * What the field of an MDL leads to that somebody mapped before. Of the MDL of a request it is known whose pages these are; how many
   * of them were asked for, whoever mapped them may have checked.
   */
  mappedBefore(mdl: Base, otherwise: RegionBase): RegionBase {
    const pages = this.pagesOf(mdl);
    return pages?.request !== undefined
      ? this.regions.region(`${otherwise.key}@${pages.key}`, pages.origin, [], { certain: pages.certain, request: pages.request })
      : otherwise;
  }
}
