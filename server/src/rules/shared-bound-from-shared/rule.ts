/**
 * An index from shared memory is checked, but against a bound that lies in shared memory as well.
 */
import { words } from '../../analysis/origins';
import { isLimit } from '../request/limit';
import type { Rule } from '../rule';
import { indexSource } from '../volatile/index-use';
import { short } from '../volatile/shared-memory';
import page from './page.md';

export const sharedBoundFromShared: Rule = {
  meta: {
    id: 'shared-bound-from-shared',
    title: 'Bound of an index read from memory that user mode can rewrite',
    threats: ['Memory mapped in shared user/kernel buffers'],
    severity: 'error',
    precision: 'high',
    cwe: [129, 1284],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      index(e, v) {
        if (isLimit(cx.fn, e.x)) return;
        const source = indexSource(e, v);
        if (source?.limit !== 'shared') return;
        const text = short(cx.text(e.place));
        cx.report({
          place: e.place,
          severity: 'error',
          message: `\`${text}\` is reached by an index whose only limit is itself read from ${words(source.taint.origin)}.`,
          path: [
            ...source.taint.witness,
            { ...source.taint.site, role: 'flow', message: 'the number is read here' },
            cx.step(e.place, 'use', 'used as an index here'),
            cx.step(e.place, 'guard', 'a bound that this side keeps in its own memory would limit it'),
          ],
        });
      },
    };
  },
};
