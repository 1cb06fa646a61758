/**
 * A buffer that the method of the control code does not fill: a raw address under METHOD_BUFFERED, the system buffer under METHOD_NEITHER.
 */
import { Once } from '../request/once';
import { named, touches } from '../request/touch';
import type { Rule } from '../rule';
import page from './page.md';

const METHODS = ['METHOD_BUFFERED', 'METHOD_IN_DIRECT', 'METHOD_OUT_DIRECT', 'METHOD_NEITHER'] as const;

export const ioctlMethodBufferMismatch: Rule = {
  meta: {
    id: 'ioctl-method-buffer-mismatch',
    title: 'Buffer that the method of the control code does not give',
    threats: ['IOCTLs', 'IOCTL surface'],
    severity: 'error',
    precision: 'high',
    cwe: [628],
    profile: 'default',
  },
  page,
  observe(cx) {
    const once = new Once();
    return touches((t, v) => {
      const method = v.request.method;
      const major = v.request.major;
      const buffer = t.hit.region?.request;
      if (method === undefined || buffer === undefined || (major !== undefined && major !== 14)) return;
      const wrong =
        ((buffer === 'type3' || buffer === 'user') && method !== 3) ||
        (buffer === 'system' && method === 3) ||
        (buffer === 'mdl' && (method === 0 || method === 3));
      if (!wrong || !t.hit.certain || t.hit.region?.nestedIn !== undefined) return;
      if (!once.here(`${buffer}|${String(v.request.code)}`, t.place)) return;
      const given =
        method === 3
          ? '`Type3InputBuffer` and `UserBuffer`'
          : method === 0
            ? '`AssociatedIrp.SystemBuffer`'
            : '`SystemBuffer` and `MdlAddress`';
      cx.report({
        place: t.place,
        severity: 'error',
        message: `${named(cx.text(t.place))} uses a buffer that ${METHODS[method] ?? 'the method'} does not fill; this control code gives ${given}.`,
        path: [
          ...cx.path(t.hit, t.place, `${t.kind === 'read' ? 'read' : 'written'} here`),
          cx.step(t.place, 'guard', 'the buffer of the method, or another method in the code’s definition, would silence it'),
        ],
      });
    });
  },
};
