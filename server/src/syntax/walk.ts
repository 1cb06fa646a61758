/** Walks facts of a function in source order: expressions and statements with their parents. Evaluates nothing, expands no macro. */
import type { Expr, Stmt, VarDecl } from './ast';

export type Node = Expr | Stmt | VarDecl;

/** The parts of an expression, left to right. */
export function partsOf(e: Expr): readonly Expr[] {
  switch (e.kind) {
    case 'un':
    case 'upd':
    case 'cast':
    case 'fld':
      return [e.x];
    case 'bin':
    case 'asg':
    case 'comma':
      return [e.l, e.r];
    case 'call':
      return [e.f, ...e.args];
    case 'idx':
      return [e.x, e.i];
    case 'sizeof':
      return e.x ? [e.x] : [];
    case 'cond':
      return [e.c, e.a, e.b];
    case 'init':
      return e.items.map((i) => i.value);
    default:
      return [];
  }
}

/** The expressions that stand directly in a statement, and the statements in it. */
export function partsOfStatement(s: Stmt): {
  readonly exprs: readonly Expr[];
  readonly vars: readonly VarDecl[];
  readonly stmts: readonly Stmt[];
} {
  const exprs: Expr[] = [];
  const stmts: Stmt[] = [];
  let vars: readonly VarDecl[] = [];
  switch (s.kind) {
    case 'block':
      stmts.push(...s.body);
      break;
    case 'expr':
      exprs.push(s.x);
      break;
    case 'decl':
      vars = s.vars;
      break;
    case 'if':
      exprs.push(s.c);
      stmts.push(s.then, ...(s.else ? [s.else] : []));
      break;
    case 'while':
    case 'do':
      exprs.push(s.c);
      stmts.push(s.body);
      break;
    case 'for':
      if (s.init) stmts.push(s.init);
      if (s.c) exprs.push(s.c);
      if (s.step) exprs.push(s.step);
      stmts.push(s.body);
      break;
    case 'switch':
      exprs.push(s.x);
      stmts.push(s.body);
      break;
    case 'return':
      if (s.x) exprs.push(s.x);
      break;
    case 'try':
      stmts.push(s.body);
      if (s.filter) exprs.push(s.filter);
      if (s.handler) stmts.push(s.handler);
      if (s.finally) stmts.push(s.finally);
      break;
    default:
      break;
  }
  return { exprs, vars, stmts };
}

const statementLists = new WeakMap<Stmt, readonly Stmt[]>();
/** A statement with every one in it, in the order of the text. Many ask, in many contexts: the list is kept with the statement. */
export function statements(body: Stmt | undefined): readonly Stmt[] {
  if (!body) return [];
  let known = statementLists.get(body);
  if (!known) {
    const out: Stmt[] = [];
    const todo: Stmt[] = [body];
    for (let s = todo.pop(); s !== undefined; s = todo.pop()) {
      out.push(s);
      todo.push(...[...partsOfStatement(s).stmts].reverse());
    }
    statementLists.set(body, (known = out));
  }
  return known;
}

const expressionLists = new WeakMap<Stmt, readonly Expr[]>();
/** Every expression of a statement, initialisers included, outer ones first. Kept as well. */
export function expressions(body: Stmt | undefined): readonly Expr[] {
  if (!body) return [];
  let known = expressionLists.get(body);
  if (!known) {
    const out: Expr[] = [];
    const visit = (e: Expr): void => {
      out.push(e);
      partsOf(e).forEach(visit);
    };
    for (const s of statements(body)) {
      const { exprs, vars } = partsOfStatement(s);
      for (const v of vars) if (v.init) visit(v.init);
      exprs.forEach(visit);
    }
    expressionLists.set(body, (known = out));
  }
  return known;
}
