/**
 * A number from the registry becomes the size of an allocation, and nothing bounds it.
 */
import type { Rule } from '../rule';
import page from './page.md';

export const registryValueUnbounded: Rule = {
  meta: {
    id: 'registry-value-unbounded',
    title: 'Registry number used as a size without a bound',
    threats: ['Windows registry', 'System memory consumption'],
    severity: 'warning',
    precision: 'medium',
    cwe: [20, 770],
    profile: 'audit',
  },
  page,
  observe(cx) {
    return {
      call(e, v) {
        if (e.api?.role !== 'alloc') return;
        const size = e.arg('size');
        const taint = size && v.taints(size).find((t) => t.origin === 'Registry');
        if (!size || !taint || v.wasCompared(size.t)) return;
        cx.report({
          place: e.place,
          severity: 'warning',
          confidence: 'likely',
          message: `\`${cx.text(e.argExpr('size') ?? e.place)}\` comes from the registry and is the size of an allocation, but nothing bounds it.`,
          path: [...taint.witness, cx.step(e.place, 'use', 'allocated here')],
        });
      },
    };
  },
};
