/**
 * Input of a buffered request that is read after the output was written: both are one buffer, so what was checked is gone.
 */
import { isReadBack } from '../request/read-back';
import { Once } from '../request/once';
import { named } from '../request/touch';
import type { Rule } from '../rule';
import page from './page.md';

export const bufferedOutputClobbersInput: Rule = {
  meta: {
    id: 'buffered-output-clobbers-input',
    title: 'Input read after the output of the same buffer was written',
    threats: ['IOCTLs', 'IOCTL surface'],
    severity: 'error',
    precision: 'medium',
    cwe: [672],
    profile: 'default',
  },
  page,
  observe(cx) {
    const once = new Once();
    return {
      access(e, v) {
        if (e.kind !== 'read' || e.inAssert) return;
        for (const hit of v.origins(e.targets)) {
          const region = hit.region;
          if (
            region?.origin !== 'Buffered' ||
            !hit.certain ||
            (region.request !== 'system' && region.request !== 'wdf-in' && region.request !== 'wdf-out')
          )
            continue;
          const mark = v.mark('written', region);
          // Two views of one buffer: what is read is of another type than what was written.
          if (mark?.data === undefined || hit.target.root === undefined || mark.data === hit.target.root) continue;
          if (isReadBack(hit, v)) continue;
          if (mark.site.file !== cx.file || mark.site.start >= e.place.start || mark.site.start < cx.fn.start) continue;
          if (!once.here(region.key, e.place)) continue;
          cx.report({
            place: e.place,
            severity: 'error',
            message: `${named(cx.text(e.place))} reads the input after the output was written: a buffered request has one buffer for both.`,
            path: [
              ...cx.path(hit, e.place, 'the input is read here'),
              cx.step(mark.site, 'related', 'the output was written here'),
              cx.step(e.place, 'guard', 'a copy of the input, taken before the output is written, would silence it'),
            ],
          });
        }
      },
    };
  },
};
