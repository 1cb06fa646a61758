/**
 * Lowers types: specifiers, declarators, parameters, and the types that stood where the grammar wants an expression.
 */
import type { FunctionType, ParamDecl, Span, TypeRef } from './ast';
import type { Context } from './context';
import { expression } from './expressions';
import { F, N } from './nodes';
import { enumeration, record } from './records';

/** What a declarator declares. */
export interface Declared {
  readonly name: string;
  readonly nameSpan: Span;
  readonly type: TypeRef;
  /** The node of its parameter list, when it is a function, else -1. */
  readonly params: number;
}

/** The words before the declarators of a declaration, a member, a parameter or a type in parentheses. */
export function baseType(cx: Context, at: number): TypeRef {
  const { flat } = cx;
  let isConst = false;
  let isVolatile = false;
  let base: TypeRef = { kind: 'name', name: 'int' };
  let limit = flat.to(at);
  const stop = flat.after(at);
  for (let c = at + 1; c < stop; c = flat.after(c)) {
    const k = flat.kindOf(c);
    if (k === N.type_qualifier) {
      const w = cx.word(c).toLowerCase();
      if (w === 'const') isConst = true;
      else if (w === 'volatile') isVolatile = true;
    } else if (flat.field[c] === F.type) base = specifier(cx, c);
    else if (flat.field[c] === F.declarator) {
      limit = flat.from(c);
      break;
    }
  }
  const unaligned = cx.side.unaligned.length > 0 && cx.unaligned(cx.leading(flat.from(at)), limit);
  if (!isConst && !isVolatile && !unaligned) return base;
  return {
    ...base,
    ...(isConst ? { const: true } : {}),
    ...(isVolatile ? { volatile: true } : {}),
    ...(unaligned ? { unaligned: true } : {}),
  };
}

/** A type specifier; a definition in it is recorded. */
export function specifier(cx: Context, at: number): TypeRef {
  const { flat } = cx;
  switch (flat.kindOf(at)) {
    case N.primitive_type:
      return { kind: 'name', name: cx.side.implicit.has(flat.from(at)) ? 'int' : cx.wholeWord(at) };
    case N.sized_type_specifier:
      return { kind: 'name', name: words(cx, flat.from(at), flat.to(at)) };
    case N.struct_specifier:
    case N.union_specifier:
      return record(cx, at, flat.kindOf(at) === N.struct_specifier ? 'struct' : 'union');
    case N.enum_specifier:
      return enumeration(cx, at);
    case N.macro_type_specifier: {
      const name = flat.child(at, F.name);
      return { kind: 'name', name: name < 0 ? '' : cx.word(name) };
    }
    default:
      return { kind: 'name', name: cx.side.implicit.has(flat.from(at)) ? 'int' : cx.wholeWord(at) };
  }
}

/** Words of a builtin type without its qualifiers, as the source spells them. */
function words(cx: Context, from: number, to: number): string {
  const out: string[] = [];
  const re = /[A-Za-z_$][\w$]*/g;
  const seen = cx.side.text.slice(from, to);
  for (let m = re.exec(seen); m; m = re.exec(seen)) {
    if (m[0] === 'const' || m[0] === 'volatile') continue;
    out.push(/^[\w$]+/.exec(cx.text.slice(from + m.index, from + m.index + 64))?.[0] ?? m[0]);
  }
  return out.join(' ');
}

/** The type in parentheses of a cast, `sizeof` and the like. */
export function typeDescriptor(cx: Context, at: number): TypeRef {
  if (at < 0) return { kind: 'name', name: '' };
  const base = baseType(cx, at);
  const d = cx.flat.child(at, F.declarator);
  return d < 0 ? base : declarator(cx, d, base).type;
}

/** Follows a declarator inwards; each station wraps the type so far. */
export function declarator(cx: Context, at: number, base: TypeRef): Declared {
  const { flat } = cx;
  let type = base;
  let i = at;
  let params = -1;
  for (;;) {
    switch (flat.kindOf(i)) {
      case N.pointer_declarator:
      case N.abstract_pointer_declarator: {
        let isConst = false;
        let isVolatile = false;
        const stop = flat.after(i);
        for (let c = i + 1; c < stop; c = flat.after(c)) {
          if (flat.kindOf(c) !== N.type_qualifier) continue;
          const w = cx.word(c).toLowerCase();
          isConst ||= w === 'const';
          isVolatile ||= w === 'volatile';
        }
        type = { kind: 'pointer', to: type, ...(isConst ? { const: true } : {}), ...(isVolatile ? { volatile: true } : {}) };
        params = -1;
        break;
      }
      case N.function_declarator:
      case N.abstract_function_declarator:
        params = flat.child(i, F.parameters);
        type = functionType(cx, params, type);
        break;
      case N.array_declarator:
      case N.abstract_array_declarator: {
        const size = flat.child(i, F.size);
        type = { kind: 'array', of: type, ...(size < 0 || flat.kindOf(size) === 0 ? {} : { size: expression(cx, size) }) };
        params = -1;
        break;
      }
      case N.parenthesized_declarator:
      case N.abstract_parenthesized_declarator:
      case N.attributed_declarator: {
        const inner = inside(cx, i);
        if (inner < 0) return { name: '', nameSpan: cx.span(i), type, params };
        i = inner;
        continue;
      }
      case N.init_declarator:
        break;
      default: {
        const renamed = cx.side.renamed.get(flat.from(i));
        if (renamed) return { name: cx.text.slice(renamed.start, renamed.end), nameSpan: moved(renamed, cx.shift), type, params };
        return { name: cx.word(i), nameSpan: cx.span(i), type, params };
      }
    }
    const next = flat.child(i, F.declarator);
    if (next < 0) return { name: '', nameSpan: cx.span(at), type, params };
    i = next;
  }
}

function inside(cx: Context, at: number): number {
  const { flat } = cx;
  const stop = flat.after(at);
  for (let c = at + 1; c < stop; c = flat.after(c)) {
    const k = flat.kindOf(c);
    if (k !== 0 && k !== N.ERROR && k !== N.ms_call_modifier && k !== N.attribute_declaration) return c;
  }
  return -1;
}

function functionType(cx: Context, list: number, returns: TypeRef): FunctionType {
  return { kind: 'function', returns, params: list < 0 ? [] : parameters(cx, list).params };
}

export function parameters(cx: Context, list: number): { params: ParamDecl[]; variadic: boolean } {
  const { flat } = cx;
  const params: ParamDecl[] = [];
  let variadic = false;
  const stop = flat.after(list);
  let from = flat.from(list) + 1;
  for (let c = list + 1; c < stop; c = flat.after(c)) {
    const k = flat.kindOf(c);
    if (k === N.variadic_parameter) variadic = true;
    else if (k === N.parameter_declaration) {
      const base = baseType(cx, c);
      const d = flat.child(c, F.declarator);
      const declared = d < 0 ? undefined : declarator(cx, d, base);
      const to = paramEnd(cx, c, stop, list);
      params.push({
        name: declared?.name ?? '',
        type: declared?.type ?? base,
        annotations: cx.annotations(from, to).map((a) => moved(a, cx.shift)),
        ...cx.span(c),
      });
      from = to;
    } else if (k === N.identifier)
      params.push({ name: cx.word(c), type: { kind: 'name', name: 'int' }, annotations: [], ...cx.span(c) });
  }
  const only = params[0];
  if (params.length === 1 && only?.name === '' && only.type.kind === 'name' && /^(?:void|VOID)$/.test(only.type.name))
    return { params: [], variadic };
  return { params, variadic };
}

/** Annotations may follow a parameter's name: the parameter reaches to its comma or the closing parenthesis. */
function paramEnd(cx: Context, at: number, stop: number, list: number): number {
  const { flat } = cx;
  const next = flat.after(at);
  const limit = next < stop ? flat.from(next) : flat.to(list);
  const comma = cx.side.text.indexOf(',', flat.to(at));
  return comma >= 0 && comma < limit ? comma : limit;
}

export function moved<T extends Span>(x: T, shift: number): T {
  return shift === 0 ? x : { ...x, start: x.start - shift, end: x.end - shift };
}

/** Reads a type from source text: words, then stars. Undefined when it is no such thing. */
export function typeOfText(text: string): TypeRef | undefined {
  const words = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ' ').match(/[A-Za-z_$][\w$]*|\*|\[[^\]]*\]|\S/g) ?? [];
  const names: string[] = [];
  let type: TypeRef | undefined;
  let isConst = false;
  let isVolatile = false;
  const base = (): TypeRef | undefined => {
    if (names.length === 0) return undefined;
    const tag = names[0];
    const q = { ...(isConst ? { const: true } : {}), ...(isVolatile ? { volatile: true } : {}) };
    isConst = isVolatile = false;
    if ((tag === 'struct' || tag === 'union' || tag === 'enum') && names[1] !== undefined)
      return { kind: 'tag', tag, name: names[1], ...q };
    return { kind: 'name', name: names.join(' '), ...q };
  };
  for (const w of words) {
    if (w === 'const' || w === 'CONST') {
      if (type?.kind === 'pointer') type = { ...type, const: true };
      else isConst = true;
    } else if (w === 'volatile') {
      if (type?.kind === 'pointer') type = { ...type, volatile: true };
      else isVolatile = true;
    } else if (w === '*') {
      type ??= base();
      if (!type) return undefined;
      type = { kind: 'pointer', to: type };
    } else if (w.startsWith('[')) {
      type ??= base();
      if (!type) return undefined;
      type = { kind: 'array', of: type };
    } else if (/^[A-Za-z_$]/.test(w) && !type) names.push(w);
    else return undefined;
  }
  return type ?? base();
}
