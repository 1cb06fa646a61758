/**
 * The size that a set of receive-scaling parameters names is the length of a copy, and no condition names it.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const rssTableUnvalidated = functionRule(
  {
    id: 'rss-table-unvalidated',
    title: 'Indirection table or hash key copied by its own length',
    threats: ['Configuring RSS', 'XDP Offloads'],
    severity: 'error',
    precision: 'medium',
    cwe: [1284, 120],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    for (const c of s.callsOf(/^(RtlCopyMemory|RtlMoveMemory|memcpy|memmove|NdisMoveMemory)$/)) {
      const len = c.args[2];
      const member = len && /(IndirectionTableSize|HashSecretKeySize)/.exec(s.text(len))?.[1];
      if (
        !len ||
        member === undefined ||
        /\bmin\b/i.test(s.text(len)) ||
        s.testsBefore(c.x.start).some((t) => t.includes(member))
      )
        continue;
      tell(c.x, `\`${s.text(len)}\` is what the request says, and nothing compares it with what there is.`);
    }
  },
);
