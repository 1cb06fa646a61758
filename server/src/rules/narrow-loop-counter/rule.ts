/**
 * A counter of 8 or 16 bits is compared with a wider number that it may never reach.
 */
import type { Expr } from '../../syntax/ast';
import { bare, functionRule, type Shape } from '../source/shape';
import page from './page.md';

/** `Count == MAXUSHORT` and its kin: a comparison of the bound with what the counter can hold. */
function isHeld(e: Expr, bound: string, most: number, s: Shape): boolean {
  if (e.kind !== 'bin' || !/^(==|>=|>)$/.test(e.op) || s.text(bare(e.l)) !== bound) return false;
  const c = s.constant(e.r);
  return c !== undefined && (e.op === '==' ? c === most : c > 0 && c <= most);
}

export const narrowLoopCounter = functionRule(
  {
    id: 'narrow-loop-counter',
    title: 'Loop counter narrower than its bound',
    threats: ['Miscellaneous kernel APIs', 'Local DoS'],
    severity: 'warning',
    precision: 'high',
    cwe: [835, 197],
    profile: 'default',
    microsoft: ['cpp/comparison-with-wider-type'],
  },
  page,
  (s, tell) => {
    for (const { stmt } of s.loops) {
      const c = stmt.c;
      if (c?.kind !== 'bin' || (c.op !== '<' && c.op !== '<=') || c.l.kind !== 'id') continue;
      const counter = c.l.name;
      const l = s.typeOf(c.l);
      const bound = bare(c.r);
      if (l?.k !== 'int' || l.size > 2 || s.constant(c.r) !== undefined || (bound.kind !== 'id' && bound.kind !== 'fld'))
        continue;
      const r = s.typeOf(c.r);
      if (r?.k !== 'int' || r.size <= l.size || r.size < 4) continue;
      const steps = s.exprs.some((e) => e.kind === 'upd' && e.op === '++' && s.text(e.x) === counter && s.within(e, stmt));
      if (!steps || s.testedBefore(s.text(bound), stmt.start)) continue;
      // Whoever counts there stops at the largest number that the counter has.
      const most = 2 ** (8 * l.size - (l.signed ? 1 : 0)) - 1;
      if (s.exprs.some((e) => isHeld(e, s.text(bound), most, s))) continue;
      // A bound that a local got from a number of the counter's width is no wider.
      const from = s.stores.filter((x) => x.left === s.text(bound));
      if (
        from.length > 0 &&
        from.every((x) => {
          const t = s.typeOf(x.r);
          return s.constant(x.r) !== undefined || bare(x.r).kind === 'sizeof' || (t?.k === 'int' && t.size <= l.size);
        })
      )
        continue;
      tell(
        c,
        `\`${counter}\` has ${String(l.size * 8)} bits and \`${s.text(bound)}\` has ${String(r.size * 8)}: a larger bound is never reached.`,
      );
    }
  },
);
