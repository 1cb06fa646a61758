/**
 * Pages of user mode are locked with `KernelMode`, which skips the check that they are the caller's; or locked for reading and written.
 */
import type { View } from '../../analysis/events';
import { constOf } from '../../analysis/term';
import type { Val } from '../../analysis/value';
import type { Rule } from '../rule';
import { short } from '../volatile/shared-memory';
import page from './page.md';

export const mdlAccessMode: Rule = {
  meta: {
    id: 'mdl-access-mode',
    title: 'User pages locked with the access mode of the kernel',
    threats: ['Memory mapping into process', 'IOCTL surface'],
    severity: 'error',
    precision: 'high',
    cwe: [822],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      call(e, v) {
        if (e.api?.role !== 'lock-user-pages') return;
        const mdl = e.arg('mdl');
        const mode = e.arg('mode');
        const x = e.argExpr('mode');
        if (!mdl || !mode || !x || constOf(mode.t) !== 0) return;
        const hit = userAddress(mdl, v);
        if (!hit) return;
        cx.report({
          place: e.place,
          severity: 'error',
          message: `\`${short(cx.text(e.place))}\` locks an address that the caller chose as if the kernel had: nothing checks that it is the caller’s.`,
          path: [
            ...cx.path(hit, e.place, 'locked here with `KernelMode`'),
            cx.step(x, 'guard', '`UserMode` would check the address'),
          ],
          fixes: /^\w+$/.test(cx.text(x))
            ? [
                {
                  title: 'Lock with UserMode (raises when the address is not the caller’s: call it inside __try)',
                  class: 'suggestion',
                  edits: [{ file: cx.file, start: x.start, end: x.end, newText: 'UserMode' }],
                },
              ]
            : [],
        });
      },
    };
  },
};

function userAddress(mdl: Val, v: View) {
  return v
    .origins(v.describedBy(mdl).va)
    .find((h) => h.origin === 'UserVA' && h.certain && v.mark('probed', h.target.base) === undefined);
}
