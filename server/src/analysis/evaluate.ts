/**
 * Evaluates C expressions over abstract state. Changes the state it is given; tells observers what happens while it does.
 */
import type { Expr, FunctionDecl, Span, TypeRef } from '../syntax/ast';
import { keptTest } from './refine';
import { binary, wrap } from '../program/constants';
import { substitute } from '../program/substitute';
import { isPointer, type Ty } from '../program/types';
import type { Place } from '../rules/finding';
import type { Access } from './events';
import { MAX_PATH } from './fields';
import { words } from './origins';
import type { Frame } from './frame';
import type { State } from './state';
import { constOf, constant, lin, minus, plus, same, scale, ZERO, type Lin } from './term';
import {
  captured,
  elsewhere,
  makeTarget,
  makeVal,
  unionTaints,
  unionTargets,
  type Site,
  type Target,
  type Val,
  withContent,
  withNumber,
  withOffset,
  withoutMoves,
  withTaint,
  withTargets,
  withType,
} from './value';
import { callExpression } from './calls';

export interface LValue {
  readonly targets: readonly Target[];
  readonly ty: Ty;
  readonly volatile: boolean;
  readonly bitField: boolean;
  /** The pointer through which it is reached. */
  readonly pointer?: Val;
}

const VOID: TypeRef = { kind: 'name', name: 'void' };
export const UNKNOWN: Ty = { k: 'unknown', name: '' };
const SIZE: Ty = { k: 'int', size: 8, signed: false, name: 'SIZE_T' };
/** The type of a difference of pointers. */
export const DISTANCE: Ty = { k: 'int', size: 8, signed: true, name: 'ptrdiff_t' };
const INT: Ty = { k: 'int', size: 4, signed: true, name: 'int' };

export function plain(t: Lin, ty: Ty | undefined, more?: Partial<Val>): Val {
  if (!more) return makeVal(t, undefined, undefined, ty);
  return makeVal(
    t,
    more.pts,
    more.taint,
    'ty' in more ? more.ty : ty,
    more.agg,
    more.fns,
    more.nullable,
    more.moved,
    more.sizeOf,
  );
}

function placed({ file, start, end, at }: Site): Place & { readonly at?: string } {
  return { file, start, end, at };
}

export function siteOf(f: Frame, s: Span): Site {
  return f.site(s);
}

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
      return sizeOf(e, s, f);
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

const literals = new WeakMap<Expr, Val>();
function literal(e: Expr & { kind: 'num' }): Val {
  let v = literals.get(e);
  if (!v) {
    const size = /ll|i64/i.test(e.text) || e.value > 0xffffffff ? 8 : 4;
    v = plain(constant(Number.isNaN(e.value) ? 0 : e.value), { k: 'int', size, signed: !/u/i.test(e.text), name: '' });
    literals.set(e, v);
  }
  return v;
}

/** Joins the arms of `c ? a : b`; the result keeps bounds that hold in both. */
function minMax(e: Expr, a: Val, b: Val, yes: State, no: State, s: State, f: Frame): Val {
  const t = same(a.t, b.t) ? a.t : lin(f.atoms.atom(`cond:${f.at(e)}:${a.t.key}:${b.t.key}`, typeRange(a.ty ?? b.ty)));
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

export function typeRange(ty: Ty | undefined): { lo?: number; hi?: number } {
  if (ty?.k !== 'int') return {};
  return ty.signed ? { lo: -(2 ** (8 * ty.size - 1)), hi: 2 ** (8 * ty.size - 1) - 1 } : { lo: 0, hi: 2 ** (8 * ty.size) - 1 };
}

export function fresh(f: Frame, at: Span, tag = 'v', ty?: Ty): Lin {
  const { lo, hi } = typeRange(ty);
  return lin(f.atoms.family(tag, ':').atom(f.at(at), lo, hi));
}

/** Characters of a literal with its end, an escape counted as one. */
export function literalLength(value: string): number {
  return value.replace(/\\(x[0-9a-fA-F]+|[0-7]{1,3}|.)/g, 'x').length + 1;
}

function stringValue(value: string, wide: boolean, at: Span, f: Frame): Val {
  const chars = literalLength(value);
  const size = constant(chars * (wide ? 2 : 1));
  const base = {
    k: 'alloc',
    // Literals of one length are alike: nothing is ever stored in them.
    key: `Str:${String(chars)}${wide ? 'w' : ''}`,
    api: 'string',
    site: siteOf(f, at),
    size,
    zeroed: true,
    what: 'other',
  } as const;
  return {
    t: lin(f.atoms.atom(`str:${f.at(at)}`, { lo: 1 })),
    pts: [{ base, path: '', off: constant(0) }],
    taint: [],
    ty: { k: 'ptr', ref: { kind: 'name', name: wide ? 'WCHAR' : 'char', const: true }, file: f.file },
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

/** A local, a parameter or a global as a place. */
export function variable(name: string, f: Frame): LValue | undefined {
  const local = f.localType(name);
  if (local)
    return {
      targets: [makeTarget(f.localBase(name), f.memory.keyOf(local), '', ZERO)],
      ty: local,
      volatile: local.vol ?? false,
      bitField: false,
    };
  const g = f.program.global(name, f.file);
  // `static MY_CALLBACK F;` declares a function, whatever it looks like.
  if (g && !g.decl.init && f.program.function(name, f.file)) return undefined;
  if (g) {
    const ty = f.types.resolve(g.decl.type, g.file);
    return {
      targets: [makeTarget(f.globalBase(name, g.decl.storage === 'static' ? g.file : ''), f.memory.keyOf(ty), '', ZERO)],
      ty,
      volatile: ty.vol ?? false,
      bitField: false,
    };
  }
  return undefined;
}

/** An array as a pointer to its first element. */
function decay(lv: LValue, e: Expr, f: Frame): Val {
  const first = lv.targets[0];
  const t = first
    ? lin(f.atoms.atom(`adr:${first.base.key}|${first.path}`, { frame: first.base.k === 'local', lo: 1 }))
    : fresh(f, e);
  return makeVal(t, lv.targets, [], lv.ty);
}

export function loadFrom(lv: LValue, e: Expr, s: State, f: Frame, isVariable = false): Val {
  if (lv.ty.k === 'arr') return decay(lv, e, f);
  const v = f.memory.load(s, lv.targets, lv.ty, { site: siteOf(f, e), plain: !lv.volatile });
  if (!isVariable) f.tell('access', access(f, 'read', e, lv, v), s);
  if (isVariable) return withTaint(v, captured(v.taint));
  return v;
}

export function access(f: Frame, kind: Access['kind'], e: Expr, lv: LValue, val?: Val, op?: string): Access {
  return {
    kind,
    x: e,
    place: e,
    targets: lv.targets,
    ty: lv.ty,
    size: f.types.sizeOf(lv.ty),
    volatile: lv.volatile,
    val,
    op,
    bitField: lv.bitField,
    inAssert: f.asserting > 0,
    whole: lv.ty.k === 'rec' || lv.ty.k === 'arr',
    pointer: lv.pointer,
  };
}

export function lvalue(e: Expr, s: State, f: Frame): LValue {
  switch (e.kind) {
    case 'id': {
      const v = variable(e.name, f);
      if (v) return v;
      break;
    }
    case 'un':
      if (e.op === '*') {
        const p = evaluate(e.x, s, f);
        const ty = f.pointee(p.ty);
        const targets = f.memory.targetsOf(p).map((t) => (ty.k === 'rec' ? f.memory.typed(t, ty) : t));
        return { targets, ty, volatile: ty.vol ?? false, bitField: false, pointer: p };
      }
      break;
    case 'fld': {
      let targets: readonly Target[];
      let container: Ty;
      let vol = false;
      let pointer: Val | undefined;
      if (e.arrow) {
        const p = evaluate(e.x, s, f);
        pointer = p;
        container = f.pointee(p.ty);
        targets = f.memory.targetsOf(p);
        vol = container.vol ?? false;
      } else {
        const outer = lvalue(e.x, s, f);
        container = outer.ty;
        targets = outer.targets;
        vol = outer.volatile;
        pointer = outer.pointer;
      }
      const field = container.k === 'rec' ? container.rec.field(e.name) : undefined;
      const ty = field?.ty ?? UNKNOWN;
      return {
        targets: targets.map((t) => f.memory.field(t, e.name, container)),
        ty,
        volatile: vol || (ty.vol ?? false),
        bitField: field?.bits !== undefined,
        pointer,
      };
    }
    case 'idx': {
      const base = memberOfUnknownType(e.x, s, f) ?? evaluate(e.x, s, f);
      const index = evaluate(e.i, s, f);
      const arr = base.ty?.k === 'arr' ? base.ty : undefined;
      const ty = f.pointee(base.ty);
      const size = f.types.sizeOf(ty);
      const c = constOf(index.t);
      const targets = f.memory.targetsOf(base).map((t) => element(t, arr !== undefined, c, index.t, size, ty, f));
      f.tell('index', { x: e, place: e, base, index, count: arr?.n, targets: f.memory.targetsOf(base) }, s);
      return { targets, ty, volatile: ty.vol ?? false, bitField: false, pointer: base };
    }
    case 'cast': {
      const inner = lvalue(e.x, s, f);
      return { ...inner, ty: f.type(e.type) };
    }
    case 'comma':
      evaluate(e.l, s, f);
      return lvalue(e.r, s, f);
    case 'cond': {
      evaluate(e.c, s, f);
      const a = lvalue(e.a, s, f);
      const b = lvalue(e.b, s, f);
      return { ...a, targets: unionTargets(a.targets, b.targets) };
    }
    case 'call':
    case 'asg': {
      const place = e.kind === 'call' ? placeOfMacro(e, f) : undefined;
      if (place) {
        f.depthOfExpansion++;
        const lv = lvalue(place, s, f);
        f.depthOfExpansion--;
        return lv;
      }
      const v = evaluate(e, s, f);
      return { targets: v.agg ? v.agg.from : f.memory.targetsOf(v), ty: v.ty ?? UNKNOWN, volatile: false, bitField: false };
    }
    default:
      break;
  }
  // A macro that stands for a place: expand and try again.
  if (e.kind === 'id') {
    const macro = f.program.macro(e.name, f.file);
    const body = macro && !macro.decl.params ? f.program.snippet(macro.decl)?.expr : undefined;
    if (body && f.depthOfExpansion < 12 && !(body.kind === 'id' && body.name === e.name)) {
      f.depthOfExpansion++;
      const lv = lvalue(substitute(body, [], [], e), s, f);
      f.depthOfExpansion--;
      return lv;
    }
  }
  return { targets: [], ty: UNKNOWN, volatile: false, bitField: false };
}

/** What a macro with parameters expands to, when that is a place: `#define COUNT_OF(b, i) (*(ULONG *)((b) + 8 * (i)))`. */
function placeOfMacro(e: Expr & { kind: 'call' }, f: Frame): Expr | undefined {
  if (e.f.kind !== 'id' || f.depthOfExpansion >= 12 || f.localType(e.f.name) || f.model.api(e.f.name)) return undefined;
  const decl = f.program.macro(e.f.name, f.file)?.decl;
  if (!decl?.params || decl.body.includes('#')) return undefined;
  const body = f.program.snippet(decl)?.expr;
  const isPlace = body?.kind === 'fld' || body?.kind === 'idx' || (body?.kind === 'un' && body.op === '*');
  return isPlace ? substitute(body, decl.params, e.args, e) : undefined;
}

function element(
  t: Target,
  isArray: boolean,
  c: number | undefined,
  index: Lin,
  size: number | undefined,
  ty: Ty,
  f: Frame,
): Target {
  const off = t.off && size !== undefined ? plus(t.off, scale(index, size)) : undefined;
  if (t.path.length > MAX_PATH) return elsewhere(t, undefined, '~', undefined);
  if (!isArray && c === 0) return withOffset(ty.k === 'rec' ? f.memory.typed(t, ty) : t, off);
  if (t.path === '' && (t.root === undefined || t.base.k === 'global' || t.base.k === 'local')) {
    const root = f.memory.keyOf(ty);
    const mark = c !== undefined && c >= 0 && c < 256 ? `[${String(c)}]` : '[]';
    return root !== undefined && t.base.k === 'global' ? elsewhere(t, root, '', off) : elsewhere(t, t.root, mark, off);
  }
  if (!isArray && ty.k === 'rec') return withOffset(f.memory.typed(t, ty), off);
  return elsewhere(t, t.root, `${t.path}${c !== undefined && c >= 0 && c < 256 ? `[${String(c)}]` : '[]'}`, off);
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

export function addressOf(x: Expr, e: Expr, s: State, f: Frame): Val {
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

/** A reference that resolves back to a type already resolved. */
const refs = new WeakMap<object, TypeRef>();
export const resolvedRefs = new WeakMap<TypeRef, Ty>();
export function refOf(ty: Ty): TypeRef {
  let ref = refs.get(ty);
  if (!ref) {
    ref = { kind: 'name', name: '' };
    refs.set(ty, ref);
    resolvedRefs.set(ref, ty);
  }
  return ref;
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
      if (t.base.k === 'region') return elsewhere(t, undefined, '+', off);
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
  const range = l.ty?.k === 'int' || r.ty?.k === 'int' ? typeRange(ty) : {};
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
      op === '&' || op === '%' || op === '>>' || op === '/' ? 0 : (range.lo ?? -Infinity),
      range.hi ?? Infinity,
    );
    // Statuses are collected so: one failure makes the whole one.
    if (op === '|' && (s.bounds.range(l.t, 1).hi < 0 || s.bounds.range(r.t, 1).hi < 0))
      s.bounds.add(out, range.lo ?? -Infinity, -1);
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
      if (by !== undefined && by > 0 && of.lo >= 0) s.bounds.add(out, Math.floor(of.lo / by), Math.floor(of.hi / by));
      else if (by !== undefined && by > 0 && range.lo === 0) s.bounds.add(out, 0, Math.floor((range.hi ?? Infinity) / by));
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

function isComparison(op: string): boolean {
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

/** The usual arithmetic conversions. */
export function usual(a: Ty | undefined, b: Ty | undefined): Ty {
  const x = a?.k === 'int' ? a : undefined;
  const y = b?.k === 'int' ? b : undefined;
  if (!x) return y ? promote(y) : INT;
  if (!y) return promote(x);
  const p = promote(x);
  const q = promote(y);
  if (p.k !== 'int' || q.k !== 'int') return INT;
  if (p.size !== q.size) return p.size > q.size ? p : q;
  return p.signed ? q : p;
}
function promote(t: Ty): Ty {
  return t.k === 'int' && t.size < 4 ? INT : t;
}

function assign(e: Expr & { kind: 'asg' }, s: State, f: Frame): Val {
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

function update(e: Expr & { kind: 'upd' }, s: State, f: Frame): Val {
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
  const narrowed = convert(withoutMoves(v), lv.ty, s, f, target);
  keptTest(v.t, s, site);
  if (lv.ty.k === 'rec' && !v.agg && lv.targets.length) {
    // A whole structure: its content is what the source holds.
    const from = v.pts;
    f.memory.store(s, lv.targets, withContent(narrowed, { from, taint: captured(v.taint), zero: undefined }, lv.ty), site);
  } else f.memory.store(s, lv.targets, withType(narrowed, lv.ty.k === 'unknown' ? v.ty : lv.ty), site);
  if (!isVariable) f.tell('access', access(f, 'write', target, lv, v), s);
}

/** The value as an object of this type holds it. */
export function convert(v: Val, ty: Ty, s: State, f: Frame, at: Span): Val {
  if (ty.k !== 'int') return v;
  const c = constOf(v.t);
  if (c !== undefined) return withNumber(v, constant(wrap(c, ty.size, ty.signed)), ty);
  // A sum of numbers whose declarations are not in view, kept in an unsigned one: they are taken to be unsigned, too.
  if (!ty.signed && v.t.c >= 0 && v.t.t.every(([, k]) => k > 0))
    for (const [x] of v.t.t) if (x.lo === -Infinity) s.bounds.add(lin(x), 0, Infinity);
  if (v.ty?.k === 'int' && v.ty.size > ty.size) {
    const r = s.bounds.range(v.t, 1);
    const limit = typeRange(ty);
    if (r.lo >= (limit.lo ?? 0) && r.hi <= (limit.hi ?? 0)) return withType(v, ty);
    // Differences of unsigned numbers and request lengths keep their name: the cut is the business of the overflow rules.
    if (v.ty.size === 8 && ty.size === 4) return withType(v, ty);
    return withNumber(v, f.atoms.op(`narrow${String(ty.size)}`, [v.t], limit.lo, limit.hi), ty);
  }
  void at;
  return withType(v, ty);
}

function cast(type: TypeRef, x: Expr, s: State, f: Frame): Val {
  const ty = f.type(type);
  const v = (ty.k === 'ptr' ? memberOfUnknownType(x, s, f) : undefined) ?? evaluate(x, s, f);
  if (ty.k === 'int') {
    // A number whose declaration is not in view and that is widened on purpose is narrower than that.
    if (ty.size === 8 && (v.ty?.k ?? 'unknown') === 'unknown' && v.pts.length === 0)
      for (const [a] of v.t.t)
        if (a.lo === -Infinity && a.hi === Infinity) s.bounds.add(lin(a), ty.signed ? -(2 ** 31) : 0, 2 ** 32 - 1);
    const w = convert(v, ty, s, f, x);
    // An address of this side that is counted with as a number stays an address: what is added to it is an offset.
    const isOwn = v.ty?.k === 'ptr' && v.pts.length === 0 && v.taint.length === 0 && constOf(v.t) === undefined && ty.size === 8;
    return withTargets(w, isOwn ? f.memory.targetsOf(v) : w.pts, ty);
  }
  if (ty.k === 'ptr') {
    const to = f.pointee(ty);
    // A number from untrusted memory that becomes a pointer is an address that user mode chose.
    if (v.pts.length === 0 && v.taint.length > 0 && constOf(v.t) === undefined && v.ty?.k === 'int' && !hasUnknownTerm(x, f)) {
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

/**
 * A member of a structure that is not in view, with an index or cast to a pointer: more likely an array in it than a pointer, so nothing is
 * read yet.
 */
function memberOfUnknownType(x: Expr, s: State, f: Frame): Val | undefined {
  if (x.kind !== 'fld' || (staticType(x, f)?.k ?? 'unknown') !== 'unknown') return undefined;
  return plain(fresh(f, x), UNKNOWN, { pts: lvalue(x, s, f).targets });
}

/** A sum with a part whose declaration is not in view: that part may be the pointer. */
function hasUnknownTerm(x: Expr, f: Frame): boolean {
  if (x.kind !== 'bin' || (x.op !== '+' && x.op !== '-')) return false;
  return [x.l, x.r].some((e) => hasUnknownTerm(e, f) || (e.kind !== 'bin' && (staticType(e, f)?.k ?? 'unknown') === 'unknown'));
}

function sizeOf(e: Expr & { kind: 'sizeof' }, s: State, f: Frame): Val {
  const ty = sizeofType(e, f);
  const size = ty && f.types.sizeOf(ty);
  const name = ty ? f.memory.keyOf(ty) : undefined;
  void s;
  if (size !== undefined) return plain(constant(size), SIZE, { sizeOf: name ?? 'object' });
  const key = name ?? f.text(e).replace(/\s+/g, ' ');
  return plain(lin(f.atoms.atom(`sizeof:${key}`, { frame: false, lo: 1, hi: 2 ** 24 })), SIZE, { sizeOf: key });
}

export function sizeofType(e: Expr & { kind: 'sizeof' }, f: Frame): Ty | undefined {
  if (e.x?.kind === 'id') {
    const v = variable(e.x.name, f);
    if (v) return v.ty;
    // A constant that says its type, as `UNICODE_NULL` does.
    const macro = f.program.macro(e.x.name, f.file)?.decl;
    const body = macro && !macro.params ? f.program.snippet(macro)?.expr : undefined;
    if (body?.kind === 'cast') return f.type(body.type);
  } else if (e.x) {
    const ty = staticType(e.x, f);
    if (ty && ty.k !== 'unknown') return ty;
  }
  return e.type && f.type(e.type);
}

/** The declared type of an expression, without evaluating it. */
export function staticType(e: Expr, f: Frame): Ty | undefined {
  switch (e.kind) {
    case 'id':
      return variable(e.name, f)?.ty;
    case 'un': {
      const inner = staticType(e.x, f);
      if (e.op === '*') return inner && f.pointee(inner);
      if (e.op === '&') return inner && { k: 'ptr', ref: refOf(inner), file: f.file };
      return inner;
    }
    case 'fld': {
      const inner = staticType(e.x, f);
      const rec = inner && (e.arrow ? f.pointee(inner) : inner);
      return rec?.k === 'rec' ? rec.rec.field(e.name)?.ty : undefined;
    }
    case 'idx': {
      const inner = staticType(e.x, f);
      return inner && f.pointee(inner);
    }
    case 'cast':
      return f.type(e.type);
    case 'asg':
      return staticType(e.l, f);
    case 'bin':
      return usual(staticType(e.l, f), staticType(e.r, f));
    case 'call': {
      const name = e.f.kind === 'id' ? f.program.alias(e.f.name, f.file) : undefined;
      return name === undefined ? undefined : returnType(name, f);
    }
    case 'str':
      return { k: 'arr', of: { k: 'int', size: e.wide ? 2 : 1, signed: false, name: '' }, n: literalLength(e.value) };
    default:
      return undefined;
  }
}

export function returnType(name: string, f: Frame): Ty | undefined {
  const fn: { file: string; decl: FunctionDecl } | undefined =
    f.program.function(name, f.file) ?? f.program.prototype(name, f.file);
  return fn && f.types.resolve(fn.decl.returns, fn.file);
}
