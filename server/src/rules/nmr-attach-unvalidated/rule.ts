/**
 * An attach callback reads what the peer registered without looking at its version, number, size or module.
 */
import { callbacksOf } from '../source/callbacks';
import { functionRule } from '../source/shape';
import page from './page.md';

export const nmrAttachUnvalidated = functionRule(
  {
    id: 'nmr-attach-unvalidated',
    title: 'Network module attach callback that takes its peer on trust',
    threats: ['Network Module Registrar (NMR)'],
    severity: 'warning',
    precision: 'medium',
    cwe: [345],
    profile: 'audit',
  },
  page,
  (s, tell, cx) => {
    if (!callbacksOf(cx).isRole(s.fn.name, /^nmr-attach-callback$/, /^(ClientAttachProvider|ProviderAttachClient)$/)) return;
    const read = s.exprs.find((e) => e.kind === 'fld' && e.name === 'NpiSpecificCharacteristics');
    if (!read) return;
    if (s.testsBefore(Infinity).some((t) => /version|revision|number|size|module|npiid|guid|magic|count/i.test(t))) return;
    if (s.calls.some((c) => /valid|check|verify/i.test(c.name))) return;
    tell(read, `\`${s.text(read)}\` comes from another driver, and \`${s.name}\` checks neither its version nor its size.`, {
      from: [s.step(s.fn.nameSpan, 'origin', 'the network module registrar calls this with what the peer registered')],
    });
  },
);
