/**
 * A request of a program leads to sending, indicating or returning packets, and the driver makes no access decision anywhere.
 */
import { isRequestHandler } from '../source/callbacks';
import { reach } from '../source/reach';
import { functionRule } from '../source/shape';
import page from './page.md';

const EFFECT = /^(NdisF?SendNetBufferLists|NdisFIndicateReceiveNetBufferLists|FwpsInject\w+)$/;
const DECISION =
  /^(SeAccessCheck|SeSinglePrivilegeCheck|SePrivilegeCheck|IoValidateDeviceIoControlAccess|IoCreateDeviceSecure|WdmlibIoCreateDeviceSecure|WdfDeviceInitAssignSDDLString|NdisRegisterDeviceEx)$/;
export const netCapabilityUngated = functionRule(
  {
    id: 'net-capability-ungated',
    title: 'Network effect that a request reaches without an access decision',
    threats: ['Networking threats', 'Spoofing/repudiation'],
    severity: 'warning',
    precision: 'low',
    cwe: [862],
    profile: 'audit',
  },
  page,
  (s, tell, cx) => {
    if (s.callsOf(DECISION).length > 0) cx.note('access-decision', 'made');
    if (!isRequestHandler(cx, s.name)) return;
    for (const hit of reach(s, EFFECT).slice(0, 1))
      tell(
        hit.call.x,
        `A request leads from \`${s.name}\` to \`${hit.name}\`, and the driver makes no access decision anywhere.`,
        {
          from: [s.step(s.fn.nameSpan, 'origin', 'a program asks for this'), ...hit.via],
          confidence: 'possible',
          decide: (facts) => (facts.has('access-decision', 'made') ? undefined : {}),
        },
      );
  },
);
