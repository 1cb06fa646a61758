/**
 * Pool that nobody cleared is mapped into a process: what lay there before is the process's to read.
 */
import type { Rule } from '../rule';
import { mapsToUser } from '../volatile/mapping';
import { short } from '../volatile/shared-memory';
import page from './page.md';

const FILLED = 'fills-allocation';

export const userMapUninitialized: Rule = {
  meta: {
    id: 'user-map-uninitialized',
    title: 'Uninitialised memory mapped into a process',
    threats: ['Memory mapping into process', 'Memory mapped in shared user/kernel buffers'],
    severity: 'error',
    precision: 'high',
    cwe: [908, 200],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      copy(e) {
        for (const t of e.dst?.pts ?? []) if (t.base.k === 'alloc' && t.path === '') cx.note(FILLED, t.base.key);
      },
      call(e, v) {
        const mdl = e.arg('mdl');
        if (!mdl || !mapsToUser(e, v)) return;
        for (const t of v.describedBy(mdl).va) {
          const base = t.base;
          if (base.k !== 'alloc' || base.what !== 'pool' || base.zeroed) continue;
          cx.report({
            place: e.place,
            severity: 'error',
            message: `\`${short(cx.text(e.place))}\` maps memory of \`${base.api}\` into a process, and nothing clears it first.`,
            path: [
              { ...base.site, role: 'origin', message: `\`${base.api}\` returns memory that holds what lay there before` },
              cx.step(e.place, 'use', 'mapped into a process here'),
              cx.step(e.place, 'guard', 'a zeroing allocation, or `RtlZeroMemory` over all of it, would clear it'),
            ],
            decide: (facts) => (facts.has(FILLED, base.key) ? undefined : {}),
          });
        }
      },
    };
  },
};
