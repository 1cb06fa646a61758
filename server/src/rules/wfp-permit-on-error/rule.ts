/**
 * The branch of a failed allocation or parse sets the verdict to permit.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const wfpPermitOnError = functionRule(
  {
    id: 'wfp-permit-on-error',
    title: 'Packet permitted because the driver ran out of memory',
    threats: ['WFP bypass, including Windows Firewall', 'Inspection or Drop of Traffic'],
    severity: 'warning',
    precision: 'medium',
    cwe: [636],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    for (const x of s.stores) {
      if (!/(->|\.)actionType$/.test(x.left) || !/FWP_ACTION_PERMIT/.test(s.text(x.r))) continue;
      const branch = [...s.around(x.r)].find((p) => p.kind === 'if');
      if (branch?.kind !== 'if' || branch.then.start > x.place.start || branch.then.end < x.place.end) continue;
      const test = s.text(branch.c);
      if (/== NULL$|^!NT_SUCCESS|^!\w+$/.test(test))
        tell(x.place, `The packet is permitted because \`${test}\`: whoever causes the failure passes the filter.`);
    }
  },
);
