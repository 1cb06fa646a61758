/** Expressions of a function in the order of the text, for rules that ask how something is written. Knows no values. */
import type { Expr, Stmt } from '../../syntax/ast';
import { statements } from '../request/statements';

const listed = new WeakMap<Stmt, readonly Expr[]>();
/** Every expression of a statement, outer ones first. Many rules ask in many contexts: the list is kept with the body. */
export function expressions(body: Stmt | undefined): readonly Expr[] {
  if (!body) return [];
  let known = listed.get(body);
  if (!known) {
    const out: Expr[] = [];
    for (const s of statements(body)) for (const x of headOf(s)) inside(x, out);
    listed.set(body, (known = out));
  }
  return known;
}

/** Expressions that stand in a statement itself, not in those inside it. */
export function headOf(s: Stmt): readonly Expr[] {
  switch (s.kind) {
    case 'expr':
      return [s.x];
    case 'decl':
      return s.vars.flatMap((v) => (v.init ? [v.init] : []));
    case 'if':
    case 'while':
    case 'do':
      return [s.c];
    case 'for':
      return [s.c, s.step].filter((x) => x !== undefined);
    case 'switch':
      return [s.x];
    case 'return':
      return s.x ? [s.x] : [];
    case 'try':
      return s.filter ? [s.filter] : [];
    default:
      return [];
  }
}

function inside(x: Expr, out: Expr[]): void {
  out.push(x);
  for (const y of parts(x)) inside(y, out);
}

function parts(x: Expr): readonly Expr[] {
  switch (x.kind) {
    case 'un':
    case 'upd':
    case 'cast':
    case 'fld':
      return [x.x];
    case 'bin':
    case 'asg':
    case 'comma':
      return [x.l, x.r];
    case 'idx':
      return [x.x, x.i];
    case 'cond':
      return [x.c, x.a, x.b];
    case 'call':
      return [x.f, ...x.args];
    case 'init':
      return x.items.map((i) => i.value);
    default:
      return [];
  }
}
