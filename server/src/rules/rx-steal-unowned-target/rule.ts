/**
 * A number of a request chooses the queue or socket that traffic is steered to, and nothing bounds it.
 */
import type { Rule } from '../rule';
import page from './page.md';

export const rxStealUnownedTarget: Rule = {
  meta: {
    id: 'rx-steal-unowned-target',
    title: 'Receive target taken from a program’s number without a bound',
    threats: ['Stealing RX Traffic'],
    severity: 'warning',
    precision: 'low',
    cwe: [639],
    profile: 'audit',
  },
  page,
  observe(cx) {
    return {
      index(e, v) {
        const taint = v.taints(e.index).find((t) => t.request !== undefined);
        if (!taint || v.wasCompared(e.index.t) || !/queue|socket|target|endpoint/i.test(cx.text(e.place).replace(/\[.*$/, '')))
          return;
        cx.report({
          place: e.place,
          severity: 'warning',
          confidence: 'likely',
          message: `\`${cx.text(e.place)}\` picks the target of traffic by a number of the caller, which nothing checks.`,
          path: [
            ...taint.witness,
            {
              file: taint.site.file,
              start: taint.site.start,
              end: taint.site.end,
              role: 'origin',
              message: 'read from the request',
            },
            cx.step(e.place, 'use', 'used as an index here'),
          ],
        });
      },
    };
  },
};
