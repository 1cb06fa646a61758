/**
 * Integer constant expressions: enumerators, object-like and function-like macros, sizeof, offsets. Undefined when anything in it is unknown.
 */
import type { Expr, TypeRef } from '../syntax/ast';
import type { Program } from './program';
import { Types, type Ty } from './types';
import { substitute } from './substitute';

export class Constants {
  readonly types: Types;
  private readonly cache = new Map<string, number | undefined>();
  private version = -1;
  constructor(readonly program: Program) {
    this.types = new Types(program, (e, file) => this.evaluate(e, file));
  }

  /** The value of a name that is an enumerator or an object-like macro. */
  named(name: string, file: string, depth = 0): number | undefined {
    if (this.version !== this.program.version) {
      this.cache.clear();
      this.version = this.program.version;
    }
    const key = `${name}\0${file}`;
    if (this.cache.has(key)) return this.cache.get(key);
    this.cache.set(key, undefined);
    const value = this.compute(name, file, depth);
    this.cache.set(key, value);
    return value;
  }

  private compute(name: string, file: string, depth: number): number | undefined {
    if (depth > 20) return undefined;
    if (name === 'TRUE') return 1;
    if (name === 'FALSE' || name === 'NULL') return 0;
    const e = this.program.enumerator(name, file);
    if (e) {
      let value = 0;
      for (let i = 0; i <= e.decl.index; i++) {
        const member = e.decl.enum.members[i];
        if (!member) return undefined;
        if (member.value) {
          const v = this.evaluate(member.value, e.file, depth + 1);
          if (v === undefined) return undefined;
          value = v;
        } else if (i > 0) value++;
      }
      return value;
    }
    const macro = this.program.macro(name, file);
    if (macro && !macro.decl.params) {
      const expr = this.program.snippet(macro.decl)?.expr;
      return expr && this.evaluate(expr, file, depth + 1);
    }
    return undefined;
  }

  evaluate(e: Expr, file: string, depth = 0): number | undefined {
    if (depth > 60) return undefined;
    const go = (x: Expr): number | undefined => this.evaluate(x, file, depth + 1);
    switch (e.kind) {
      case 'num':
        return Number.isNaN(e.value) ? undefined : e.value;
      case 'id':
        return this.named(e.name, file, depth + 1);
      case 'cast': {
        const v = go(e.x);
        if (v === undefined) return undefined;
        const ty = this.types.resolve(e.type, file);
        return ty.k === 'int' ? wrap(v, ty.size, ty.signed) : v;
      }
      case 'un': {
        if (e.op === '*' || e.op === '&') return e.op === '&' ? this.offsetIdiom(e.x, file) : undefined;
        const v = go(e.x);
        if (v === undefined) return undefined;
        return e.op === '-'
          ? -v
          : e.op === '!'
            ? v === 0
              ? 1
              : 0
            : e.op === '~'
              ? Number(BigInt.asIntN(64, ~BigInt(Math.trunc(v))))
              : v;
      }
      case 'bin': {
        const l = go(e.l);
        const r = go(e.r);
        return l === undefined || r === undefined ? undefined : binary(e.op, l, r);
      }
      case 'cond': {
        const c = go(e.c);
        return c === undefined ? undefined : go(c !== 0 ? e.a : e.b);
      }
      case 'sizeof': {
        const ty = e.type && this.types.resolve(e.type, file);
        if (ty && ty.k !== 'unknown') return this.types.sizeOf(ty);
        return undefined;
      }
      case 'call':
        return this.call(e.f, e.args, file, depth);
      default:
        return undefined;
    }
  }

  private call(f: Expr, args: readonly Expr[], file: string, depth: number): number | undefined {
    if (f.kind !== 'id') return undefined;
    if (f.name === 'FIELD_OFFSET' || f.name === 'offsetof' || f.name === 'UFIELD_OFFSET')
      return this.offset(args[0], args[1], file);
    if (f.name === 'RTL_SIZEOF_THROUGH_FIELD') {
      const at = this.offset(args[0], args[1], file);
      const ty = this.fieldType(args[0], args[1], file);
      const size = ty && this.types.sizeOf(ty);
      return at === undefined || size === undefined ? undefined : at + size;
    }
    if (f.name === 'RTL_FIELD_SIZE') {
      const ty = this.fieldType(args[0], args[1], file);
      return ty && this.types.sizeOf(ty);
    }
    const macro = this.program.macro(f.name, file);
    if (!macro?.decl.params) return undefined;
    const body = this.program.snippet(macro.decl)?.expr;
    if (!body) return undefined;
    return this.evaluate(substitute(body, macro.decl.params, args, f), file, depth + 2);
  }

  typeOfArgument(e: Expr | undefined, file: string): Ty | undefined {
    if (!e) return undefined;
    const ref: TypeRef | undefined = e.kind === 'type' ? e.type : e.kind === 'id' ? { kind: 'name', name: e.name } : undefined;
    return ref && this.types.resolve(ref, file);
  }

  private fieldPath(type: Expr | undefined, field: Expr | undefined, file: string): { offset?: number; ty: Ty } | undefined {
    const ty = this.typeOfArgument(type, file);
    return ty && field ? this.walk(ty, field, file) : undefined;
  }
  private walk(ty: Ty, field: Expr, file: string): { offset?: number; ty: Ty } | undefined {
    if (field.kind === 'id') {
      const f = ty.k === 'rec' ? ty.rec.field(field.name) : undefined;
      return f && { offset: f.offset, ty: f.ty };
    }
    if (field.kind === 'fld') {
      const outer = this.walk(ty, field.x, file);
      return outer && this.member(outer, field.name);
    }
    if (field.kind === 'idx') {
      const outer = this.walk(ty, field.x, file);
      return outer && this.element(outer, field.i, file);
    }
    return undefined;
  }
  private member(outer: { offset?: number; ty: Ty }, name: string): { offset?: number; ty: Ty } | undefined {
    const f = outer.ty.k === 'rec' ? outer.ty.rec.field(name) : undefined;
    return f && { offset: add(outer.offset, f.offset), ty: f.ty };
  }
  private element(outer: { offset?: number; ty: Ty }, index: Expr, file: string): { offset?: number; ty: Ty } | undefined {
    if (outer.ty.k !== 'arr') return undefined;
    const i = this.evaluate(index, file);
    const size = this.types.sizeOf(outer.ty.of);
    return { offset: i === undefined || size === undefined ? undefined : add(outer.offset, i * size), ty: outer.ty.of };
  }
  offset(type: Expr | undefined, field: Expr | undefined, file: string): number | undefined {
    return this.fieldPath(type, field, file)?.offset;
  }
  fieldType(type: Expr | undefined, field: Expr | undefined, file: string): Ty | undefined {
    return this.fieldPath(type, field, file)?.ty;
  }

  /** `&((T *)0)->f`, also of a member of a member and of an element: the place is where the object would begin at 0. */
  offsetIdiom(x: Expr, file: string): number | undefined {
    return this.idiomPlace(x, file)?.offset;
  }
  private idiomPlace(x: Expr, file: string): { offset?: number; ty: Ty } | undefined {
    if (x.kind === 'fld' && x.arrow) {
      let p = x.x;
      if (p.kind !== 'cast') return undefined;
      const ty = this.types.pointee(this.types.resolve(p.type, file));
      while (p.kind === 'cast') p = p.x;
      if (ty.k !== 'rec' || (p.kind !== 'num' && p.kind !== 'id') || this.evaluate(p, file) !== 0) return undefined;
      return this.member({ offset: 0, ty }, x.name);
    }
    if (x.kind === 'fld') {
      const outer = this.idiomPlace(x.x, file);
      return outer && this.member(outer, x.name);
    }
    if (x.kind !== 'idx') return undefined;
    const outer = this.idiomPlace(x.x, file);
    return outer && this.element(outer, x.i, file);
  }
}

function add(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

/** Reduces to the range of an integer type of `size` bytes. */
export function wrap(v: number, size: number, signed: boolean): number {
  if (!Number.isFinite(v)) return v;
  if (size >= 8) {
    if (signed && v >= 2 ** 63) return Number(BigInt.asIntN(64, BigInt(Math.trunc(v))));
    if (!signed && v < 0) return Number(BigInt.asUintN(64, BigInt(Math.trunc(v))));
    return v;
  }
  const range = 2 ** (8 * size);
  let r = Math.trunc(v) % range;
  if (r < 0) r += range;
  return signed && r >= range / 2 ? r - range : r;
}

export function binary(op: string, l: number, r: number): number | undefined {
  switch (op) {
    case '+':
      return l + r;
    case '-':
      return l - r;
    case '*':
      return l * r;
    case '/':
      return r === 0 ? undefined : Math.trunc(l / r);
    case '%':
      return r === 0 ? undefined : l % r;
    case '<<':
      return r < 0 || r > 63 ? undefined : l * 2 ** r;
    case '>>':
      return r < 0 || r > 63 ? undefined : Math.floor(l / 2 ** r);
    case '&':
      return bits((a, b) => a & b, l, r);
    case '|':
      return bits((a, b) => a | b, l, r);
    case '^':
      return bits((a, b) => a ^ b, l, r);
    case '&&':
      return l !== 0 && r !== 0 ? 1 : 0;
    case '||':
      return l !== 0 || r !== 0 ? 1 : 0;
    case '==':
      return l === r ? 1 : 0;
    case '!=':
      return l !== r ? 1 : 0;
    case '<':
      return l < r ? 1 : 0;
    case '<=':
      return l <= r ? 1 : 0;
    case '>':
      return l > r ? 1 : 0;
    case '>=':
      return l >= r ? 1 : 0;
    default:
      return undefined;
  }
}

function bits(f: (a: bigint, b: bigint) => bigint, l: number, r: number): number | undefined {
  if (!Number.isFinite(l) || !Number.isFinite(r)) return undefined;
  return Number(f(BigInt(Math.trunc(l)), BigInt(Math.trunc(r))));
}
