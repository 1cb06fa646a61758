/**
 * A raw user address of a request (METHOD_NEITHER, fast I/O) that is touched before anything has probed it.
 */
import { Once } from '../request/once';
import { named, touches } from '../request/touch';
import { addressKind, isSettled, probedBySystem, probesItself } from '../request/user-pointer';
import type { Rule } from '../rule';
import page from './page.md';

export const methodNeitherUnprobed: Rule = {
  meta: {
    id: 'method-neither-unprobed',
    title: 'Raw user address of a request used without a probe',
    threats: ['IOCTLs', 'IOCTL surface'],
    severity: 'error',
    precision: 'high',
    cwe: [781],
    profile: 'default',
  },
  page,
  observe(cx) {
    const once = new Once();
    return touches((t, v) => {
      if (addressKind(t.hit) !== 'direct' || probesItself(t.api)) return;
      if (isSettled(t.hit, v) || probedBySystem(t.hit, v)) return;
      if (!once.here(`${t.hit.target.base.key}|${t.kind}|${String(v.request.code ?? '')}`, t.place)) return;
      const text = named(cx.text(t.place));
      cx.report({
        place: t.place,
        severity: 'error',
        message: `${text} ${t.kind === 'read' ? 'reads' : 'writes'} an address that the caller chose, and nothing has probed it: it may point into the kernel.`,
        path: [
          ...cx.path(t.hit, t.place, `${t.kind === 'read' ? 'read' : 'written'} here`),
          cx.step(
            t.place,
            'guard',
            '`ProbeForRead` or `ProbeForWrite` on the address, inside the same `__try`, would silence it',
          ),
        ],
      });
    });
  },
};
