/**
 * A pointer is freed again behind the call that freed it, on the same path.
 */
import { afterFree } from '../source/freed';
import { functionRule } from '../source/shape';
import page from './page.md';

export const doubleFree = functionRule(
  {
    id: 'double-free',
    title: 'Memory freed twice',
    threats: ['Miscellaneous kernel APIs'],
    severity: 'error',
    precision: 'high',
    cwe: [415],
    profile: 'default',
  },
  page,
  (s, tell) => {
    for (const hit of afterFree(s)) {
      if (hit.kind !== 'free') continue;
      tell(hit.use, `\`${hit.name}\` is freed here, but \`${hit.free.name}\` freed it before.`, {
        from: [s.step(hit.free.x, 'origin', 'freed here')],
        use: 'freed again here',
      });
    }
  },
);
