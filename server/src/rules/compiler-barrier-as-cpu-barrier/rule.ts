/**
 * A barrier for the compiler alone stands where the order of two shared accesses is meant: on ARM64 the processor still reorders them.
 */
import type { Rule } from '../rule';
import { isVolatileOrigin } from '../../analysis/origins';
import { short } from '../volatile/shared-memory';
import page from './page.md';

const SHARES = 'accesses-shared';

export const compilerBarrierAsCpuBarrier: Rule = {
  meta: {
    id: 'compiler-barrier-as-cpu-barrier',
    title: 'Compiler barrier where a processor barrier is meant',
    threats: ['Lockless programming'],
    severity: 'warning',
    precision: 'high',
    cwe: [362],
    profile: 'default',
  },
  page,
  observe(cx) {
    const here = `${cx.file}:${cx.fn.name}`;
    return {
      access(e, v) {
        if (e.api?.role === 'volatile-accessor' || e.api?.role === 'interlocked' || (e.volatile && e.x.kind !== 'id'))
          cx.note(SHARES, here);
        else if (v.origins(e.targets).some((h) => isVolatileOrigin(h.origin) && h.origin !== 'UserVA')) cx.note(SHARES, here);
      },
      call(e) {
        if (e.api?.role !== 'fence') return;
        const argument = e.argExprs[0];
        if (cx.model.fence(e.name, 'arm64', argument && cx.text(argument))?.compilerOnly !== true) return;
        cx.report({
          place: e.place,
          severity: 'warning',
          message: `\`${short(cx.text(e.place))}\` holds the compiler only: on ARM64 the processor still reorders the shared accesses around it.`,
          path: [
            cx.step(e.place, 'use', 'orders nothing at run time on ARM64'),
            cx.step(e.place, 'guard', 'an accessor with acquire or release order, or `KeMemoryBarrier`, would order them'),
          ],
          decide: (facts) => (facts.has(SHARES, here) ? {} : undefined),
        });
      },
    };
  },
};
