/**
 * Lowers declarations and function definitions of a file, and the declarations inside functions.
 */
import type { Annotation, FunctionDecl, ParamDecl, TypedefDecl, TypeRef, VarDecl } from './ast';
import { isCallbackType } from './callbacks';
import type { Context } from './context';
import { expression } from './expressions';
import { F, N } from './nodes';
import { bodyOf } from './bodies';
import { block } from './statements';
import { baseType, declarator, type Declared, moved, specifier } from './types';

/** What a file declares, as it is collected. */
export interface Declarations {
  readonly functions: FunctionDecl[];
  readonly prototypes: FunctionDecl[];
  readonly typedefs: TypedefDecl[];
  readonly globals: VarDecl[];
}

interface Modifiers {
  readonly static: boolean;
  readonly extern: boolean;
  readonly inline: boolean;
}

function modifiers(cx: Context, at: number): Modifiers {
  const { flat } = cx;
  let isStatic = false;
  let isExtern = false;
  let isInline = false;
  const stop = flat.after(at);
  for (let c = at + 1; c < stop; c = flat.after(c)) {
    if (flat.kindOf(c) !== N.storage_class_specifier) continue;
    const w = cx.side.text.slice(flat.from(c), flat.to(c));
    if (w === 'static') isStatic = true;
    else if (w === 'extern') isExtern = true;
    else if (w.includes('inline')) isInline = true;
  }
  if (cx.side.storages.length > 0) {
    const from = cx.leading(flat.from(at));
    const d = flat.child(at, F.declarator);
    const to = d < 0 ? flat.to(at) : flat.from(d);
    for (const s of cx.side.storages) {
      if (s.at < from || s.at >= to) continue;
      isStatic ||= s.word === 'static';
      isExtern ||= s.word === 'extern';
      isInline ||= s.word === 'inline';
    }
  }
  return { static: isStatic, extern: isExtern, inline: isInline };
}

/** Items at file scope below a node; errors are entered, so that what stands in them is not lost. */
export function fileScope(cx: Context, root: number, out: Declarations): void {
  const { flat } = cx;
  const stop = flat.after(root);
  for (let c = root + 1; c < stop; c = flat.after(c)) {
    switch (flat.kindOf(c)) {
      case N.function_definition:
        definition(cx, c, out);
        break;
      case N.declaration:
        declaration(cx, c, out);
        break;
      case N.type_definition:
        typedefs(cx, c, out.typedefs);
        break;
      case N.struct_specifier:
      case N.union_specifier:
      case N.enum_specifier:
        specifier(cx, c);
        break;
      case N.linkage_specification: {
        const body = flat.child(c, F.body);
        if (body < 0) break;
        if (flat.kindOf(body) === N.declaration_list) fileScope(cx, body, out);
        else if (flat.kindOf(body) === N.function_definition) definition(cx, body, out);
        else if (flat.kindOf(body) === N.declaration) declaration(cx, body, out);
        break;
      }
      case N.compound_statement: {
        const head = cx.side.headless.get(flat.from(c));
        if (head) headless(cx, c, head, out);
        break;
      }
      case N.ERROR:
        fileScope(cx, c, out);
        break;
      default:
        break;
    }
  }
}

function typedefs(cx: Context, at: number, out: TypedefDecl[]): void {
  const { flat } = cx;
  const base = baseType(cx, at);
  const stop = flat.after(at);
  for (let c = at + 1; c < stop; c = flat.after(c)) {
    if (flat.field[c] !== F.declarator) continue;
    const d = declarator(cx, c, base);
    if (d.name !== '') out.push({ name: d.name, type: d.type, ...cx.span(at) });
  }
}

function annotationsOf(
  cx: Context,
  from: number,
  to: number,
  params: readonly { readonly start: number; readonly end: number }[],
): Annotation[] {
  return cx
    .annotations(from, to)
    .filter((a) => !params.some((p) => a.start >= p.start && a.start < p.end))
    .map((a) => moved(a, cx.shift));
}

function definition(cx: Context, at: number, out: Declarations): void {
  const { flat } = cx;
  const base = baseType(cx, at);
  const d = flat.child(at, F.declarator);
  const body = flat.child(at, F.body);
  if (d < 0) return;
  const declared = declarator(cx, d, base);
  if (declared.type.kind !== 'function' || declared.name === '') return;
  const m = modifiers(cx, at);
  let { params } = declared.type;
  const old = oldStyle(cx, at);
  if (old.size > 0) params = params.map((p) => ({ ...p, type: old.get(p.name) ?? p.type }));
  const list = declared.params;
  const range = list < 0 ? [] : [{ start: flat.from(list), end: flat.to(list) }];
  out.functions.push({
    name: declared.name,
    nameSpan: declared.nameSpan,
    returns: declared.type.returns,
    params,
    variadic: list >= 0 && parametersVariadic(cx, list),
    static: m.static,
    inline: m.inline,
    annotations: annotationsOf(cx, cx.leading(flat.from(at)), body < 0 ? flat.to(at) : flat.from(body), range),
    ...(body < 0 ? {} : { body: bodyOf(cx, at, body) }),
    ...cx.span(at),
  });
}

function parametersVariadic(cx: Context, list: number): boolean {
  return cx.flat.childOf(list, N.variadic_parameter) >= 0;
}

function oldStyle(cx: Context, at: number): Map<string, TypeRef> {
  const { flat } = cx;
  const out = new Map<string, TypeRef>();
  const stop = flat.after(at);
  for (let c = at + 1; c < stop; c = flat.after(c)) {
    if (flat.kindOf(c) !== N.declaration) continue;
    const base = baseType(cx, c);
    const end = flat.after(c);
    for (let k = c + 1; k < end; k = flat.after(k)) {
      if (flat.field[k] !== F.declarator) continue;
      const d = declarator(cx, k, base);
      out.set(d.name, d.type);
    }
  }
  return out;
}

function declaration(cx: Context, at: number, out: Declarations): void {
  const { flat } = cx;
  const base = baseType(cx, at);
  const m = modifiers(cx, at);
  const stop = flat.after(at);
  for (let c = at + 1; c < stop; c = flat.after(c)) {
    if (flat.field[c] !== F.declarator) continue;
    const d = declarator(cx, c, base);
    if (d.name === '') continue;
    if (d.type.kind === 'function') {
      out.prototypes.push(prototype(cx, at, d, d.type.returns, d.type.params, m));
      continue;
    }
    const value = flat.kindOf(c) === N.init_declarator ? flat.child(c, F.value) : -1;
    if (value < 0 && d.type.kind === 'name' && isCallbackType(d.type.name)) {
      out.prototypes.push({ ...prototype(cx, at, d, { kind: 'name', name: '' }, [], m), typedefName: d.type.name });
      continue;
    }
    out.globals.push(variable(cx, c, d, value, m));
  }
}

function variable(cx: Context, at: number, d: Declared, value: number, m: Modifiers): VarDecl {
  return {
    name: d.name,
    nameSpan: d.nameSpan,
    type: d.type,
    ...(value < 0 ? {} : { init: expression(cx, value) }),
    ...(m.static ? { storage: 'static' as const } : m.extern ? { storage: 'extern' as const } : {}),
    ...cx.span(at),
  };
}

function prototype(
  cx: Context,
  at: number,
  d: Declared,
  returns: TypeRef,
  params: readonly ParamDecl[],
  m: Modifiers,
): FunctionDecl {
  const { flat } = cx;
  const list = d.params;
  const range = list < 0 ? [] : [{ start: flat.from(list), end: flat.to(list) }];
  return {
    name: d.name,
    nameSpan: d.nameSpan,
    returns,
    params,
    variadic: list >= 0 && parametersVariadic(cx, list),
    static: m.static,
    inline: m.inline,
    annotations: annotationsOf(cx, cx.leading(flat.from(at)), flat.to(at), range),
    ...cx.span(at),
  };
}

/** A declaration inside a function; types that it defines are recorded, prototypes are passed over. */
export function localDeclaration(cx: Context, at: number): VarDecl[] {
  const { flat } = cx;
  const kind = flat.kindOf(at);
  if (kind === N.struct_specifier || kind === N.union_specifier || kind === N.enum_specifier) {
    specifier(cx, at);
    return [];
  }
  const out: VarDecl[] = [];
  const base = baseType(cx, at);
  const m = modifiers(cx, at);
  const stop = flat.after(at);
  for (let c = at + 1; c < stop; c = flat.after(c)) {
    if (flat.field[c] !== F.declarator) continue;
    const d = declarator(cx, c, base);
    if (d.name === '') continue;
    if (kind === N.type_definition) {
      out.push({ name: d.name, nameSpan: d.nameSpan, type: d.type, storage: 'typedef', ...cx.span(c) });
      continue;
    }
    if (d.type.kind === 'function') continue;
    const value = flat.kindOf(c) === N.init_declarator ? flat.child(c, F.value) : -1;
    out.push(variable(cx, c, d, value, m));
  }
  return out;
}

function headless(
  cx: Context,
  at: number,
  head: NonNullable<ReturnType<Context['side']['headless']['get']>>,
  out: Declarations,
): void {
  const { flat } = cx;
  const names = head.params ? cx.text.slice(head.params.start, head.params.end) : '';
  const params: ParamDecl[] = names
    .split(',')
    .map((p) => p.trim())
    .filter((p) => /^\w+$/.test(p) && !/^(?:void|VOID)$/.test(p))
    .map((name) => ({
      name,
      type: { kind: 'name', name: 'int' },
      annotations: [],
      start: head.start - cx.shift,
      end: head.end - cx.shift,
    }));
  out.functions.push({
    name: head.name,
    nameSpan: moved(head.nameSpan, cx.shift),
    returns: { kind: 'name', name: 'int' },
    params,
    variadic: false,
    static: false,
    inline: false,
    annotations: annotationsOf(cx, cx.leading(head.start), flat.from(at), []),
    body: block(cx, at),
    start: head.start - cx.shift,
    end: flat.to(at) - cx.shift,
  });
}
