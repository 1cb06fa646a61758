/**
 * Statements, declarations and conditions: each may end in several states, because the outcomes of a call in them, or the arms of a choice that
 * a flag remembers, are told apart.
 */
import type { Expr, VarDecl } from '../syntax/ast';
import { arithmetic, isComparison } from './arithmetic';
import { store } from './assignments';
import { callOutcomes, type Outcome } from './calls';
import { variable } from './declared-types';
import { evaluate } from './evaluate';
import type { Frame } from './frame';
import { initialise } from './initialisers';
import { lvalue } from './lvalue';
import { fresh, plain, UNKNOWN } from './made-values';
import { decided, relate } from './refine';
import type { State } from './state';
import { constant, constOf, lin } from './term';
import { withTargets, type Val } from './value';

/** The states after an expression that stands as a statement. */
export function statement(x: Expr, s: State, f: Frame): State[] {
  if (x.kind === 'call' || x.kind === 'asg' || x.kind === 'cast') return fork(x, s, f).map((o) => o.s);
  evaluate(x, s, f);
  return [s];
}

/** The states after a declaration of a local. */
export function declare(v: VarDecl, s: State, f: Frame): State[] {
  const ty = f.type(v.type);
  f.redeclare(v.name, ty);
  const base = f.localBase(v.name);
  const root = f.memory.keyOf(ty);
  s.dropUnder(base, '');
  if (!v.init) {
    if (v.storage === 'static') return [s];
    if (ty.k !== 'rec' && ty.k !== 'arr') s.setCell(base, '', plain(lin(f.atoms.atom(`uninit:${f.at(v.nameSpan)}`)), ty));
    return [s];
  }
  if (v.init.kind === 'init') {
    s.setCell(base, '', { ...plain(fresh(f, v.nameSpan, 'zero'), ty), agg: { from: [], taint: [], zero: true } });
    initialise({ base, root, path: '', off: constant(0) }, ty, v.init, s, f);
    return [s];
  }
  return fork(v.init, s, f).map((o) => {
    const x: Expr = { kind: 'id', name: v.name, start: v.nameSpan.start, end: v.nameSpan.end };
    store({ targets: [{ base, root, path: '', off: constant(0) }], ty, volatile: false, bitField: false }, o.v, x, o.s, f);
    return o.s;
  });
}

/** The states in which a condition holds, and those in which it does not. The given one is used up. */
export function* ways(
  c: Expr,
  s: State,
  loop: boolean,
  f: Frame,
): Generator<{ readonly yes: State | undefined; readonly no: State | undefined }> {
  const compares = c.kind === 'bin' && isComparison(c.op);
  for (const o of fork(compares ? c.l : c, s, f)) {
    const r = compares ? evaluate(c.r, o.s, f) : undefined;
    f.tell('branch', { c, place: c, vals: r ? [o.v, r] : [o.v], loop }, o.s);
    const yes = compares && r ? relate(c.op, o.v, r, true, o.s.clone()) : decided(o.v, true, o.s.clone());
    const no = compares && r ? relate(c.op, o.v, r, false, o.s) : decided(o.v, false, o.s);
    yield { yes, no };
  }
}

/** Evaluates an expression whose outcomes matter. */
export function fork(x: Expr, s: State, f: Frame): Outcome[] {
  switch (x.kind) {
    case 'call': {
      const arg = x.args[0];
      if (x.f.kind === 'id' && (x.f.name === 'NT_SUCCESS' || x.f.name === 'NT_ERROR') && arg)
        return fork(arg, s, f).map((o) => ({ s: o.s, v: success(x.f.kind === 'id' && x.f.name === 'NT_SUCCESS', o, f) }));
      return callOutcomes(x, s, f);
    }
    case 'cast':
      if (f.type(x.type).k === 'int' || f.type(x.type).k === 'void') return fork(x.x, s, f);
      break;
    case 'un':
      if (x.op === '!' && (x.x.kind === 'call' || x.x.kind === 'asg'))
        return fork(x.x, s, f).map((o) => ({
          s: o.s,
          v: o.s.isZero(o.v.t)
            ? plain(constant(1), o.v.ty)
            : o.s.isNonZero(o.v.t)
              ? plain(constant(0), o.v.ty)
              : withTargets(o.v, [], o.v.ty, f.atoms.op('!', [o.v.t], 0, 1)),
        }));
      break;
    case 'bin':
      if ((x.op === '==' || x.op === '!=' || x.op === '<' || x.op === '>=') && (x.l.kind === 'call' || x.l.kind === 'asg')) {
        return fork(x.l, s, f).map((o) => {
          const r = evaluate(x.r, o.s, f);
          const a = constOf(o.v.t);
          const c = constOf(r.t);
          const known =
            a !== undefined && c !== undefined
              ? x.op === '=='
                ? a === c
                : x.op === '!='
                  ? a !== c
                  : x.op === '<'
                    ? a < c
                    : a >= c
              : undefined;
          if (known !== undefined) return { s: o.s, v: plain(constant(known ? 1 : 0), r.ty) };
          return { s: o.s, v: plain(f.atoms.op(x.op, [o.v.t, r.t], 0, 1), UNKNOWN) };
        });
      }
      break;
    case 'asg':
      if (x.op === '' && (x.r.kind === 'call' || x.r.kind === 'cast' || x.r.kind === 'asg' || choosesFlag(x, f))) {
        return fork(x.r, s, f).map((o) => {
          const lv = x.l.kind === 'id' ? variable(x.l.name, f) : undefined;
          if (lv) store(lv, o.v, x, o.s, f);
          else storeTo(x, o, f);
          return o;
        });
      }
      // `Status |= f()`: what failed shows in the sum.
      if (x.op === '|' && x.r.kind === 'call' && x.l.kind === 'id') {
        const lv = variable(x.l.name, f);
        if (lv)
          return fork(x.r, s, f).map((o) => {
            const v = arithmetic('|', evaluate(x.l, o.s, f), o.v, x, o.s, f);
            store(lv, v, x, o.s, f);
            return { s: o.s, v };
          });
      }
      break;
    case 'cond': {
      const c = evaluate(x.c, s, f);
      if (s.isZero(c.t)) return fork(x.b, s, f);
      if (s.isNonZero(c.t)) return fork(x.a, s, f);
      const yes = f.assume(x.c, true, s.clone());
      const no = f.assume(x.c, false, s);
      return [...(yes ? fork(x.a, yes, f) : []), ...(no ? fork(x.b, no, f) : [])];
    }
    default:
      break;
  }
  return [{ s, v: evaluate(x, s, f) }];
}

/** `Status = c ? a : b`: what the variable says afterwards tells which it was. */
function choosesFlag(x: Expr & { kind: 'asg' }, f: Frame): boolean {
  return x.r.kind === 'cond' && x.l.kind === 'id' && f.flags.status.includes(x.l.name);
}

function storeTo(x: Expr & { kind: 'asg' }, o: Outcome, f: Frame): void {
  store(lvalue(x.l, o.s, f), o.v, x, o.s, f);
  f.watch?.(x.l, o.v, o.s);
}

function success(wants: boolean, o: Outcome, f: Frame): Val {
  const r = o.s.bounds.range(o.v.t, 1);
  if (r.lo >= 0) return plain(constant(wants ? 1 : 0), UNKNOWN);
  if (r.hi < 0) return plain(constant(wants ? 0 : 1), UNKNOWN);
  return plain(f.atoms.op(wants ? 'ok' : 'bad', [o.v.t], 0, 1), UNKNOWN);
}
