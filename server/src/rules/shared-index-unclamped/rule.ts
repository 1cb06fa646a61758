/**
 * A number from memory that user mode can rewrite is used as an index or an offset, and nothing limits it.
 */
import { words } from '../../analysis/origins';
import { isLimit } from '../request/limit';
import type { Rule } from '../rule';
import { indexSource } from '../volatile/index-use';
import { short } from '../volatile/shared-memory';
import page from './page.md';

export const sharedIndexUnclamped: Rule = {
  meta: {
    id: 'shared-index-unclamped',
    title: 'Index from memory that user mode can rewrite, without a limit',
    threats: ['Memory mapped in shared user/kernel buffers'],
    severity: 'error',
    precision: 'high',
    cwe: [129],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      index(e, v) {
        if (isLimit(cx.fn, e.x)) return;
        const source = indexSource(e, v);
        if (source?.limit !== 'none') return;
        const text = short(cx.text(e.place));
        cx.report({
          place: e.place,
          severity: 'error',
          message: `\`${text}\` is reached by an index from ${words(source.taint.origin)} that nothing limits.`,
          path: [
            ...source.taint.witness,
            { ...source.taint.site, role: 'flow', message: 'the number is read here' },
            cx.step(e.place, 'use', 'used as an index here'),
            cx.step(e.place, 'guard', 'a mask or a comparison with a bound that this side keeps would limit it'),
          ],
        });
      },
    };
  },
};
