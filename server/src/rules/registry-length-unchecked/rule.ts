/**
 * Data of a queried registry value is read, but its `DataLength` was never looked at; or as much of it as there is goes into an object of
 * a size of its own.
 */
import type { Copy, View } from '../../analysis/events';
import { constOf } from '../../analysis/term';
import type { Val } from '../../analysis/value';
import { isBeyond, room, sizeInWords } from '../request/object';
import type { Rule, RuleContext } from '../rule';
import { functionRule, type Shape } from '../source/shape';
import { isMeasured, queriedValues } from '../source/registry';
import page from './page.md';

/** A condition asks for a type whose values have one length. */
function isFixed(s: Shape): boolean {
  return s.conditions.some((c) => /\bREG_[DQ]WORD\b/.test(s.text(c)));
}

const byText = functionRule(
  {
    id: 'registry-length-unchecked',
    title: 'Registry data used without a check of its length',
    threats: ['Windows registry'],
    severity: 'error',
    precision: 'high',
    cwe: [125, 170, 787],
    profile: 'default',
  },
  page,
  (s, tell) => {
    for (const value of queriedValues(s)) {
      if (isMeasured(value)) continue;
      const [first] = value.reads;
      if (!first) continue;
      tell(first, `\`${s.text(first)}\` is read from the registry, but the \`DataLength\` of the value is never checked.`, {
        from: [s.step(value.query.x, 'origin', `\`${value.query.name}\` fills \`${value.buffer}\` from the registry`)],
        use: 'read here',
        // A number whose type was tested is short at worst: what is read then is what the buffer held before.
        ...(isFixed(s) ? { severity: 'info' as const } : {}),
      });
    }
  },
);

export const registryLengthUnchecked: Rule = {
  ...byText,
  observe: (cx) => ({
    copy(e, v) {
      copied(e, v, cx);
    },
  }),
};

function copied(e: Copy, v: View, cx: RuleContext): void {
  const { len, dst } = e;
  // A length that lay in an object of the driver is that of whichever object it is read from, which the heap does not tell apart.
  const taint = len && v.taints(len).find((t) => t.origin === 'Registry' && t.certain && t.kept !== true);
  const into = dst && room(dst, e.dstExpr, v);
  const block = dst && fixedBlock(dst);
  if (!taint || !into || (into.what === 'pool' && block === undefined) || !isBeyond(into, len.t, v)) return;
  const size = e.lenExpr ? cx.text(e.lenExpr) : 'The length';
  cx.report({
    place: e.place,
    severity: 'error',
    confidence: 'certain',
    message: `\`${size}\` is as long as the value in the registry, and so much is copied into ${into.what === 'pool' ? `a block of ${String(block)} bytes` : sizeInWords(into)}: nothing holds it to that size.`,
    path: [
      ...taint.witness,
      cx.step(e.place, 'use', 'written here'),
      cx.step(e.place, 'guard', 'a comparison of the length with the size of the object would silence it'),
    ],
  });
}

/** The size of a block for which it was written down, rather than taken from the value. */
function fixedBlock(dst: Val): number | undefined {
  const base = dst.pts[0]?.base;
  return base?.k === 'alloc' ? base.size && constOf(base.size) : undefined;
}
