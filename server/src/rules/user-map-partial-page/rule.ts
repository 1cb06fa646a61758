/**
 * Pool that does not fill whole pages is mapped into a process, and its neighbours with it.
 */
import { constOf, type Lin } from '../../analysis/term';
import type { Rule } from '../rule';
import { mapsToUser } from '../volatile/mapping';
import { short } from '../volatile/shared-memory';
import page from './page.md';

const PAGE = 4096;

export const userMapPartialPage: Rule = {
  meta: {
    id: 'user-map-partial-page',
    title: 'Mapping of pool that does not fill its pages',
    threats: ['Memory mapping into process'],
    severity: 'warning',
    precision: 'medium',
    cwe: [200],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      call(e, v) {
        const mdl = e.arg('mdl');
        if (!mdl || !mapsToUser(e, v)) return;
        for (const t of v.describedBy(mdl).va) {
          const base = t.base;
          if (base.k !== 'alloc' || base.what !== 'pool' || !base.size || whole(base.size)) continue;
          const c = constOf(base.size);
          // Rounded by a macro that is not known here.
          if (c === undefined && /ROUND_TO|ALIGN_UP|PAGE_SIZE|BYTES_TO_PAGES/.test(cx.text(cx.fn))) continue;
          cx.report({
            place: e.place,
            severity: c === undefined ? 'info' : 'warning',
            confidence: c === undefined ? 'possible' : 'certain',
            message: `\`${short(cx.text(e.place))}\` maps whole pages, but the memory ${c === undefined ? 'may not' : 'does not'} fill them: what lies beside it in the pool is mapped too.`,
            path: [
              {
                ...base.site,
                role: 'origin',
                message: c === undefined ? 'allocated here' : `${String(c)} bytes are allocated here`,
              },
              cx.step(e.place, 'use', 'mapped into a process here'),
              cx.step(e.place, 'guard', 'a size rounded up with `ROUND_TO_PAGES` would leave no room for neighbours'),
            ],
          });
        }
      },
    };
  },
};

/** A multiple of the page size, or rounded to something. */
function whole(size: Lin): boolean {
  const c = constOf(size);
  if (c !== undefined) return c % PAGE === 0;
  if (size.c % PAGE === 0 && size.t.every(([x, k]) => k % PAGE === 0 || /^(&|~)\(/.test(x.key))) return true;
  return size.t.some(([x]) => x.key.startsWith('&('));
}
