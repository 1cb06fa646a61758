/**
 * A received packet, which other parts of the stack may hold as well, is written to without being copied.
 */
import { bare, functionRule } from '../source/shape';
import page from './page.md';

export const rxModifySharedNbl = functionRule(
  {
    id: 'rx-modify-shared-nbl',
    title: 'Received packet changed in place',
    threats: ['Modifying RX Traffic', 'Packet rewriting'],
    severity: 'info',
    precision: 'low',
    cwe: [668],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    const call = s.stores.find((x) => {
      const r = bare(x.r);
      return (
        r.kind === 'call' &&
        s.calls.some((c) => c.x === r && c.name === 'NdisGetDataBuffer' && /^(NULL|0)$/.test(s.text(c.args[2] ?? r)))
      );
    });
    if (!call || s.calls.some((c) => /Clone|Copy|Allocate/.test(c.name)) || /Send|Tx/.test(s.name)) return;
    const write = s.stores.find(
      (x) => x.place.start > call.place.end && x.l && x.l.kind !== 'id' && new RegExp(`^\\*?${call.left}(->|\\[|$)`).test(x.left),
    );
    if (write)
      tell(write.place, `\`${write.left}\` changes a packet in place that others may hold as well.`, {
        from: [s.step(call.place, 'origin', 'the packet’s own bytes')],
      });
  },
);
