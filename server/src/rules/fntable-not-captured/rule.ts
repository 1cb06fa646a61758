/**
 * A pointer to another module's table is kept instead of the table, and entries are called through it later: who owns the table can change
 * it after it was checked.
 */
import type { DriverFacts } from '../rule';
import { isAttach, keeper, peerTable } from '../source/peers';
import { bare, functionRule } from '../source/shape';
import page from './page.md';

/** By `TYPE.member` or global: it holds a pointer through which an entry is called, or fetched to be called. */
const CALLED = 'table-called-through';

export const fntableNotCaptured = functionRule(
  {
    id: 'fntable-not-captured',
    title: 'Pointer to a peer’s table kept instead of the table',
    threats: ['Function tables exchanged with XDP-aware kernel NIC drivers'],
    severity: 'warning',
    precision: 'medium',
    cwe: [367],
    profile: 'audit',
  },
  page,
  (s, tell, cx) => {
    for (const x of s.exprs) {
      const f = x.kind === 'call' ? bare(x.f) : x;
      if (f.kind !== 'fld' || !f.arrow) continue;
      const from = bare(f.x);
      const key = from.kind === 'fld' || from.kind === 'id' ? keeper(from, s) : undefined;
      if (key !== undefined && (x.kind === 'call' || s.pointee(s.typeOf(f))?.k === 'fn')) cx.note(CALLED, key);
    }
    const isPeers = isAttach(cx, s.name);
    const names = isPeers ? peerTable(s) : [];
    for (const t of s.stores) {
      const r = bare(t.r);
      if (t.op !== '' || r.kind !== 'id' || !t.l || !names.includes(r.name)) continue;
      const key = keeper(bare(t.l), s);
      if (key === undefined) continue;
      const type = s.typeOf(t.l);
      const isConst = type?.k === 'ptr' && type.ref.const === true;
      tell(
        t.place,
        `\`${s.text(t.l)}\` keeps a pointer to the other module’s table, which it can change after it was checked: copy the table.`,
        {
          severity: isConst ? 'info' : 'warning',
          from: [s.step(s.fn.nameSpan, 'origin', `\`${names[0] ?? ''}\` belongs to the module that attaches`)],
          use: 'kept here',
          decide: (facts: DriverFacts) => (facts.has(CALLED, key) ? {} : undefined),
        },
      );
    }
  },
);
