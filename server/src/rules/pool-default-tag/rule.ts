/**
 * A pool tag that says nothing: whose memory leaks or is overrun cannot be told.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const poolDefaultTag = functionRule(
  {
    id: 'pool-default-tag',
    title: 'Allocation without a tag of its own',
    threats: ['Miscellaneous kernel APIs'],
    severity: 'info',
    precision: 'high',
    cwe: [1078],
    profile: 'audit',
    microsoft: ['cpp/drivers/default-pool-tag', 'C28147'],
  },
  page,
  (s, tell) => {
    for (const c of s.calls) {
      if (c.name === 'ExAllocatePool')
        tell(c.x, '`ExAllocatePool` gives the memory a tag that says nothing.', { confidence: 'certain' });
      if (!/^ExAllocatePool\w+$/.test(c.name)) continue;
      for (const a of c.args)
        if (a.kind === 'num' && /^' (mdW|kdD)'$|^' kdD'$/.test(a.text))
          tell(a, `\`${a.text}\` is the tag of the headers, and names no driver.`, { confidence: 'certain' });
    }
  },
);
