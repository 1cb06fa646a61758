/**
 * An entry of another module's table is called while a lock is held: what it does, and whether it comes back here, nobody on this side knows.
 */
import { heldLocks } from '../source/locks';
import { keeper, keptTables } from '../source/peers';
import { bare, functionRule } from '../source/shape';
import page from './page.md';

/** By `TYPE.member` or global: what another module gave is kept there. */
const PEERS = 'peer-table';

export const fntableCallUnderLock = functionRule(
  {
    id: 'fntable-call-under-lock',
    title: 'Call into another module while a lock is held',
    threats: ['Function tables exchanged with XDP-aware kernel NIC drivers', 'Local DoS'],
    severity: 'warning',
    precision: 'medium',
    cwe: [667, 833],
    profile: 'audit',
  },
  page,
  (s, tell, cx) => {
    for (const key of keptTables(s)) cx.note(PEERS, key);
    for (const { x, held } of heldLocks(s).indirect) {
      const lock = held[0];
      const f = bare(x.f);
      const key = f.kind === 'fld' ? keeper(bare(f.x), s) : undefined;
      if (!lock || key === undefined) continue;
      tell(
        x,
        `\`${s.text(f)}\` belongs to another module and is called while \`${lock.name}\` is held: if it waits, or calls back, nobody gets on.`,
        {
          from: [s.step(lock.place, 'origin', `\`${lock.name}\` is acquired here`)],
          use: 'called here',
          decide: (facts) => (facts.has(PEERS, key) ? {} : undefined),
        },
      );
    }
  },
);
