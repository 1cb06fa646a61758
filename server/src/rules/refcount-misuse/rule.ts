/**
 * A reference count that others change by interlocked operations is changed plainly, or its decrement is made and nobody looks at it.
 */
import { calledName, functionRule, isStatement, type Shape } from '../source/shape';
import type { Expr } from '../../syntax/ast';
import { PRELUDE } from '../../program/program';
import type { DriverFacts } from '../rule';
import page from './page.md';

const COUNT = /(ref(erence)?_?(count|cnt|s)?|refcnt|use_?count)$/i;
const ATOMIC = 'refcount-atomic';
const LOOKED = 'refcount-looked-at';

export const refcountMisuse = functionRule(
  {
    id: 'refcount-misuse',
    title: 'Reference count changed past its owner',
    threats: ['Lockless programming'],
    severity: 'error',
    precision: 'medium',
    cwe: [911, 416],
    profile: 'audit',
  },
  page,
  (s, tell, cx) => {
    for (const c of s.calls) {
      const api = cx.model.api(c.name);
      if (api?.role !== 'interlocked' || (api.op !== 'inc' && api.op !== 'dec')) continue;
      const target = c.args[0];
      const key = target && keyOf(target.kind === 'un' && target.op === '&' ? target.x : target, s);
      if (key === undefined) continue;
      cx.note(ATOMIC, key);
      if (api.op !== 'dec') continue;
      const parent = s.parent(c.x);
      const dropped = parent !== undefined && isStatement(parent) && parent.kind === 'expr';
      if (!dropped) cx.note(LOOKED, key);
      else
        tell(c.x, `\`${s.text(c.x)}\` gives a reference back, and nobody looks whether it was the last.`, {
          decide: (f: DriverFacts) => (f.has(LOOKED, key) ? {} : undefined),
        });
    }
    for (const x of s.exprs) {
      const at = x.kind === 'upd' ? x.x : x.kind === 'asg' && (x.op === '+' || x.op === '-') ? x.l : undefined;
      const key = at && keyOf(at, s);
      if (key === undefined) continue;
      if (s.calls.some((c) => /Acquire|Lock/.test(c.name))) continue;
      tell(x, `\`${s.text(x)}\` changes a reference count plainly that is changed by interlocked operations elsewhere.`, {
        decide: (f: DriverFacts) => (f.has(ATOMIC, key) ? {} : undefined),
      });
    }
  },
);

/** `TYPE.field` of a field whose name says that it counts references. */
function keyOf(e: Expr, s: Shape): string | undefined {
  if (e.kind === 'call') return calledName(e);
  if (e.kind !== 'fld' || !COUNT.test(e.name)) return undefined;
  const rec = s.recordOf(e.x);
  return rec && rec.file !== PRELUDE ? `${rec.name}.${e.name}` : undefined;
}
