/**
 * A call that sends or receives below the stack: firewall, packet filters, port pool, quality of service and logging do not see this traffic.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const stackBypassHotspot = functionRule(
  {
    id: 'stack-bypass-hotspot',
    title: 'Place where traffic passes the stack by',
    threats: ['OS networking stack bypass', 'WFP bypass, including Windows Firewall'],
    severity: 'hint',
    precision: 'low',
    cwe: [693],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    for (const c of s.callsOf(
      /^(NdisFSendNetBufferLists|NdisSendNetBufferLists|NdisFIndicateReceiveNetBufferLists|FwpsInject\w+)$/,
    ))
      tell(c.x, `\`${c.name}\` passes the firewall, packet filters and logging of the stack by.`, { confidence: 'certain' });
  },
);
