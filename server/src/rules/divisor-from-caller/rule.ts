/**
 * A division, or a remainder, by a number that the caller or a packet chooses, and that nothing has compared with zero.
 */
import type { Divide, View } from '../../analysis/events';
import type { Taint } from '../../analysis/value';
import { Once } from '../request/once';
import { chosen, source } from '../request/taint';
import { named } from '../request/touch';
import type { Rule } from '../rule';
import page from './page.md';

export const divisorFromCaller: Rule = {
  meta: {
    id: 'divisor-from-caller',
    title: 'Division by a number that the caller may set to zero',
    threats: ['IOCTLs', 'Local DoS', 'Packet parsing'],
    severity: 'error',
    precision: 'high',
    cwe: [369],
    profile: 'default',
  },
  page,
  observe(cx) {
    const once = new Once();
    return {
      divide(e, v) {
        const taint = untrusted(e, v);
        if (!taint || isSettled(e, v) || !once.here(taint.loc, e.place)) return;
        const whose = taint.origin === 'Packet' ? 'a field of the packet' : source(taint);
        cx.report({
          place: e.place,
          severity: 'error',
          message: `${named(cx.text(e.place))} divides by ${whose}, and nothing has compared it with zero: the processor raises an exception that stops the machine.`,
          path: [
            ...(taint.site.file === cx.file ? [cx.step(taint.site, 'origin', `${whose} is read here`)] : taint.witness),
            cx.step(e.place, 'use', 'divided here'),
            cx.step(e.place, 'guard', 'a comparison of the divisor with zero would silence it'),
          ],
        });
      },
    };
  },
};

function untrusted(e: Divide, v: View): Taint | undefined {
  return chosen(e.divisor, v) ?? v.taints(e.divisor).find((t) => t.origin === 'Packet' && t.certain && t.kept !== true);
}

/** Known not to be zero, or compared with something whose amount is not known. */
function isSettled(e: Divide, v: View): boolean {
  return v.state.isNonZero(e.divisor.t) || v.wasCompared(e.divisor.t);
}
