/**
 * Calls that validate: checked arithmetic and conversions, handles, and whatever may fail.
 */
import { clobber } from '../calls';
import { plain, siteOf } from '../made-values';
import { isVolatileOrigin } from '../origins';
import { range } from '../ranges';
import { constant, constOf, lin, minus, plus, scale, type Lin } from '../term';
import { makeVal, unionTaints } from '../value';
import { VOID_PTR, type Handler, one, succeedOrFail, put } from './handler';

export const checkedArith: Handler = (api, c, s, f) => {
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
    const limit = range(ty);
    if (limit.lo !== undefined && limit.hi !== undefined) ok.bounds.add(t, limit.lo, limit.hi);
    put(out, { t, pts: [], taint: unionTaints(a.taint, b?.taint ?? []), ty }, c, ok, f);
    ok.setMust({ tag: 'checked', path: `${t.key}+${String(t.c)}`, site: siteOf(f, c.place) });
  });
};

export const convert: Handler = (_api, c, s, f) => {
  const a = c.args[0];
  const out = c.args[1];
  if (!a || !out) return undefined;
  return succeedOrFail(c, s, f, (ok) => {
    put(out, { ...a, ty: f.pointee(out.ty) }, c, ok, f);
  });
};

/**
 * A number of a packet in the order of this machine: as untrusted as before, and as much as its width holds. What is fetched for it from memory
 * that changes is fetched once, and is a value of this side behind it.
 */
export const byteSwap: Handler = (api, c, s, f) => {
  const a = c.arg('value');
  if (!a) return undefined;
  const size = api.width === 16 ? 2 : api.width === 64 ? 8 : 4;
  const known = constOf(a.t);
  if (known !== undefined && size > 4) return undefined;
  const t = known === undefined ? f.atoms.op('swap', [a.t], 0, 2 ** (8 * size) - 1) : constant(swapped(known, size));
  const taint = a.taint.filter((x) => x.captured || !isVolatileOrigin(x.origin));
  return one(s, makeVal(t, [], taint, { k: 'int', size, signed: false, name: '' }));
};

function swapped(n: number, size: number): number {
  let out = 0;
  for (let i = 0; i < size; i++) out = out * 256 + (Math.floor(n / 256 ** i) & 0xff);
  return out;
}

/** An object that a handle of the caller names, by its key. */
export const OBJECT_OF_CALLER = 'object-of-caller';

export const handleToObject: Handler = (_api, c, s, f) =>
  succeedOrFail(c, s, f, (ok) => {
    const out = c.arg('objectOut');
    const object = lin(f.atoms.atom(`obj:${f.at(c.place)}`, { lo: 1 }));
    if (out) put(out, plain(object, VOID_PTR), c, ok, f);
    // Whoever sent the handle has the object, too.
    if (c.arg('handle')?.taint.some((t) => t.certain && t.kept !== true))
      ok.setMust({ tag: OBJECT_OF_CALLER, path: object.key, site: siteOf(f, c.place) });
  });

/** Succeeds or fails; what it writes is not known. */
export const mayFail: Handler = (api, c, s, f) =>
  succeedOrFail(c, s, f, (ok) => {
    for (const [role, i] of Object.entries(api.args ?? {})) {
      const a = c.args[i];
      if (a && (role.endsWith('Out') || role === 'out')) clobber(a, c.x, i, ok, f);
    }
  });

/** Where it succeeds, the buffer is as long as its fixed part at least. */
export const validateBuffer: Handler = (api, c, s, f) =>
  succeedOrFail(c, s, f, (ok) => {
    const len = c.arg('len');
    if (len && api.least !== undefined) {
      ok.compare(len.t);
      ok.bounds.add(len.t, api.least, Infinity);
    }
    const where = api.args?.errorOut;
    const error = where === undefined ? undefined : c.args[where];
    if (where !== undefined && error) clobber(error, c.x, where, ok, f);
  });

export const raise: Handler = () => [];
