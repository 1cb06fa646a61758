/**
 * What a condition says when it holds and when it does not. Answers undefined when the branch cannot be taken.
 */
import type { Expr } from '../syntax/ast';
import { compareKnown } from './arithmetic';
import { evaluate } from './evaluate';
import type { Frame } from './frame';
import type { State } from './state';
import { constOf, constant, minus, same, type Lin } from './term';
import { withTaint, withTargets, type Site, type Val } from './value';

const NEGATED: Readonly<Record<string, string>> = { '<': '>=', '>=': '<', '>': '<=', '<=': '>', '==': '!=', '!=': '==' };

/** Evaluates a condition on a copy of a state, without telling observers. */
export function refine(c: Expr, truth: boolean, s: State, f: Frame): State | undefined {
  switch (c.kind) {
    case 'un':
      if (c.op === '!') return refine(c.x, !truth, s, f);
      break;
    case 'cast':
      return refine(c.x, truth, s, f);
    case 'comma':
      return refine(c.r, truth, s, f);
    case 'bin':
      if (c.op === '&&' || c.op === '||') {
        const both = (c.op === '&&') === truth;
        const first = refine(c.l, truth, s.clone(), f);
        if (both) return first && refine(c.r, truth, first, f);
        const second = refine(c.r, truth, s, f);
        if (!first) return second;
        if (!second) return first;
        return joinStates(first, second, c, f);
      }
      if (c.op in NEGATED) {
        const l = f.quiet(() => evaluate(c.l, s, f));
        const r = f.quiet(() => evaluate(c.r, s, f));
        return relate(c.op, l, r, truth, s);
      }
      break;
    default:
      break;
  }
  return decided(
    f.quiet(() => evaluate(c, s, f)),
    truth,
    s,
  );
}

function joinStates(a: State, b: State, c: Expr, f: Frame): State {
  return f.joinAt(a, b, `or:${f.at(c)}`);
}

/** What it means that a value counts as true, or as false. */
export function decided(v: Val, truth: boolean, s: State): State | undefined {
  if (truth ? s.isZero(v.t) : s.isNonZero(v.t)) return undefined;
  const only = v.t.t[0];
  if (v.t.t.length === 1 && v.t.c === 0 && only && only[0].args.length > 0) {
    // A number that stands for a comparison or a negation speaks about its operands.
    const name = only[0].key.slice(0, only[0].key.indexOf('('));
    const [a, b] = only[0].args;
    if (name === '!' && a) return decided({ ...v, t: a }, !truth, s);
    if (name === 'ok' && a) return bound(a, truth ? 0 : -Infinity, truth ? Infinity : -1, s);
    if (name === 'bad' && a) return bound(a, truth ? -Infinity : 0, truth ? -1 : Infinity, s);
    if (a && b && name in NEGATED) {
      tested(name, a, b, s);
      return compare(truth ? name : (NEGATED[name] ?? name), a, b, s);
    }
    if (a && b && ((name === '&&' && truth) || (name === '||' && !truth))) {
      const first = decided({ ...v, t: a }, truth, s);
      return first && decided({ ...v, t: b }, truth, first);
    }
  }
  if (truth) {
    s.setNonZero(v.t);
    const r = s.bounds.range(v.t, 0);
    if (r.lo === 0) s.bounds.add(v.t, 1, Infinity);
  } else s.bounds.add(v.t, 0, 0);
  return s;
}

function bound(t: Lin, lo: number, hi: number, s: State): State | undefined {
  const r = s.bounds.range(t, 1);
  if (r.lo > hi || r.hi < lo) return undefined;
  s.bounds.add(t, lo, hi);
  return s;
}

export function relate(op: string, l: Val, r: Val, truth: boolean, s: State): State | undefined {
  const actual = truth ? op : (NEGATED[op] ?? op);
  if (actual === '==' && areTwoBuffers(l, r)) return undefined;
  const lc = constOf(l.t);
  const rc = constOf(r.t);
  tested(op, l.t, r.t, s);
  let a = l.t;
  const b = r.t;
  // `MAX - x < y` and its kin: differences of unsigned numbers are read as they are meant.
  if (l.ty?.k === 'int' && !l.ty.signed && rc !== undefined && rc < 0 && l.ty.size >= 4)
    return relate(op, l, { ...r, t: constant(rc + 2 ** (8 * l.ty.size)), ty: l.ty }, truth, s);
  if (lc !== undefined && lc < 0 && r.ty?.k === 'int' && !r.ty.signed) a = constant(lc + 2 ** (8 * r.ty.size));
  const out = compare(actual, a, b, s);
  if (out && actual === '==') {
    recognised(l, r, out);
    recognised(r, l, out);
  }
  return out;
}

/** A pointer that the caller named as a handle and that was found among those of the driver is the driver's. */
function recognised(named: Val, own: Val, s: State): void {
  if (!isNamedByCaller(named) || own.pts.length === 0 || !own.pts.every((p) => p.base.k === 'sym' || p.base.k === 'alloc'))
    return;
  for (const c of s.cells())
    if (same(c.val.t, named.t) && isNamedByCaller(c.val)) s.setCell(c.base, c.path, withTaint(withTargets(c.val, own.pts), []));
}

function isNamedByCaller(v: Val): boolean {
  return (
    v.pts.length > 0 && v.pts.every((p) => p.base.k === 'region' && p.base.origin === 'UserVA' && p.base.nestedIn !== undefined)
  );
}

/**
 * A comparison whose answer is kept rather than branched on: what follows from it, and where it is asked for, is not known, only that two
 * numbers were weighed against each other.
 */
export function keptTest(t: Lin, s: State, site: Site): void {
  const only = t.t.length === 1 && t.c === 0 ? t.t[0]?.[0] : undefined;
  const [a, b] = only?.args ?? [];
  if (!only || !a || !b) return;
  const name = only.key.slice(0, only.key.indexOf('('));
  if (name === '&&' || name === '||') {
    keptTest(a, s, site);
    keptTest(b, s, site);
  } else if (/^[<>]=?$/.test(name) && constOf(a) === undefined && constOf(b) === undefined) {
    for (const side of [a, b]) {
      s.compare(side);
      for (const [x] of side.t) s.setMust({ tag: WEIGHED, path: x.key, site });
    }
  }
}
export const WEIGHED = 'weighed';

/** Remembers which numbers a comparison tested. A test against zero says nothing about an amount. */
function tested(op: string, l: Lin, r: Lin, s: State): void {
  const lc = constOf(l);
  const rc = constOf(r);
  if ((op === '==' || op === '!=') && (lc === 0 || rc === 0)) return;
  if ((rc === 0 && (op === '>' || op === '<=')) || (lc === 0 && (op === '<' || op === '>='))) return;
  s.compare(l);
  s.compare(r);
  if (lc === undefined && rc === undefined) for (const side of [l, r]) weighLengths(side, s);
}

/** A length of the request was compared with a number that varies: what that promised may be forgotten where paths meet, not that it was. */
function weighLengths(side: Lin, s: State): void {
  for (const [x] of side.t)
    if (/^(REQ|OID)\./.test(x.key) && !s.hasMay(WEIGHED_LENGTH, undefined, x.key))
      s.setMay({ tag: WEIGHED_LENGTH, path: x.key, site: NOWHERE });
}
export const WEIGHED_LENGTH = 'weighed-length';
const NOWHERE: Site = { file: '', start: 0, end: 0 };

/** The system's copy of a request's input and an address that its caller named are never one place: a request has the one or the other. */
function areTwoBuffers(l: Val, r: Val): boolean {
  const a = l.pts.length === 1 ? l.pts[0] : undefined;
  const b = r.pts.length === 1 ? r.pts[0] : undefined;
  if (a?.base.k !== 'region' || b?.base.k !== 'region' || a.base.nestedIn !== undefined || b.base.nestedIn !== undefined)
    return false;
  const kinds = [a.base.request, b.base.request];
  return kinds.includes('system') && (kinds.includes('type3') || kinds.includes('user'));
}

function compare(op: string, a: Lin, b: Lin, s: State): State | undefined {
  const d = minus(a, b);
  const known = compareKnown(op, d, s);
  if (known === false) return undefined;
  switch (op) {
    case '==':
      s.bounds.add(d, 0, 0);
      break;
    case '!=': {
      s.setNonZero(d);
      const r = s.bounds.range(d, 0);
      if (r.lo === 0) s.bounds.add(d, 1, Infinity);
      else if (r.hi === 0) s.bounds.add(d, -Infinity, -1);
      break;
    }
    case '<':
      s.bounds.add(d, -Infinity, -1);
      break;
    case '<=':
      s.bounds.add(d, -Infinity, 0);
      break;
    case '>':
      s.bounds.add(d, 1, Infinity);
      break;
    case '>=':
      s.bounds.add(d, 0, Infinity);
      break;
    default:
      break;
  }
  return s;
}
