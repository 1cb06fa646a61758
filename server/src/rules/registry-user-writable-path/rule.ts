/**
 * A driver opens a key below the user hive, which every user can write.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const registryUserWritablePath = functionRule(
  {
    id: 'registry-user-writable-path',
    title: 'Kernel policy read from a key that users can write',
    threats: ['Windows registry'],
    severity: 'warning',
    precision: 'medium',
    cwe: [732],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    for (const e of s.exprs)
      if (e.kind === 'str' && /^\\\\Registry\\\\User\\\\./i.test(e.value))
        tell(e, `\`${s.text(e)}\` lies in the user hive: every user can write what the driver reads there.`);
  },
);
