/**
 * Data of a queried registry value is interpreted, but its `Type` was never looked at.
 */
import { functionRule } from '../source/shape';
import { isMeasured, queriedValues } from '../source/registry';
import page from './page.md';

export const registryTypeUnchecked = functionRule(
  {
    id: 'registry-type-unchecked',
    title: 'Registry data used without a check of its type',
    threats: ['Windows registry'],
    severity: 'error',
    precision: 'high',
    cwe: [843],
    profile: 'default',
  },
  page,
  (s, tell) => {
    for (const value of queriedValues(s)) {
      if (value.looksAt(/\bType\b/)) continue;
      const [first] = value.reads;
      if (!first) continue;
      tell(first, `\`${s.text(first)}\` is read from the registry, but the \`Type\` of the value is never checked.`, {
        from: [s.step(value.query.x, 'origin', `\`${value.query.name}\` fills \`${value.buffer}\` from the registry`)],
        use: 'read here',
        // Where the length is not looked at either, that is said, and mended with this.
        severity: isMeasured(value) ? 'warning' : 'info',
      });
    }
  },
);
