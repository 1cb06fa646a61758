/**
 * A callout blocks and leaves the right to change the verdict in place.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const wfpBlockWithoutClearingRight = functionRule(
  {
    id: 'wfp-block-without-clearing-right',
    title: 'Block that a later filter may lift',
    threats: ['WFP bypass, including Windows Firewall', 'Filtering'],
    severity: 'warning',
    precision: 'medium',
    cwe: [693],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    const set = s.stores.find((x) => /(->|\.)actionType$/.test(x.left) && /FWP_ACTION_BLOCK/.test(s.text(x.r)));
    if (set && !s.stores.some((x) => /(->|\.)rights$/.test(x.left)))
      tell(
        set.place,
        `\`${set.left}\` is set to block, but \`FWPS_RIGHT_ACTION_WRITE\` stays: a later filter may lift the block.`,
      );
  },
);
