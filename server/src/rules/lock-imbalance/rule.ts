/**
 * A path leaves the function with a lock that other paths of the same function release.
 */
import { heldLocks } from '../source/locks';
import { functionRule } from '../source/shape';
import page from './page.md';

export const lockImbalance = functionRule(
  {
    id: 'lock-imbalance',
    title: 'Return with a lock still held',
    threats: ['Miscellaneous kernel APIs', 'Local DoS'],
    severity: 'error',
    precision: 'medium',
    cwe: [667],
    profile: 'default',
  },
  page,
  (s, tell) => {
    if (s.fn.annotations.some((a) => /Acquires|Requires_lock|IRQL_raises|IRQL_saves|When/.test(a.name))) return;
    const locks = heldLocks(s);
    for (const { at, held } of locks.returns)
      for (const lock of held)
        if (locks.released.has(lock.name))
          tell(at, `This path returns with \`${lock.name}\` held, which other paths release.`, {
            from: [s.step(lock.place, 'origin', 'acquired here')],
            use: 'returns here',
          });
  },
);
