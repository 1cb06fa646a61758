/**
 * A program’s bytes are sent as packets, and nothing on the way compares any of their headers.
 */
import { isRequestHandler } from '../source/callbacks';
import { reach } from '../source/reach';
import { functionRule } from '../source/shape';
import page from './page.md';

const SENDS = /^(NdisF?SendNetBufferLists|FwpsInject(Network|Transport)SendAsync\d?|FwpsInjectMacSendAsync\d?)$/;
export const txSpoofUnvalidated = functionRule(
  {
    id: 'tx-spoof-unvalidated',
    title: 'Frames of a program sent without a look at them',
    threats: ['Spoofing TX Traffic', 'Spoofing/repudiation'],
    severity: 'info',
    precision: 'low',
    cwe: [290, 345],
    profile: 'audit',
  },
  page,
  (s, tell, cx) => {
    if (!isRequestHandler(cx, s.name)) return;
    if (s.testsBefore(Infinity).some((t) => /addr|proto|ether|header|checksum|spoof/i.test(t))) return;
    for (const hit of reach(s, SENDS).slice(0, 1))
      tell(
        hit.call.x,
        `\`${hit.name}\` sends what a program wrote, and nothing here looks at its headers: say in the threat model who may spoof.`,
        {
          from: [s.step(s.fn.nameSpan, 'origin', 'a program asks for this'), ...hit.via],
          confidence: 'possible',
        },
      );
  },
);
