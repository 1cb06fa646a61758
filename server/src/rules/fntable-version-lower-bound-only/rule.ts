/**
 * An attach callback refuses versions that are too old and accepts every later one, whose layout it cannot know.
 */
import { callbacksOf } from '../source/callbacks';
import { functionRule } from '../source/shape';
import page from './page.md';

export const fntableVersionLowerBoundOnly = functionRule(
  {
    id: 'fntable-version-lower-bound-only',
    title: 'Peer table accepted in versions that are not known',
    threats: ['Function tables exchanged with XDP-aware kernel NIC drivers', 'Network Module Registrar (NMR)'],
    severity: 'warning',
    precision: 'medium',
    cwe: [1284],
    profile: 'audit',
  },
  page,
  (s, tell, cx) => {
    if (!callbacksOf(cx).isRole(s.fn.name, /^nmr-attach-callback$/, /^(ClientAttachProvider|ProviderAttachClient)$/)) return;
    const tests = s.exprs.filter(
      (e) => e.kind === 'bin' && /^(<|<=|>|>=|==|!=)$/.test(e.op) && /(?:->|\.)(version|revision)$/i.test(s.text(e.l)),
    );
    for (const e of tests) {
      if (e.kind !== 'bin' || (e.op !== '<' && e.op !== '<=')) continue;
      const what = s.text(e.l);
      if (tests.some((o) => o !== e && o.kind === 'bin' && s.text(o.l) === what && o.op !== '<' && o.op !== '<=')) continue;
      tell(
        e,
        `\`${s.text(e)}\` refuses old versions only: a table of a version that is not known yet is used as if it were this one.`,
      );
    }
  },
);
