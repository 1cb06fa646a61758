/**
 * Assignments: `=`, the operators that assign, `++` and `--`. Each stores what an object of the place's type holds of the value, and tells
 * observers of it.
 */
import type { Expr } from '../syntax/ast';
import { arithmetic } from './arithmetic';
import { convert } from './conversions';
import type { LValue } from './declared-types';
import { evaluate } from './evaluate';
import type { Frame } from './frame';
import { access, lvalue } from './lvalue';
import { INT, plain, siteOf } from './made-values';
import { keptTest } from './refine';
import type { State } from './state';
import { constant } from './term';
import { captured, withContent, withoutMoves, withTaint, withType, type Val } from './value';

export function assign(e: Expr & { kind: 'asg' }, s: State, f: Frame): Val {
  if (e.op === '') {
    const v = evaluate(e.r, s, f);
    const lv = lvalue(e.l, s, f);
    store(lv, v, e, s, f);
    f.watch?.(e.l, withType(withTaint(v, captured(v.taint)), lv.ty), s);
    return withType(v, lv.ty.k === 'unknown' ? v.ty : lv.ty);
  }
  const lv = lvalue(e.l, s, f);
  const old = f.memory.load(s, lv.targets, lv.ty, { site: siteOf(f, e.l), plain: !lv.volatile });
  const r = evaluate(e.r, s, f);
  const v = arithmetic(e.op, old, r, e, s, f);
  f.watch?.(e.l, old, s);
  if (e.l.kind !== 'id') f.tell('access', access(f, 'rmw', e.l, lv, v, e.op), s);
  f.memory.store(s, lv.targets, withType(v, lv.ty), siteOf(f, e));
  return withType(v, lv.ty);
}

export function update(e: Expr & { kind: 'upd' }, s: State, f: Frame): Val {
  const lv = lvalue(e.x, s, f);
  const old = f.memory.load(s, lv.targets, lv.ty, { site: siteOf(f, e.x), plain: !lv.volatile });
  const one: Val = plain(constant(1), INT);
  const asserting = f.asserting;
  const v = arithmetic(e.op === '++' ? '+' : '-', withType(old, lv.ty), one, e, s, f);
  f.asserting = asserting;
  if (e.x.kind !== 'id') f.tell('access', access(f, 'rmw', e.x, lv, v, e.op === '++' ? '+' : '-'), s);
  f.memory.store(s, lv.targets, withType(v, lv.ty), siteOf(f, e));
  return withType(e.prefix ? v : old, lv.ty);
}

/** Assigns a value to a place and tells about it. */
export function store(lv: LValue, v: Val, e: Expr, s: State, f: Frame): void {
  const site = siteOf(f, e);
  const target = e.kind === 'asg' ? e.l : e;
  const isVariable = target.kind === 'id';
  const narrowed = convert(withoutMoves(v), lv.ty, s, f);
  keptTest(v.t, s, site);
  if (lv.ty.k === 'rec' && !v.agg && lv.targets.length) {
    // A whole structure: its content is what the source holds.
    const from = v.pts;
    f.memory.store(s, lv.targets, withContent(narrowed, { from, taint: captured(v.taint), zero: undefined }, lv.ty), site);
  } else f.memory.store(s, lv.targets, withType(narrowed, lv.ty.k === 'unknown' ? v.ty : lv.ty), site);
  if (!isVariable) f.tell('access', access(f, 'write', target, lv, v), s);
}
