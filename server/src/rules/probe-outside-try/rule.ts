/**
 * A probe or a user-mode accessor outside `__try`: both answer by raising.
 */
import type { Rule } from '../rule';
import page from './page.md';

export const probeOutsideTry: Rule = {
  meta: {
    id: 'probe-outside-try',
    title: 'Probe or user-mode accessor outside `__try`',
    threats: ['IOCTLs', 'Local DoS'],
    severity: 'error',
    precision: 'high',
    cwe: [248],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      call(e, v) {
        const role = e.api?.role ?? '';
        if ((role !== 'probe' && !role.startsWith('user-')) || v.inTry || v.request.mode === 0) return;
        cx.report({
          place: e.place,
          severity: 'error',
          message: `\`${e.name}\` raises an exception for a bad address, and no \`__try\` is around it.`,
          path: [
            cx.step(e.place, 'use', 'called here, outside `__try`'),
            cx.step(e.place, 'guard', 'a `__try` with an `__except` around it would silence it'),
          ],
        });
      },
    };
  },
};
