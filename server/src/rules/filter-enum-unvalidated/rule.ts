/**
 * A signed number of a request is an index; only its upper bound was tested, and a negative one passes.
 */
import type { Rule } from '../rule';
import page from './page.md';

export const filterEnumUnvalidated: Rule = {
  meta: {
    id: 'filter-enum-unvalidated',
    title: 'Number of a request used as an index without its lower bound',
    threats: ['Filtering', 'IOCTL surface'],
    severity: 'error',
    precision: 'medium',
    cwe: [1285, 129],
    profile: 'audit',
  },
  page,
  observe(cx) {
    return {
      index(e, v) {
        const taint = v.taints(e.index).find((t) => t.request !== undefined);
        if (!taint || e.index.ty?.k !== 'int' || !e.index.ty.signed || e.index.ty.size < 4) return;
        const range = v.range(e.index.t);
        if (range.lo >= 0 || range.hi > 0x00ff_ffff || !v.wasCompared(e.index.t)) return;
        cx.report({
          place: e.place,
          severity: 'error',
          confidence: 'likely',
          message: `\`${cx.text(e.place)}\` is indexed by a signed number of the caller, of which only the upper bound is checked.`,
          path: [
            ...taint.witness,
            {
              file: taint.site.file,
              start: taint.site.start,
              end: taint.site.end,
              role: 'origin',
              message: 'read from the request',
            },
            cx.step(e.place, 'use', 'a negative index goes before the array'),
          ],
        });
      },
    };
  },
};
