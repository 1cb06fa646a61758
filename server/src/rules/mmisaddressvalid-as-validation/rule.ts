/**
 * An address that the caller chose is asked for with MmIsAddressValid: that says neither whose it is nor that it stays.
 */
import type { Rule } from '../rule';
import page from './page.md';

export const mmisaddressvalidAsValidation: Rule = {
  meta: {
    id: 'mmisaddressvalid-as-validation',
    title: 'MmIsAddressValid as the check of an address of the caller',
    threats: ['IOCTLs', 'Miscellaneous kernel APIs'],
    severity: 'warning',
    precision: 'high',
    cwe: [822, 367],
    profile: 'audit',
  },
  page,
  observe(cx) {
    return {
      call(e, v) {
        const arg = e.api?.role === 'not-a-guard' ? e.argExprs[0] : undefined;
        const val = e.args[0];
        if (!arg || !val) return;
        const hit = v.pointee(val).find((h) => h.certain && h.origin === 'UserVA');
        if (!hit) return;
        cx.report({
          place: e.place,
          severity: 'warning',
          message: `\`${e.name}\` is no check of \`${cx.text(arg)}\`: kernel addresses pass it, and the page may be gone a moment later.`,
          path: [
            ...cx.path(hit, e.place, 'asked for here'),
            cx.step(e.place, 'guard', 'a probe and a copy inside `__try` would be the check'),
          ],
        });
      },
    };
  },
};
