/**
 * A pointer that lay in the buffer of a request, used as if it were the kernel’s own.
 */
import { Once } from '../request/once';
import { named, touches } from '../request/touch';
import { addressKind, isSettled, probesItself } from '../request/user-pointer';
import type { Rule } from '../rule';
import page from './page.md';

export const ioctlEmbeddedPointerUnprobed: Rule = {
  meta: {
    id: 'ioctl-embedded-pointer-unprobed',
    title: 'Pointer inside a request’s buffer used without a probe',
    threats: ['IOCTLs', 'IOCTL surface'],
    severity: 'error',
    precision: 'high',
    cwe: [822],
    profile: 'default',
  },
  page,
  observe(cx) {
    const once = new Once();
    const told = new Set<string>();
    return touches((t, v) => {
      if (addressKind(t.hit) !== 'nested' || probesItself(t.api)) return;
      if (isSettled(t.hit, v)) return;
      const { key } = t.hit.target.base;
      // What lies behind a pointer that should have been probed has no cause of its own.
      if (told.has(t.hit.region?.nestedIn ?? '')) {
        told.add(key);
        return;
      }
      if (!once.here(`${key}|${t.kind}|${String(v.request.code ?? '')}`, t.place)) return;
      told.add(key);
      const text = named(cx.text(t.place));
      cx.report({
        place: t.place,
        severity: 'error',
        message: `${text} ${t.kind === 'read' ? 'reads' : 'writes'} through a pointer that lay in the caller’s buffer, and nothing has probed it: it may point into the kernel.`,
        path: [
          ...cx.path(t.hit, t.place, `${t.kind === 'read' ? 'read' : 'written'} here`),
          cx.step(
            t.place,
            'guard',
            '`ProbeForRead` or `ProbeForWrite` on the captured pointer, or a user-mode accessor, would silence it',
          ),
        ],
      });
    });
  },
};
