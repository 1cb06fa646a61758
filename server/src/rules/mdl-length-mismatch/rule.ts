/**
 * A mapping is used beyond the length of the MDL that describes it.
 */
import type { View } from '../../analysis/events';
import { constOf, constant, plus, type Lin } from '../../analysis/term';
import type { Base, Target } from '../../analysis/value';
import type { Span } from '../../syntax/ast';
import type { Rule, RuleContext } from '../rule';
import { short } from '../volatile/shared-memory';
import page from './page.md';

export const mdlLengthMismatch: Rule = {
  meta: {
    id: 'mdl-length-mismatch',
    title: 'Mapping used beyond the length of its MDL',
    threats: ['Memory mapping into process', 'IOCTL surface'],
    severity: 'error',
    precision: 'medium',
    cwe: [125, 787],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      access(e, v) {
        if (e.size === undefined || e.inAssert) return;
        for (const t of e.targets) if (t.off) check(t, plus(t.off, constant(e.size)), e.place, v, cx);
      },
      copy(e, v) {
        for (const val of [e.src, e.dst])
          for (const t of val?.pts ?? []) if (t.off && e.len) check(t, plus(t.off, e.len.t), e.place, v, cx);
      },
    };
  },
};

function check(t: Target, end: Lin, place: Span, v: View, cx: RuleContext): void {
  const length = described(t.base, v);
  if (!length) return;
  const have = constOf(length.num);
  const need = constOf(end) ?? v.range(end).lo;
  if (have === undefined || !Number.isFinite(need) || need <= have) return;
  cx.report({
    place,
    severity: 'error',
    message: `\`${short(cx.text(place))}\` reaches byte ${String(need)} of a mapping whose MDL describes ${String(have)}.`,
    path: [
      { ...length.site, role: 'origin', message: `the MDL describes ${String(have)} bytes` },
      cx.step(place, 'use', `used up to byte ${String(need)} here`),
      cx.step(place, 'guard', 'a comparison with `MmGetMdlByteCount` would stop it'),
    ],
  });
}

function described(base: Base, v: View) {
  const m = v.state.hasMay('mdl-length', base);
  return m?.num ? { num: m.num, site: m.site } : undefined;
}
