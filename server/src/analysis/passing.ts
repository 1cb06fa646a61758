/**
 * From caller to callee: values of the caller under the names of the callee's parameters, and what else of the caller's knowledge the
 * callee is told. Numbers of the caller become parameter atoms, so that calls that look alike share one answer.
 */
import type { FunctionDecl, TypeRef } from '../syntax/ast';
import type { Declared } from '../program/program';
import { Types } from '../program/types';
import type { Analyzer } from './analyzer';
import { GENERAL_CONTEXT, type Context } from './context';
import { isLedTo, ownerOf } from './copied';
import type { Frame } from './frame';
import { isKept, KEPT } from './kept-requests';
import { asKernel, isFromKernel, ofKernel } from './mode';
import { key as keyOf } from './names';
import { contextName } from './prints';
import { cellKey, State, type Cell } from './state';
import { stillHeld } from './still-held';
import { constOf, lin, same, single, ZERO, type Atom, type Lin } from './term';
import { OID_SENT, STAYS } from './trail';
import { Translator } from './translate';
import {
  inObject,
  makeTarget,
  makeVal,
  withNumber,
  withoutMoves,
  withoutNull,
  withTargets,
  type Base,
  type Target,
  type Val,
} from './value';

const firsts = new Map<string, string[][]>();
/** What names of parameters, and of objects that parameters lead to, begin with: put together once. */
function nth(kind: 'P' | 'B', i: number, n = -1): string {
  let lists = firsts.get(kind);
  if (!lists) firsts.set(kind, (lists = []));
  const list = (lists[i] ??= []);
  return (list[n + 1] ??= n < 0 ? `${kind}${String(i)}@` : `${kind}${String(i)}.${String(n)}@`);
}

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
  return new Passing(d, s, caller, a).context(args, general);
}

class Passing {
  private readonly fnKey: string;
  private readonly callee = new State();
  private readonly forth = new Map<Atom, Lin>();
  private readonly back = new Map<Atom, Lin>();
  /** The caller's state, as the callee may know it. */
  private readonly s: State;
  /** The request came from the kernel: the callee may never ask for the mode. */
  private readonly fromKernel: boolean;
  /** Objects of the caller's frame have the name of the parameter that leads to them. */
  private readonly locals = new Map<string, Base>();
  private readonly localsBack = new Map<string, Base>();
  private readonly several = new Map<string, readonly Base[]>();
  /** Objects that the callee can reach, and what is worth telling about them. */
  private readonly reach = new Map<string, Base>();
  private readonly passed = new Map<string, Cell>();
  private readonly todo: Base[] = [];
  /** The callee can reach the current request. */
  private request = false;
  private readonly t: Translator;

  constructor(
    private readonly d: Declared<FunctionDecl>,
    s: State,
    private readonly caller: Frame,
    private readonly a: Analyzer,
  ) {
    this.fnKey = keyOf(d);
    this.fromKernel = isFromKernel(s, a.atoms.mode);
    this.s = this.fromKernel ? asKernel(s) : s;
    this.t = new Translator(this.forth, a, undefined, this.locals);
  }

  context(args: readonly Val[], general: boolean): Context {
    const { d, caller, callee } = this;
    const given = args
      .slice(0, d.decl.params.length)
      .map(withoutMoves)
      .map((v) => (this.fromKernel ? ofKernel(v) : v));
    given.forEach((v, i) => {
      this.nameLocals(v, i);
    });
    const renamed = given.map((v, i) => (general ? this.anyOf(v, i) : this.argument(v, i)));
    const values = renamed.map((v) => this.t.val(v));
    for (const v of given) this.visit(v);
    this.request ||= isGivenRequest(d.decl);
    if (!general) {
      this.tellCells();
      this.tellNumbers(values, this.tellMembers(given));
      this.tellMarks();
      this.tellProbes();
      if (isKept(d.decl, given)) callee.setMust({ tag: KEPT, site: caller.site(d.decl.nameSpan) });
      this.tellPossibilities();
    }
    const name = contextName(values, callee, caller.inTry);
    return {
      args: values,
      state: callee,
      key: general ? `${GENERAL_CONTEXT}${name}` : name,
      inTry: caller.inTry,
      back: this.back,
      reach: this.reach,
      passed: this.passed,
      localsBack: this.localsBack,
      several: this.several,
    };
  }

  // ---- arguments

  private nameLocals(v: Val, i: number): void {
    const { locals, localsBack, fnKey } = this;
    v.pts.forEach((p, n) => {
      if (p.base.k !== 'local' || locals.has(p.base.key)) return;
      const key = `O:${fnKey}:${String(i)}.${String(n)}:${String(p.base.size ?? '')}`;
      const stand: Base = { k: 'local', key, fn: 'caller', name: p.base.name, size: p.base.size };
      locals.set(p.base.key, stand);
      localsBack.set(key, p.base);
    });
  }

  /**
   * Pool objects that exist since long are all alike to a callee: what matters about them lies in fields, which the heap knows.
   */
  private isSettled(p: Target): boolean {
    const { s, a } = this;
    return (
      p.base.k === 'alloc' &&
      p.base.what === 'pool' &&
      !s.hasMust('fresh', p.base) &&
      !a.memory.sharedBy(p.base) &&
      !s.cell(p.base, '')?.agg
    );
  }

  /** All that a joined context says of an argument: its memory where others can write to it, and nothing about its amount. */
  private anyOf(v: Val, i: number): Val {
    const { a, fnKey } = this;
    const p = a.atoms.family(nth('P', i), '').atom(fnKey, typeLow(v), typeHigh(v));
    this.back.set(p, v.t);
    const pts = v.pts.filter(
      (q) => q.base.k === 'region' || q.base.k === 'local' || (q.base.k === 'alloc' && a.memory.sharedBy(q.base) !== undefined),
    );
    return makeVal(
      lin(p),
      pts.map((q) => inObject(q, q.base, q.off && constOf(q.off) !== undefined ? q.off : undefined)),
      [],
      v.ty,
    );
  }

  /** Kernel memory of which nothing is known but what fields of its type say. */
  private isUnknown(q: Target): boolean {
    const { s, a } = this;
    return q.base.k === 'sym'
      ? q.doubt !== true && !a.memory.mayBeShared(q.base, q.root) && !s.hasMust('probed', q.base)
      : this.isSettled(q) && !q.doubt && !(q.root !== undefined && a.model.project.sharedTypes.has(q.root));
  }

  /** What a pointer to such memory points to, by the name of the parameter: which object of the caller it is does not matter to the callee. */
  private asObject(t: Lin, unknowns: readonly Target[], i: number): Target {
    const { a, locals, fnKey } = this;
    const [first] = unknowns;
    const isOne = unknowns.every((q) => q.path === first?.path && q.root === first.root);
    const path = isOne ? (first?.path ?? '') : '';
    const root = isOne ? first?.root : undefined;
    let base = first && locals.get(first.base.key);
    if (!base || unknowns.length > 1) {
      base = a.memory.sym(path === '' ? t : lin(a.atoms.family(nth('B', i, 1), '').atom(fnKey)));
      for (const q of unknowns) if (!locals.has(q.base.key)) locals.set(q.base.key, base);
      if (first?.base.k === 'sym' && unknowns.length === 1) this.localsBack.set(base.key, first.base);
      else if (first)
        this.several.set(
          base.key,
          unknowns.map((q) => q.base),
        );
    }
    return path === ''
      ? makeTarget(base, root === this.pointeeKey(i) ? undefined : root, path, ZERO)
      : makeTarget(base, root, path);
  }

  private pointeeKey(i: number): string | undefined {
    const { types } = this.caller;
    const type = this.d.decl.params[i]?.type;
    const ty = type && types.resolve(type, this.d.file);
    return ty?.k === 'ptr' ? Types.key(types.pointee(ty)) : undefined;
  }

  private argument(v: Val, i: number): Val {
    if (constOf(v.t) !== undefined) return v;
    const atom = single(v.t);
    const p = this.a.atoms.family(nth('P', i), '').atom(this.fnKey, typeLow(v), typeHigh(v));
    let out = (atom ? atom.frame : !isOfRequest(v.t)) ? this.numbered(v, atom, p) : v;
    if (out.nullable && this.s.isNonZero(v.t)) out = withoutNull(out);
    const pts: Target[] = [];
    const unknowns = isPlainPointer(out) ? out.pts.filter((q) => this.isUnknown(q)) : [];
    if (unknowns.length > 0 || (out.pts.length === 0 && out.ty?.k === 'ptr')) pts.push(this.asObject(out.t, unknowns, i));
    out.pts.forEach((q, n) => {
      if (unknowns.includes(q)) return;
      const target = this.target(q, i, n);
      if (!pts.some((o) => o.base === target.base && o.path === target.path && o.root === target.root)) pts.push(target);
    });
    return withTargets(out, pts);
  }

  /** The value under the number of its parameter. */
  private numbered(v: Val, atom: Atom | undefined, p: Atom): Val {
    const { s, forth, callee } = this;
    const known = atom && forth.get(atom);
    if (known) return withNumber(v, known);
    this.back.set(p, v.t);
    if (atom) forth.set(atom, lin(p));
    // What the caller knows about an untrusted number, the callee knows about its parameter.
    if (v.taint.length > 0) {
      tell(callee, p, s.bounds.range(v.t, 1));
      if (s.wasCompared(v.t) || isMasked(atom) || (atom && s.bounds.heldByOwn(atom))) callee.compare(lin(p));
    }
    return withNumber(v, lin(p));
  }

  /** Where an argument points, by the callee's names. @param n which of the places that it may point to */
  private target(q: Target, i: number, n: number): Target {
    const { a, forth, fnKey } = this;
    if (this.isSettled(q))
      return makeTarget(
        a.memory.sym(lin(a.atoms.family(nth('B', i, 0), '').atom(fnKey))),
        q.root,
        q.path,
        undefined,
        undefined,
        q.from,
        q.inner,
        q.doubt,
      );
    if (q.base.k !== 'sym') return q;
    let target = q;
    const own = single(q.base.t);
    if (!own || (!forth.has(own) && own.frame)) {
      const b = a.atoms.family(nth('B', i, n + 1), '').atom(fnKey);
      if (own) forth.set(own, lin(b));
      else target = inObject(q, a.memory.sym(lin(b)), q.off);
      this.back.set(b, q.base.t);
    }
    // Where a member lies in an object of this side follows from its path.
    return target.off && (target.path !== '' || constOf(target.off) === undefined)
      ? inObject(target, target.base, undefined)
      : target;
  }

  // ---- what lies behind them

  private visit(v: Val): void {
    const { reach } = this;
    if (v.taint.some((x) => x.request !== undefined)) this.request = true;
    for (const list of [v.pts, v.agg?.from ?? []]) {
      for (const p of list) {
        if (p.base.k === 'region' || (p.root !== undefined && REQUEST_TYPES.has(p.root))) this.request = true;
        if (!reach.has(p.base.key)) {
          reach.set(p.base.key, p.base);
          this.todo.push(p.base);
        }
      }
    }
  }

  private tellCells(): void {
    const { s, t, todo, callee } = this;
    for (let b = todo.pop(); b !== undefined; b = todo.pop())
      for (const c of s.cellsOf(b)) if (worthTelling(c)) this.visit(c.val);
    for (const of of this.reach.values())
      for (const c of s.cellsOf(of)) {
        if (!worthTelling(c)) continue;
        this.passed.set(cellKey(of, c.path), c);
        const base = t.base(of);
        callee.setCell(base, c.path, this.content(t.val(c.val), `C:${base.key}|${c.path}@${this.fnKey}`, c.val.t));
      }
  }

  /** The content of a cell is a number of the callee's own, as a parameter is. */
  private content(v: Val, name: string, was: Lin): Val {
    const { s, a, forth, callee } = this;
    if (v.t.t.every(([x]) => !x.frame || x.key.startsWith('P'))) return v;
    const c = a.atoms.atom(name, { lo: typeLow(v), hi: typeHigh(v) });
    const own = single(was);
    if (own && !forth.has(own)) forth.set(own, lin(c));
    this.back.set(c, was);
    if (v.taint.length > 0) {
      tell(callee, c, s.bounds.range(was, 1));
      if (s.wasCompared(was)) callee.compare(lin(c));
    }
    const pts = v.pts.map((p) =>
      p.base.k === 'sym' && same(p.base.t, v.t) ? inObject(p, a.memory.sym(lin(c), p.base.from), p.off) : p,
    );
    return withTargets(v, pts, v.ty, lin(c));
  }

  /** What was compared in an object that was copied as a whole has no cell of its own. Answers the numbers that stand for it. */
  private tellMembers(given: readonly Val[]): Set<Atom> {
    const { s, t, callee } = this;
    const pointers = given.flatMap((v) => v.pts);
    const known = new Set<Atom>();
    for (const x of s.compared()) {
      const of = ownerOf(x);
      const part = of && this.reach.has(of.key) && isLedTo(x, pointers) ? t.member(x) : undefined;
      if (!part) continue;
      this.forth.set(x, lin(part));
      this.back.set(part, lin(x));
      known.add(part);
      callee.compare(lin(part));
    }
    return known;
  }

  /** Bounds of the numbers that the callee sees. */
  private tellNumbers(values: readonly Val[], known: Set<Atom>): void {
    const { s, t, a, callee, forth, request } = this;
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
  }

  private tellMarks(): void {
    const { s, t, callee, reach, request } = this;
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

  /** How far a buffer was probed, and what the caller knows of that length, which the callee need not be given. */
  private tellProbes(): void {
    const { s, t, callee, reach } = this;
    for (const m of s.must()) {
      if (m.tag !== 'probed' || !m.num || !m.base || !reach.has(m.base.key)) continue;
      const num = t.lin(m.num);
      const x = single(num);
      if (!x) continue;
      tell(callee, x, s.bounds.range(m.num, 1));
      if (s.wasCompared(m.num)) callee.compare(num);
    }
  }

  private tellPossibilities(): void {
    const { s, t, callee, reach, request } = this;
    for (const m of s.may())
      if (m.base && !STAYS.has(m.tag) && (reach.has(m.base.key) || (request && m.base.k === 'region'))) callee.setMay(t.mark(m));
  }
}

/** A length less a header: both sides of the call know its numbers by one name, so what the callee asks of it is asked of the length. */
function isOfRequest(t: Lin): boolean {
  return t.t.length > 0 && t.t.every(([x]) => x.common && !x.frame);
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

function typeLow(v: Val): number {
  return v.ty?.k === 'int' && !v.ty.signed ? 0 : -Infinity;
}
function typeHigh(v: Val): number {
  return v.ty?.k === 'int' ? 2 ** (8 * v.ty.size - (v.ty.signed ? 1 : 0)) - 1 : Infinity;
}

/** The number is the result of an operation that limits it. */
function isMasked(x: Atom | undefined): boolean {
  return x !== undefined && /^(&|%|min)\(/.test(x.key);
}
