/**
 * A number of the buffer of a request that becomes an address: reads or writes wherever the caller likes.
 */
import { Once } from '../request/once';
import { named, touches } from '../request/touch';
import { addressKind, isSettled, probesItself } from '../request/user-pointer';
import type { Rule } from '../rule';
import page from './page.md';

export const ioctlArbitraryReadWrite: Rule = {
  meta: {
    id: 'ioctl-arbitrary-read-write',
    title: 'Number of a request used as an address',
    threats: ['IOCTLs', 'IOCTL surface'],
    severity: 'error',
    precision: 'high',
    cwe: [123, 822],
    profile: 'default',
  },
  page,
  observe(cx) {
    const once = new Once();
    return touches((t, v) => {
      if (addressKind(t.hit) !== 'number' || probesItself(t.api)) return;
      if (isSettled(t.hit, v)) return;
      if (!once.here(`${t.hit.target.base.key}|${t.kind}|${String(v.request.code ?? '')}`, t.place)) return;
      const text = named(cx.text(t.place));
      cx.report({
        place: t.place,
        severity: 'error',
        message: `${text} ${t.kind === 'read' ? 'reads' : 'writes'} at an address that is a number of the caller’s buffer, without a check of its range.`,
        path: [
          ...cx.path(t.hit, t.place, `${t.kind === 'read' ? 'read' : 'written'} here`),
          cx.step(
            t.place,
            'guard',
            'a comparison of the address with the range that it may lie in, or a probe, would silence it',
          ),
        ],
      });
    });
  },
};
