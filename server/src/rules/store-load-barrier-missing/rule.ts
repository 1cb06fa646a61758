/**
 * This side stores its index or flag and then reads the other side's, without a full fence: both may read what was there before.
 */
import { isElement } from '../../analysis/trail';
import type { Rule } from '../rule';
import { lasting, namesFence, short } from '../volatile/shared-memory';
import page from './page.md';

const FENCES = 'fences-fully';

export const storeLoadBarrierMissing: Rule = {
  meta: {
    id: 'store-load-barrier-missing',
    title: 'Own flag stored and the other side’s read without a full fence',
    threats: ['Lockless programming'],
    severity: 'warning',
    precision: 'low',
    cwe: [362],
    profile: 'audit',
  },
  page,
  observe(cx) {
    return {
      call(e) {
        if (namesFence(e)) cx.note(FENCES, cx.fn.name);
        if (e.api?.role !== 'fence') return;
        const argument = e.argExprs[0];
        if (cx.model.fence(e.name, 'x64', argument && cx.text(argument))?.storeLoad) cx.note(FENCES, cx.fn.name);
      },
      access(e, v) {
        if (e.kind !== 'read' || e.inAssert || e.bitField === true) return;
        for (const t of e.targets) {
          if (isElement(t)) continue;
          const hit = v.origins([t]).find((h) => lasting(h) && h.certain);
          if (!hit) continue;
          for (const m of v.state.may()) {
            if (m.tag !== 'stored' || m.base?.key !== t.base.key || m.path === t.path || m.site.file !== cx.file) continue;
            // Flags say that someone waits; indexes are read again anyway.
            if (!/flag|wait|need|event|notify|sleep|armed|want/i.test(t.path)) continue;
            cx.report({
              place: e.place,
              severity: 'warning',
              confidence: 'likely',
              message: `\`${short(cx.text(e.place))}\` is read after a store of this side that the processor may still hold back: a full fence is missing between them.`,
              path: [
                ...cx.path(hit, e.place, 'read here'),
                { ...m.site, role: 'related', message: 'stored here' },
                cx.step(e.place, 'guard', '`KeMemoryBarrier` between the two would order them'),
              ],
              decide: (facts) => (facts.has(FENCES, cx.fn.name) ? undefined : {}),
            });
            return;
          }
        }
      },
    };
  },
};
