/**
 * The difference of two indexes of a shared ring says how often a loop runs, and nothing holds it below the size of the ring.
 */
import type { Rule } from '../rule';
import { clamped } from '../volatile/clamp';
import { isShared, short } from '../volatile/shared-memory';
import page from './page.md';

export const sharedAvailableCountUnclamped: Rule = {
  meta: {
    id: 'shared-available-count-unclamped',
    title: 'Count of a shared ring without a limit',
    threats: ['Memory mapped in shared user/kernel buffers', 'Local DoS'],
    severity: 'warning',
    precision: 'medium',
    cwe: [606, 834],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      branch(e, v) {
        if (!e.loop || e.c.kind !== 'bin') return;
        for (const val of e.vals) {
          const t = val.taint.find((x) => isShared(x.origin) && x.certain && x.kept !== true);
          if (!t || clamped(val, v)) continue;
          // A difference: what is there, by what the other side says.
          if (!val.t.t.some(([, k]) => k < 0) || !val.t.t.some(([, k]) => k > 0)) continue;
          cx.report({
            place: e.place,
            severity: 'warning',
            message: `\`${short(cx.text(e.place))}\` runs as often as indexes in shared memory say, and nothing holds that below the size of the ring.`,
            path: [
              ...t.witness,
              { ...t.site, role: 'flow', message: 'the index is read here' },
              cx.step(e.place, 'use', 'the loop runs that often'),
              cx.step(e.place, 'guard', '`min` with the size of the ring would limit it'),
            ],
          });
        }
      },
    };
  },
};
