/**
 * An address of the caller that is touched where another process may be current: in a deferred routine, or where the framework runs a
 * request in an arbitrary thread.
 */
import { named, touches } from '../request/touch';
import type { Rule } from '../rule';
import page from './page.md';

const DEFERRED: ReadonlyMap<string, string> = new Map([
  ['dpc', 'a DPC'],
  ['timer', 'a timer'],
  ['work-item', 'a work item'],
  ['completion', 'a completion routine'],
  ['isr', 'an interrupt routine'],
  ['cancel', 'a cancel routine'],
]);
/** What the framework offers for addresses of the caller: it has to be called where the caller is current. */
const IN_CALLER = /^WdfRequest(?:(RetrieveUnsafeUser)|ProbeAndLockUserBufferFor)/;
const QUEUED: ReadonlySet<string> = new Set(['ioctl', 'read', 'write', 'io-default', 'ioctl-internal']);

export const userMemoryWrongContext: Rule = {
  meta: {
    id: 'user-memory-wrong-context',
    title: 'Address of the caller used in another process',
    threats: ['IOCTLs', 'IOCTL surface'],
    severity: 'error',
    precision: 'high',
    cwe: [822],
    profile: 'default',
  },
  page,
  observe(cx) {
    const touched = touches((t, v) => {
      if (t.hit.origin !== 'UserVA' || !t.hit.certain) return;
      const mark = v.state.hasMust('role');
      const where = DEFERRED.get(mark?.data ?? '');
      if (!mark || where === undefined || mark.site.file !== cx.file || mark.site.start !== cx.fn.nameSpan.start) return;
      cx.report({
        place: t.place,
        severity: 'error',
        message: `${named(cx.text(t.place))} touches an address of the caller in ${where}, where another process may be current; \`__try\` does not help.`,
        path: [
          ...cx.path(t.hit, t.place, 'touched here'),
          cx.step(t.place, 'guard', 'locked pages that were mapped in the caller’s context would silence it'),
        ],
      });
    });
    return {
      ...touched,
      call(e, v) {
        touched.call(e, v);
        const inCaller = IN_CALLER.exec(e.name);
        if (!inCaller) return;
        const role = v.state.hasMust('role')?.data;
        if (role === undefined || !QUEUED.has(role)) return;
        cx.report({
          place: e.place,
          // A queue that hands out at once usually does it in the caller's thread: nothing but the documentation says that it does not.
          severity: inCaller[1] === undefined ? 'warning' : 'error',
          message: `\`${e.name}\` is called from a queue’s callback, which may run in another process: the address means something else there.`,
          path: [
            cx.step(e.place, 'use', 'asked for here'),
            cx.step(
              e.place,
              'guard',
              inCaller[1] === undefined
                ? 'the same call in `EvtIoInCallerContext` would silence it'
                : 'the same call in `EvtIoInCallerContext`, with `WdfRequestProbeAndLockUserBufferFor…`, would silence it',
            ),
          ],
        });
      },
    };
  },
};
