/**
 * Puts a macro's arguments into its replacement. What comes from the replacement takes the place of the call, so that every finding
 * points at text of the file that was read; what comes from an argument keeps its own place.
 */
import type { Expr, Span, Stmt, TypeRef } from '../syntax/ast';

type Bindings = ReadonlyMap<string, Expr>;
/** Reads a text as statements. */
type Reader = (text: string) => readonly Stmt[] | undefined;

export function substitute(body: Expr, params: readonly string[], args: readonly Expr[], at: Span): Expr {
  return expr(body, bind(params, args), { start: at.start, end: at.end });
}

/** @param read for arguments that are statements: `CHECK(Length >= 8, goto Exit)` */
export function substituteStatements(
  body: readonly Stmt[],
  params: readonly string[],
  args: readonly Expr[],
  at: Span,
  read: Reader,
): Stmt[] {
  const b = bind(params, args);
  const span = { start: at.start, end: at.end };
  return body.map((s) => stmt(s, b, span, read));
}

function bind(params: readonly string[], args: readonly Expr[]): Bindings {
  const map = new Map<string, Expr>();
  params.forEach((p, i) => {
    const arg = args[i];
    if (arg && p !== '...') map.set(p, arg);
  });
  return map;
}

function expr(e: Expr, b: Bindings, at: Span): Expr {
  const go = (x: Expr): Expr => expr(x, b, at);
  switch (e.kind) {
    case 'id': {
      const bound = b.get(e.name);
      return bound ?? { ...e, ...at };
    }
    case 'un':
    case 'upd':
      return { ...e, ...at, x: go(e.x) };
    case 'bin':
    case 'asg':
    case 'comma':
      return { ...e, ...at, l: go(e.l), r: go(e.r) };
    case 'call':
      return { ...e, ...at, f: go(e.f), args: e.args.map(go) };
    case 'fld': {
      const renamed = b.get(e.name);
      return { ...e, ...at, nameSpan: at, name: renamed?.kind === 'id' ? renamed.name : e.name, x: go(e.x) };
    }
    case 'idx':
      return { ...e, ...at, x: go(e.x), i: go(e.i) };
    case 'cast': {
      const bound = e.type.kind === 'name' ? b.get(e.type.name) : undefined;
      const type =
        bound?.kind === 'type'
          ? bound.type
          : bound?.kind === 'id'
            ? ({ kind: 'name', name: bound.name } as const)
            : pointerTo(e.type, b);
      return { ...e, ...at, type, x: go(e.x) };
    }
    case 'sizeof': {
      if (e.x?.kind === 'id') {
        const bound = b.get(e.x.name);
        if (bound)
          return {
            kind: 'sizeof',
            ...at,
            x: bound,
            type: bound.kind === 'type' ? bound.type : bound.kind === 'id' ? { kind: 'name', name: bound.name } : undefined,
          };
      }
      return { ...e, ...at, x: e.x && go(e.x), type: e.type && pointerTo(e.type, b) };
    }
    case 'cond':
      return { ...e, ...at, c: go(e.c), a: go(e.a), b: go(e.b) };
    case 'init':
      return { ...e, ...at, items: e.items.map((i) => ({ ...i, value: go(i.value) })) };
    default:
      return { ...e, ...at };
  }
}

/** `(T *)x` where T is a parameter. */
function pointerTo(type: TypeRef, b: Bindings): TypeRef {
  if (type.kind === 'pointer') return { ...type, to: pointerTo(type.to, b) };
  if (type.kind === 'name') {
    const bound = b.get(type.name);
    if (bound?.kind === 'id') return { kind: 'name', name: bound.name };
    if (bound?.kind === 'type') return bound.type;
  }
  return type;
}

function stmt(s: Stmt, b: Bindings, at: Span, read: Reader): Stmt {
  const go = (x: Stmt): Stmt => stmt(x, b, at, read);
  const ex = (x: Expr): Expr => expr(x, b, at);
  switch (s.kind) {
    case 'block':
      return { ...s, ...at, body: s.body.map(go) };
    case 'expr': {
      const bound = s.x.kind === 'id' ? b.get(s.x.name) : undefined;
      const body = bound?.kind === 'unknown' && bound.text !== undefined ? read(`${bound.text};`) : undefined;
      if (body) return { kind: 'block', body: body.map((x) => stmt(x, new Map(), at, read)), ...at };
      return { ...s, ...at, x: ex(s.x) };
    }
    case 'decl':
      return { ...s, ...at, vars: s.vars.map((v) => ({ ...v, ...at, nameSpan: at, init: v.init && ex(v.init) })) };
    case 'if':
      return { ...s, ...at, c: ex(s.c), then: go(s.then), else: s.else && go(s.else) };
    case 'while':
    case 'do':
      return { ...s, ...at, c: ex(s.c), body: go(s.body) };
    case 'for':
      return { ...s, ...at, init: s.init && go(s.init), c: s.c && ex(s.c), step: s.step && ex(s.step), body: go(s.body) };
    case 'switch':
      return { ...s, ...at, x: ex(s.x), body: go(s.body) };
    case 'case':
      return { ...s, ...at, value: s.value && ex(s.value) };
    case 'goto': {
      const bound = b.get(s.label);
      return { ...s, ...at, label: bound?.kind === 'id' ? bound.name : s.label };
    }
    case 'return':
      return { ...s, ...at, x: s.x && ex(s.x) };
    case 'try':
      return {
        ...s,
        ...at,
        body: go(s.body),
        filter: s.filter && ex(s.filter),
        handler: s.handler && go(s.handler),
        finally: s.finally && go(s.finally),
      };
    default:
      return { ...s, ...at };
  }
}
