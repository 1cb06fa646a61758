/**
 * A value is asked for its size, then for its content, and the second answer is taken on trust although the value may have grown.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const registryDoubleQuery = functionRule(
  {
    id: 'registry-double-query',
    title: 'Second registry query whose result nobody looks at',
    threats: ['Windows registry'],
    severity: 'warning',
    precision: 'medium',
    cwe: [367, 252],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    const queries = s.callsOf(/^(ZwQueryValueKey|ZwQueryKey|ZwEnumerateKey|ZwEnumerateValueKey)$/);
    const second = queries[1];
    if (!second || queries[0]?.name !== second.name) return;
    if (s.parent(second.x)?.kind !== 'expr') return;
    tell(
      second.x,
      `The second \`${second.name}\` may fail because the value has grown since its size was asked for, but its status is not looked at.`,
      {
        from: queries[0] ? [s.step(queries[0].x, 'origin', 'the size is asked for here')] : [],
      },
    );
  },
);
