/**
 * What a read gives: what another party wrote there, the cell of the current path, what was copied there as a whole, another member of the same
 * union, and last what is stored in such a field anywhere.
 */
import type { ApiFact } from '../model/model';
import type { Types, Ty } from '../program/types';
import { around, copiedNumber } from './copied';
import type { OriginHit } from './events';
import { extend, type Fields } from './fields';
import type { Objects } from './objects';
import { isVolatileOrigin, ofOneMethod, type Origins } from './origins';
import { limits, range } from './ranges';
import { siteName } from './names';
import type { State } from './state';
import type { StoredValues } from './stored-values';
import { constOf, lin, ZERO, type Atoms } from './term';
import {
  captured,
  covers,
  makeVal,
  placeOf,
  unionTaints,
  unionTargets,
  type Site,
  type Taint,
  type Target,
  type Val,
  withType,
} from './value';

/** How a location is read. */
export interface Reading {
  readonly site: Site;
  readonly plain: boolean;
  /** The accessor that does it. */
  readonly accessor?: ApiFact;
}

export class Loads {
  constructor(
    private readonly types: Types,
    private readonly atoms: Atoms,
    private readonly fields: Fields,
    private readonly objects: Objects,
    private readonly origins: Origins,
    private readonly stored: StoredValues,
  ) {}

  /** A pointer that walks along a buffer is in several places; what it reads is then known by the field alone. */
  private isOnePlace = true;

  load(state: State, places: readonly Target[], ty: Ty, reading: Reading): Val {
    const targets = ofOneMethod(places);
    this.isOnePlace = targets.length === 1;
    let out: Val | undefined;
    for (const t of targets) {
      const v = this.loadOne(state, t, ty, reading);
      out = out ? this.merge(out, v, targets, reading) : v;
    }
    return out ?? makeVal(lin(this.atoms.atom(`any:${siteName(reading.site)}`, range(ty))), [], [], ty);
  }

  private merge(a: Val, b: Val, targets: readonly Target[], reading: Reading): Val {
    let t = a.t;
    if (a.t.key !== b.t.key || a.t.c !== b.t.c) {
      // Two views of one object (a record and the one behind it): read again under the same circumstances, it is the same number.
      t = ofOneObject(targets)
        ? this.atoms.op('either', [a.t, b.t], ...limits(a.ty))
        : lin(this.atoms.atom(`either:${siteName(reading.site)}`, range(a.ty)));
    }
    return makeVal(
      t,
      unionTargets(a.pts, b.pts),
      unionTaints(a.taint, b.taint),
      a.ty,
      a.agg ?? b.agg,
      a.fns || b.fns ? [...new Set([...(a.fns ?? []), ...(b.fns ?? [])])].sort() : undefined,
      a.nullable ?? b.nullable,
    );
  }

  private loadOne(state: State, t: Target, ty: Ty, reading: Reading): Val {
    // The MDLs of a chain describe memory of one origin.
    if (t.path === 'Next' && this.objects.isMdl(t.base))
      return { t: lin(this.atoms.atom(`next:${t.base.key}`)), pts: [{ base: t.base, root: 'MDL', path: '' }], taint: [], ty };
    const hits = this.origins.originsOf(state, t);
    const untrusted = hits.find((h) => h.origin !== 'Kernel' && h.origin !== 'Snapshot');
    if (untrusted && isVolatileOrigin(untrusted.origin)) return this.fromUntrusted(state, t, ty, untrusted, reading, true);
    const cell = state.cell(t.base, t.path);
    if (cell && !(cell.agg && ty.k !== 'rec')) return cell.ty && !this.isPlainer(cell.ty, ty) ? cell : withType(cell, ty);
    const copied = this.fromAggregate(state, t, ty, reading);
    if (copied) return copied;
    if (untrusted) return this.fromUntrusted(state, t, ty, untrusted, reading, false);
    const overlaid = this.fromUnion(state, t, ty);
    if (overlaid) return overlaid;
    return this.stored.load(state, t, ty, reading);
  }

  /** A `void *` that was put into a variable whose type says more. */
  private isPlainer(held: Ty, declared: Ty): boolean {
    if (held.k !== 'ptr' || declared.k !== 'ptr') return false;
    const to = this.types.pointee(held).k;
    return to === 'void' || to === 'unknown';
  }

  /** A value read from memory that another party wrote. */
  private fromUntrusted(state: State, t: Target, ty: Ty, hit: OriginHit, reading: Reading, fresh: boolean): Val {
    const loc = `${t.base.key}|${t.path}`;
    const taint: Taint = {
      origin: hit.origin,
      loc,
      field: t.from === undefined ? undefined : placeOf(t),
      site: reading.site,
      plain: reading.plain,
      accessor: reading.accessor,
      certain: hit.certain && !(state.hasMay('written', t.base) && this.origins.mayAnswer(t, hit)),
      witness: hit.witness,
      captured: false,
      // Whoever put the buffer's address into a field had the buffer before this.
      kept: hit.origin === 'Buffered' && t.from !== undefined ? true : undefined,
      request: hit.region?.request,
    };
    const stable =
      t.base.k === 'sym'
        ? this.atoms.op(`ld:${t.path}`, [t.base.t], ...limits(ty))
        : lin(
            this.atoms.atom(`ld:${this.sameBytes(t, ty) ?? `${loc}${offText(t)}`}`, {
              frame: t.base.k !== 'region',
              ...range(ty),
            }),
          );
    const tt = fresh ? lin(this.atoms.atom(`fetch:${siteName(reading.site)}:${t.path}`, range(ty))) : stable;
    const pts = ty.k === 'ptr' ? [this.origins.nested(t, hit, reading)] : [];
    return makeVal(tt, pts, [taint], ty, ty.k === 'rec' || ty.k === 'arr' ? { from: [t], taint: [taint] } : undefined);
  }

  /** One name for the same bytes of a buffer, through whichever type they are read: a header first, then the record that it starts. */
  private sameBytes(t: Target, ty: Ty): string | undefined {
    const off = t.off && constOf(t.off);
    const size = this.types.sizeOf(ty);
    return this.isOnePlace &&
      t.base.k === 'region' &&
      off !== undefined &&
      size !== undefined &&
      (ty.k === 'int' || ty.k === 'ptr')
      ? `${t.base.key}#${String(off)}/${String(size)}`
      : undefined;
  }

  /** Content of an object that was copied as a whole. */
  private fromAggregate(state: State, t: Target, ty: Ty, reading: Reading): Val | undefined {
    let path = t.path;
    for (;;) {
      const cell = state.cell(t.base, path);
      if (cell?.agg && covers(cell.agg, t)) {
        if (cell.agg.zero) return makeVal(ZERO, [], [], ty);
        const rest = t.path.slice(path.length).replace(/^\./, '');
        const inner = cell.agg.from.map((f) => extend(f, rest));
        const hits = inner.flatMap((f) => this.origins.originsOf(state, f).map((h) => ({ f, h })));
        const taint = unionTaints(captured(cell.agg.taint), []);
        const pts: Target[] = [];
        const fns = new Set<string>();
        if (ty.k === 'ptr') {
          for (const { f, h } of hits) {
            if (h.origin !== 'Kernel') pts.push(this.origins.nested(f, h, reading));
            else for (const p of this.stored.load(state, f, ty, reading).pts) pts.push(p);
          }
        } else if (ty.k === 'fn')
          for (const { f } of hits) for (const fn of this.stored.load(state, f, ty, reading).fns ?? []) fns.add(fn);
        return {
          t: copiedNumber(this.atoms, t.base, t.path, cell.agg, range(ty)),
          pts: unionTargets(pts, []),
          taint,
          ty,
          agg: ty.k === 'rec' || ty.k === 'arr' ? { from: inner, taint: cell.agg.taint } : undefined,
          fns: fns.size ? [...fns] : undefined,
        };
      }
      const outer = around(path);
      if (outer === undefined) return undefined;
      path = outer;
    }
  }

  /** A member of a union that was written through another member: the same untrusted bytes under another name. */
  private fromUnion(state: State, t: Target, ty: Ty): Val | undefined {
    if (t.root === undefined || t.path === '' || t.base.k === 'global') return undefined;
    let cut = t.path.length;
    for (let depth = 0; depth < 3 && cut >= 0; depth++) {
      cut = t.path.lastIndexOf('.', cut - 1);
      const outer = cut < 0 ? '' : t.path.slice(0, cut);
      const rec = this.fields.walk(t.root, outer);
      const first = t.path.slice(cut + 1).split(/[.[]/)[0] ?? '';
      if (rec?.k === 'rec' && rec.rec.isOfUnion(first)) {
        let taint: readonly Taint[] = [];
        for (const c of state.under(t.base, outer)) taint = unionTaints(taint, c.val.taint);
        if (taint.length)
          return { t: lin(this.atoms.atom(`union:${t.base.key}|${t.path}`, range(ty))), pts: [], taint: captured(taint), ty };
      }
      if (cut < 0) break;
    }
    return undefined;
  }
}

function ofOneObject(targets: readonly Target[]): boolean {
  return targets.every((t) => t.base.key === targets[0]?.base.key);
}

function offText(t: Target): string {
  return t.off && t.off.key !== '' ? `@${t.off.key}` : '';
}
