/**
 * A comparison of something with itself, a condition that asks the same twice, an `else if` that an earlier branch has taken: what its author
 * meant is not tested at all.
 */
import type { Expr, Stmt } from '../../syntax/ast';
import { partsOf } from '../../syntax/walk';
import { functionRule, type Shape } from '../source/shape';
import page from './page.md';

const COMPARES: ReadonlySet<string> = new Set(['==', '!=', '<', '>', '<=', '>=']);

export const copyPasteDuplicateCondition = functionRule(
  {
    id: 'copy-paste-duplicate-condition',
    title: 'Condition that is asked twice',
    threats: ['Miscellaneous kernel APIs'],
    severity: 'warning',
    precision: 'high',
    cwe: [570, 571, 697],
    profile: 'default',
  },
  page,
  (s, tell) => {
    for (const e of s.exprs) {
      if (e.kind !== 'bin') continue;
      if (COMPARES.has(e.op) && isStable(e.l) && s.text(e.l) === s.text(e.r) && s.constant(e) === undefined)
        tell(e, `\`${s.text(e.l)}\` is compared with itself.`, { confidence: 'certain' });
      else if ((e.op === '&&' || e.op === '||') && !isChained(s, e) && isStable(e)) {
        const seen = new Map<string, Expr>();
        for (const x of chain(e, e.op)) {
          const first = seen.get(s.text(x));
          if (!first) seen.set(s.text(x), x);
          else
            tell(x, `\`${s.text(x)}\` is asked twice in one condition.`, {
              confidence: 'certain',
              from: [s.step(first, 'origin', 'asked here first')],
            });
        }
      }
    }
    for (const st of s.stmts) {
      if (st.kind !== 'if' || isElse(s, st)) continue;
      const seen = new Map<string, Expr>();
      for (let next: Stmt | undefined = st; next?.kind === 'if'; next = next.else) {
        const text = s.text(next.c);
        const first = seen.get(text);
        if (first && isStable(next.c))
          tell(next.c, `\`${text}\` was asked by an earlier branch: this one is never taken.`, {
            confidence: 'certain',
            from: [s.step(first, 'origin', 'asked here first')],
          });
        else seen.set(text, next.c);
      }
    }
  },
);

/** A part of a longer chain of the same operator. */
function isChained(s: Shape, e: Expr & { kind: 'bin' }): boolean {
  const p = s.parent(e);
  return p?.kind === 'bin' && p.op === e.op;
}

function chain(e: Expr, op: string): Expr[] {
  return e.kind === 'bin' && e.op === op ? [...chain(e.l, op), ...chain(e.r, op)] : [e];
}

function isElse(s: Shape, st: Stmt): boolean {
  const p = s.parent(st);
  return p?.kind === 'if' && p.else === st;
}

/** Asking again gives the same answer: nothing is called or changed. */
function isStable(e: Expr): boolean {
  return e.kind !== 'call' && e.kind !== 'asg' && e.kind !== 'upd' && partsOf(e).every(isStable);
}
