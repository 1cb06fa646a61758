/**
 * Back from callee to caller: what a way out of the callee means under the names of the caller.
 */
import type { Declared } from '../program/program';
import type { Expr, FunctionDecl } from '../syntax/ast';
import type { Outcome } from './calls';
import type { Context } from './context';
import { ownerOf } from './copied';
import type { Frame } from './frame';
import { KEPT } from './kept-requests';
import { key as keyOf } from './names';
import type { Exit } from './outcomes';
import { cellKey, type Cell, type State } from './state';
import { isOfRequest, stillHeld, uncut } from './still-held';
import { lin, type Atom, type Lin } from './term';
import { FENCED, ORDERED } from './trail';
import { Translator } from './translate';
import { makeVal, withType, type AllocBase, type Base, type Val } from './value';

/** Leaves of a way out what a caller can see: what is kept is looked at by every call. */
export function trimExit(x: Exit, context: Context, fn: Declared<FunctionDecl>): void {
  const inner = keyOf(fn);
  const returned = new Set<Atom>();
  const see = (l: Lin): void => {
    for (const [y] of l.t) {
      if (returned.has(y)) continue;
      returned.add(y);
      for (const z of y.args) see(z);
    }
  };
  if (x.ret) see(x.ret.t);
  const isInner = (b: Base): boolean => b.k === 'local' && b.fn === inner;
  dropUnreachable(x, context, isInner);
  x.state.trim(
    isInner,
    (y) => returned.has(y) || (context.back?.has(y) ?? false) || isOfCaller(ownerOf(y)),
    (b) => b.form.t.length > 1 && b.form.t.some(([y]) => isOfRequest(uncut(y))),
  );
}

/**
 * Content of objects that the function allocated or found and that its caller cannot reach from here: what was stored there is known to the
 * heap. In a large driver every caller would go on carrying it, and would be run again when it changes.
 */
function dropUnreachable(x: Exit, context: Context, isInner: (b: Base) => boolean): void {
  const { state } = x;
  const own = new Map<string, Base>();
  const found: Base[] = [];
  for (const b of state.bases()) {
    if (b.k === 'alloc' && context.reach?.has(b.key) !== true) own.set(b.key, b);
    if (!isCarried(b, context)) found.push(b);
  }
  const returned = new Set((x.ret?.pts ?? []).map((p) => p.base.key));
  for (const b of found) if (!returned.has(b.key)) state.dropObject(b);
  if (own.size === 0) return;
  const todo: Base[] = [];
  const visit = (v: Val): void => {
    for (const list of [v.pts, v.agg?.from ?? []])
      for (const p of list) {
        const b = own.get(p.base.key);
        if (b && own.delete(p.base.key)) todo.push(b);
      }
  };
  if (x.ret) visit(x.ret);
  for (const c of state.cells()) if (!own.has(c.base.key) && !isInner(c.base)) visit(c.val);
  for (let b = todo.pop(); b !== undefined; b = todo.pop()) for (const c of state.cellsOf(b)) visit(c.val);
  for (const b of own.values()) state.dropObject(b);
}

/** Memory of which a caller may know: not what the function found by itself. */
function isCarried(b: Base, context: Context): boolean {
  if (b.k !== 'sym' || context.reach?.has(b.key) === true) return true;
  return b.t.t.some(([y]) => y.args.length > 0 || context.back?.has(y) === true);
}

function isOfCaller(b: Base | undefined): boolean {
  return b?.k === 'local' && b.fn === 'caller';
}

/** The caller's state after one way out of the callee. */
export function outcomesOf(
  x: Exit,
  context: Context,
  e: Expr & { kind: 'call' },
  before: State,
  caller: Frame,
  d: Declared<FunctionDecl>,
): Outcome {
  const a = caller.analyzer;
  const place = caller.at(e);
  const inside = a.atoms.renamings(place);
  const wrap = (y: Atom): Atom | undefined => (y.frame && !y.param ? (t.member(y) ?? inside.atom(y)) : undefined);
  const t: Translator = new Translator(context.back ?? new Map<Atom, Lin>(), a, wrap, context.localsBack, place);
  const s = before.clone();
  for (const b of allocatedInside(x, context)) {
    const own = t.own(b);
    s.dropObject(own);
    for (const m of s.may()) if (m.base?.key === own.key) s.dropMay(m.tag, m.base, m.path);
  }
  const inner = keyOf(d);
  // Cells that the callee could change are as it left them.
  const { passed } = context;
  if (passed && passed.size > 0) {
    const after = new Set<string>();
    for (const c of x.state.cells()) after.add(cellKey(t.base(c.base), c.path));
    for (const [key, c] of passed) if (!after.has(key)) s.dropCell(c.base, c.path);
  }
  const kept: Cell[] = [];
  const returned = new Set((x.ret?.pts ?? []).map((p) => p.base.key));
  for (const from of x.state.bases()) {
    if (from.k === 'local' && from.fn === inner) continue;
    // Objects that the callee found by itself: what it stored there is known to the heap.
    if (isOfCaller(from) && !(context.localsBack?.has(from.key) ?? false)) continue;
    const many = context.several?.get(from.key);
    if (many) {
      for (const one of many) s.dropObject(one);
      continue;
    }
    const to = t.base(from);
    if (from.k === 'sym' && !(context.reach?.has(to.key) ?? false) && !returned.has(from.key)) continue;
    for (const c of x.state.cellsOf(from)) {
      kept.push(c);
      s.setCell(to, c.path, t.val(c.val));
    }
  }
  // Facts about numbers that nobody outside can name are dropped.
  const visible = new Set<Atom>();
  const see = (l: Lin): void => {
    for (const [y] of l.t) {
      if (visible.has(y)) continue;
      visible.add(y);
      for (const z of y.args) see(z);
    }
  };
  if (x.ret) see(x.ret.t);
  for (const c of kept) see(c.val.t);
  for (const y of context.back?.keys() ?? []) visible.add(y);
  const isNamed = (y: Atom): boolean => !y.frame || visible.has(y) || t.member(y) !== undefined;
  const nameable = (l: Lin): boolean => l.t.every(([y]) => isNamed(y));
  for (const b of x.state.bounds.all()) {
    if (nameable(b.form)) s.bounds.add(t.lin(b.form), b.lo, b.hi);
    else stillHeld(b.form, b, s, a);
  }
  for (const y of x.state.compared()) if (isNamed(y)) s.compare(t.lin(lin(y)));
  for (const m of x.state.must()) if (m.tag !== KEPT && !(m.base?.k === 'local' && m.base.fn === inner)) s.setMust(t.mark(m));
  for (const m of before.must())
    if (m.tag === 'fresh' && m.base && (context.reach?.has(m.base.key) ?? false) && !x.state.hasMust(m.tag, m.base, m.path))
      s.dropMust(m.tag, m.base, m.path);
  settle(x.state, s);
  for (const m of x.state.may()) if (!(m.base?.k === 'local' && m.base.fn === inner)) s.setMay(t.mark(m));
  const v = x.ret ? t.val(x.ret) : makeVal(lin(a.atoms.atom(`void:${place}`)));
  if (x.ret && x.state.isNonZero(x.ret.t)) s.setNonZero(v.t);
  const ty = caller.types.resolve(d.decl.returns, d.file);
  return { s, v: withType(v, ty.k === 'unknown' ? v.ty : ty) };
}

/** Blocks that the callee allocated and returns, or leaves in variables of its caller: each call gets another one. */
function allocatedInside(x: Exit, context: Context): readonly AllocBase[] {
  let given: Set<string> | undefined;
  const out: AllocBase[] = [];
  for (const m of x.state.must()) {
    if (m.tag !== 'fresh' || m.base?.k !== 'alloc' || m.base.what !== 'pool' || context.reach?.has(m.base.key) === true) continue;
    given ??= handedOut(x);
    if (given.has(m.base.key)) out.push(m.base);
  }
  return out;
}

function handedOut(x: Exit): Set<string> {
  const out = new Set((x.ret?.pts ?? []).map((p) => p.base.key));
  for (const c of x.state.cells())
    if (c.base.k === 'local' && c.base.fn === 'caller') for (const p of c.val.pts) out.add(p.base.key);
  return out;
}

/** What a full fence in the callee settled. */
function settle(inner: State, s: State): void {
  if (!inner.hasMust(FENCED)) return;
  for (const m of s.may()) if (ORDERED.has(m.tag)) s.dropMay(m.tag, m.base, m.path);
}
