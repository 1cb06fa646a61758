/**
 * The value that a compare-exchange expects was read plainly from the same place: the compiler may read it again in between.
 */
import type { CallExpr, Expr } from '../../syntax/ast';
import { bare, functionRule, type Shape } from '../source/shape';
import page from './page.md';

export const casLoopPlainLoad = functionRule(
  {
    id: 'cas-loop-plain-load',
    title: 'Expected value of a compare-exchange read plainly',
    threats: ['Lockless programming'],
    severity: 'warning',
    precision: 'high',
    cwe: [362],
    profile: 'default',
  },
  page,
  (s, tell, cx) => {
    for (const c of s.calls) {
      const api = cx.model.api(c.name);
      if (api?.role !== 'interlocked' || api.op !== 'cas') continue;
      const target = c.args[api.args?.['dst'] ?? 0];
      const expected = c.args[api.args?.['comparand'] ?? 2];
      if (!target || !expected) continue;
      const place = placeOf(target, s);
      if (place === undefined) continue;
      for (const load of loadsOf(expected, c.x, s)) {
        if (strip(load, s) !== place || s.typeOf(bare(load))?.vol === true) continue;
        const x = bare(load);
        tell(
          x,
          `\`${s.text(x)}\` is read plainly as the value that \`${c.name}\` expects: the compiler may read it again, and compare with another value than it computed with.`,
          {
            use: 'read here without a volatile accessor',
            from: [],
          },
        );
        break;
      }
    }
  },
);

/** `&p->f` and `p` as the text of the place that they lead to. */
function placeOf(e: Expr, s: Shape): string | undefined {
  const x = bare(e);
  if (x.kind === 'un' && x.op === '&') return strip(x.x, s);
  return x.kind === 'id' || x.kind === 'fld' ? `*${s.text(x)}` : undefined;
}

function strip(e: Expr, s: Shape): string {
  const x = bare(e);
  if (x.kind === 'un' && x.op === '*') return `*${s.text(bare(x.x))}`;
  return s.text(x).replace(/^\((.*)\)$/, '$1');
}

/** What the expected value may have been loaded by: itself, or what was stored in the local before. */
function loadsOf(expected: Expr, call: CallExpr, s: Shape): Expr[] {
  const x = bare(expected);
  if (x.kind !== 'id') return isLoad(x) ? [x] : [];
  return s.stores
    .filter((st) => st.op === '' && st.left === x.name && isLoad(bare(st.r)) && st.r !== (call as Expr))
    .map((st) => st.r);
}

function isLoad(x: Expr): boolean {
  return x.kind === 'fld' || x.kind === 'idx' || (x.kind === 'un' && x.op === '*') || x.kind === 'id';
}
