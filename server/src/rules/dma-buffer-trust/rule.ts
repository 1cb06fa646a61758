/**
 * A number that a device wrote into common memory is used as an index or a length without a limit.
 */
import type { Taint, Val } from '../../analysis/value';
import type { View } from '../../analysis/events';
import type { Span } from '../../syntax/ast';
import type { Rule, RuleContext } from '../rule';
import { clamped } from '../volatile/clamp';
import { short } from '../volatile/shared-memory';
import page from './page.md';

export const dmaBufferTrust: Rule = {
  meta: {
    id: 'dma-buffer-trust',
    title: 'Number from device memory used without a limit',
    threats: ['Miscellaneous kernel APIs'],
    severity: 'warning',
    precision: 'medium',
    cwe: [367, 129],
    profile: 'audit',
  },
  page,
  observe(cx) {
    return {
      index(e, v) {
        check(e.index, e.place, 'an index', v, cx, e.count);
      },
      copy(e, v) {
        if (e.len) check(e.len, e.place, 'the length of a copy', v, cx);
      },
    };
  },
};

function check(val: Val, place: Span, what: string, v: View, cx: RuleContext, count?: number): void {
  const t: Taint | undefined = val.taint.find((x) => x.origin === 'Device' && x.certain && x.kept !== true);
  if (!t || clamped(val, v, count)) return;
  cx.report({
    place,
    severity: 'warning',
    message: `\`${short(cx.text(place))}\` uses a number that a device wrote as ${what}, and nothing limits it.`,
    path: [
      ...t.witness,
      { ...t.site, role: 'origin', message: 'the number is read from memory that a device writes' },
      cx.step(place, 'use', `used as ${what} here`),
      cx.step(place, 'guard', 'a comparison with a bound that the driver keeps would limit it'),
    ],
  });
}
