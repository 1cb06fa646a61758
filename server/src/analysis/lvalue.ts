/**
 * Expressions as places: which targets an expression stands for when it is written to, when its address is taken or when a member of it is
 * asked for, and what is read there.
 */
import type { Expr } from '../syntax/ast';
import { substitute } from '../program/substitute';
import type { Ty } from '../program/types';
import { staticType, variable, type LValue } from './declared-types';
import { evaluate } from './evaluate';
import type { Access } from './events';
import { MAX_PATH } from './fields';
import { inAttribute } from './extended-attributes';
import type { Frame } from './frame';
import { fresh, plain, siteOf, UNKNOWN } from './made-values';
import type { State } from './state';
import { constOf, lin, plus, scale, type Lin } from './term';
import { captured, elsewhere, makeVal, unionTargets, withOffset, withTaint, type Target, type Val } from './value';

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
      const targets = f.memory
        .targetsOf(base)
        .map((t) => inAttribute(element(t, arr !== undefined, c, index.t, size, ty, f), s, f));
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

/**
 * A member of a structure that is not in view, with an index or cast to a pointer: more likely an array in it than a pointer, so nothing is
 * read yet.
 */
export function memberOfUnknownType(x: Expr, s: State, f: Frame): Val | undefined {
  if (x.kind !== 'fld' || (staticType(x, f)?.k ?? 'unknown') !== 'unknown') return undefined;
  return plain(fresh(f, x), UNKNOWN, { pts: lvalue(x, s, f).targets });
}

/** An array as a pointer to its first element. */
export function decay(lv: LValue, e: Expr, f: Frame): Val {
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
