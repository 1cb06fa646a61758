/**
 * An allocation whose size is a field of the caller's buffer, without an upper bound: one request takes as much pool as it likes.
 */
import { mayBeCapped } from '../request/bounded';
import { chosen, isRequestLength } from '../request/taint';
import type { Rule } from '../rule';
import { taintPlace } from '../volatile/shared-memory';
import page from './page.md';

/** Where a number of the caller's reaches an allocation unbounded, by the place where it was read. */
const ALLOCATED = 'allocates-unbounded';

export const allocUserSizeUnbounded: Rule = {
  meta: {
    id: 'alloc-user-size-unbounded',
    title: 'Allocation of a size that the caller chooses without a bound',
    threats: ['System memory consumption', 'Local DoS'],
    severity: 'warning',
    precision: 'medium',
    cwe: [789],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      call(e, v) {
        if (!e.api?.role.startsWith('alloc')) return;
        const size = e.arg('size') ?? e.arg('length');
        const taint = chosen(size, v);
        // The I/O manager has already allocated as much as a request's own lengths say.
        if (!size || !taint || size.taint.every((t) => isRequestLength(t))) return;
        if (mayBeCapped(size.t, v) || v.range(size.t).hi <= 2 ** 20) return;
        const number = taintPlace(taint);
        const here = cx.placeName(e.place);
        cx.note(ALLOCATED, number, here);
        const expr = e.argExpr('size') ?? e.argExpr('length');
        cx.report({
          place: e.place,
          severity: 'warning',
          message: `\`${expr ? cx.text(expr).replace(/\s+/g, ' ') : 'The size'}\` comes from the caller’s buffer and reaches \`${e.name}\` without an upper bound.`,
          path: [
            ...(taint.site.file === cx.file
              ? [cx.step(taint.site, 'origin', 'a field of the caller’s buffer is read here')]
              : taint.witness),
            cx.step(e.place, 'use', 'allocated with this size'),
            cx.step(e.place, 'guard', 'a comparison with a limit of the driver’s own would silence it'),
          ],
          // One comparison would mend them all.
          decide: (facts) => (facts.values(ALLOCATED, number)[0] === here ? {} : { severity: 'info' }),
        });
      },
    };
  },
};
