/**
 * Calls: names that C code treats as operators, expression macros, interfaces of the model, functions of the driver, and the unknown.
 * A call may end in several ways that the caller will tell apart (success and failure); those are outcomes.
 */
import type { CallExpr, Expr, FunctionDecl, MacroDecl } from '../syntax/ast';
import type { ApiFact } from '../model/model';
import { substitute } from '../program/substitute';
import type { Ty } from '../program/types';
import { apiOutcomes } from './apis/index';
import { evaluate } from './evaluate';
import { lvalue } from './lvalue';
import { fresh, plain, siteOf, UNKNOWN } from './made-values';
import { returnType } from './declared-types';
import { range } from './ranges';
import type { Call } from './events';
import type { Frame } from './frame';
import { limitOutcomes, mergeOutcomes } from './outcomes';
import { noteCallbacks } from './registrations';
import type { State } from './state';
import { WRITTEN_AT } from './stores';
import { ASSERTS, STAYING } from './operators';
import { narrowToRow } from './table-rows';
import { constant, constOf, lin, plus } from './term';
import { symKey, unionTaints, type Target, type Val } from './value';

export interface Outcome {
  readonly s: State;
  readonly v: Val;
}

/** More candidates than a table of handlers has say nothing. */
const MAX_INDIRECT = 96;
const INT: Ty = { k: 'int', size: 4, signed: true, name: 'int' };
const SIZE: Ty = { k: 'int', size: 8, signed: false, name: 'SIZE_T' };
const ULONG: Ty = { k: 'int', size: 4, signed: false, name: 'ULONG' };

/** Evaluates a call where only one result is wanted: outcomes are joined. */
export function callExpression(e: CallExpr, s: State, f: Frame): Val {
  const outcomes = callOutcomes(e, s, f);
  const first = outcomes[0];
  if (!first) return plain(fresh(f, e), UNKNOWN);
  if (outcomes.length === 1) {
    s.become(first.s);
    return first.v;
  }
  return mergeOutcomes(outcomes, e, s, f);
}

/** All ways in which a call may end. The given state is used up. */
export function callOutcomes(e: CallExpr, s: State, f: Frame): Outcome[] {
  const one = (v: Val): Outcome[] => [{ s, v }];
  let fx = e.f;
  while (fx.kind === 'cast' || (fx.kind === 'un' && fx.op === '*')) fx = fx.x;
  if (fx.kind === 'id') {
    const special = operatorCall(fx.name, e, s, f);
    if (special) return one(special);
    const name = f.program.alias(fx.name, f.file);
    const stays = [fx.name, name].some((n) => STAYING.has(n) || f.model.project.assertsThatStay?.has(n) === true);
    if (stays) return asserted(e, s, f);
    if (ASSERTS.has(name)) {
      f.asserting++;
      for (const a of e.args) evaluate(a, s, f);
      f.asserting--;
      return one(plain(fresh(f, e), INT));
    }
    const fact = f.model.api(name) ?? f.model.api(fx.name);
    const macro = f.localType(fx.name) ? undefined : f.program.macro(fx.name, f.file);
    const api = fact && isAnother(macro?.decl, fact) ? undefined : fact;
    if (!api) {
      if (macro?.decl.params && f.depthOfExpansion < 12) {
        const pastes = macro.decl.body.includes('#');
        const snippet = pastes
          ? f.program.pasted(
              macro.decl,
              e.args.map((a) => f.text(a)),
            )
          : f.program.snippet(macro.decl);
        if (snippet?.expr) {
          const body = substitute(snippet.expr, pastes ? [] : macro.decl.params, e.args, e);
          f.depthOfExpansion++;
          const out = body.kind === 'call' ? callOutcomes(body, s, f) : one(evaluate(body, s, f));
          f.depthOfExpansion--;
          return out;
        }
      }
    }
    const args = e.args.map((a, i) => (isEnd(api, i) && unknownMember(a, s, f)) || argument(a, s, f));
    if (f.localType(fx.name) === undefined) {
      const decl = api ? undefined : f.program.function(name, f.file);
      if (decl && !api) return known([decl], name, e, args, s, f, false);
      if (api) return model(api, name, e, args, s, f);
      const pointer = f.program.global(fx.name, f.file);
      if (!pointer) return unknown(name, e, args, s, f);
    }
    return indirect(evaluate(fx, s, f), e, args, s, f);
  }
  const target = evaluate(fx, s, f);
  const args = e.args.map((a) => argument(a, s, f));
  return indirect(target, e, args, s, f);
}

/** A macro of the driver's own under the name of an interface, with fewer parameters: `#define ExAllocatePool(n) ExAllocatePoolWithTag(…)`. */
function isAnother(macro: MacroDecl | undefined, api: ApiFact): boolean {
  if (!macro?.params || macro.params.includes('...')) return false;
  return Math.max(-1, ...Object.values(api.args ?? {})) >= macro.params.length;
}

/** What comes behind an assertion that free builds make, too. */
function asserted(e: CallExpr, s: State, f: Frame): Outcome[] {
  const [condition] = e.args;
  const conjuncts = (c: Expr): Expr[] => (c.kind === 'bin' && c.op === '&&' ? [...conjuncts(c.l), ...conjuncts(c.r)] : [c]);
  let states = [s];
  for (const c of condition ? conjuncts(condition) : [])
    states = states.flatMap((before) => [...f.ways(c, before, false)].flatMap(({ yes }) => yes ?? []));
  return limitOutcomes(
    states.map((after) => ({ s: after, v: plain(fresh(f, e), INT) })),
    e,
    f,
  );
}

/** The argument says where bytes are copied to or from. */
function isEnd(api: ApiFact | undefined, i: number): boolean {
  return api?.args?.dst === i || api?.args?.src === i;
}

/** A member of a structure that is not known may be an array, which passes as a pointer and is not read. */
function unknownMember(a: Expr, s: State, f: Frame): Val | undefined {
  if (a.kind !== 'fld') return undefined;
  const lv = lvalue(a, s, f);
  return lv.ty.k === 'unknown' ? f.memory.load(s, lv.targets, lv.ty, { site: siteOf(f, a), plain: !lv.volatile }) : undefined;
}

/** An argument; an array or a function passes as a pointer. */
function argument(a: Expr, s: State, f: Frame): Val {
  return evaluate(a, s, f);
}

function describe(
  name: string,
  api: ApiFact | undefined,
  callees: Call['callees'],
  e: CallExpr,
  args: readonly Val[],
  isIndirect: boolean,
  inAssert = false,
  through?: Val,
): Call {
  return new CallOf(name, api, callees, e, args, e.args, e, isIndirect, inAssert, through);
}

class CallOf implements Call {
  constructor(
    readonly name: string,
    readonly api: ApiFact | undefined,
    readonly callees: Call['callees'],
    readonly x: CallExpr,
    readonly args: readonly Val[],
    readonly argExprs: readonly Expr[],
    readonly place: CallExpr,
    readonly indirect: boolean,
    readonly inAssert: boolean,
    readonly through: Val | undefined,
  ) {}

  arg(role: string): Val | undefined {
    const i = this.api?.args?.[role];
    return i === undefined ? undefined : this.args[i];
  }
  argExpr(role: string): Expr | undefined {
    const i = this.api?.args?.[role];
    return i === undefined ? undefined : this.argExprs[i];
  }
}

function model(api: ApiFact, name: string, e: CallExpr, args: readonly Val[], s: State, f: Frame): Outcome[] {
  const call = describe(name, api, [], e, args, false, f.asserting > 0);
  f.tell('call', call, s);
  noteCallbacks(call, f);
  return apiOutcomes(api, call, s, f);
}

function indirect(target: Val, e: CallExpr, args: readonly Val[], s: State, f: Frame): Outcome[] {
  const names = target.fns ?? [];
  const decls = names.map((n) => f.program.function(n, f.file) ?? f.program.functionsNamed(n)[0]).filter((d) => d !== undefined);
  if (decls.length > 0 && decls.length <= MAX_INDIRECT) return known(decls, names.join('/'), e, args, s, f, true);
  const api = names.length === 1 && names[0] !== undefined ? f.model.api(names[0]) : undefined;
  const operation = names.length === 0 && e.f.kind === 'fld' ? operationOf(e.f.name, f) : undefined;
  if (operation && e.f.kind === 'fld') return model(operation, e.f.name, e, args, s, f);
  if (api) return model(api, names[0] ?? '', e, args, s, f);
  const call = describe('', undefined, [], e, args, true, f.asserting > 0, names.length === 0 ? target : undefined);
  f.tell('call', call, s);
  return unknown('', e, args, s, f, true);
}

/** A routine that the system puts into a table of operations; its type is called after the field. */
function operationOf(field: string, f: Frame): ApiFact | undefined {
  const api = f.model.api(`P${field.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase()}`);
  return api?.role === 'alloc-dma' ? api : undefined;
}

function known(
  decls: readonly { file: string; decl: FunctionDecl }[],
  name: string,
  e: CallExpr,
  args: readonly Val[],
  s: State,
  f: Frame,
  isIndirect: boolean,
): Outcome[] {
  f.tell('call', describe(name, undefined, decls, e, args, isIndirect), s);
  const out: Outcome[] = [];
  for (const d of decls) {
    const before = decls.length > 1 ? s.clone() : s;
    if (isIndirect) narrowToRow(d, e, before, f);
    const results = f.enter(d, e, args, before);
    if (!results) return unknown(name, e, args, s, f, true);
    out.push(...results);
  }
  return limitOutcomes(out, e, f);
}

/** A function without a body in the workspace: what it was given the address of may have changed. */
export function unknown(name: string, e: CallExpr, args: readonly Val[], s: State, f: Frame, told = false): Outcome[] {
  if (!told) f.tell('call', describe(name, undefined, [], e, args, false), s);
  const directions = f.model.ddi(name)?.params;
  args.forEach((a, i) => {
    const dir = directions?.[i]?.dir;
    if (dir === 'in' || dir === 'in?') return;
    clobber(a, e, i, s, f);
    if (dir !== undefined) answered(a, e, s, f);
  });
  const v = unknownResult(name, e, f);
  if (v.ty?.k !== 'int') renew(v, s);
  return [{ s, v }];
}

/** In the next round of a loop a call answers another object under the same name: what was done with the last one was not done with it. */
function renew(v: Val, s: State): void {
  const key = symKey(v.t);
  for (const m of s.must()) if (m.base?.key === key) s.dropMust(m.tag, m.base, m.path);
}

/** A routine of the system that writes into a request's buffer has written an answer there. */
function answered(a: Val, e: Expr, s: State, f: Frame): void {
  for (const t of a.pts) {
    if (t.base.k !== 'region' || t.base.request === undefined) continue;
    const site = siteOf(f, e);
    s.setMay({ tag: 'written', base: t.base, site, data: t.root });
    const at = t.off && constOf(t.off);
    if (at !== undefined) s.setMay({ tag: WRITTEN_AT, base: t.base, path: String(at), site });
  }
}

export function clobber(a: Val, e: Expr, i: number, s: State, f: Frame): void {
  if (a.ty?.k === 'ptr' && a.ty.ref.const) return;
  for (const t of a.pts) {
    if (t.base.k !== 'local') continue;
    const old = s.cell(t.base, t.path);
    s.dropUnder(t.base, t.path);
    const to = f.pointee(a.ty);
    const ty = old?.ty ?? (to.k === 'unknown' || to.k === 'void' ? undefined : to);
    if (ty?.k === 'rec') continue;
    s.setCell(t.base, t.path, {
      t: lin(f.atoms.atom(`out:${f.at(e)}:${String(i)}:${t.path}`, { ...range(ty), given: true })),
      pts: [],
      taint: [],
      ty,
    });
  }
}

export function unknownResult(name: string, e: Expr, f: Frame, tag = 'ret'): Val {
  const ty = name ? returnType(name, f) : undefined;
  const nt = ty ?? (f.model.ddi(name)?.returns === 'NTSTATUS' ? INT : UNKNOWN);
  const t = lin(f.atoms.atom(`${tag}:${name}:${f.at(e)}`, { ...range(nt), given: true }));
  return plain(t, nt);
}

/** Names that behave as operators: their arguments may be types, or they only compute. */
function operatorCall(name: string, e: CallExpr, s: State, f: Frame): Val | undefined {
  const [a, b, c] = e.args;
  switch (name) {
    case 'NT_SUCCESS':
    case 'NT_ERROR':
    case 'NT_INFORMATION':
    case 'NT_WARNING':
    case 'BCRYPT_SUCCESS':
    case 'SUCCEEDED':
    case 'FAILED': {
      if (!a) return undefined;
      const v = evaluate(a, s, f);
      const r = s.bounds.range(v.t, 1);
      const wants = name === 'NT_SUCCESS' || name === 'BCRYPT_SUCCESS' || name === 'SUCCEEDED';
      if (r.lo >= 0) return plain(constant(wants ? 1 : 0), INT);
      if (r.hi < 0) return plain(constant(wants ? 0 : 1), INT);
      return { t: f.atoms.op(wants ? 'ok' : 'bad', [v.t], 0, 1), pts: [], taint: [], ty: INT };
    }
    case 'NT_VERIFY':
    case 'VERIFY':
    case '__assume':
    case '_Analysis_assume_':
      for (const x of e.args) evaluate(x, s, f);
      return plain(fresh(f, e), INT);
    case 'GetExceptionCode':
    case '_exception_code':
      // What is raised is a failure.
      return plain(lin(f.atoms.atom(`raised:${f.at(e)}`, { lo: -(2 ** 31), hi: -1 })), INT);
    case 'FIELD_OFFSET':
    case 'UFIELD_OFFSET':
    case 'offsetof': {
      // The kit's own macros yield 32 bits: what is added to them may wrap.
      const ty = name === 'FIELD_OFFSET' ? INT : name === 'UFIELD_OFFSET' ? ULONG : SIZE;
      const off = f.constants.offset(a, b, f.file);
      if (off !== undefined) return plain(constant(off), ty, { sizeOf: f.text(e) });
      return offsetWithIndex(e, a, b, ty, s, f);
    }
    case 'RTL_SIZEOF_THROUGH_FIELD':
    case 'RTL_FIELD_SIZE': {
      const v = f.constants.evaluate(e, f.file);
      return plain(
        v === undefined
          ? lin(f.atoms.atom(`sizeof:${f.text(e).replace(/\s+/g, '')}`, { frame: false, lo: 1, hi: 2 ** 24 }))
          : constant(v),
        SIZE,
        { sizeOf: f.text(e) },
      );
    }
    case 'RTL_NUMBER_OF':
    case 'ARRAYSIZE':
    case '_countof':
    case 'ARRAY_SIZE': {
      const ty = a && f.staticType(a);
      if (ty?.k === 'arr' && ty.n !== undefined) return plain(constant(ty.n), SIZE);
      return plain(lin(f.atoms.atom(`countof:${f.text(e)}`, { frame: false, lo: 1, hi: 2 ** 24 })), SIZE);
    }
    case 'CONTAINING_RECORD': {
      if (!a || !b || !c) return undefined;
      const v = evaluate(a, s, f);
      const ty = f.constants.typeOfArgument(b, f.file) ?? UNKNOWN;
      const key = f.memory.keyOf(ty);
      const off = f.constants.offset(b, c, f.file);
      const field = f.text(c).replace(/\s+/g, '');
      const pts = f.memory.targetsOf(v).map((t): Target => {
        if (t.root === key && t.path === field) return { ...t, path: '', off: undefined };
        if (t.path.endsWith(`.${field}`)) return { ...t, path: t.path.slice(0, -field.length - 1), off: undefined };
        if (t.base.k === 'region')
          return {
            base: t.base,
            root: key,
            path: '',
            off: t.off && off !== undefined ? plus(t.off, constant(-off)) : undefined,
            via: t.via,
          };
        return { base: f.memory.sym(f.atoms.op(`cr:${key ?? ''}:${field}`, [v.t], 1)), root: key, path: '', off: constant(0) };
      });
      return {
        t: f.atoms.op(`cr:${key ?? ''}:${field}`, [v.t], 1),
        pts,
        taint: v.taint,
        ty: { k: 'ptr', ref: f.ref(ty), file: f.file },
      };
    }
    case 'min':
    case 'max':
    case 'MIN':
    case 'MAX':
    case '__min':
    case '__max':
    case 'NdisMin':
    case 'Min':
    case 'Max': {
      if (!a || !b || e.args.length !== 2) return undefined;
      const x = evaluate(a, s, f);
      const y = evaluate(b, s, f);
      const low = /min/i.test(name);
      const cx = constOf(x.t);
      const cy = constOf(y.t);
      if (cx !== undefined && cy !== undefined) return plain(constant(low ? Math.min(cx, cy) : Math.max(cx, cy)), x.ty);
      const t = f.atoms.op(
        low ? 'min' : 'max',
        [x.t, y.t],
        Math.min(range(x.ty).lo ?? -Infinity, range(y.ty).lo ?? -Infinity),
        Infinity,
      );
      for (const z of [x.t, y.t]) s.bounds.add(plus(t, z, -1), low ? -Infinity : 0, low ? 0 : Infinity);
      const rx = s.bounds.range(x.t, 1);
      const ry = s.bounds.range(y.t, 1);
      if (low) s.bounds.add(t, Math.min(rx.lo, ry.lo), Math.min(rx.hi, ry.hi));
      else s.bounds.add(t, Math.max(rx.lo, ry.lo), Math.max(rx.hi, ry.hi));
      s.compare(t);
      return { t, pts: [], taint: unionTaints(x.taint, y.taint), ty: x.ty };
    }
    case 'RTL_PTR_ADD':
    case 'Add2Ptr':
    case 'RTL_PTR_SUBTRACT': {
      if (!a || !b) return undefined;
      const p = evaluate(a, s, f);
      const n = evaluate(b, s, f);
      const off = (t: Target): Target => ({
        ...t,
        path: t.base.k === 'region' ? '+' : t.path === '' ? '' : t.path,
        root: t.base.k === 'region' ? undefined : t.root,
        off: t.off ? plus(t.off, n.t, name === 'RTL_PTR_SUBTRACT' ? -1 : 1) : undefined,
      });
      f.tell('index', { x: e, place: e, base: p, index: n, targets: p.pts }, s);
      return {
        t: plus(p.t, n.t),
        pts: f.memory.targetsOf(p).map(off),
        taint: p.taint,
        ty: { k: 'ptr', ref: { kind: 'name', name: 'void' }, file: f.file },
      };
    }
    case 'va_start':
    case 'va_end':
    case 'UNREFERENCED_PARAMETER':
    case 'DBG_UNREFERENCED_PARAMETER':
    case 'DBG_UNREFERENCED_LOCAL_VARIABLE':
    case 'C_ASSERT':
    case 'static_assert':
    case 'PAGED_CODE':
      return plain(constant(0), INT);
    case 'RTL_CONTAINS_FIELD': {
      const size = b && evaluate(b, s, f);
      return size ? { t: f.atoms.op('contains', [size.t], 0, 1), pts: [], taint: [], ty: INT } : undefined;
    }
    default:
      return undefined;
  }
}

/** `FIELD_OFFSET(T, Array[n])` with a variable n. */
function offsetWithIndex(e: CallExpr, a: Expr | undefined, b: Expr | undefined, ty: Ty, s: State, f: Frame): Val {
  if (b?.kind === 'idx') {
    const head = f.constants.offset(a, b.x, f.file);
    const arr = f.constants.fieldType(a, b.x, f.file);
    const size = arr?.k === 'arr' ? f.types.sizeOf(arr.of) : undefined;
    const n = evaluate(b.i, s, f);
    if (head !== undefined && size !== undefined) {
      const out = plus(constant(head), n.t, size);
      const v: Val = { t: out, pts: [], taint: n.taint, ty };
      f.tell('arith', { x: e, op: '*', place: e, l: n, r: plain(constant(size), SIZE), out: v, bits: 32 }, s);
      return v;
    }
    return { t: f.atoms.op('fieldoffset', [n.t], 0), pts: [], taint: n.taint, ty };
  }
  return plain(lin(f.atoms.atom(`offset:${f.text(e).replace(/\s+/g, '')}`, { frame: false, lo: 0, hi: 2 ** 24 })), ty, {
    sizeOf: f.text(e),
  });
}
