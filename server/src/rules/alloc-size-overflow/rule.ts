/**
 * An allocation whose size is computed from numbers that the caller chooses and may wrap: the block is smaller than what goes into it.
 */
import { Wraps } from '../request/arith';
import { source } from '../request/taint';
import type { Rule } from '../rule';
import page from './page.md';

export const allocSizeOverflow: Rule = {
  meta: {
    id: 'alloc-size-overflow',
    title: 'Allocation size that may wrap',
    threats: ['IOCTLs', 'System memory consumption'],
    severity: 'error',
    precision: 'high',
    cwe: [190, 131],
    profile: 'default',
  },
  page,
  observe(cx) {
    const wraps = new Wraps();
    return {
      arith(e, v) {
        if (e.op !== '-') wraps.note(e, v);
      },
      branch(e) {
        wraps.asks(e);
      },
      call(e) {
        if (!e.api?.role.startsWith('alloc')) return;
        const wrap = wraps.of(e.arg('size') ?? e.arg('length'));
        if (!wrap) return;
        const text = cx.text(wrap.place).replace(/\s+/g, ' ');
        cx.report({
          place: wrap.place,
          severity: 'error',
          message: `\`${text}\` is computed from ${source(wrap.taint)} and may wrap at ${String(wrap.bits)} bits before \`${e.name}\` gets it as a size.`,
          path: [
            ...(wrap.taint.site.file === cx.file
              ? [cx.step(wrap.taint.site, 'origin', `${source(wrap.taint)} is read here`)]
              : wrap.taint.witness),
            cx.step(wrap.place, 'flow', 'computed here without a check'),
            cx.step(e.place, 'use', 'allocated with this size'),
            cx.step(wrap.place, 'guard', 'checked arithmetic whose status is tested would silence it'),
          ],
        });
      },
    };
  },
};
