/**
 * A count of a request bounds a loop, and nothing bounds the count.
 */
import type { Rule } from '../rule';
import page from './page.md';

export const filterRuleCountUnbounded: Rule = {
  meta: {
    id: 'filter-rule-count-unbounded',
    title: 'Loop whose length a program chooses',
    threats: ['Filtering', 'Local DoS', 'System memory consumption'],
    severity: 'warning',
    precision: 'medium',
    cwe: [770, 606],
    profile: 'audit',
  },
  page,
  observe(cx) {
    return {
      branch(e, v) {
        if (!e.loop || e.c.kind !== 'bin' || (e.c.op !== '<' && e.c.op !== '<=')) return;
        const bound = e.vals[1];
        const taint = bound && v.taints(bound).find((t) => t.request !== undefined && t.loc.startsWith('R:'));
        if (!bound || !taint || bound.ty?.k !== 'int' || bound.ty.size < 4 || v.range(bound.t).hi < 0xffff_ffff) return;
        // The loop's own comparison does not bound it; one with a length does.
        const text = cx.text(e.c.r).trim();
        cx.report({
          place: e.c,
          severity: 'warning',
          confidence: 'likely',
          message: `\`${text}\` is a number of the caller and bounds this loop, but nothing bounds it.`,
          path: [
            ...taint.witness,
            {
              file: taint.site.file,
              start: taint.site.start,
              end: taint.site.end,
              role: 'origin',
              message: 'read from the request',
            },
            cx.step(e.place, 'use', 'the loop runs as often as the caller says'),
          ],
        });
      },
    };
  },
};
