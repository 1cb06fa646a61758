/**
 * An MDL is freed while its pages are still locked, or pool is freed while it is still mapped into a process.
 */
import type { Rule } from '../rule';
import { short } from '../volatile/shared-memory';
import page from './page.md';

export const userMapLifetime: Rule = {
  meta: {
    id: 'user-map-lifetime',
    title: 'Mapped or locked memory freed too early',
    threats: ['Memory mapping into process'],
    severity: 'warning',
    precision: 'medium',
    cwe: [416, 404],
    profile: 'audit',
  },
  page,
  observe(cx) {
    return {
      call(e, v) {
        if (e.api?.role === 'mdl-free') {
          for (const t of e.arg('mdl')?.pts ?? []) {
            const locked = v.state.hasMust('locked', t.base);
            if (!locked) continue;
            cx.report({
              place: e.place,
              severity: 'warning',
              message: `\`${short(cx.text(e.place))}\` frees an MDL whose pages are still locked: they stay locked for good.`,
              path: [
                { ...locked.site, role: 'origin', message: 'locked here' },
                cx.step(e.place, 'use', 'freed here'),
                cx.step(e.place, 'guard', '`MmUnlockPages` before it would release them'),
              ],
            });
          }
        }
        if (e.api?.role === 'free') {
          for (const t of (e.arg('ptr') ?? e.args[0])?.pts ?? []) {
            const mapped = v.state.hasMust('user-mapped', t.base);
            if (!mapped) continue;
            cx.report({
              place: e.place,
              severity: 'warning',
              message: `\`${short(cx.text(e.place))}\` frees memory that is still mapped into a process: it goes on reading what the pool puts there.`,
              path: [
                { ...mapped.site, role: 'origin', message: 'mapped into a process here' },
                cx.step(e.place, 'use', 'freed here'),
                cx.step(e.place, 'guard', '`MmUnmapLockedPages` before it would take the mapping back'),
              ],
            });
          }
        }
      },
    };
  },
};
