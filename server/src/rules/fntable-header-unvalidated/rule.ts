/**
 * A table that the peer registered is read field by field, and neither its version nor its size is tested.
 */
import { bare, functionRule } from '../source/shape';
import { callbacksOf } from '../source/callbacks';
import page from './page.md';

export const fntableHeaderUnvalidated = functionRule(
  {
    id: 'fntable-header-unvalidated',
    title: 'Peer table read without a look at its header',
    threats: ['Function tables exchanged with XDP-aware kernel NIC drivers'],
    severity: 'warning',
    precision: 'medium',
    cwe: [1284, 824],
    profile: 'audit',
  },
  page,
  (s, tell, cx) => {
    if (!callbacksOf(cx).isRole(s.fn.name, /^nmr-attach-callback$/, /^(ClientAttachProvider|ProviderAttachClient)$/)) return;
    const table = s.fn.params[4]?.name ?? '';
    if (s.fn.params.length < 7 || table === '') return;
    const names = [
      table,
      ...s.stores
        .filter((x) => {
          const r = bare(x.r);
          return r.kind === 'id' && r.name === table;
        })
        .map((x) => x.left),
    ];
    const read = s.exprs.find(
      (e) =>
        e.kind === 'fld' &&
        e.arrow &&
        !/^(version|size|revision|count|header)$/i.test(e.name) &&
        names.includes(s.text(bare(e.x))),
    );
    if (!read) return;
    if (s.testsBefore(Infinity).some((t) => /version|revision|size|count|header/i.test(t))) return;
    if (s.calls.some((c) => /valid|check|verify|\bmin\b/i.test(c.name))) return;
    tell(read, `\`${s.text(read)}\` is read from the peer's table, whose version and size are never tested.`, {
      from: [s.step(s.fn.nameSpan, 'origin', `\`${table}\` is what the peer registered`)],
    });
  },
);
