/**
 * A pointer or flag is tested without a lock, then again under it, and what it guards is read without order when the first test succeeds.
 */
import type { Expr, IfStmt, Stmt } from '../../syntax/ast';
import { functionRule, type Shape } from '../source/shape';
import page from './page.md';

export const doubleCheckedInit = functionRule(
  {
    id: 'double-checked-init',
    title: 'Double-checked initialisation without order',
    threats: ['Lockless programming'],
    severity: 'warning',
    precision: 'medium',
    cwe: [609],
    profile: 'audit',
  },
  page,
  (s, tell, cx) => {
    const ifs = s.stmts.filter((x): x is IfStmt => x.kind === 'if');
    const isLock = (name: string): boolean => cx.model.api(name)?.role === 'lock-acquire';
    for (const inner of ifs) {
      const what = tested(inner.c, s);
      if (what === undefined || what.text.startsWith('Status') || s.locals.has(what.text)) continue;
      const lock = s.calls.filter((c) => isLock(c.name) && c.x.end < inner.start).pop();
      if (!lock) continue;
      const outer = ifs.find(
        (o) => o.c.end < lock.x.start && tested(o.c, s)?.text === what.text && o !== inner && covers(o, inner, s),
      );
      if (!outer || s.typeOf(what.x)?.vol === true) continue;
      if (!s.stores.some((st) => st.left === what.text && st.place.start > inner.start && st.place.end <= inner.end)) continue;
      tell(
        outer.c,
        `\`${s.text(outer.c)}\` is tested outside the lock that its initialisation holds: when it is set, what it guards may not be seen yet.`,
        {
          use: 'tested without the lock and without acquire order',
        },
      );
    }
  },
);

/** The place that a condition tests for being there. */
function tested(c: Expr, s: Shape): { readonly text: string; readonly x: Expr } | undefined {
  if (c.kind === 'un' && c.op === '!') return place(c.x, s);
  if (c.kind === 'bin' && (c.op === '==' || c.op === '!=')) {
    const l = place(c.l, s);
    return l && /^(NULL|FALSE|0|TRUE)$/.test(s.text(c.r)) ? l : undefined;
  }
  return place(c, s);
}

function place(x: Expr, s: Shape): { readonly text: string; readonly x: Expr } | undefined {
  return x.kind === 'id' || x.kind === 'fld' ? { text: s.text(x), x } : undefined;
}

/** The inner one stands in the outer one, or the outer one leaves before it. */
function covers(outer: IfStmt, inner: IfStmt, s: Shape): boolean {
  void s;
  if (inner.start >= outer.then.start && inner.end <= outer.then.end) return true;
  return leaves(outer.then);
}

function leaves(s: Stmt): boolean {
  if (s.kind === 'block') {
    const last = s.body[s.body.length - 1];
    return last !== undefined && leaves(last);
  }
  return s.kind === 'return' || s.kind === 'goto';
}
