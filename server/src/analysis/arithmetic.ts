/**
 * Operators on two values that are already there: numbers, steps of pointers, distances and comparisons, with what the bounds of the operands
 * say of the result.
 */
import type { Expr } from '../syntax/ast';
import { binary, wrap } from '../program/constants';
import { isPointer } from '../program/types';
import { refOf, usual } from './declared-types';
import { inAttribute } from './extended-attributes';
import type { Frame } from './frame';
import { DISTANCE, INT, plain, SIZE } from './made-values';
import { range } from './ranges';
import type { State } from './state';
import { constant, constOf, minus, plus, same, scale, type Lin } from './term';
import { elsewhere, makeVal, unionTaints, type Target, type Val } from './value';

function known(t: Lin, s: State): number | undefined {
  const r = s.bounds.range(t, 0);
  return r.lo === r.hi ? r.lo : undefined;
}

export function arithmetic(op: string, l: Val, r: Val, e: Expr, s: State, f: Frame): Val {
  const taint = unionTaints(l.taint, r.taint);
  const lp = isPointer(l.ty) || (l.pts.length > 0 && r.pts.length === 0);
  // `(char *)p - (char *)offsetof(T, member)`: a constant is a distance, whatever it is cast to.
  const isDistance = op === '-' && lp && r.pts.length === 0 && constOf(r.t) !== undefined;
  const rp = !isDistance && (isPointer(r.ty) || (r.pts.length > 0 && l.pts.length === 0));
  if ((op === '+' || op === '-') && (lp || rp) && !(lp && rp)) {
    const p = lp ? l : r;
    const n = lp ? r : l;
    const to = f.pointee(p.ty);
    const size = isPointer(p.ty) ? (to.k === 'void' || to.k === 'unknown' ? 1 : f.types.sizeOf(to)) : 1;
    const step = size === undefined ? undefined : scale(n.t, op === '-' ? -size : size);
    const moved = (t: Target): Target => {
      const off = t.off && step ? plus(t.off, step) : undefined;
      if (step && constOf(step) === 0) return t;
      if (t.base.k === 'region') return inAttribute(elsewhere(t, undefined, '+', off), s, f);
      return elsewhere(t, t.root, t.path === '' || t.path.endsWith('[]') ? t.path : `${t.path}[]`, off);
    };
    f.tell('index', { x: e, place: e, base: p, index: n, targets: p.pts }, s);
    const t = step ? plus(p.t, step) : f.atoms.op('ptr+', [p.t, n.t]);
    return makeVal(
      t,
      f.memory.targetsOf(p).map(moved),
      p.taint,
      p.ty?.k === 'arr' ? { k: 'ptr', ref: refOf(p.ty.of), file: f.file } : p.ty,
      undefined,
      undefined,
      undefined,
      p.moved || n.taint.length > 0 ? unionTaints(p.moved ?? [], n.taint) : undefined,
    );
  }
  const distance = op === '-' && lp && rp ? distanceOf(l, r, e, s, f) : undefined;
  if (distance) return distance;
  const ty = usual(l.ty, r.ty);
  // Parts of a number that is known here: the method of the control code that is handled.
  const lc = constOf(l.t) ?? (op === '&' || op === '>>' ? known(l.t, s) : undefined);
  const rc = constOf(r.t);
  // Before what the result says of the divisor is known.
  if ((op === '/' || op === '%') && rc === undefined && f.observing) f.tell('divide', { x: e, place: e, op, divisor: r }, s);
  let out: Lin;
  // Of two numbers whose declarations are not in view nothing is known.
  const held = l.ty?.k === 'int' || r.ty?.k === 'int' ? range(ty) : {};
  if (lc !== undefined && rc !== undefined) {
    const c = binary(op, lc, rc);
    out =
      c === undefined
        ? f.atoms.op(op, [l.t, r.t])
        : constant(ty.k === 'int' && !isComparison(op) ? wrap(c, ty.size, ty.signed) : c);
  } else if (op === '+') out = plus(l.t, r.t);
  else if (op === '-') out = minus(l.t, r.t);
  else if (op === '|' && lc === 0) out = r.t;
  else if (op === '|' && rc === 0) out = l.t;
  else if (op === '*' && rc !== undefined) out = scale(l.t, rc);
  else if (op === '*' && lc !== undefined) out = scale(r.t, lc);
  else if (op === '<<' && rc !== undefined && rc >= 0 && rc < 32) out = scale(l.t, 2 ** rc);
  else if (isComparison(op)) {
    const known = compareKnown(op, minus(l.t, r.t), s);
    out = known === undefined ? f.atoms.op(op, [l.t, r.t], 0, 1) : constant(known ? 1 : 0);
  } else {
    out = f.atoms.op(
      op,
      [l.t, r.t],
      op === '&' || op === '%' || op === '>>' || op === '/' ? 0 : (held.lo ?? -Infinity),
      held.hi ?? Infinity,
    );
    // Statuses are collected so: one failure makes the whole one.
    if (op === '|' && (s.bounds.range(l.t, 1).hi < 0 || s.bounds.range(r.t, 1).hi < 0))
      s.bounds.add(out, held.lo ?? -Infinity, -1);
    if (op === '&') {
      const mask = rc ?? lc;
      if (mask !== undefined && mask >= 0) s.bounds.add(out, 0, mask);
      const m = rc === undefined ? r.t : l.t;
      if (!wraps(m, s)) s.bounds.add(minus(out, m), -Infinity, 0);
      const other = rc === undefined ? l.t : r.t;
      if (!wraps(other, s)) s.bounds.add(minus(out, other), -Infinity, 0);
    } else if (op === '%') {
      s.bounds.add(minus(out, r.t), -Infinity, -1);
      if (!wraps(l.t, s)) s.bounds.add(minus(out, l.t), -Infinity, 0);
    } else if (op === '>>' || op === '/') {
      if (!wraps(l.t, s)) s.bounds.add(minus(out, l.t), -Infinity, 0);
      const by = rc === undefined ? undefined : op === '/' ? rc : 2 ** rc;
      const of = s.bounds.range(l.t, 1);
      // So many whole parts are no more than what was divided.
      if (by !== undefined && by > 1 && of.lo >= 0 && !wraps(l.t, s)) s.bounds.add(minus(scale(out, by), l.t), -Infinity, 0);
      if (by !== undefined && by > 0 && of.lo >= 0) s.bounds.add(out, Math.floor(of.lo / by), Math.floor(of.hi / by));
      else if (by !== undefined && by > 0 && held.lo === 0) s.bounds.add(out, 0, Math.floor((held.hi ?? Infinity) / by));
    }
  }
  if (op === '-' || ((op === '+' || op === '*' || op === '<<') && f.observing)) {
    const val = makeVal(out, [], taint, ty);
    f.tell('arith', { x: e, op, place: e, l, r, out: val, bits: ty.k === 'int' ? ty.size * 8 : 64 }, s);
  }
  return makeVal(
    out,
    (op === '&' || op === '|') && !isLowPart(op, lc ?? rc) ? (l.pts.length ? l.pts : r.pts) : [],
    op === '-' && same(l.t, r.t) ? [] : taint,
    isComparison(op) ? INT : ty,
    undefined,
    undefined,
    undefined,
    undefined,
    op === '*' ? (l.sizeOf ?? r.sizeOf) : undefined,
  );
}

/** The low bits of an address are its place in a page or a field of flags, and no address. */
function isLowPart(op: string, mask: number | undefined): boolean {
  return op === '&' && mask !== undefined && mask >= 0 && mask <= 0xffff;
}

/** A difference that may go below zero: in C it wraps, so that a part of it may be larger than the form says. */
function wraps(t: Lin, s: State): boolean {
  return (t.c < 0 || t.t.some(([, k]) => k < 0)) && s.bounds.range(t, 1).lo < 0;
}

/** How far two pointers into one buffer lie apart, by where in it they point. */
function distanceOf(l: Val, r: Val, e: Expr, s: State, f: Frame): Val | undefined {
  const [a, b] = [l.pts[0], r.pts[0]];
  if (l.pts.length !== 1 || r.pts.length !== 1 || a?.base.k !== 'region' || a.base.key !== b?.base.key) return undefined;
  const to = f.pointee(l.ty);
  if (!a.off || !b.off || (to.k !== 'void' && f.types.sizeOf(to) !== 1)) return undefined;
  const out: Val = { t: minus(a.off, b.off), pts: [], taint: unionTaints(l.moved ?? [], r.moved ?? []), ty: DISTANCE };
  const [from, than] = [plain(a.off, SIZE, { taint: l.moved ?? [] }), plain(b.off, SIZE, { taint: r.moved ?? [] })];
  f.tell('arith', { x: e, op: '-', place: e, l: from, r: than, out, bits: 64 }, s);
  return out;
}

export function isComparison(op: string): boolean {
  return op === '==' || op === '!=' || op === '<' || op === '<=' || op === '>' || op === '>=';
}

export function compareKnown(op: string, d: Lin, s: State): boolean | undefined {
  const r = s.bounds.range(d, 1);
  switch (op) {
    case '==':
      return r.lo === 0 && r.hi === 0 ? true : r.lo > 0 || r.hi < 0 || s.isNonZero(d) ? false : undefined;
    case '!=':
      return r.lo === 0 && r.hi === 0 ? false : r.lo > 0 || r.hi < 0 || s.isNonZero(d) ? true : undefined;
    case '<':
      return r.hi < 0 ? true : r.lo >= 0 ? false : undefined;
    case '<=':
      return r.hi <= 0 ? true : r.lo > 0 ? false : undefined;
    case '>':
      return r.lo > 0 ? true : r.hi <= 0 ? false : undefined;
    case '>=':
      return r.lo >= 0 ? true : r.hi < 0 ? false : undefined;
    default:
      return undefined;
  }
}
