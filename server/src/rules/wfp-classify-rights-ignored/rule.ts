/**
 * A callout sets the action of a classification without looking at `FWPS_RIGHT_ACTION_WRITE`.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const wfpClassifyRightsIgnored = functionRule(
  {
    id: 'wfp-classify-rights-ignored',
    title: 'Verdict set without the right to set it',
    threats: ['WFP bypass, including Windows Firewall', 'Filtering'],
    severity: 'warning',
    precision: 'medium',
    cwe: [693],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    const set = s.stores.find((x) => /(->|\.)actionType$/.test(x.left) && /FWP_ACTION_PERMIT/.test(s.text(x.r)));
    if (set && !s.exprs.some((e) => e.kind === 'fld' && e.name === 'rights'))
      tell(
        set.place,
        `\`${set.left}\` is set to permit without a look at the right to do so: a block by another filter is overruled.`,
      );
  },
);
