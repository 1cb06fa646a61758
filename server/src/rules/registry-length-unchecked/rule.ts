/**
 * Data of a queried registry value is read, but its `DataLength` was never looked at.
 */
import { functionRule, type Shape } from '../source/shape';
import { isMeasured, queriedValues } from '../source/registry';
import page from './page.md';

/** A condition asks for a type whose values have one length. */
function isFixed(s: Shape): boolean {
  return s.conditions.some((c) => /\bREG_[DQ]WORD\b/.test(s.text(c)));
}

export const registryLengthUnchecked = functionRule(
  {
    id: 'registry-length-unchecked',
    title: 'Registry data used without a check of its length',
    threats: ['Windows registry'],
    severity: 'error',
    precision: 'high',
    cwe: [125, 170],
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
