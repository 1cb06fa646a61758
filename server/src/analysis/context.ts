/**
 * Passing between caller and callee: values of the caller under the names of the callee's parameters, and back. Numbers of the caller
 * become parameter atoms, so that calls that look alike share one answer.
 */
import type { Expr, FunctionDecl, TypeRef } from '../syntax/ast';
import { asKernel, isFromKernel, ofKernel } from './mode';
import type { Declared } from '../program/program';
import { Types } from '../program/types';
import type { Bound } from './bounds';
import type { Analyzer } from './analyzer';
import { isLedTo, ownerOf } from './copied';
import type { Outcome } from './calls';
import type { Frame } from './frame';
import type { Exit } from './outcomes';
import { cellKey, State, type Cell } from './state';
import { key as keyOf } from './names';
import { isKept, KEPT } from './kept-requests';
import { contextName } from './prints';
import { FENCED, OID_SENT, ORDERED, STAYS } from './trail';
import { Translator } from './translate';
import { constOf, lin, minus, same, single, ZERO, type Atom, type Lin } from './term';
import {
  inObject,
  makeTarget,
  makeVal,
  type Base,
  type Target,
  type Val,
  withNumber,
  withoutMoves,
  withoutNull,
  withTargets,
  withType,
  type AllocBase,
} from './value';

export interface Context {
  readonly args: readonly Val[];
  readonly state: State;
  /** Equal contexts have equal keys. */
  readonly key: string;
  readonly inTry: boolean;
  /** From the callee's names back to the caller's. */
  readonly back?: ReadonlyMap<Atom, Lin>;
  /** Objects of the caller that the callee can reach. */
  readonly reach?: ReadonlyMap<string, Base>;
  /** Cells that the callee was told, by the caller's names. */
  readonly passed?: ReadonlyMap<string, Cell>;
  /** Objects of the caller, by the name that the callee has for them. */
  readonly localsBack?: ReadonlyMap<string, Base>;
  /** Objects of the caller that are one to the callee. */
  readonly several?: ReadonlyMap<string, readonly Base[]>;
}

const firsts = new Map<string, string[][]>();
/** What names of parameters, and of objects that parameters lead to, begin with: put together once. */
function nth(kind: 'P' | 'B', i: number, n = -1): string {
  let lists = firsts.get(kind);
  if (!lists) firsts.set(kind, (lists = []));
  const list = (lists[i] ??= []);
  return (list[n + 1] ??= n < 0 ? `${kind}${String(i)}@` : `${kind}${String(i)}.${String(n)}@`);
}

/** What the key of a joined context begins with. */
export const GENERAL_CONTEXT = 'general:';

/** Types whose holder can reach the current request. */
const REQUEST_TYPES: ReadonlySet<string> = new Set([
  'IRP',
  'IO_STACK_LOCATION',
  'FLT_CALLBACK_DATA',
  'NDIS_OID_REQUEST',
  'WDF_REQUEST_PARAMETERS',
]);

/** @param general forgets what is special about this call */
export function argumentsOf(
  d: Declared<FunctionDecl>,
  args: readonly Val[],
  s: State,
  caller: Frame,
  a: Analyzer,
  general = false,
): Context {
  const forth = new Map<Atom, Lin>();
  const back = new Map<Atom, Lin>();
  const fnKey = keyOf(d);
  const callee = new State();
  // The callee may never ask for the mode.
  const fromKernel = isFromKernel(s, a.atoms.mode);
  if (fromKernel) s = asKernel(s);
  const given = args
    .slice(0, d.decl.params.length)
    .map(withoutMoves)
    .map((v) => (fromKernel ? ofKernel(v) : v));
  // Objects of the caller's frame get the name of the parameter that leads to them.
  const locals = new Map<string, Base>();
  const several = new Map<string, readonly Base[]>();
  const localsBack = new Map<string, Base>();
  given.forEach((v, i) => {
    v.pts.forEach((p, n) => {
      if (p.base.k !== 'local' || locals.has(p.base.key)) return;
      const key = `O:${fnKey}:${String(i)}.${String(n)}:${String(p.base.size ?? '')}`;
      const stand: Base = { k: 'local', key, fn: 'caller', name: p.base.name, size: p.base.size };
      locals.set(p.base.key, stand);
      localsBack.set(key, p.base);
    });
  });
  // Pool objects that exist since long are all alike to a callee: what matters about them lies in fields, which the heap knows.
  const settled = (p: Target): boolean =>
    p.base.k === 'alloc' &&
    p.base.what === 'pool' &&
    !s.hasMust('fresh', p.base) &&
    !a.memory.sharedBy(p.base) &&
    !s.cell(p.base, '')?.agg;
  /** All that a joined context says of an argument: its memory where others can write to it, and nothing about its amount. */
  const anyOf = (v: Val, i: number): Val => {
    const p = a.atoms.family(nth('P', i), '').atom(fnKey, typeLow(v), typeHigh(v));
    back.set(p, v.t);
    const pts = v.pts.filter(
      (q) => q.base.k === 'region' || q.base.k === 'local' || (q.base.k === 'alloc' && a.memory.sharedBy(q.base) !== undefined),
    );
    return makeVal(
      lin(p),
      pts.map((q) => inObject(q, q.base, q.off && constOf(q.off) !== undefined ? q.off : undefined)),
      [],
      v.ty,
    );
  };
  /** Kernel memory of which nothing is known but what fields of its type say. */
  const isUnknown = (q: Target): boolean =>
    q.base.k === 'sym'
      ? q.doubt !== true && !a.memory.mayBeShared(q.base, q.root) && !s.hasMust('probed', q.base)
      : settled(q) && !q.doubt && !(q.root !== undefined && a.model.project.sharedTypes.has(q.root));
  /** What a pointer to such memory points to, by the name of the parameter: which object of the caller it is does not matter to the callee. */
  const asObject = (t: Lin, unknowns: readonly Target[], i: number): Target => {
    const [first] = unknowns;
    const isOne = unknowns.every((q) => q.path === first?.path && q.root === first.root);
    const path = isOne ? (first?.path ?? '') : '';
    const root = isOne ? first?.root : undefined;
    let base = first && locals.get(first.base.key);
    if (!base || unknowns.length > 1) {
      base = a.memory.sym(path === '' ? t : lin(a.atoms.family(nth('B', i, 1), '').atom(fnKey)));
      for (const q of unknowns) if (!locals.has(q.base.key)) locals.set(q.base.key, base);
      if (first?.base.k === 'sym' && unknowns.length === 1) localsBack.set(base.key, first.base);
      else if (first)
        several.set(
          base.key,
          unknowns.map((q) => q.base),
        );
    }
    return path === '' ? makeTarget(base, root === pointeeKey(i) ? undefined : root, path, ZERO) : makeTarget(base, root, path);
  };
  const pointeeKey = (i: number): string | undefined => {
    const type = d.decl.params[i]?.type;
    const ty = type && caller.types.resolve(type, d.file);
    return ty?.k === 'ptr' ? Types.key(caller.types.pointee(ty)) : undefined;
  };
  const renamed: Val[] = given.map((v, i) => {
    if (general) return anyOf(v, i);
    if (constOf(v.t) !== undefined) return v;
    const atom = single(v.t);
    const p = a.atoms.family(nth('P', i), '').atom(fnKey, typeLow(v), typeHigh(v));
    let out = v;
    if (!atom || atom.frame) {
      const known = atom && forth.get(atom);
      out = withNumber(v, known ?? lin(p));
      if (!known) {
        back.set(p, v.t);
        if (atom) forth.set(atom, lin(p));
        // What the caller knows about an untrusted number, the callee knows about its parameter.
        if (v.taint.length > 0) {
          const r = s.bounds.range(v.t, 1);
          tell(callee, p, r);
          if (s.wasCompared(v.t) || isMasked(atom)) callee.compare(lin(p));
        }
      }
    }
    if (out.nullable && s.isNonZero(v.t)) out = withoutNull(out);
    const pts: Target[] = [];
    const unknowns = isPlainPointer(out) ? out.pts.filter(isUnknown) : [];
    if (unknowns.length > 0 || (out.pts.length === 0 && out.ty?.k === 'ptr')) pts.push(asObject(out.t, unknowns, i));
    out.pts.forEach((q, n) => {
      if (unknowns.includes(q)) return;
      let target = q;
      if (settled(q))
        target = makeTarget(
          a.memory.sym(lin(a.atoms.family(nth('B', i, 0), '').atom(fnKey))),
          q.root,
          q.path,
          undefined,
          undefined,
          q.from,
          q.inner,
          q.doubt,
        );
      else if (q.base.k === 'sym') {
        const own = single(q.base.t);
        if (!own || (!forth.has(own) && own.frame)) {
          const b = a.atoms.family(nth('B', i, n + 1), '').atom(fnKey);
          if (own) forth.set(own, lin(b));
          else target = inObject(q, a.memory.sym(lin(b)), q.off);
          back.set(b, q.base.t);
        }
        // Where a member lies in an object of this side follows from its path.
        if (target.off && (target.path !== '' || constOf(target.off) === undefined))
          target = inObject(target, target.base, undefined);
      }
      if (!pts.some((o) => o.base === target.base && o.path === target.path && o.root === target.root)) pts.push(target);
    });
    return withTargets(out, pts);
  });
  const t = new Translator(forth, a, undefined, locals);
  const values = renamed.map((v) => t.val(v));
  // Objects that the callee can reach, and what is worth telling about them.
  const reach = new Map<string, Base>();
  const passed = new Map<string, Cell>();
  const todo: Base[] = [];
  /** The content of a cell is a number of the callee's own, as a parameter is. */
  const rename = (v: Val, name: string, was: Lin): Val => {
    if (v.t.t.every(([x]) => !x.frame || x.key.startsWith('P'))) return v;
    const c = a.atoms.atom(name, { lo: typeLow(v), hi: typeHigh(v) });
    const own = single(was);
    if (own && !forth.has(own)) forth.set(own, lin(c));
    back.set(c, was);
    if (v.taint.length > 0) {
      const r = s.bounds.range(was, 1);
      tell(callee, c, r);
      if (s.wasCompared(was)) callee.compare(lin(c));
    }
    const pts = v.pts.map((p) =>
      p.base.k === 'sym' && same(p.base.t, v.t) ? inObject(p, a.memory.sym(lin(c), p.base.from), p.off) : p,
    );
    return withTargets(v, pts, v.ty, lin(c));
  };
  let request = false;
  const visit = (v: Val): void => {
    if (v.taint.some((x) => x.request !== undefined)) request = true;
    for (const list of [v.pts, v.agg?.from ?? []]) {
      for (const p of list) {
        if (p.base.k === 'region' || (p.root !== undefined && REQUEST_TYPES.has(p.root))) request = true;
        if (!reach.has(p.base.key)) {
          reach.set(p.base.key, p.base);
          todo.push(p.base);
        }
      }
    }
  };
  given.forEach(visit);
  request ||= isGivenRequest(d.decl);
  if (!general) {
    for (let b = todo.pop(); b !== undefined; b = todo.pop()) for (const c of s.cellsOf(b)) if (worthTelling(c)) visit(c.val);
    for (const of of reach.values())
      for (const c of s.cellsOf(of)) {
        if (!worthTelling(c)) continue;
        passed.set(cellKey(of, c.path), c);
        const base = t.base(of);
        callee.setCell(base, c.path, rename(t.val(c.val), `C:${base.key}|${c.path}@${fnKey}`, c.val.t));
      }
    // What was compared in an object that was copied as a whole has no cell of its own.
    const pointers = given.flatMap((v) => v.pts);
    const known = new Set<Atom>();
    for (const x of s.compared()) {
      const of = ownerOf(x);
      const part = of && reach.has(of.key) && isLedTo(x, pointers) ? t.member(x) : undefined;
      if (!part) continue;
      forth.set(x, lin(part));
      back.set(part, lin(x));
      known.add(part);
      callee.compare(lin(part));
    }
    const collect = (l: Lin): void => {
      for (const [x] of l.t) {
        if (known.has(x)) continue;
        known.add(x);
        for (const y of x.args) collect(y);
      }
    };
    for (const v of values) collect(v.t);
    for (const c of callee.cells()) collect(c.val.t);
    const relevant = (x: Atom): boolean => known.has(x) || (request && !x.frame && x.common);
    // A number that keeps its name and is none of these makes the bound none of the callee's business.
    const foreign = (x: Atom): boolean => x.args.length === 0 && !forth.has(x) && !relevant(x);
    for (const b of s.bounds.all()) {
      if (b.form.t.some(([x]) => foreign(x))) {
        if (request) stillHeld(b.form, b, callee, a);
        continue;
      }
      const form = t.lin(b.form);
      if (form.t.every(([x]) => relevant(x)) && !form.t.every(([x]) => x.key.startsWith('sizeof')))
        callee.bounds.add(form, b.lo, b.hi);
      else if (request) stillHeld(form, b, callee, a);
    }
    if (request) for (const x of s.compared()) if (!x.frame && relevant(x)) callee.compare(lin(x));
    for (const m of s.must())
      if (
        m.base
          ? reach.has(m.base.key) || (request && m.base.k === 'region')
          : m.tag === KEPT ||
            (m.tag === 'entry' && (request || m.path === 'control')) ||
            (m.tag === OID_SENT && request) ||
            (m.tag === 'role' && (request || m.data === 'entry'))
      )
        callee.setMust(t.mark(m));
  }
  if (!general && isKept(d.decl, given)) callee.setMust({ tag: KEPT, site: caller.site(d.decl.nameSpan) });
  for (const m of general ? [] : s.may())
    if (m.base && !STAYS.has(m.tag) && (reach.has(m.base.key) || (request && m.base.k === 'region'))) callee.setMay(t.mark(m));
  const name = contextName(values, callee, caller.inTry);
  return {
    args: values,
    state: callee,
    key: general ? `${GENERAL_CONTEXT}${name}` : name,
    inTry: caller.inTry,
    back,
    reach,
    passed,
    localsBack,
    several,
  };
}

/** A pointer that does not stand for a function or for content. */
function isPlainPointer(v: Val): boolean {
  return v.fns === undefined && v.agg === undefined;
}

/** Passes on what is known of an amount beyond what its type says. */
function tell(callee: State, p: Atom, r: { readonly lo: number; readonly hi: number }): void {
  if (r.lo > p.lo || r.hi < p.hi) callee.bounds.add(lin(p), Math.max(r.lo, p.lo), Math.min(r.hi, p.hi));
}

/** Content that may change what a callee does. What objects of the heap hold, the heap tells. */
function worthTelling(c: Cell): boolean {
  const v = c.val;
  if (c.base.k === 'region') return true;
  if (c.base.k === 'alloc') return c.path === '' && v.agg !== undefined && v.agg.taint.length > 0;
  if (c.base.k !== 'local') return false;
  return (
    v.taint.length > 0 ||
    v.agg !== undefined ||
    v.fns !== undefined ||
    v.pts.length > 0 ||
    constOf(v.t) !== undefined ||
    v.t.t.some(([x]) => !x.frame && x.key.startsWith('REQ'))
  );
}

const given = new WeakMap<FunctionDecl, boolean>();
/** A parameter is a request, by its type's name. */
function isGivenRequest(fn: FunctionDecl): boolean {
  let known = given.get(fn);
  if (known === undefined)
    given.set(fn, (known = fn.params.some((p) => /REQUEST|IRP|FLT_CALLBACK_DATA|OID/i.test(typeName(p.type)))));
  return known;
}

function typeName(ref: TypeRef): string {
  return ref.kind === 'pointer' ? typeName(ref.to) : ref.kind === 'name' || ref.kind === 'tag' ? ref.name : '';
}

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
  x.state.trim(
    (b) => b.k === 'local' && b.fn === inner,
    (y) => returned.has(y) || (context.back?.has(y) ?? false) || isOfCaller(ownerOf(y)),
    (b) => b.form.t.length > 1 && b.form.t.some(([y]) => isOfRequest(uncut(y))),
  );
}

function isOfCaller(b: Base | undefined): boolean {
  return b?.k === 'local' && b.fn === 'caller';
}

function typeLow(v: Val): number {
  return v.ty?.k === 'int' && !v.ty.signed ? 0 : -Infinity;
}
function typeHigh(v: Val): number {
  return v.ty?.k === 'int' ? 2 ** (8 * v.ty.size - (v.ty.signed ? 1 : 0)) - 1 : Infinity;
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

/**
 * A length of the request, or a field of its buffer, was compared with a number that has no name on the other side of a call (the
 * minimum in an entry of a table). That it is held, and from which side, is kept.
 */
function stillHeld(form: Lin, b: Bound, s: State, a: Analyzer): void {
  if (form.t.length < 2) return;
  for (const [y, k] of form.t) {
    const x = uncut(y);
    if (!isOfRequest(x)) continue;
    const below = k > 0 ? Number.isFinite(b.lo) : Number.isFinite(b.hi);
    const above = k > 0 ? Number.isFinite(b.hi) : Number.isFinite(b.lo);
    if (below) s.bounds.add(minus(lin(x), lin(a.atoms.atom(`least:${x.key}`, { frame: false }))), 0, Infinity);
    if (above && x === y) s.bounds.add(minus(lin(x), lin(a.atoms.atom(`most:${x.key}`, { frame: false }))), -Infinity, 0);
    s.compare(lin(x));
  }
}

/** A length of the request, or a field of its buffer. */
function isOfRequest(x: Atom): boolean {
  return !x.frame && /^(REQ\.\w+Len$|ld:R:)/.test(x.key);
}

/** The number of which this one is the lower half, as `(USHORT)Length`: it is no smaller. */
function uncut(x: Atom): Atom {
  const of = x.lo === 0 && x.key.startsWith('narrow') ? x.args[0] : undefined;
  return (of && single(of)) ?? x;
}

/** What a full fence in the callee settled. */
function settle(inner: State, s: State): void {
  if (!inner.hasMust(FENCED)) return;
  for (const m of s.may()) if (ORDERED.has(m.tag)) s.dropMay(m.tag, m.base, m.path);
}

/** The number is the result of an operation that limits it. */
function isMasked(x: Atom | undefined): boolean {
  return x !== undefined && /^(&|%|min)\(/.test(x.key);
}
