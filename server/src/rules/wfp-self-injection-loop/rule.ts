/**
 * A driver injects packets and never asks whether a packet that it inspects is one of its own.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const wfpSelfInjectionLoop = functionRule(
  {
    id: 'wfp-self-injection-loop',
    title: 'Callout that may inspect what it injected',
    threats: ['WFP bypass, including Windows Firewall', 'Local DoS'],
    severity: 'warning',
    precision: 'medium',
    cwe: [835],
    profile: 'audit',
  },
  page,
  (s, tell, cx) => {
    if (s.callsOf(/^FwpsQueryPacketInjectionState\d?$/).length > 0) cx.note('wfp-asks', 'state');
    for (const c of s.callsOf(/^FwpsInject(Network|Transport|Forward|Mac)\w*$/))
      tell(
        c.x,
        `\`${c.name}\` injects a packet that may come back to the callout: nothing asks \`FwpsQueryPacketInjectionState\`.`,
        {
          decide: (facts) => (facts.has('wfp-asks', 'state') ? undefined : {}),
        },
      );
  },
);
