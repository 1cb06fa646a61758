/**
 * A detach callback says that it will complete the detach later, and nothing in the driver does: the other module can never unload.
 */
import { isDetach } from '../source/peers';
import { bare, functionRule } from '../source/shape';
import page from './page.md';

const COMPLETES = 'nmr-detach-completed';

export const nmrDetachPendingNeverCompleted = functionRule(
  {
    id: 'nmr-detach-pending-never-completed',
    title: 'Detach that stays pending for ever',
    threats: ['Network Module Registrar (NMR)', 'Local DoS'],
    severity: 'warning',
    precision: 'high',
    cwe: [833, 404],
    profile: 'audit',
  },
  page,
  (s, tell, cx) => {
    for (const c of s.calls) if (cx.model.api(c.name)?.role === 'nmr-detach-complete') cx.note(COMPLETES, side(c.name));
    const pending = s.stmts.flatMap((t) => {
      const x = t.kind === 'return' && t.x ? bare(t.x) : undefined;
      if (x?.kind !== 'id') return [];
      if (x.name === 'STATUS_PENDING') return [x];
      return s.stores.flatMap((o) => (o.left === x.name && s.text(bare(o.r)) === 'STATUS_PENDING' ? [o.r] : []));
    });
    const [first] = pending;
    if (!first || !isDetach(cx, s.name)) return;
    // Which side it is says the callback's type, else its name; in doubt any completion will do.
    tell(
      first,
      `\`${s.name}\` leaves the detach pending, but nothing in this driver completes it: the other module waits for ever.`,
      {
        from: [s.step(s.fn.nameSpan, 'origin', 'the network module registrar calls this')],
        use: 'left pending here',
        decide: (facts) => (facts.keys(COMPLETES).length > 0 ? undefined : {}),
      },
    );
  },
);

/** Of the client or of the provider. */
function side(name: string): string {
  return /Client/.test(name) ? 'client' : 'provider';
}
