/**
 * Evaluates C expressions over abstract state. Changes the state it is given; tells observers what happens while it does.
 */
import type { Expr, TypeRef } from '../syntax/ast';
import { wrap } from '../program/constants';
import { substitute } from '../program/substitute';
import { arithmetic, isComparison } from './arithmetic';
import { assign, update } from './assignments';
import { callExpression } from './calls';
import { cast } from './conversions';
import { refOf, sizeofType, variable } from './declared-types';
import type { Frame } from './frame';
import { decay, loadFrom, lvalue } from './lvalue';
import { fresh, INT, literal, plain, SIZE, stringValue, UNKNOWN } from './made-values';
import { range } from './ranges';
import type { State } from './state';
import { constant, constOf, lin, minus, same, scale, type Lin } from './term';
import { makeVal, unionTaints, unionTargets, type Val } from './value';

const VOID: TypeRef = { kind: 'name', name: 'void' };

/** The value of an expression. */
export function evaluate(e: Expr, s: State, f: Frame): Val {
  const v = compute(e, s, f);
  f.watch?.(e, v, s);
  return v;
}

function compute(e: Expr, s: State, f: Frame): Val {
  if (++f.steps > f.maxSteps) return plain(fresh(f, e), UNKNOWN);
  switch (e.kind) {
    case 'num':
      return literal(e);
    case 'str':
      return stringValue(e.value, e.wide, e, f);
    case 'id':
      return identifier(e.name, e, s, f);
    case 'un':
      return unary(e, s, f);
    case 'bin':
      return binaryExpr(e, s, f);
    case 'asg':
      return assign(e, s, f);
    case 'upd':
      return update(e, s, f);
    case 'call':
      return callExpression(e, s, f);
    case 'fld':
    case 'idx':
      return loadFrom(lvalue(e, s, f), e, s, f);
    case 'cast':
      return cast(e.type, e.x, s, f);
    case 'sizeof':
      return sizeOf(e, f);
    case 'cond': {
      const c = evaluate(e.c, s, f);
      if (s.isZero(c.t)) return evaluate(e.b, s, f);
      if (s.isNonZero(c.t)) return evaluate(e.a, s, f);
      const yes = f.assume(e.c, true, s.clone());
      const no = f.assume(e.c, false, s.clone());
      const a = yes && evaluate(e.a, yes, f);
      const b = no && evaluate(e.b, no, f);
      if (a && b && yes && no) return minMax(e, a, b, yes, no, s, f);
      return a ?? b ?? plain(fresh(f, e), UNKNOWN);
    }
    case 'comma':
      evaluate(e.l, s, f);
      return evaluate(e.r, s, f);
    case 'init':
      for (const item of e.items) evaluate(item.value, s, f);
      return plain(fresh(f, e), e.type ? f.type(e.type) : UNKNOWN);
    case 'type':
    case 'unknown':
      return plain(fresh(f, e), UNKNOWN);
  }
}

/** Joins the arms of `c ? a : b`; the result keeps bounds that hold in both. */
function minMax(e: Expr, a: Val, b: Val, yes: State, no: State, s: State, f: Frame): Val {
  const t = same(a.t, b.t) ? a.t : lin(f.atoms.atom(`cond:${f.at(e)}:${a.t.key}:${b.t.key}`, range(a.ty ?? b.ty)));
  if (!same(a.t, b.t)) {
    for (const bound of [a.t, b.t]) {
      for (const side of [1, -1] as const) {
        const d1 = yes.bounds.range(minus(a.t, bound), 1);
        const d2 = no.bounds.range(minus(b.t, bound), 1);
        if (side === 1) s.bounds.add(minus(t, bound), -Infinity, Math.max(d1.hi, d2.hi));
        else s.bounds.add(minus(t, bound), Math.min(d1.lo, d2.lo), Infinity);
      }
    }
    const r1 = yes.bounds.range(a.t, 1);
    const r2 = no.bounds.range(b.t, 1);
    s.bounds.add(t, Math.min(r1.lo, r2.lo), Math.max(r1.hi, r2.hi));
    if (yes.wasCompared(a.t) || no.wasCompared(b.t)) s.compare(t);
  }
  return {
    t,
    pts: unionTargets(a.pts, b.pts),
    taint: unionTaints(a.taint, b.taint),
    ty: a.ty ?? b.ty,
    fns: a.fns || b.fns ? [...new Set([...(a.fns ?? []), ...(b.fns ?? [])])] : undefined,
    nullable: a.nullable ?? b.nullable,
  };
}

function identifier(name: string, e: Expr, s: State, f: Frame): Val {
  const lv = variable(name, f);
  if (lv) {
    if (lv.ty.k === 'arr') return decay(lv, e, f);
    return loadFrom(lv, e, s, f, true);
  }
  const c = f.constants.named(name, f.file);
  if (c !== undefined) return plain(constant(c), INT);
  const macro = f.program.macro(name, f.file);
  if (macro && !macro.decl.params && f.depthOfExpansion < 12) {
    const body = f.program.snippet(macro.decl)?.expr;
    if (body && !(body.kind === 'id' && body.name === name)) {
      f.depthOfExpansion++;
      const v = evaluate(substitute(body, [], [], e), s, f);
      f.depthOfExpansion--;
      return v;
    }
  }
  if (/^(STATUS|NDIS_STATUS|FLT|RPC_NT)_[A-Z0-9_]+$/.test(name)) {
    // Every status that is no success, information or warning by name is an error; errors are negative.
    const good = /_(SUCCESS|PENDING|WAIT_0|ALERTED|TIMEOUT|MORE_ENTRIES|REPARSE)$/.test(name);
    return plain(
      lin(f.atoms.atom(`const:${name}`, { frame: false, lo: good ? 0 : -(2 ** 31), hi: good ? 2 ** 31 - 1 : -1 })),
      INT,
    );
  }
  const target = f.program.function(name, f.file) ?? f.program.prototype(name, f.file);
  if (target || f.model.api(name))
    return plain(lin(f.atoms.atom(`fn:${name}`, { frame: false, lo: 1 })), { k: 'unknown', name: '' }, { fns: [name] });
  return plain(lin(f.atoms.atom(`name:${name}`, { frame: false })), UNKNOWN);
}

function unary(e: Expr & { kind: 'un' }, s: State, f: Frame): Val {
  if (e.op === '*') return loadFrom(lvalue(e, s, f), e, s, f);
  if (e.op === '&') return addressOf(e.x, e, s, f);
  const v = evaluate(e.x, s, f);
  const c = constOf(v.t);
  switch (e.op) {
    case '-':
      return makeVal(scale(v.t, -1), [], v.taint, v.ty);
    case '+':
      return v;
    case '!':
      if (s.isZero(v.t)) return plain(constant(1), INT);
      if (s.isNonZero(v.t)) return plain(constant(0), INT);
      return makeVal(f.atoms.op('!', [v.t], 0, 1), [], v.taint, INT);
    case '~':
      return {
        t:
          c === undefined
            ? f.atoms.op('~', [v.t])
            : constant(wrap(-c - 1, v.ty?.k === 'int' ? v.ty.size : 4, v.ty?.k === 'int' ? v.ty.signed : true)),
        pts: [],
        taint: v.taint,
        ty: v.ty,
      };
  }
}

function addressOf(x: Expr, e: Expr, s: State, f: Frame): Val {
  if (x.kind === 'id' && !f.localType(x.name) && f.program.function(x.name, f.file)) return identifier(x.name, x, s, f);
  const offset = x.kind === 'fld' || x.kind === 'idx' ? f.constants.offsetIdiom(x, f.file) : undefined;
  if (offset !== undefined) return plain(constant(offset), { k: 'ptr', ref: VOID, file: f.file });
  const lv = lvalue(x, s, f);
  const first = lv.targets[0];
  let t: Lin;
  if (!first) t = fresh(f, e);
  else if (first.base.k === 'sym') t = f.atoms.op(`adr:${first.path}`, [first.base.t], 1);
  else
    t = lin(
      f.atoms.atom(`adr:${first.base.key}|${first.path}${first.off && first.off.key !== '' ? `@${first.off.key}` : ''}`, {
        frame: first.base.k === 'local',
        lo: 1,
      }),
    );
  return makeVal(t, lv.targets, [], { k: 'ptr', ref: refOf(lv.ty), file: f.file });
}

function binaryExpr(e: Expr & { kind: 'bin' }, s: State, f: Frame): Val {
  if (e.op === '&&' || e.op === '||') {
    const l = evaluate(e.l, s, f);
    if (e.op === '&&' ? s.isZero(l.t) : s.isNonZero(l.t)) return plain(constant(e.op === '&&' ? 0 : 1), INT);
    const inner = f.assume(e.l, e.op === '&&', s.clone());
    const r = inner ? evaluate(e.r, inner, f) : undefined;
    if (!r) return plain(constant(e.op === '&&' ? 0 : 1), INT);
    return makeVal(f.atoms.op(e.op, [l.t, r.t], 0, 1), [], unionTaints(l.taint, r.taint), INT);
  }
  const l = evaluate(e.l, s, f);
  const r = evaluate(e.r, s, f);
  if (f.asserting > 0 && isComparison(e.op)) f.tell('assertion', { x: e, place: e, l, r }, s);
  return arithmetic(e.op, l, r, e, s, f);
}

function sizeOf(e: Expr & { kind: 'sizeof' }, f: Frame): Val {
  const ty = sizeofType(e, f);
  const size = ty && f.types.sizeOf(ty);
  const name = ty ? f.memory.keyOf(ty) : undefined;
  if (size !== undefined) return plain(constant(size), SIZE, { sizeOf: name ?? 'object' });
  const key = name ?? f.text(e).replace(/\s+/g, ' ');
  return plain(lin(f.atoms.atom(`sizeof:${key}`, { frame: false, lo: 1, hi: 2 ** 24 })), SIZE, { sizeOf: key });
}
