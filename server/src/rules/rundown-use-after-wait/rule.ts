/**
 * Rundown protection is taken and nobody looks whether it was granted, or it is taken again after the wait that ended it.
 */
import { functionRule, isStatement } from '../source/shape';
import page from './page.md';

export const rundownUseAfterWait = functionRule(
  {
    id: 'rundown-use-after-wait',
    title: 'Rundown protection used as if it could not fail',
    threats: ['Lockless programming', 'Miscellaneous kernel APIs'],
    severity: 'warning',
    precision: 'high',
    cwe: [416, 252],
    profile: 'default',
  },
  page,
  (s, tell) => {
    const acquires = s.callsOf(/^ExAcquireRundownProtection(Ex|CacheAware(Ex)?)?$/);
    const waits = s.callsOf(/^ExWaitForRundownProtectionRelease(CacheAware)?$/);
    const again = s.callsOf(/^Ex(ReInitialize|Initialize)RundownProtection(CacheAware)?$/);
    for (const a of acquires) {
      const parent = s.parent(a.x);
      const cast = parent !== undefined && !isStatement(parent) && parent.kind === 'cast' ? s.parent(parent) : parent;
      if (cast !== undefined && isStatement(cast) && cast.kind === 'expr')
        tell(a.x, `\`${s.text(a.x)}\` may be refused once the wait began, and nobody looks.`, {
          use: 'its result is thrown away',
        });
      const object = a.args[0] && s.text(a.args[0]);
      const wait = waits.find((w) => w.args[0] && s.text(w.args[0]) === object && w.x.end < a.x.start);
      if (!wait || again.some((i) => i.args[0] && s.text(i.args[0]) === object && i.x.start > wait.x.end && i.x.end < a.x.start))
        continue;
      tell(a.x, `\`${s.text(a.x)}\` asks for protection that ended with the wait before it.`, {
        from: [s.step(wait.x, 'origin', 'protection ends here')],
        use: 'never granted again',
      });
    }
  },
);
