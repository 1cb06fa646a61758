/**
 * What calls of the model do to abstract state: accessors read and write, copies move content, mappings give memory an origin, validators
 * succeed or fail. One function per family; the positions of arguments are data.
 */
import type { Ty } from '../program/types';
import type { ApiFact } from '../model/model';
import { clobber, unknown, unknownResult, type Outcome } from './calls';
import { fresh, plain, siteOf, typeRange, UNKNOWN } from './evaluate';
import type { Call } from './events';
import type { Frame } from './frame';
import { isVolatileOrigin, MAX_PATH } from './memory';
import type { State } from './state';
import { constOf, constant, lin, minus, plus, scale, type Lin } from './term';
import { captured, placeOf, unionTaints, type AllocBase, type Target, type Val } from './value';

const INT: Ty = { k: 'int', size: 4, signed: true, name: 'int' };
const VOID_PTR: Ty = { k: 'ptr', ref: { kind: 'name', name: 'void' }, file: '' };
type Handler = (api: ApiFact, c: Call, s: State, f: Frame) => Outcome[] | undefined;

export function apiOutcomes(api: ApiFact, c: Call, s: State, f: Frame): Outcome[] {
  const handler = HANDLERS[api.role];
  const out = handler?.(api, c, s, f);
  if (out) return out;
  const written = Object.entries(api.args ?? {}).filter(
    ([role]) => role.endsWith('Out') || role.endsWith('InOut') || role === 'out',
  );
  const names = written.map(([, i]) => i);
  if (Object.keys(api.args ?? {}).length === 0) return unknown(c.name, c.x, c.args, s, f, true);
  for (const i of names) {
    const a = c.args[i];
    if (a) clobber(a, c.x, i, s, f);
  }
  return [{ s, v: unknownResult(c.name, c.x, f) }];
}

function one(s: State, v: Val): Outcome[] {
  return [{ s, v }];
}
/** Two outcomes of a call that returns a status. */
function succeedOrFail(c: Call, s: State, f: Frame, success: (s: State) => void): Outcome[] {
  const failed = s.clone();
  success(s);
  const bad = lin(f.atoms.atom(`fail:${f.at(c.place)}`, { lo: -(2 ** 31), hi: -1 }));
  return [
    { s, v: plain(constant(0), INT) },
    { s: failed, v: plain(bad, INT) },
  ];
}

/** Stores through a pointer argument. */
function put(pointer: Val | undefined, v: Val, c: Call, s: State, f: Frame): void {
  if (!pointer) return;
  f.memory.store(s, f.memory.targetsOf(pointer), v, siteOf(f, c.place));
}

function pointerTo(t: Target, f: Frame, c: Call, more?: Partial<Val>): Val {
  return {
    t: lin(f.atoms.atom(`map:${f.at(c.place)}:${t.base.key}`, { lo: 0 })),
    pts: [t],
    taint: [],
    ty: VOID_PTR,
    ...more,
  };
}

function alloc(c: Call, f: Frame, what: AllocBase['what'], size: Lin | undefined, zeroed: boolean): AllocBase {
  return f.allocBase(`A:${f.at(c.place)}`, c.name, siteOf(f, c.place), what, size, zeroed);
}

function zeroes(api: ApiFact, c: Call, f: Frame): boolean {
  if (api.zeroes === true) return true;
  if (typeof api.zeroes !== 'string') return false;
  const flag = api.zeroes.replace(/^unless /, '');
  const flags = c.argExprs.map((a) => f.text(a)).join(' ');
  return !flags.includes(flag);
}

const allocate: Handler = (api, c, s, f) => {
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

/** A typed accessor: one volatile access through its pointer. */
const accessor: Handler = (api, c, s, f) => {
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
    f.tell(
      'access',
      {
        kind: 'read',
        x: c.x,
        place: c.place,
        targets,
        ty,
        size: f.types.sizeOf(ty),
        volatile: true,
        api,
        val: v,
        inAssert: f.asserting > 0,
        whole: false,
      },
      s,
    );
    const dst = api.args?.['dst'];
    if (dst !== undefined && api.args?.['src'] !== undefined) put(c.args[dst], { ...v, taint: captured(v.taint) }, c, s, f);
    return one(s, { ...v, taint: captured(v.taint) });
  }
  const value = c.args[api.args?.['value'] ?? 1];
  f.tell(
    'access',
    {
      kind: 'write',
      x: c.x,
      place: c.place,
      targets,
      ty,
      size: f.types.sizeOf(ty),
      volatile: true,
      api,
      val: value,
      inAssert: false,
      whole: false,
    },
    s,
  );
  if (value) f.memory.store(s, targets, { ...value, ty }, siteOf(f, c.place));
  return one(s, plain(constant(0), INT));
};

const interlocked: Handler = (api, c, s, f) => {
  const pointer = c.args[api.args?.['target'] ?? api.args?.['dst'] ?? api.args?.['ptr'] ?? 0];
  if (!pointer) return undefined;
  const ty = f.pointee(pointer.ty);
  const targets = f.memory.targetsOf(pointer);
  const v = f.memory.load(s, targets, ty, { site: siteOf(f, c.place), plain: false, accessor: api });
  f.tell(
    'access',
    {
      kind: 'rmw',
      x: c.x,
      place: c.place,
      targets,
      ty,
      size: f.types.sizeOf(ty),
      volatile: true,
      api,
      val: v,
      inAssert: false,
      whole: false,
    },
    s,
  );
  const next: Val = {
    t: fresh(f, c.place, 'ilk', ty),
    pts: (c.args[1]?.pts.length ?? 0) > 0 ? (c.args[1]?.pts ?? []) : [],
    taint: captured(v.taint),
    ty,
  };
  f.memory.store(s, targets, next, siteOf(f, c.place));
  return one(s, { ...v, t: fresh(f, c.place, 'ilkret', ty), taint: captured(v.taint) });
};

const copy: Handler = (api, c, s, f) => {
  const dst = c.arg('dst');
  const src = c.arg('src');
  if (!dst || !src) return undefined;
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
    // What goes behind the beginning of a block leaves alone what stands there.
    const isBehind = t.base.k === 'alloc' && t.path === '' && t.off !== undefined && (constOf(t.off) ?? 0) > 0;
    const before = isBehind ? s.under(t.base, '').filter((x) => x.path !== '') : [];
    s.dropUnder(t.base, t.path);
    f.memory.store(
      s,
      [t],
      { t: fresh(f, c.place, 'cpy'), pts: [], taint: unionTaints([], taint), ty: dstTy, agg: { from, taint } },
      siteOf(f, c.place),
    );
    for (const x of before) s.setCell(x.base, x.path, x.val);
    if (from.length === 1) moveCells(s, from[0], t, siteOf(f, c.place), f);
    filled(t, len, c, s, f);
  }
  return one(s, { t: dst.t, pts: dst.pts, taint: [], ty: VOID_PTR });
};

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

const fill: Handler = (api, c, s, f) => {
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

/** A request that is handed back: nothing of it may be touched afterwards. */
const complete: Handler = (_api, c, s, f) => {
  const irp = c.args[0];
  if (!irp) return undefined;
  for (const t of f.memory.targetsOf(irp)) s.setMust({ tag: 'completed', base: t.base, path: t.path, site: siteOf(f, c.place) });
  return one(s, plain(constant(0), INT));
};

const pend: Handler = (_api, c, s, f) => {
  const irp = c.args[0];
  if (!irp) return undefined;
  for (const t of f.memory.targetsOf(irp)) s.setMust({ tag: 'pended', base: t.base, site: siteOf(f, c.place) });
  return one(s, plain(constant(0), INT));
};

const probe: Handler = (_api, c, s, f) => {
  const p = c.arg('address');
  const len = c.arg('len');
  if (!p) return undefined;
  for (const t of f.memory.targetsOf(p)) {
    // The end of what is probed; an earlier probe that reaches as far stands.
    const num = len && t.off ? plus(t.off, len.t) : len?.t;
    const before = s.hasMust('probed', t.base);
    if (!(before?.num && num && s.bounds.proves(minus(before.num, num))))
      s.setMust({ tag: 'probed', base: t.base, site: siteOf(f, c.place), num, data: c.api?.access });
    s.replaceMay({ tag: 'probe', base: t.base, site: siteOf(f, c.place), num: len?.t, data: c.api?.access });
  }
  return one(s, plain(constant(0), INT));
};

const irpStack: Handler = (_api, _c, s, f) => {
  const ty = f.named('IO_STACK_LOCATION');
  const base = f.memory.sym(lin(f.atoms.atom('REQ.Stack', { frame: false, lo: 1 })));
  return one(s, {
    t: base.t,
    pts: [{ base, root: 'IO_STACK_LOCATION', path: '', off: constant(0) }],
    taint: [],
    ty: { k: 'ptr', ref: f.ref(ty), file: f.file },
  });
};

/** A length that the caller stated, as an interface hands it over. */
function requestLength(t: Lin, c: Call, f: Frame): Val {
  const ty: Ty = { k: 'int', size: 8, signed: false, name: 'size_t' };
  return plain(t, ty, {
    taint: [
      {
        origin: 'Buffered',
        loc: `REQ|${c.name}`,
        site: siteOf(f, c.place),
        plain: false,
        certain: true,
        witness: [],
        captured: true,
        request: 'system',
      },
    ],
  });
}

/** Bytes that the MDL of a request describes: the length that the caller stated. */
const mdlLength: Handler = (_api, c, s, f) => {
  const pages = (c.args[0]?.pts ?? []).map((p) => f.memory.pagesOf(p.base)).find((p) => p !== undefined);
  const len = pages?.inLen;
  return len ? one(s, { ...requestLength(len, c, f), ty: { k: 'int', size: 4, signed: false, name: 'ULONG' } }) : undefined;
};

const requestBuffer: Handler = (_api, c, s, f) => {
  const input = /Input/.test(c.name);
  const unsafe = /Unsafe/.test(c.name);
  const len = input ? f.regions.inLen : f.regions.outLen;
  const witness = [
    f.regions.step(
      siteOf(f, c.place),
      `\`${c.name}\` returns ${unsafe ? 'an address that the caller chose' : 'the request’s buffer'}`,
    ),
  ];
  const method = f.request(s).method;
  const direct = !input && (method === 1 || method === 2);
  const origin = unsafe ? 'UserVA' : direct ? 'SharedPages' : 'Buffered';
  const min = c.arg('minLen');
  const least = min && constOf(min.t);
  const region = f.regions.region(unsafe ? (input ? 'Type3' : 'User') : direct ? 'Direct' : 'Sys', origin, witness, {
    inLen: unsafe && !input ? undefined : f.regions.inLen,
    outLen: unsafe && input ? undefined : f.regions.outLen,
    request: unsafe ? (input ? 'type3' : 'user') : input ? 'wdf-in' : 'wdf-out',
    least: least !== undefined && least > 0 ? least : undefined,
  });
  return succeedOrFail(c, s, f, (ok) => {
    const target: Target = { base: region, path: '', off: constant(0) };
    put(
      c.arg('bufferOut'),
      { t: lin(f.atoms.atom(`ptr:${region.key}`, { frame: false, lo: 1 })), pts: [target], taint: [], ty: VOID_PTR },
      c,
      ok,
      f,
    );
    const out = c.arg('lengthOut');
    if (out && out.pts.length) put(out, requestLength(len, c, f), c, ok, f);
    ok.bounds.add(len, 1, Infinity);
    if (min) {
      ok.bounds.add(minus(len, min.t), 0, Infinity);
      if (constOf(min.t) !== 0) ok.compare(len);
    }
  });
};

const requestMemory: Handler = (_api, c, s, f) => {
  const input = /Input/.test(c.name);
  const witness = [f.regions.step(siteOf(f, c.place), `\`${c.name}\` returns the request’s buffer`)];
  const region = f.regions.region('Sys', 'Buffered', witness, {
    inLen: f.regions.inLen,
    outLen: f.regions.outLen,
    request: input ? 'wdf-in' : 'wdf-out',
  });
  return succeedOrFail(c, s, f, (ok) => {
    put(
      c.arg('memoryOut'),
      { t: fresh(f, c.place, 'wdfmem'), pts: [{ base: region, path: '$obj' }], taint: [], ty: VOID_PTR },
      c,
      ok,
      f,
    );
    ok.bounds.add(input ? f.regions.inLen : f.regions.outLen, 1, Infinity);
  });
};

const bufferOf: Handler = (_api, c, s, f) => {
  const object = c.arg('object');
  const hit = object?.pts.find((t) => t.path === '$obj');
  const out = c.arg('lengthOut');
  if (hit?.base.k === 'region') {
    const len = hit.base.request === 'wdf-out' ? f.regions.outLen : f.regions.inLen;
    if (out?.pts.length) put(out, requestLength(len, c, f), c, s, f);
    return one(s, pointerTo({ base: hit.base, path: '', off: constant(0) }, f, c));
  }
  if (hit) return one(s, pointerTo({ base: hit.base, path: '', off: constant(0) }, f, c));
  if (out) clobber(out, c.x, 1, s, f);
  return one(s, unknownResult(c.name, c.x, f));
};

const requestMdl: Handler = (_api, c, s, f) => {
  const witness = [f.regions.step(siteOf(f, c.place), `\`${c.name}\` returns the MDL of the caller’s buffer`)];
  const region = f.regions.region('Direct', 'SharedPages', witness, {
    inLen: f.regions.outLen,
    outLen: f.regions.outLen,
    request: 'mdl',
  });
  return succeedOrFail(c, s, f, (ok) => {
    put(
      c.arg('mdlOut'),
      { t: fresh(f, c.place, 'mdl'), pts: [{ base: f.memory.mdlOf(region), root: 'MDL', path: '' }], taint: [], ty: VOID_PTR },
      c,
      ok,
      f,
    );
  });
};

// ---- MDLs

const describeMdl: Handler = (_api, c, s, f) => {
  const va = c.arg('va');
  if (c.name === 'IoBuildPartialMdl') {
    const to = c.arg('mdl');
    if (to && va)
      for (const t of f.memory.targetsOf(to))
        f.memory.heap.setMdl(t.base.key, { va: f.memory.targetsOf(va), site: siteOf(f, c.place) });
    return one(s, plain(constant(0), INT));
  }
  const base = alloc(c, f, 'mdl', undefined, false);
  if (va) {
    f.memory.heap.setMdl(base.key, { va: f.memory.targetsOf(va), site: siteOf(f, c.place) });
    s.setCell(base, '$va', va);
    const length = c.arg('length');
    if (length) s.replaceMay({ tag: 'mdl-length', base, site: siteOf(f, c.place), num: length.t });
  }
  const v: Val = {
    t: lin(f.atoms.atom(`alloc:${f.at(c.place)}`, { lo: 0 })),
    pts: [{ base, path: '', root: 'MDL' }],
    taint: [],
    ty: { k: 'ptr', ref: f.ref(f.named('MDL')), file: f.file },
    nullable: siteOf(f, c.place),
  };
  return one(s, v);
};

const allocPages: Handler = (_api, c, s, f) => {
  const base = alloc(c, f, 'mdl', undefined, true);
  const pages: AllocBase = f.allocBase(`P:${f.at(c.place)}`, c.name, siteOf(f, c.place), 'pages', undefined, true);
  f.memory.heap.setMdl(base.key, { va: [{ base: pages, path: '', off: constant(0) }], site: siteOf(f, c.place), built: true });
  s.setMust({ tag: 'fresh', base: pages, site: base.site });
  return one(s, {
    t: lin(f.atoms.atom(`alloc:${f.at(c.place)}`, { lo: 0 })),
    pts: [{ base, path: '', root: 'MDL' }],
    taint: [],
    ty: { k: 'ptr', ref: f.ref(f.named('MDL')), file: f.file },
    nullable: siteOf(f, c.place),
  });
};

const lockPages: Handler = (api, c, s, f) => {
  const mdl = c.arg('mdl');
  if (!mdl) {
    // The framework's form: (request, buffer, length, memory out).
    const memory = c.arg('memoryOut');
    const buffer = c.arg('buffer');
    if (!memory || !buffer) return undefined;
    const input = /Read$/.test(c.name);
    const from = f.memory.targetsOf(buffer)[0]?.base;
    const region = f.regions.region(
      `locked:${from?.key ?? ''}`,
      'SharedPages',
      [f.regions.step(siteOf(f, c.place), `\`${c.name}\` locks pages of user mode, which it can go on writing`)],
      {
        inLen: from?.k === 'region' ? from.inLen : undefined,
        outLen: from?.k === 'region' ? from.outLen : undefined,
        request: input ? 'wdf-in' : 'wdf-out',
      },
    );
    return succeedOrFail(c, s, f, (ok) => {
      put(memory, { t: fresh(f, c.place, 'wdfmem'), pts: [{ base: region, path: '$obj' }], taint: [], ty: VOID_PTR }, c, ok, f);
    });
  }
  const mode = c.arg('mode');
  const kernel = mode !== undefined && s.isZero(mode.t);
  if (!kernel)
    for (const t of f.memory.targetsOf(mdl))
      f.memory.heap.setMdl(t.base.key, { userLock: siteOf(f, c.place), site: siteOf(f, c.place) });
  void api;
  return one(s, plain(constant(0), INT));
};

const buildNonPaged: Handler = (_api, c, s, f) => {
  const mdl = c.arg('mdl');
  if (mdl) for (const t of f.memory.targetsOf(mdl)) f.memory.heap.setMdl(t.base.key, { built: true, site: siteOf(f, c.place) });
  return one(s, plain(constant(0), INT));
};

/** System or user mapping of what an MDL describes. */
const mapMdl: Handler = (api, c, s, f) => {
  const mdl = c.arg('mdl');
  const mode = c.arg('mode');
  const toUser = api.role === 'map-mdl' && mode !== undefined && !s.isZero(mode.t);
  const nullable = api.nullOnFail ? siteOf(f, c.place) : undefined;
  const pts: Target[] = [];
  const site = siteOf(f, c.place);
  const targets = mdl ? f.memory.targetsOf(mdl) : [];
  for (const t of targets) {
    const pages = f.memory.pagesOf(t.base);
    if (pages) {
      const region = pages.witness.length
        ? pages
        : {
            ...pages,
            witness: [
              f.regions.step(
                site,
                `\`${c.name}\` maps ${pages.origin === 'Packet' ? 'packet memory' : 'pages that user mode can write'}`,
              ),
            ],
          };
      pts.push({ base: region, path: '', off: constant(0) });
      continue;
    }
    f.noteMdl(t.base.key);
    const fact = f.memory.heap.mdl(t.base.key);
    const va = fact?.va ?? s.cell(t.base, '$va')?.pts;
    if (toUser) {
      for (const v of va ?? []) share(v, c, s, f);
      if (va === undefined && t.base.k === 'sym' && t.base.from)
        f.memory.heap.share(`mdlva:${t.base.from}`, [f.regions.step(site, 'mapped to user mode')]);
      continue;
    }
    if (fact?.userLock) {
      const lock = fact.userLock;
      const region = f.regions.region(
        `mapped:${t.base.key}`,
        'SharedPages',
        [
          f.regions.step(lock, 'these pages of user mode are locked here'),
          f.regions.step(site, `\`${c.name}\` maps them: user mode can go on writing them`),
        ],
        {},
      );
      const length = s.hasMay('mdl-length', t.base);
      if (length) s.replaceMay({ ...length, base: region });
      pts.push({ base: region, path: '', off: constant(0) });
    } else if (va?.length) pts.push(...va);
    else {
      const origin =
        t.root === 'NET_BUFFER' || /NetBuffer|NBL|NET_BUFFER/i.test(t.base.k === 'sym' ? (t.base.from ?? '') : '')
          ? 'Packet'
          : 'SharedPages';
      const region = f.regions.region(
        `mapped:${f.at(c.place)}`,
        origin,
        [f.regions.step(site, `\`${c.name}\` maps pages whose owner is not known here`)],
        { certain: false },
      );
      pts.push({ base: region, path: '', off: constant(0) });
    }
  }
  if (toUser) {
    const region = f.regions.region(
      `usermap:${f.at(c.place)}`,
      'UserVA',
      [f.regions.step(site, `\`${c.name}\` returns an address in the process`)],
      {},
    );
    return one(s, pointerTo({ base: region, path: '', off: constant(0) }, f, c, { nullable }));
  }
  const v: Val = {
    t: lin(f.atoms.atom(`map:${f.at(c.place)}`, { lo: 0 })),
    pts,
    taint: [],
    ty: VOID_PTR,
    nullable,
  };
  const out = c.arg('baseOut') ?? c.arg('bufferOut');
  if (out) {
    put(out, v, c, s, f);
    const len = c.arg('lengthOut');
    const request = pts.length === 1 && pts[0]?.base.k === 'region' ? pts[0].base.inLen : undefined;
    if (len && request) put(len, requestLength(request, c, f), c, s, f);
    else if (len) clobber(len, c.x, 2, s, f);
    return one(s, unknownResult(c.name, c.x, f));
  }
  return one(s, v);
};

function share(v: Target, c: Call, s: State, f: Frame): void {
  const witness = [
    f.regions.step(siteOf(f, c.place), `\`${c.name}\` maps this memory into a process, which can write it at any time`),
  ];
  if (v.base.k === 'alloc') {
    f.memory.heap.share(v.base.key, witness);
    s.setMay({ tag: 'mapped', base: v.base, site: siteOf(f, c.place) });
  } else if (v.base.k === 'sym' && v.base.from) f.memory.heap.share(`field:${v.base.from}`, witness);
}

const mdlVa: Handler = (_api, c, s, f) => {
  const mdl = c.arg('mdl');
  const pts = (mdl ? f.memory.targetsOf(mdl) : []).flatMap((t) => f.memory.heap.mdl(t.base.key)?.va ?? []);
  return one(s, { t: fresh(f, c.place, 'mdlva'), pts, taint: [], ty: VOID_PTR });
};

const mapSection: Handler = (api, c, s, f) => {
  const toProcess = api.role === 'map-section-process';
  const site = siteOf(f, c.place);
  const region = f.regions.region(
    `view:${f.at(c.place)}`,
    'SharedView',
    [f.regions.step(site, `\`${c.name}\` maps a section: whoever holds it can write, re-protect or unmap the view`)],
    // While the driver starts, the process is that of the system, and no user has a handle to it.
    { certain: toProcess && s.hasMust('role')?.data !== 'entry' },
  );
  return succeedOrFail(c, s, f, (ok) => {
    put(c.arg('baseOut') ?? c.arg('baseInOut'), pointerTo({ base: region, path: '', off: constant(0) }, f, c), c, ok, f);
  });
};

const device: Handler = (_api, c, s, f) => {
  const base = alloc(c, f, 'device', c.arg('size')?.t, false);
  const v: Val = {
    t: lin(f.atoms.atom(`alloc:${f.at(c.place)}`, { lo: 0 })),
    pts: [{ base, path: '', off: constant(0) }],
    taint: [],
    ty: VOID_PTR,
    nullable: siteOf(f, c.place),
  };
  const out = c.arg('out');
  if (out) put(out, v, c, s, f);
  return one(s, v);
};

const packet: Handler = (_api, c, s, f) => {
  const region = f.regions.region(
    `nb:${f.at(c.place)}`,
    'Packet',
    [f.regions.step(siteOf(f, c.place), `\`${c.name}\` returns packet bytes`)],
    {},
  );
  const len = c.arg('len');
  const base = len ? { ...region, key: `${region.key}:${len.t.key}:${String(len.t.c)}`, inLen: undefined } : region;
  return one(s, pointerTo({ base, path: '', off: constant(0) }, f, c, { nullable: siteOf(f, c.place) }));
};

/** The table of the other module, as it was handed over. */
const nmrAttach: Handler = (_api, c, s, f) => {
  const site = siteOf(f, c.place);
  const region = f.regions.region('PeerDispatch', 'Peer', [
    f.regions.step(site, `\`${c.name}\` returns the dispatch table of the other module`),
  ]);
  return succeedOrFail(c, s, f, (ok) => {
    put(c.arg('peerDispatchOut'), pointerTo({ base: region, path: '', off: constant(0) }, f, c), c, ok, f);
    const context = c.arg('peerContextOut');
    if (context) clobber(context, c.x, 3, ok, f);
  });
};

/** Where an OID request has its buffer, and what the other driver says about it. */
const OID_BUFFERS = ['QUERY_INFORMATION', 'SET_INFORMATION', 'METHOD_INFORMATION'];
const OID_ANSWERS = ['BytesWritten', 'BytesNeeded', 'BytesRead'];

/** A request that another driver answers: what stands in its buffer afterwards is that driver's. */
const oidRequest: Handler = (_api, c, s, f) => {
  const oid = c.arg('oid');
  if (!oid) return undefined;
  const site = siteOf(f, c.place);
  const region = f.regions.region(`oid:${f.at(c.place)}`, 'Peer', [
    f.regions.step(site, `\`${c.name}\` has another driver fill it`),
  ]);
  const taint = [
    { origin: 'Peer' as const, loc: region.key, site, plain: false, certain: true, witness: region.witness, captured: true },
  ];
  for (const t of f.memory.targetsOf(oid)) {
    for (const kind of OID_BUFFERS) {
      const path = `${t.path === '' ? '' : `${t.path}.`}DATA.${kind}`;
      for (const to of s.cell(t.base, `${path}.InformationBuffer`)?.pts ?? []) {
        if (to.base.k === 'region') continue;
        s.dropUnder(to.base, to.path);
        const v: Val = {
          t: fresh(f, c.place, 'oid'),
          pts: [],
          taint,
          agg: { from: [{ base: region, path: '', off: constant(0) }], taint },
        };
        f.memory.store(s, [to], v, site);
      }
      for (const name of OID_ANSWERS) {
        const old = s.cell(t.base, `${path}.${name}`);
        if (old || t.base.k === 'local')
          s.setCell(t.base, `${path}.${name}`, { t: fresh(f, c.place, `oid${name}${kind}`), pts: [], taint, ty: old?.ty });
      }
    }
  }
  return one(s, unknownResult(c.name, c.x, f));
};

// ---- registry, arithmetic, status

const registry: Handler = (_api, c, s, f) => {
  const site = siteOf(f, c.place);
  const region = f.regions.region(
    `reg:${f.at(c.place)}`,
    'Registry',
    [f.regions.step(site, `\`${c.name}\` fills it from the registry`)],
    { request: 'registry' },
  );
  return succeedOrFail(c, s, f, (ok) => {
    const buffer = c.arg('buffer') ?? c.arg('out');
    if (buffer) {
      const pointee = f.pointee(buffer.ty);
      const taint = [
        {
          origin: 'Registry' as const,
          loc: region.key,
          site,
          plain: false,
          certain: true,
          witness: region.witness,
          captured: true,
        },
      ];
      for (const t of f.memory.targetsOf(buffer)) {
        ok.dropUnder(t.base, t.path);
        const ty = pointee.k === 'void' || pointee.k === 'unknown' ? undefined : pointee;
        const cell: Val = {
          t: fresh(f, c.place, 'reg', ty),
          pts: [],
          taint,
          ty,
          agg: ty?.k === 'int' ? undefined : { from: [{ base: region, path: '', off: constant(0) }], taint },
        };
        f.memory.store(ok, [t], cell, site);
      }
    }
    const len = c.arg('lengthOut');
    if (len) clobber(len, c.x, 5, ok, f);
  });
};

const registryTyped: Handler = (api, c, s, f) => {
  const site = siteOf(f, c.place);
  const out = c.arg('out') ?? c.arg('paramOut');
  const region = f.regions.region(
    `reg:${f.at(c.place)}`,
    'Registry',
    [f.regions.step(site, `\`${c.name}\` reads a registry value`)],
    { request: 'registry' },
  );
  const fillOut = (ok: State): void => {
    if (!out) return;
    const pointee = f.pointee(out.ty);
    const taint = [
      {
        origin: 'Registry' as const,
        loc: region.key,
        site,
        plain: false,
        certain: true,
        witness: region.witness,
        captured: true,
      },
    ];
    const v: Val =
      pointee.k === 'ptr'
        ? pointerTo({ base: region, path: '', off: constant(0) }, f, c)
        : {
            t: fresh(f, c.place, 'reg', pointee),
            pts: [],
            taint,
            ty: pointee,
            agg: pointee.k === 'rec' ? { from: [{ base: region, path: '', off: constant(0) }], taint } : undefined,
          };
    put(out, v, c, ok, f);
  };
  if (api.args?.['statusOut'] !== undefined) {
    fillOut(s);
    const st = c.arg('statusOut');
    if (st) clobber(st, c.x, 0, s, f);
    return one(s, plain(constant(0), INT));
  }
  return succeedOrFail(c, s, f, fillOut);
};

const checkedArith: Handler = (api, c, s, f) => {
  const a = c.args[api.args?.['a'] ?? 0];
  const b = c.args[api.args?.['b'] ?? 1];
  const out = c.args[api.args?.['result'] ?? 2];
  if (!a || !out) return undefined;
  return succeedOrFail(c, s, f, (ok) => {
    const ty = f.pointee(out.ty);
    let t: Lin;
    if (/Add$|Add\w*$/.test(c.name) && b) t = plus(a.t, b.t);
    else if (/Sub/.test(c.name) && b) t = minus(a.t, b.t);
    else if (/Mult/.test(c.name) && b) {
      const ca = constOf(a.t);
      const cb = constOf(b.t);
      t = ca !== undefined ? scale(b.t, ca) : cb !== undefined ? scale(a.t, cb) : f.atoms.op('*', [a.t, b.t], 0);
    } else t = a.t;
    const limit = typeRange(ty);
    if (limit.lo !== undefined && limit.hi !== undefined) ok.bounds.add(t, limit.lo, limit.hi);
    put(out, { t, pts: [], taint: unionTaints(a.taint, b?.taint ?? []), ty }, c, ok, f);
    ok.setMust({ tag: 'checked', path: `${t.key}+${String(t.c)}`, site: siteOf(f, c.place) });
  });
};

const convert: Handler = (_api, c, s, f) => {
  const a = c.args[0];
  const out = c.args[1];
  if (!a || !out) return undefined;
  return succeedOrFail(c, s, f, (ok) => {
    put(out, { ...a, ty: f.pointee(out.ty) }, c, ok, f);
  });
};

const mode: Handler = (_api, _c, s, f) =>
  one(s, plain(f.regions.mode, { k: 'int', size: 1, signed: false, name: 'KPROCESSOR_MODE' }));

const handleToObject: Handler = (_api, c, s, f) =>
  succeedOrFail(c, s, f, (ok) => {
    const out = c.arg('objectOut');
    if (out) put(out, plain(lin(f.atoms.atom(`obj:${f.at(c.place)}`, { lo: 1 })), VOID_PTR), c, ok, f);
  });

/** Succeeds or fails; what it writes is not known. */
const mayFail: Handler = (api, c, s, f) =>
  succeedOrFail(c, s, f, (ok) => {
    for (const [role, i] of Object.entries(api.args ?? {})) {
      const a = c.args[i];
      if (a && (role.endsWith('Out') || role === 'out')) clobber(a, c.x, i, ok, f);
    }
  });

const requestParams: Handler = (_api, c, s, f) => {
  const p = c.arg('paramsOut');
  if (p) for (const t of f.memory.targetsOf(p)) s.dropUnder(t.base, t.path);
  return one(s, plain(constant(0), INT));
};

const raise: Handler = () => [];

const fileRead: Handler = (_api, c, s, f) => {
  const dst = c.arg('dst');
  return succeedOrFail(c, s, f, (ok) => {
    if (dst) clobber(dst, c.x, 5, ok, f);
  });
};

const HANDLERS: Readonly<Record<string, Handler>> = {
  alloc: allocate,
  'lookaside-alloc': allocate,
  'alloc-context': allocate,
  'volatile-accessor': accessor,
  'device-register': (api, c, s, f) => (c.name.includes('BUFFER') ? undefined : accessor(api, c, s, f)),
  'user-accessor': accessor,
  interlocked,
  'user-interlocked': interlocked,
  'sized-copy': copy,
  'bulk-copy': copy,
  'user-copy': copy,
  'sized-fill': fill,
  'bulk-fill': fill,
  'user-fill': fill,
  'secure-zero': fill,
  probe,
  'irp-stack': irpStack,
  'irp-stack-op': (_api, c, s, f) =>
    /Get|Next/.test(c.name) ? one(s, unknownResult(c.name, c.x, f)) : one(s, plain(constant(0), INT)),
  'request-buffer': requestBuffer,
  'request-memory': requestMemory,
  'request-mdl': requestMdl,
  'buffer-of': bufferOf,
  'mdl-describe': describeMdl,
  'mdl-alloc': describeMdl,
  'mdl-describe-kernel': buildNonPaged,
  'alloc-pages': allocPages,
  'lock-user-pages': lockPages,
  'map-mdl': mapMdl,
  'map-mdl-kernel': mapMdl,
  'mdl-va': mdlVa,
  'mdl-length': mdlLength,
  'map-section-kernel': mapSection,
  'map-section-process': mapSection,
  'alloc-dma': device,
  'map-physical': device,
  'nb-data': packet,
  'ndis-oid': oidRequest,
  'nmr-attach': nmrAttach,
  'reg-query': registry,
  'reg-query-typed': registryTyped,
  'checked-arith': checkedArith,
  'checked-convert': convert,
  'previous-mode': mode,
  'handle-to-object': handleToObject,
  'object-ref': (api, c, s, f) => (c.name.includes('ByPointer') ? mayFail(api, c, s, f) : one(s, unknownResult(c.name, c.x, f))),
  'request-params': requestParams,
  'reg-open': mayFail,
  'file-open': mayFail,
  'file-read': fileRead,
  'irp-complete': complete,
  'request-complete': complete,
  'irp-pending': pend,
  raise,
};
