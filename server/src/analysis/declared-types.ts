/**
 * What declarations say: the place that a name stands for, and the type of an expression without evaluating it. Asks no state.
 */
import type { Expr, FunctionDecl, TypeRef } from '../syntax/ast';
import type { Ty } from '../program/types';
import type { Frame } from './frame';
import { INT, literalLength } from './made-values';
import { ZERO } from './term';
import { makeTarget, type Target, type Val } from './value';

/** A place that is read or written. */
export interface LValue {
  readonly targets: readonly Target[];
  readonly ty: Ty;
  readonly volatile: boolean;
  readonly bitField: boolean;
  /** The pointer through which it is reached. */
  readonly pointer?: Val;
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
