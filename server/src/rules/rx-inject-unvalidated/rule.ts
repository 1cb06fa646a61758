/**
 * A program’s bytes are indicated to the stack as if they came from the wire, and nothing on the way compares any of their headers.
 */
import { isRequestHandler } from '../source/callbacks';
import { reach } from '../source/reach';
import { functionRule } from '../source/shape';
import page from './page.md';

const INDICATES = /^(NdisFIndicateReceiveNetBufferLists|NdisMIndicateReceiveNetBufferLists|FwpsInject\w*ReceiveAsync\d?)$/;
export const rxInjectUnvalidated = functionRule(
  {
    id: 'rx-inject-unvalidated',
    title: 'Frames of a program indicated as received',
    threats: ['Injecting RX Traffic'],
    severity: 'info',
    precision: 'low',
    cwe: [345],
    profile: 'audit',
  },
  page,
  (s, tell, cx) => {
    if (!isRequestHandler(cx, s.name)) return;
    if (s.testsBefore(Infinity).some((t) => /addr|proto|ether|header|checksum/i.test(t))) return;
    for (const hit of reach(s, INDICATES).slice(0, 1))
      tell(hit.call.x, `\`${hit.name}\` indicates what a program wrote as received, and nothing here looks at its headers.`, {
        from: [s.step(s.fn.nameSpan, 'origin', 'a program asks for this'), ...hit.via],
        confidence: 'possible',
      });
  },
);
