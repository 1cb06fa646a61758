/**
 * Lowers statements. A `case` label's statements become its siblings; `__try` with its filter becomes one statement.
 */
import type { BlockStmt, Expr, Stmt, VarDecl } from './ast';
import { type Context, MAX_DEPTH } from './context';
import { localDeclaration } from './declarations';
import { expression } from './expressions';
import { generatedVariable } from './generated';
import { F, N } from './nodes';

export function block(cx: Context, at: number): BlockStmt {
  return { kind: 'block', body: statements(cx, at), start: cx.flat.from(at) - cx.shift, end: blockEnd(cx, at) };
}

export function blockEnd(cx: Context, at: number): number {
  const end = cx.flat.to(at);
  return (cx.side.movedEnds.get(end) ?? end) - cx.shift;
}

/** Statements that are children of a node. */
export function statements(cx: Context, at: number): Stmt[] {
  const out: Stmt[] = [];
  const { flat } = cx;
  const stop = flat.after(at);
  for (let c = at + 1; c < stop; c = flat.after(c)) append(cx, c, out);
  return out;
}

function append(cx: Context, at: number, out: Stmt[]): void {
  if (cx.depth >= MAX_DEPTH) {
    cx.gap(cx.flat.from(at), cx.flat.to(at), 'Nested too deeply to be read.');
    out.push({ kind: 'error', ...cx.span(at) });
    return;
  }
  cx.depth++;
  lower(cx, at, out);
  cx.depth--;
}

/** A single statement; several (a label with its statement) become a block. */
function statement(cx: Context, at: number): Stmt {
  const out: Stmt[] = [];
  if (at >= 0) append(cx, at, out);
  const only = out[0];
  if (out.length === 1 && only) return only;
  return { kind: 'block', body: out, ...(at < 0 ? { start: 0, end: 0 } : cx.span(at)) };
}

function condition(cx: Context, at: number): Expr {
  return expression(cx, at);
}

function lower(cx: Context, at: number, out: Stmt[]): void {
  const { flat } = cx;
  const span = cx.span(at);
  switch (flat.kindOf(at)) {
    case N.compound_statement:
    case N.declaration_list:
      out.push(block(cx, at));
      return;
    case N.expression_statement: {
      const asm = cx.side.asms.get(flat.from(at));
      if (asm !== undefined) {
        out.push({ kind: 'asm', start: span.start, end: asm - cx.shift });
        return;
      }
      if (cx.side.leaves.has(flat.from(at))) {
        out.push({ kind: 'leave', ...span });
        return;
      }
      const x = flat.first(at, N.ERROR);
      if (x < 0) return;
      if (flat.kindOf(x) === N.gnu_asm_expression) {
        out.push({ kind: 'asm', ...span });
        return;
      }
      const lowered = expression(cx, x);
      const made = generatedVariable(lowered);
      out.push(made ? { kind: 'decl', vars: [made], ...span } : { kind: 'expr', x: lowered, ...span });
      return;
    }
    case N.declaration: {
      const vars: VarDecl[] = localDeclaration(cx, at);
      if (vars.length > 0) out.push({ kind: 'decl', vars, ...span });
      return;
    }
    case N.type_definition:
    case N.struct_specifier:
    case N.union_specifier:
    case N.enum_specifier:
      localDeclaration(cx, at);
      return;
    case N.if_statement: {
      const c = condition(cx, flat.child(at, F.condition));
      const then = statement(cx, flat.child(at, F.consequence));
      const other = flat.child(at, F.alternative);
      if (other < 0) out.push({ kind: 'if', c, then, ...span });
      else out.push({ kind: 'if', c, then, else: statement(cx, flat.first(other, N.ERROR)), ...span });
      return;
    }
    case N.switch_statement:
      out.push({
        kind: 'switch',
        x: expression(cx, flat.child(at, F.condition)),
        body: statement(cx, flat.child(at, F.body)),
        ...span,
      });
      return;
    case N.case_statement: {
      const value = flat.child(at, F.value);
      const from = span.start;
      const first = firstStatement(cx, at, value);
      const colon = cx.side.text.indexOf(':', value < 0 ? flat.from(at) : flat.to(value));
      out.push({
        kind: 'case',
        ...(value < 0 ? {} : { value: expression(cx, value) }),
        start: from,
        end: colon < 0 ? span.end : colon + 1 - cx.shift,
      });
      const stop = flat.after(at);
      for (let c = first; c >= 0 && c < stop; c = flat.after(c)) append(cx, c, out);
      return;
    }
    case N.while_statement:
      out.push({
        kind: 'while',
        c: condition(cx, flat.child(at, F.condition)),
        body: statement(cx, flat.child(at, F.body)),
        ...span,
      });
      return;
    case N.do_statement:
      out.push({
        kind: 'do',
        c: condition(cx, flat.child(at, F.condition)),
        body: statement(cx, flat.child(at, F.body)),
        ...span,
      });
      return;
    case N.for_statement: {
      const init = flat.child(at, F.initializer);
      const c = flat.child(at, F.condition);
      const step = flat.child(at, F.update);
      let first: Stmt | undefined;
      if (init >= 0)
        first =
          flat.kindOf(init) === N.declaration ? statement(cx, init) : { kind: 'expr', x: expression(cx, init), ...cx.span(init) };
      out.push({
        kind: 'for',
        ...(first ? { init: first } : {}),
        ...(c < 0 ? {} : { c: expression(cx, c) }),
        ...(step < 0 ? {} : { step: expression(cx, step) }),
        body: statement(cx, flat.child(at, F.body)),
        ...span,
      });
      return;
    }
    case N.return_statement: {
      const x = flat.first(at, N.ERROR);
      out.push({ kind: 'return', ...(x < 0 ? {} : { x: expression(cx, x) }), ...span });
      return;
    }
    case N.break_statement:
      out.push({ kind: 'break', ...span });
      return;
    case N.continue_statement:
      out.push({ kind: 'continue', ...span });
      return;
    case N.goto_statement: {
      const label = flat.child(at, F.label);
      out.push({ kind: 'goto', label: label < 0 ? '' : cx.word(label), ...span });
      return;
    }
    case N.labeled_statement: {
      const label = flat.child(at, F.label);
      const range = cx.span(label);
      out.push({ kind: 'label', name: cx.word(label), start: range.start, end: range.end });
      const stop = flat.after(at);
      for (let c = flat.after(label); c < stop; c = flat.after(c)) append(cx, c, out);
      return;
    }
    case N.seh_try_statement:
      out.push(tryStatement(cx, at));
      return;
    case N.seh_leave_statement: {
      const real = cx.side.moved.get(flat.from(at)) ?? flat.from(at);
      out.push({ kind: 'leave', start: real - cx.shift, end: span.end });
      return;
    }
    case N.attributed_statement: {
      const stop = flat.after(at);
      for (let c = at + 1; c < stop; c = flat.after(c)) if (flat.kindOf(c) !== N.attribute_declaration) append(cx, c, out);
      return;
    }
    case N.ERROR:
      out.push({ kind: 'error', ...span });
      return;
    default:
      // A nested function, a stray specifier: nothing runs here.
      return;
  }
}

function firstStatement(cx: Context, at: number, value: number): number {
  const { flat } = cx;
  const stop = flat.after(at);
  for (let c = value < 0 ? at + 1 : flat.after(value); c < stop; c = flat.after(c)) if (flat.kindOf(c) !== 0) return c;
  return -1;
}

function tryStatement(cx: Context, at: number): Stmt {
  const { flat } = cx;
  const real = (cx.side.moved.get(flat.from(at)) ?? flat.from(at)) - cx.shift;
  const body = statement(cx, flat.child(at, F.body));
  const except = flat.childOf(at, N.seh_except_clause);
  const end = flat.to(at) - cx.shift;
  if (except >= 0)
    return {
      kind: 'try',
      body,
      filter: expression(cx, flat.child(except, F.filter)),
      handler: statement(cx, flat.child(except, F.body)),
      start: real,
      end,
    };
  const last = flat.childOf(at, N.seh_finally_clause);
  const empty: Stmt = { kind: 'block', body: [], start: end, end };
  return { kind: 'try', body, finally: last < 0 ? empty : statement(cx, flat.child(last, F.body)), start: real, end };
}
