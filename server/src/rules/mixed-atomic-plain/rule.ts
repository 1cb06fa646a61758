/**
 * A field that is changed by interlocked operations or read by accessors is elsewhere written plainly, outside of set-up, tear-down and
 * locks.
 */
import type { Expr } from '../../syntax/ast';
import { PRELUDE } from '../../program/program';
import type { DriverFacts } from '../rule';
import { bare, functionRule, type Shape } from '../source/shape';
import page from './page.md';

const ATOMIC = 'field-atomic';
const BARE = 'field-plain-unlocked';
const QUIET =
  /(create|init|start|alloc|open|attach|setup|close|cleanup|destroy|delete|free|stop|detach|unload|entry|reset|add_?device|term)/i;

export const mixedAtomicPlain = functionRule(
  {
    id: 'mixed-atomic-plain',
    title: 'Field accessed atomically here and plainly there',
    threats: ['Lockless programming'],
    severity: 'warning',
    precision: 'low',
    cwe: [362],
    profile: 'audit',
  },
  page,
  (s, tell, cx) => {
    const atomic = new Set<Expr>();
    for (const c of s.calls) {
      const api = cx.model.api(c.name);
      if (api?.role !== 'interlocked' && api?.role !== 'volatile-accessor') continue;
      const target = c.args[api.args?.['dst'] ?? api.args?.['src'] ?? 0];
      const x = target && bare(target);
      const place = x?.kind === 'un' && x.op === '&' ? bare(x.x) : undefined;
      const key = place && keyOf(place, s);
      if (!place || key === undefined) continue;
      atomic.add(place);
      cx.note(ATOMIC, key, c.name);
    }
    const locked = s.calls.some((c) => cx.model.api(c.name)?.role === 'lock-acquire' || /acquire|lock/i.test(c.name));
    if (locked || QUIET.test(s.name)) return;
    for (const x of s.exprs) {
      if (x.kind !== 'fld' || atomic.has(x)) continue;
      const key = keyOf(x, s);
      if (key === undefined || s.typeOf(x)?.vol === true) continue;
      const parent = s.parent(x);
      if (parent?.kind === 'un' && parent.op === '&') continue;
      if (parent?.kind === 'fld' || parent?.kind === 'idx' || parent?.kind === 'sizeof') continue;
      if ([...s.around(x)].some((p) => p.kind === 'call' && /ASSERT/.test(s.text(p.f)))) continue;
      const writes = (parent?.kind === 'asg' && parent.l === x) || parent?.kind === 'upd';
      cx.note(BARE, key);
      tell(x, `\`${s.text(x)}\` is ${writes ? 'written' : 'read'} plainly, but is accessed atomically elsewhere.`, {
        use: writes ? 'written plainly here' : 'read plainly here',
        decide: (f: DriverFacts) => {
          const by = f.values(ATOMIC, key);
          if (by.length === 0) return undefined;
          return {
            message: `\`${s.text(x)}\` is ${writes ? 'written' : 'read'} plainly, but \`${by[0] ?? ''}\` accesses it elsewhere.`,
          };
        },
      });
    }
  },
);

function keyOf(x: Expr, s: Shape): string | undefined {
  if (x.kind !== 'fld') return undefined;
  const rec = s.recordOf(x.x);
  // Lists of the kernel have rules of their own.
  return rec?.name && rec.file !== PRELUDE ? `${rec.name}.${x.name}` : undefined;
}
