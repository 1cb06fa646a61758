/**
 * A probe that reaches less far than the access that relies on it; a probe of no bytes checks nothing.
 */
import { constOf } from '../../analysis/term';
import { coverage, endOf } from '../request/coverage';
import { Once } from '../request/once';
import { named, touches, type Touch } from '../request/touch';
import { addressKind, probe } from '../request/user-pointer';
import type { Rule } from '../rule';
import page from './page.md';

export const probeLengthMismatch: Rule = {
  meta: {
    id: 'probe-length-mismatch',
    title: 'Access beyond what was probed',
    threats: ['IOCTLs', 'IOCTL surface'],
    severity: 'error',
    precision: 'high',
    cwe: [119, 1284],
    profile: 'default',
  },
  page,
  observe(cx) {
    const once = new Once();
    return touches((t, v) => {
      const kind = addressKind(t.hit);
      if (kind === undefined || t.api?.role.startsWith('user-')) return;
      const mark = probe(t.hit, v);
      const end = endOf(t.hit, t.size);
      if (!mark?.num || !end) return;
      const probed = constOf(mark.num);
      const need = constOf(end);
      if (probed !== undefined && need === undefined) {
        // A variable length behind a constant probe.
        const high = v.range(end).hi;
        if (high <= probed || isOfTheDriver(t) || (v.wasCompared(end) && !(high > probed && high < 2 ** 31))) return;
      } else {
        const answer = coverage(mark.num, end, v);
        if (answer === 'covered' || answer === 'amount-unknown') return;
      }
      if (!once.here(`${t.hit.target.base.key}|${String(v.request.code ?? '')}`, t.place)) return;
      const reach = probed === undefined ? 'a length that may be zero' : `${String(probed)} bytes`;
      const far = need === undefined ? 'a length that may be larger' : `byte ${String(need)}`;
      cx.report({
        place: t.place,
        severity: 'error',
        message: `${named(cx.text(t.place))} reaches up to ${far}, but the probe covers ${reach}.`,
        path: [
          ...cx.path(t.hit, t.place, `${t.kind === 'read' ? 'read' : 'written'} here`),
          ...(mark.site.file === cx.file ? [cx.step(mark.site, 'related', 'probed here')] : []),
          cx.step(t.place, 'guard', 'a probe of the length that is touched would silence it'),
        ],
      });
    });
  },
};

/** A length that neither the caller nor a request has a part in: how long what the driver holds may be is decided where it is made. */
function isOfTheDriver({ len }: Touch): boolean {
  return len !== undefined && len.taint.length === 0 && !len.t.t.some(([x]) => x.key.includes('REQ.'));
}
