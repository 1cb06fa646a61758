/** One function as text shows it: calls, stores, conditions, case labels, in source order. For what the surface asks of names, not of values. */
import type { CallExpr, Expr, FunctionDecl, Stmt, VarDecl } from '../../syntax/ast';
import { partsOf, partsOfStatement } from '../../syntax/walk';
import type { Program } from '../../program/program';

export interface OutlineCall {
  /** After macros that only rename are followed. */
  readonly name: string;
  readonly x: CallExpr;
}

/** `left = right`, or a declaration with a value. */
export interface OutlineStore {
  readonly left: string;
  readonly r: Expr;
}

export class Outline {
  readonly calls: OutlineCall[] = [];
  readonly stores: OutlineStore[] = [];
  readonly conditions: Expr[] = [];
  readonly cases: Expr[] = [];
  readonly locals = new Map<string, VarDecl>();
  /** Every name that is used. */
  readonly ids = new Set<string>();
  /** Every member that is read; one that is only assigned to is not. */
  readonly members = new Set<string>();

  constructor(
    readonly fn: FunctionDecl,
    readonly file: string,
    private readonly program: Program,
  ) {
    if (fn.body) this.statement(fn.body);
  }

  get key(): string {
    return `${this.file}:${this.fn.name}`;
  }

  /** Source text with its white space made even. */
  text(e: { readonly start: number; readonly end: number }): string {
    return this.program.slice(this.file, e).replace(/\s+/g, ' ').trim();
  }

  private statement(s: Stmt): void {
    const { exprs, vars, stmts } = partsOfStatement(s);
    if (s.kind === 'if' || s.kind === 'while' || s.kind === 'do' || s.kind === 'switch') this.conditions.push(exprs[0] as Expr);
    if (s.kind === 'for' && s.c) this.conditions.push(s.c);
    if (s.kind === 'case' && s.value) {
      this.cases.push(s.value);
      this.expression(s.value);
    }
    for (const v of vars) {
      this.locals.set(v.name, v);
      if (!v.init) continue;
      this.stores.push({ left: v.name, r: v.init });
      this.expression(v.init);
    }
    for (const e of exprs) this.expression(e);
    for (const inner of stmts) this.statement(inner);
  }

  private expression(e: Expr): void {
    if (e.kind === 'id') this.ids.add(e.name);
    if (e.kind === 'call' && e.f.kind === 'id') this.calls.push({ name: this.program.alias(e.f.name, this.file), x: e });
    if (e.kind === 'asg') this.stores.push({ left: this.text(e.l), r: e.r });
    if (e.kind === 'cond') this.conditions.push(e.c);
    if (e.kind === 'fld') this.members.add(e.name);
    const [first, ...rest] = partsOf(e);
    // What is assigned to is not read; what leads to it is.
    if (first) {
      if (e.kind === 'asg' && e.op === '' && first.kind === 'fld') this.expression(first.x);
      else this.expression(first);
    }
    for (const p of rest) this.expression(p);
  }
}

/** Without casts and what takes an address. */
export function bare(e: Expr): Expr {
  return e.kind === 'cast' || (e.kind === 'un' && e.op === '&') ? bare(e.x) : e;
}

/** Names and members in an expression. */
export function mentioned(e: Expr, into = new Set<string>()): Set<string> {
  if (e.kind === 'id' || e.kind === 'fld') into.add(e.name);
  for (const p of partsOf(e)) mentioned(p, into);
  return into;
}

/** The first wide or narrow literal in an expression. */
export function literal(e: Expr): string | undefined {
  if (e.kind === 'str') return e.value;
  for (const p of partsOf(e)) {
    const found = literal(p);
    if (found !== undefined) return found;
  }
  return undefined;
}
