/**
 * A request that is said to return more bytes than were written: the rest of the buffer is old kernel memory.
 */
import { constOf, minus } from '../../analysis/term';
import { information } from '../request/information';
import type { Rule } from '../rule';
import page from './page.md';

export const iostatusInformationOverreport: Rule = {
  meta: {
    id: 'iostatus-information-overreport',
    title: 'More output reported than was written',
    threats: ['IOCTLs', 'IOCTL surface'],
    severity: 'warning',
    precision: 'medium',
    cwe: [200, 908],
    profile: 'default',
  },
  page,
  observe(cx) {
    return information((i, v) => {
      const out = v.request.outLen;
      // Exactly the caller's own length: the whole buffer goes back, whatever was written to it.
      const whole = constOf(minus(i.val.t, out)) === 0 || constOf(minus(i.val.t, v.request.inLen)) === 0;
      if (!whole) return;
      const method = v.request.method;
      const major = v.request.major;
      if ((method !== undefined && method !== 0) || (major !== undefined && major !== 14 && major !== 13)) return;
      const may = [...v.state.may.values()];
      // What went through another function or through pages that are mapped cannot be counted here.
      const marks = [...v.state.must.values()].filter(
        (m) => m.tag === 'filled' && m.base?.k === 'region' && m.base.origin === 'Buffered',
      );
      if (marks.some((m) => m.num && v.proves(minus(m.num, i.val.t)))) return;
      const written = may.some((m) => m.tag === 'written' && m.base?.k === 'region' && m.base.origin === 'Buffered');
      const bounded = v.state.bounds.relationsOf(i.val.t.t[0]?.[0] as never).length > 0;
      if (bounded) return;
      // A length that is known to be exactly what a structure takes.
      const r = v.range(i.val.t);
      if (r.lo === r.hi) return;
      cx.report({
        place: i.place,
        severity: 'warning',
        message: written
          ? `The whole length of the caller is reported as written, but less was: the rest of the buffer is not the driver’s answer.`
          : `The whole length of the caller is reported as written, but nothing was: the buffer goes back as it is.`,
        path: [
          cx.step(i.place, 'use', 'reported as written here'),
          cx.step(i.place, 'guard', 'the number of bytes that were written, or zeroing the whole buffer first, would silence it'),
        ],
      });
    });
  },
};
