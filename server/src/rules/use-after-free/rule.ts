/**
 * A pointer is dereferenced behind the call that freed it, on the same path.
 */
import { afterFree } from '../source/freed';
import { functionRule } from '../source/shape';
import page from './page.md';

export const useAfterFree = functionRule(
  {
    id: 'use-after-free',
    title: 'Memory used after it was freed',
    threats: ['Miscellaneous kernel APIs'],
    severity: 'error',
    precision: 'high',
    cwe: [416],
    profile: 'default',
  },
  page,
  (s, tell) => {
    for (const hit of afterFree(s)) {
      if (hit.kind !== 'use') continue;
      const why = hit.free.given
        ? `but its reference was given back, and \`${hit.free.name}\` frees it with the last one`
        : `but \`${hit.free.name}\` freed it before`;
      tell(hit.use, `\`${hit.name}\` is used here, ${why}.`, {
        from: [s.step(hit.free.x, 'origin', 'freed here')],
        use: 'used here',
      });
    }
  },
);
