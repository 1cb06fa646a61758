/** Ways in which a call or a function may end: joined by what they return, and few enough to be followed. */
import type { Expr } from '../syntax/ast';
import type { Outcome } from './calls';
import { fresh, plain, UNKNOWN } from './made-values';
import type { Frame } from './frame';
import { State } from './state';
import { constOf, lin, same, type Lin } from './term';
import { isParameter, unionTaints, unionTargets, type Val } from './value';

export interface Exit {
  readonly ret: Val | undefined;
  readonly state: State;
}

/** Joins outcomes into the given state; the value is one that stands for all. */
export function mergeOutcomes(outcomes: readonly Outcome[], e: Expr, s: State, f: Frame): Val {
  const first = outcomes[0];
  if (!first) return plain(fresh(f, e), UNKNOWN);
  let state = first.s;
  let v = first.v;
  for (const o of outcomes.slice(1)) {
    const isOne = same(v.t, o.v.t);
    const t = isOne ? v.t : lin(f.atoms.atom(`ret:${f.at(e)}`));
    const ra = state.bounds.range(v.t, 1);
    const rb = o.s.bounds.range(o.v.t, 1);
    const joined = State.join(state, o.s, `call:${f.at(e)}`, f.atoms);
    // Also from the third on, when the one that stands for all is there already: the last one's state knows nothing of it.
    if (!isOne) {
      joined.bounds.add(t, Math.min(ra.lo, rb.lo), Math.max(ra.hi, rb.hi));
      if (state.isNonZero(v.t) && o.s.isNonZero(o.v.t)) joined.setNonZero(t);
      if (isLimited(v.t, state) && isLimited(o.v.t, o.s)) joined.compare(t);
    }
    v = {
      t,
      pts: unionTargets(v.pts, o.v.pts),
      taint: unionTaints(v.taint, o.v.taint),
      ty: v.ty ?? o.v.ty,
      agg: v.agg ?? o.v.agg,
      nullable: v.nullable ?? o.v.nullable,
      fns: v.fns ?? o.v.fns,
    };
    state = joined;
  }
  s.become(state);
  return v;
}

/** A comparison or a mask of the driver's own holds the number, whatever its amount. */
function isLimited(t: Lin, s: State): boolean {
  return constOf(t) !== undefined || s.wasCompared(t) || t.t.some(([x]) => s.bounds.heldByOwn(x));
}

/** At most four outcomes, joined by what their result says. */
export function limitOutcomes(list: readonly Outcome[], e: Expr, f: Frame): Outcome[] {
  if (list.length <= 1) return [...list];
  const groups = new Map<string, Outcome[]>();
  for (const o of list) {
    const key = sign(o.v, o.s) + (hasAnswered(o.s) ? 'a' : '');
    const g = groups.get(key);
    if (g) g.push(o);
    else groups.set(key, [o]);
  }
  const out: Outcome[] = [];
  for (const g of groups.values()) {
    const first = g[0];
    if (!first) continue;
    if (g.length === 1) out.push(first);
    else {
      const s = new State();
      const v = mergeOutcomes(g, e, s, f);
      out.push({ s, v });
    }
  }
  return out.length <= 4 ? out : [...out.slice(0, 3), squash(out.slice(3), e, f)];
}

function squash(list: readonly Outcome[], e: Expr, f: Frame): Outcome {
  const s = new State();
  return { v: mergeOutcomes(list, e, s, f), s };
}

/** Exits joined by what they return. */
export function limitExits(list: readonly Exit[], f: Frame): Exit[] {
  const groups = new Map<string, Exit>();
  for (const x of list) {
    const key = x.ret ? `${sign(x.ret, x.state)}${x.ret.pts.length > 0 ? 'p' : ''}${hasAnswered(x.state) ? 'a' : ''}` : '';
    const old = groups.get(key);
    if (!old) {
      groups.set(key, x);
      continue;
    }
    const s = new State();
    const at: Expr = { kind: 'unknown', start: f.fn.start, end: f.fn.end };
    if (x.ret && old.ret) {
      const ret = mergeOutcomes(
        [
          { s: old.state, v: old.ret },
          { s: x.state, v: x.ret },
        ],
        at,
        s,
        f,
      );
      groups.set(key, { ret, state: s });
    } else groups.set(key, { ret: undefined, state: f.joinAt(old.state, x.state, `exit:${f.file}:${f.fn.name}`) });
  }
  return [...groups.values()].slice(0, 5);
}

/** The request that the function was given has been completed: whoever goes on from there is on another way than whoever still has to. */
export function hasAnswered(s: State): boolean {
  return s.must().some((m) => m.tag === 'completed' && m.base !== undefined && isParameter(m.base));
}

/** What a flag says: a constant, success, failure, non-zero, or nothing. */
export function sign(v: Val, s: State): string {
  const c = constOf(v.t);
  if (c !== undefined) return c === 0 ? '0' : c < 0 ? 'F' : c === 1 ? '1' : 'S';
  const r = s.bounds.range(v.t, 0);
  if (r.hi < 0) return 'F';
  if (r.lo === r.hi) return String(r.lo);
  if (r.lo > 0 || s.isNonZero(v.t)) return 'N';
  if (r.lo === 0 && v.ty?.k === 'int' && v.ty.signed) return 'S';
  return '?';
}
