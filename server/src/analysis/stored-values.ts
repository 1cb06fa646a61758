/**
 * What a field holds of which the current path knows nothing: what it means in a kernel structure, what functions anywhere store in it, or a
 * number of its own that stays the same however often it is read.
 */
import type { Ty } from '../program/types';
import { norm, tableKey, type Fields } from './fields';
import type { Heap } from './heap';
import { putAsideIn } from './kept-requests';
import type { Reading } from './loads';
import { named } from './names';
import type { Objects } from './objects';
import type { Origins } from './origins';
import { limits, range } from './ranges';
import type { Regions } from './regions';
import type { State } from './state';
import { constant, lin, ZERO, type Atom, type Atoms } from './term';
import {
  kept,
  makeTarget,
  makeVal,
  unionTaints,
  unionTargets,
  type RegionBase,
  type Site,
  type Taint,
  type Target,
  type Val,
} from './value';

export class StoredValues {
  constructor(
    private readonly heap: Heap,
    private readonly regions: Regions,
    private readonly atoms: Atoms,
    private readonly fields: Fields,
    private readonly objects: Objects,
    private readonly origins: Origins,
  ) {}

  /** What functions anywhere store in this field, and what the field means in a kernel structure. */
  load(state: State, t: Target, ty: Ty, reading: Reading): Val {
    const keys = this.fields.keys(t);
    for (const key of keys) {
      const m = this.regions.meaning(key);
      if (!m) continue;
      if (m.kind === 'number') return makeVal(m.t, [], this.requestTaint(key, m.t, reading), ty);
      if (m.kind === 'region') {
        if (state.bounds.range(this.regions.mode, 0).hi === 0 && m.region.origin === 'UserVA') break;
        const pages = t.path === 'MappedSystemVa' ? this.objects.mappedBefore(t.base, m.region) : m.region;
        return {
          t: lin(this.atoms.atom(`ptr:${pages.key}`, { frame: false })),
          pts: [
            {
              base: this.witnessed(pages, key, reading.site),
              path: '',
              off: constant(0),
              from: t.base.k === 'sym' ? putAsideIn(t.base) : undefined,
              doubt: isCompletion(state) || undefined,
            },
          ],
          taint: [],
          ty,
        };
      }
      return {
        t: lin(this.atoms.atom(`mdl:${m.region.key}`, { frame: false })),
        pts: [{ base: this.objects.mdlOf(this.witnessed(m.region, key, reading.site)), root: 'MDL', path: '' }],
        taint: [],
        ty,
      };
    }
    const t0 = this.own(t, ty);
    const field = keys[0];
    let targets: readonly Target[] = [];
    let taint: readonly Taint[] = [];
    let fns: readonly string[] = [];
    let mixed = false;
    keys.forEach((key, i) => {
      this.heap.consult(named('f:', key));
      const loaded = this.heap.load(key, i > 0);
      if (!loaded.any) return;
      targets = unionTargets(targets, loaded.targets);
      taint = unionTaints(taint, loaded.taint);
      fns = [...new Set([...fns, ...loaded.fns])].sort();
      // Stores through another enclosing type do not count for a full path.
      mixed ||= loaded.mixed;
    });
    if (targets.length > 0) for (const key of keys) this.heap.consult(named('o:', key));
    // A field that holds shared memory here and other memory there does not say which.
    const kinds = new Set(targets.map((x) => this.origins.isRewritable(x)));
    const inner = keys.length > 1 ? keys[keys.length - 1] : undefined;
    targets = targets.map((x) =>
      makeTarget(x.base, x.root, x.path, x.off, x.via, field, inner, mixed || kinds.size > 1 || x.doubt),
    );
    if (fns.length === 0 && targets.length === 0 && (ty.k === 'ptr' || ty.k === 'fn')) fns = this.siblingFunctions(t);
    const table = fns.length === 0 && (ty.k === 'ptr' || ty.k === 'fn') ? tableKey(t) : undefined;
    if (table !== undefined) {
      this.heap.consult(named('f:', table));
      fns = this.heap.load(table).fns;
    }
    let pts = targets;
    if (ty.k === 'ptr' && pts.length === 0) pts = [makeTarget(this.objects.sym(t0, field), undefined, '', ZERO)];
    return makeVal(t0, pts, kept(taint), ty, undefined, fns.length ? fns : undefined);
  }

  /** Functions that were stored through another member of the same union. */
  private siblingFunctions(t: Target): readonly string[] {
    if (t.root === undefined) return [];
    const cut = t.path.lastIndexOf('.');
    const outer = cut < 0 ? '' : t.path.slice(0, cut);
    const rec = this.fields.walk(t.root, outer);
    if (rec?.k !== 'rec' || !rec.rec.isOfUnion(t.path.slice(cut + 1))) return [];
    const fns = new Set<string>();
    for (const f of rec.rec.fields) {
      const key = `${t.root}:${norm(outer === '' ? f.name : `${outer}.${f.name}`)}`;
      this.heap.consult(named('f:', key));
      for (const name of this.heap.load(key).fns) fns.add(name);
    }
    return [...fns].sort();
  }

  /** Numbers that objects hold from the start, by object, type and path. */
  private readonly loaded = new Nested<Atom>();
  private own(t: Target, ty: Ty): Val['t'] {
    if (t.base.k === 'sym') return this.atoms.op(`ld:${t.root ?? ''}:${t.path}`, [t.base.t], ...limits(ty));
    const members = this.loaded.of(t.base.key, t.root ?? '');
    let a = members.get(t.path);
    if (!a) {
      a = this.atoms.atom(`ld:${t.base.key}|${t.root ?? ''}:${t.path}`, { frame: t.base.k === 'local', ...range(ty) });
      members.set(t.path, a);
    }
    return lin(a);
  }

  /** A request region remembers the first place that named it. */
  private witnessed(region: RegionBase, key: string, site: Site): RegionBase {
    if (region.witness.length) return region;
    const message = `\`${key.replace(':', '.')}\` ${region.origin === 'Buffered' ? 'is the I/O manager’s copy of what the caller passed' : region.origin === 'UserVA' ? 'is an address that the caller chose' : region.origin === 'Peer' ? 'belongs to another driver' : 'is memory that user mode can write'}`;
    return { ...region, witness: [{ file: site.file, start: site.start, end: site.end, at: site.at, role: 'origin', message }] };
  }

  private requestTaint(key: string, t: Val['t'], reading: Reading): readonly Taint[] {
    if (t === this.regions.mode || t === this.regions.major || t === this.regions.minor) return [];
    const peer = key === 'URB_HEADER:Length';
    return [
      {
        origin: peer ? 'Peer' : 'Buffered',
        loc: `${peer ? 'PEER' : 'REQ'}|${key}`,
        site: reading.site,
        plain: false,
        certain: true,
        witness: [],
        captured: true,
        request: peer ? undefined : 'system',
      },
    ];
  }
}

/** Maps by two names, whose members have a third one: without joining the three. */
class Nested<T> {
  private readonly outer = new Map<string, Map<string, Map<string, T>>>();
  of(a: string, b: string): Map<string, T> {
    let middle = this.outer.get(a);
    if (!middle) this.outer.set(a, (middle = new Map()));
    let inner = middle.get(b);
    if (!inner) middle.set(b, (inner = new Map()));
    return inner;
  }
}

/** What a completion routine is handed may be a request that this driver made itself. */
function isCompletion(state: State): boolean {
  return state.hasMust('role')?.data === 'completion';
}
