/** Conversions: what is left of a value in an object of another type, and what a cast makes of it. */
import type { Expr, TypeRef } from '../syntax/ast';
import { wrap } from '../program/constants';
import type { Ty } from '../program/types';
import type { Place } from '../rules/finding';
import { staticType } from './declared-types';
import { evaluate } from './evaluate';
import type { Frame } from './frame';
import { memberOfUnknownType } from './lvalue';
import { siteOf } from './made-values';
import { words } from './origins';
import { range } from './ranges';
import type { State } from './state';
import { constant, constOf, lin } from './term';
import { makeTarget, withNumber, withTargets, withType, type Site, type Val } from './value';

/** The value as an object of this type holds it. */
export function convert(v: Val, ty: Ty, s: State, f: Frame): Val {
  if (ty.k !== 'int') return v;
  // Half of an address is none: an `int` holds the error that a pointer stood for.
  if (v.pts.length > 0 && ty.size === 4 && ty.signed && ty.name === 'int') v = withTargets(v, [], v.ty);
  const c = constOf(v.t);
  if (c !== undefined) return withNumber(v, constant(wrap(c, ty.size, ty.signed)), ty);
  // A sum of numbers whose declarations are not in view, kept in an unsigned one: they are taken to be unsigned, too.
  if (!ty.signed && v.t.c >= 0 && v.t.t.every(([, k]) => k > 0))
    for (const [x] of v.t.t) if (x.lo === -Infinity) s.bounds.add(lin(x), 0, Infinity);
  if (v.ty?.k === 'int' && v.ty.size > ty.size) {
    const r = s.bounds.range(v.t, 1);
    const limit = range(ty);
    if (r.lo >= (limit.lo ?? 0) && r.hi <= (limit.hi ?? 0)) return withType(v, ty);
    // Differences of unsigned numbers and request lengths keep their name: the cut is the business of the overflow rules.
    if (v.ty.size === 8 && ty.size === 4) return withType(v, ty);
    return withNumber(v, f.atoms.op(`narrow${String(ty.size)}`, [v.t], limit.lo, limit.hi), ty);
  }
  return withType(v, ty);
}

export function cast(type: TypeRef, x: Expr, s: State, f: Frame): Val {
  const ty = f.type(type);
  const v = (ty.k === 'ptr' ? memberOfUnknownType(x, s, f) : undefined) ?? evaluate(x, s, f);
  if (ty.k === 'int') {
    // A number whose declaration is not in view and that is widened on purpose is narrower than that.
    if (ty.size === 8 && (v.ty?.k ?? 'unknown') === 'unknown' && v.pts.length === 0)
      for (const [a] of v.t.t)
        if (a.lo === -Infinity && a.hi === Infinity) s.bounds.add(lin(a), ty.signed ? -(2 ** 31) : 0, 2 ** 32 - 1);
    const w = convert(v, ty, s, f);
    // An address of this side that is counted with as a number stays an address: what is added to it is an offset.
    const isOwn = v.ty?.k === 'ptr' && v.pts.length === 0 && v.taint.length === 0 && constOf(v.t) === undefined && ty.size === 8;
    return withTargets(w, isOwn ? f.memory.targetsOf(v) : w.pts, ty);
  }
  if (ty.k === 'ptr') {
    const to = f.pointee(ty);
    // A number from untrusted memory that becomes a pointer is an address that user mode chose.
    // One of two bytes is too small for that: a tag that is kept where a pointer could be.
    const mayBeAddress = v.ty?.k === 'int' && v.ty.size > 2;
    if (v.pts.length === 0 && v.taint.length > 0 && constOf(v.t) === undefined && mayBeAddress && !hasUnknownTerm(x, f)) {
      const first = v.taint.find((t) => t.origin !== 'Registry' && t.origin !== 'Packet');
      if (first && !first.loc.startsWith('REQ|')) {
        const region = f.regions.region(
          `#(${first.loc})`,
          first.origin === 'Peer' ? 'Peer' : 'UserVA',
          [
            ...first.witness.slice(0, 4),
            {
              ...placed(siteOf(f, x)),
              role: 'origin',
              message: `a number from ${words(first.origin)} is used as a pointer`,
            },
          ],
          { certain: first.certain && first.kept !== true, nestedIn: first.loc },
        );
        return withTargets(v, [makeTarget(region, undefined, '', constant(0))], ty);
      }
    }
    const pts =
      to.k === 'rec' && v.pts.length
        ? v.pts.map((t) => (t.path === '+' || t.path.startsWith('$') ? t : f.memory.typed(t, to)))
        : v.pts;
    return withTargets(v, pts, ty);
  }
  return withType(v, ty.k === 'unknown' ? v.ty : ty);
}

/** A sum with a part whose declaration is not in view: that part may be the pointer. */
function hasUnknownTerm(x: Expr, f: Frame): boolean {
  if (x.kind !== 'bin' || (x.op !== '+' && x.op !== '-')) return false;
  return [x.l, x.r].some((e) => hasUnknownTerm(e, f) || (e.kind !== 'bin' && (staticType(e, f)?.k ?? 'unknown') === 'unknown'));
}

function placed({ file, start, end, at }: Site): Place & { readonly at?: string } {
  return { file, start, end, at };
}
