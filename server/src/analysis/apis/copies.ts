/**
 * Calls that allocate, read, write, copy and fill memory.
 */
import type { ApiFact } from '../../model/model';
import type { Ty } from '../../program/types';
import { clobber } from '../calls';
import { fresh, plain, siteOf, UNKNOWN } from '../made-values';
import type { Access, Call } from '../events';
import type { Frame } from '../frame';
import { joinAgg } from '../join-values';
import { isVolatileOrigin, seenAs } from '../origins';
import { MAX_PATH } from '../fields';
import type { State } from '../state';
import { constOf, constant, lin } from '../term';
import { type Aggregate, captured, placeOf, unionTaints, type Target, type Val, withNumber, withTaint, withType } from '../value';
import { INT, VOID_PTR, type Handler, one, succeedOrFail, put, alloc, zeroes } from './handler';

export const allocate: Handler = (api, c, s, f) => {
  const size = c.arg('size')?.t ?? c.arg('length')?.t;
  const base = alloc(c, f, 'pool', size, zeroes(api, c, f));
  s.dropObject(base);
  s.setMust({ tag: 'fresh', base, site: base.site });
  s.dropMay('mapped', base);
  s.dropMay('freed', base);
  s.dropMay('published', base);
  const t = lin(f.atoms.atom(`alloc:${f.at(c.place)}`, { lo: 0 }));
  const v: Val = { t, pts: [{ base, path: '', off: constant(0) }], taint: [], ty: VOID_PTR, nullable: siteOf(f, c.place) };
  const out = c.arg('objectOut') ?? c.arg('out') ?? c.arg('bufferOut');
  if (out) {
    return succeedOrFail(c, s, f, (ok) => {
      put(c.arg('bufferOut') ?? c.arg('out') ?? c.arg('objectOut'), v, c, ok, f);
    });
  }
  return one(s, v);
};

/** What a call touches in one access that the compiler neither splits nor repeats. */
function atOnce(
  kind: Access['kind'],
  targets: readonly Target[],
  ty: Ty,
  val: Val | undefined,
  api: ApiFact,
  c: Call,
  f: Frame,
): Access {
  const inAssert = kind === 'read' && f.asserting > 0;
  return {
    kind,
    x: c.x,
    place: c.place,
    targets,
    ty,
    size: f.types.sizeOf(ty),
    volatile: true,
    api,
    val,
    inAssert,
    whole: false,
  };
}

/** A typed accessor: one volatile access through its pointer. */
export const accessor: Handler = (api, c, s, f) => {
  const reads = (api.access ?? 'read').startsWith('read') || api.access === 'copy-in';
  const pointer = c.args[api.args?.['src'] ?? api.args?.['ptr'] ?? api.args?.['dst'] ?? api.args?.['dest'] ?? 0];
  if (!pointer) return undefined;
  const pointee = f.pointee(pointer.ty);
  const width = api.width;
  const ty: Ty =
    pointee.k === 'int' || pointee.k === 'ptr'
      ? pointee
      : width
        ? { k: 'int', size: (width / 8) as 1 | 2 | 4 | 8, signed: false, name: '' }
        : UNKNOWN;
  const targets = f.memory.targetsOf(pointer);
  if (reads) {
    const v = f.memory.load(s, targets, ty, { site: siteOf(f, c.place), plain: false, accessor: api });
    f.tell('access', atOnce('read', targets, ty, v, api, c, f), s);
    const dst = api.args?.['dst'];
    if (dst !== undefined && api.args?.['src'] !== undefined) put(c.args[dst], withTaint(v, captured(v.taint)), c, s, f);
    return one(s, withTaint(v, captured(v.taint)));
  }
  const value = c.args[api.args?.['value'] ?? 1];
  f.tell('access', atOnce('write', targets, ty, value, api, c, f), s);
  if (value) f.memory.store(s, targets, withType(value, ty), siteOf(f, c.place));
  return one(s, plain(constant(0), INT));
};

export const interlocked: Handler = (api, c, s, f) => {
  const pointer = c.args[api.args?.['target'] ?? api.args?.['dst'] ?? api.args?.['ptr'] ?? 0];
  if (!pointer) return undefined;
  const ty = f.pointee(pointer.ty);
  const targets = f.memory.targetsOf(pointer);
  const v = f.memory.load(s, targets, ty, { site: siteOf(f, c.place), plain: false, accessor: api });
  f.tell('access', atOnce('rmw', targets, ty, v, api, c, f), s);
  const next: Val = {
    t: fresh(f, c.place, 'ilk', ty),
    pts: (c.args[1]?.pts.length ?? 0) > 0 ? (c.args[1]?.pts ?? []) : [],
    taint: captured(v.taint),
    ty,
  };
  f.memory.store(s, targets, next, siteOf(f, c.place));
  return one(s, withNumber(withTaint(v, captured(v.taint)), fresh(f, c.place, 'ilkret', ty)));
};

/** The source as what it is copied into, where nothing else says what lies there. */
function seenAsWhole(src: Val, to: readonly Target[]): Val {
  const only = to.length === 1 && to[0]?.path === '' ? to[0] : undefined;
  if (only?.root === undefined) return src;
  const pts = src.pts.map((p) => seenAs(p, only.root));
  return pts.some((p, i) => p !== src.pts[i]) ? { ...src, pts } : src;
}

export const copy: Handler = (api, c, s, f) => {
  const dst = c.arg('dst');
  const given = c.arg('src');
  if (!dst || !given) return undefined;
  const src = seenAsWhole(given, f.memory.targetsOf(dst));
  const len = c.arg('len') ?? structLength(c, f);
  f.tell(
    'copy',
    {
      api,
      name: c.name,
      place: c.place,
      dst,
      src,
      len,
      dstExpr: c.argExpr('dst'),
      srcExpr: c.argExpr('src'),
      lenExpr: c.argExpr('len'),
      fill: false,
    },
    s,
  );
  const from = f.memory.targetsOf(src);
  const hits = f.origins(from, s);
  const taint = hits
    .filter((h) => h.origin !== 'Kernel')
    .map((h) => ({
      origin: h.origin,
      loc: `${h.target.base.key}|${h.target.path}`,
      field: h.target.from === undefined ? undefined : placeOf(h.target),
      site: siteOf(f, c.place),
      plain: api.volatile !== true,
      certain: h.certain,
      witness: h.witness,
      captured: true,
      request: h.region?.request,
    }));
  const to = f.memory.targetsOf(dst);
  const dstTy = f.pointee(dst.ty);
  for (const t of to) {
    // Somewhere in a structure, behind what its fields say: where that is, nothing here says.
    if (isSomewhere(t, s)) continue;
    // What goes behind the beginning of a block leaves alone what stands there.
    const behind = t.base.k === 'alloc' && t.path === '' && t.off !== undefined ? (constOf(t.off) ?? 0) : 0;
    const before = behind > 0 ? s.under(t.base, '').filter((x) => x.path !== '') : [];
    const agg = behind > 0 ? joinAgg({ agg: { from, taint, behind } }, { agg: earlier(t, s) }) : { from, taint };
    s.dropUnder(t.base, t.path);
    f.memory.store(
      s,
      [t],
      { t: fresh(f, c.place, 'cpy'), pts: [], taint: unionTaints([], taint), ty: dstTy, agg },
      siteOf(f, c.place),
    );
    for (const x of before) s.setCell(x.base, x.path, x.val);
    if (from.length === 1) moveCells(s, from[0], t, siteOf(f, c.place), f);
    filled(t, len, c, s, f);
  }
  return one(s, { t: dst.t, pts: dst.pts, taint: [], ty: VOID_PTR });
};

/** What was copied into an object before, unless it was zeroed: then its fields say nothing. */
function earlier(t: Target, s: State): Aggregate | undefined {
  const agg = s.cell(t.base, t.path)?.agg;
  return agg?.zero ? undefined : agg;
}

/** At an offset that is not known, in an object that is a structure: by its type, or by the fields that were stored in it. */
function isSomewhere(t: Target, s: State): boolean {
  if (t.path !== '' || t.off === undefined || constOf(t.off) !== undefined) return false;
  if (t.base.k !== 'sym' && t.base.k !== 'alloc') return false;
  return t.root !== undefined || s.under(t.base, '').some((x) => x.path !== '' && x.path !== '+');
}

/** Known fields of the source become fields of the destination. */
function moveCells(
  s: State,
  from: Target | undefined,
  to: Target,
  site: { file: string; start: number; end: number },
  f: Frame,
): boolean {
  if (!from || f.origins([from], s).some((h) => isVolatileOrigin(h.origin))) return false;
  if (from.base.key === to.base.key) return false;
  for (const cell of s.under(from.base, from.path)) {
    if (cell.path === from.path) continue;
    const rest = cell.path.slice(from.path.length).replace(/^\./, '');
    if (rest === '' || to.path.length > MAX_PATH) continue;
    const path = to.path === '' ? rest : `${to.path}.${rest}`;
    s.setCell(to.base, path, cell.val);
    if (to.base.k !== 'local') f.memory.publish({ ...to, path, off: undefined }, cell.val, site);
  }
  return true;
}

/** `ReadStructFromUser(dst, src)`: the size of what dst points to. */
function structLength(c: Call, f: Frame): Val | undefined {
  const size = f.types.sizeOf(f.pointee(c.arg('dst')?.ty));
  return size === undefined ? undefined : plain(constant(size), INT);
}

export const fill: Handler = (api, c, s, f) => {
  const dst = c.arg('dst');
  if (!dst) return undefined;
  const value = c.arg('fill');
  const zero = !api.args || api.args['fill'] === undefined || (value !== undefined && constOf(value.t) === 0);
  f.tell(
    'copy',
    {
      api,
      name: c.name,
      place: c.place,
      dst,
      len: c.arg('len'),
      dstExpr: c.argExpr('dst'),
      lenExpr: c.argExpr('len'),
      fill: true,
    },
    s,
  );
  for (const t of f.memory.targetsOf(dst)) {
    s.dropUnder(t.base, t.path);
    filled(t, c.arg('len'), c, s, f);
    if (f.origins([t], s).some((h) => isVolatileOrigin(h.origin))) continue;
    s.setCell(t.base, t.path, {
      t: fresh(f, c.place, 'fill'),
      pts: [],
      taint: [],
      ty: f.pointee(dst.ty),
      agg: { from: [], taint: [], zero },
    });
    if (f.pointee(dst.ty).k !== 'rec' && t.path !== '')
      s.setCell(t.base, t.path, plain(zero ? constant(0) : fresh(f, c.place, 'fill'), f.pointee(dst.ty)));
  }
  return one(s, dst);
};

/** A request's buffer holds what this side put there, from its start on. */
function filled(t: Target, len: Val | undefined, c: Call, s: State, f: Frame): void {
  if (t.base.k !== 'region' || t.base.request === undefined) return;
  const site = siteOf(f, c.place);
  s.setMay({ tag: 'written', base: t.base, site, data: t.root });
  if (len && t.off && constOf(t.off) === 0) s.setMust({ tag: 'filled', base: t.base, num: len.t, site });
}

export const fileRead: Handler = (_api, c, s, f) => {
  const dst = c.arg('dst');
  return succeedOrFail(c, s, f, (ok) => {
    if (dst) clobber(dst, c.x, 5, ok, f);
  });
};
