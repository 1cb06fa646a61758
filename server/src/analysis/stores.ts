/**
 * What a write leaves behind: the cells of the current path, marks of what was written into a request, and, for memory that outlives the
 * function, what the heap is told.
 */
import type { Rec } from '../program/types';
import type { OriginHit } from './events';
import { extend, norm, tableKey, type Fields } from './fields';
import type { Heap } from './heap';
import { siteName } from './names';
import { isVolatileOrigin, type Origins } from './origins';
import type { State } from './state';
import { constOf, lin, same, type Atoms } from './term';
import {
  captured,
  makeTarget,
  unionTaints,
  unionTargets,
  type FieldKey,
  type Site,
  type Target,
  type Val,
  withTargets,
  withTaint,
} from './value';

/** How one request ended: it is no answer to another one. */
const ANSWER = /^_?IO_STATUS_BLOCK:/;

/** A member of a request's buffer was stored, as one of this type. */
export const WRITTEN_AS = 'written as';

/** A routine of the system wrote so many bytes into a request's buffer. */
export const WRITTEN_AT = 'written at';

export class Stores {
  constructor(
    private readonly heap: Heap,
    private readonly atoms: Atoms,
    private readonly fields: Fields,
    private readonly origins: Origins,
  ) {}

  store(state: State, targets: readonly Target[], v: Val, site: Site): void {
    const strong = targets.length === 1;
    for (const t of targets) {
      const path = t.path;
      if (strong) state.dropUnder(t.base, path, true);
      const old = strong ? undefined : state.cell(t.base, path);
      const val = withTaint(v, captured(v.taint));
      state.setCell(
        t.base,
        path,
        old
          ? withTargets(
              withTaint(val, unionTaints(old.taint, val.taint)),
              unionTargets(old.pts, val.pts),
              val.ty,
              lin(this.atoms.atom(`weak:${siteName(site)}:${t.base.key}|${path}`)),
            )
          : val,
      );
      if (
        t.base.k === 'region' &&
        t.base.request !== undefined &&
        !endsString(t, val, val.ty?.k === 'int' ? val.ty.size : undefined)
      ) {
        state.setMay({ tag: 'written', base: t.base, site, data: t.root });
        if (t.root !== undefined) state.setMay({ tag: WRITTEN_AS, base: t.base, path: t.root, site });
      }
      // A table of callbacks is often filled in a local and handed to whoever registers it.
      if (t.base.k !== 'local' || val.fns?.length) this.publish(t, val, site, state);
    }
  }

  /** Tells the heap what a field holds. */
  publish(t: Target, v: Val, site: Site, state?: State): void {
    if (t.root === undefined && t.base.k !== 'global') {
      const key = v.fns?.length ? (tableKey(t) ?? (state && heldTable(t, state))) : undefined;
      if (key !== undefined)
        this.heap.store(key, { targets: [], taint: [], fns: v.fns ?? [], other: false, constant: undefined, site });
      return;
    }
    if (t.base.k === 'region' && isVolatileOrigin(t.base.origin)) return;
    const c = constOf(v.t);
    const targets = v.pts
      .filter((p) => p.base.k === 'alloc' || p.base.k === 'region' || p.base.k === 'global')
      .map((p) => makeTarget(p.base, p.root, p.path, p.off && constOf(p.off) !== undefined ? p.off : undefined, p.via));
    const interesting = targets.length > 0 || v.taint.length > 0 || (v.fns?.length ?? 0) > 0;
    const nul = c === 0 && !interesting;
    if (nul) return;
    const keys = this.fields.keys(t);
    if (keys.some((key) => ANSWER.test(key))) return;
    const outer = keys[0];
    keys.forEach((key, i) => {
      this.heap.store(key, {
        targets,
        taint: v.taint,
        fns: v.fns ?? [],
        other: !interesting || targets.length < v.pts.length,
        constant: c,
        site,
        through: i === 0 ? undefined : outer,
      });
    });
    if (v.agg && v.agg.from.length && !v.agg.zero) this.publishAggregate(t, v, site);
  }

  /** A struct copied into a heap object: each field of it holds what the source's field holds. */
  private publishAggregate(t: Target, v: Val, site: Site): void {
    const ty = v.ty;
    const rec = ty?.k === 'rec' ? ty.rec : this.walkRec(t);
    if (!rec) return;
    for (const f of rec.fields) {
      if (!f.name) continue;
      const sub = extend(t, f.name);
      const keys = this.fields.keys(sub);
      const pts: Target[] = [];
      if (f.ty.k === 'ptr') {
        for (const from of v.agg?.from ?? []) {
          for (const tnt of v.agg?.taint ?? []) {
            const hit: OriginHit = { origin: tnt.origin, certain: tnt.certain, target: from, witness: tnt.witness };
            pts.push(this.origins.nested(extend(from, f.name), hit, { site, plain: tnt.plain }));
          }
        }
      }
      const taint = captured(v.agg?.taint ?? []);
      if (taint.length === 0 && pts.length === 0) continue;
      keys.forEach((key, i) =>
        this.heap.store(key, {
          targets: unionTargets(pts, []),
          taint,
          fns: [],
          other: false,
          site,
          through: i === 0 ? undefined : keys[0],
        }),
      );
    }
  }
  private walkRec(t: Target): Rec | undefined {
    const ty = t.root === undefined ? undefined : this.fields.walk(t.root, t.path);
    return ty?.k === 'rec' ? ty.rec : undefined;
  }
}

/** The same table by the variable that a call has just put it into. */
function heldTable(t: Target, state: State): FieldKey | undefined {
  if (t.root !== undefined || t.base.k !== 'sym') return undefined;
  for (const c of state.cells()) if (c.base.k === 'global' && same(c.val.t, t.base.t)) return `${c.base.key}:${norm(c.path)}:[]`;
  return undefined;
}

/** A string of the caller that is given an end is no answer to the caller. A member of its own is no character of a string. */
export function endsString(t: Target, v: Val | undefined, size: number | undefined): boolean {
  return v !== undefined && constOf(v.t) === 0 && size !== undefined && size <= 2 && (t.path === '' || t.path.endsWith('[]'));
}
