/**
 * `NmrDeregister…` may return before the callbacks have ended; a driver that never waits frees what they use.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const nmrDeregisterNotWaited = functionRule(
  {
    id: 'nmr-deregister-not-waited',
    title: 'Deregistration from the network module registrar that nobody waits for',
    threats: ['Network Module Registrar (NMR)'],
    severity: 'error',
    precision: 'high',
    cwe: [416],
    profile: 'default',
  },
  page,
  (s, tell, cx) => {
    for (const c of s.callsOf(/^NmrWaitFor(Client|Provider)DeregisterComplete$/))
      cx.note('nmr-waits', c.name.includes('Client') ? 'Client' : 'Provider');
    for (const c of s.callsOf(/^NmrDeregister(Client|Provider)$/)) {
      const side = c.name.includes('Client') ? 'Client' : 'Provider';
      tell(
        c.x,
        `\`${c.name}\` may return before the callbacks have ended, and nothing calls \`NmrWaitFor${side}DeregisterComplete\`.`,
        {
          decide: (facts) => (facts.has('nmr-waits', side) ? undefined : {}),
        },
      );
    }
  },
);
