/**
 * A number of a request reaches a call that sets a priority or an affinity, and nothing bounds it.
 */
import type { Rule } from '../rule';
import page from './page.md';

const CALLS =
  /^(KeSetPriorityThread|KeSetBasePriorityThread|IoSetIoPriorityHint|KeSetAffinityThread|KeSetSystemAffinityThreadEx|KeSetSystemGroupAffinityThread)$/;
export const threadPriorityFromUser: Rule = {
  meta: {
    id: 'thread-priority-from-user',
    title: 'Thread priority that a program chooses',
    threats: ['Elevation of thread priority?', 'Local DoS'],
    severity: 'warning',
    precision: 'medium',
    cwe: [250],
    profile: 'audit',
  },
  page,
  observe(cx) {
    return {
      call(e, v) {
        if (!CALLS.test(e.name)) return;
        for (const value of e.args) {
          const taint = v.taints(value).find((t) => t.request !== undefined);
          if (!taint || v.wasCompared(value.t)) continue;
          cx.report({
            place: e.place,
            severity: 'warning',
            confidence: 'likely',
            message: `\`${cx.text(e.place)}\` takes a number of the caller that nothing bounds.`,
            path: [
              ...taint.witness,
              {
                file: taint.site.file,
                start: taint.site.start,
                end: taint.site.end,
                role: 'origin',
                message: 'read from the request',
              },
              cx.step(e.place, 'use', 'used here'),
            ],
          });
          return;
        }
      },
    };
  },
};
