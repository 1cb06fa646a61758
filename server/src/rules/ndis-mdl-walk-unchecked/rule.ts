/**
 * A loop goes to the next MDL of a packet and never asks whether there is one.
 */
import { functionRule, mentions } from '../source/shape';
import page from './page.md';

export const ndisMdlWalkUnchecked = functionRule(
  {
    id: 'ndis-mdl-walk-unchecked',
    title: 'Walk along an MDL chain that nothing ends',
    threats: ['Packet parsing', 'NDIS lightweight filter (LWF) driver API'],
    severity: 'error',
    precision: 'medium',
    cwe: [476, 125],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    for (const x of s.stores) {
      const next = /^(?:\(\w+ \*?\) ?)?(\w+)->Next$|^NDIS_MDL_LINKAGE\((\w+)\)$|^NdisGetNextMdl\((\w+)\)$/.exec(s.text(x.r));
      const from = next?.[1] ?? next?.[2] ?? next?.[3];
      if (from === undefined || from !== x.left) continue;
      const record = s.recordOf({ kind: 'id', name: x.left, start: 0, end: 0 })?.name ?? '';
      if (next?.[1] !== undefined && !/^_?MDL$/.test(record)) continue;
      const loop = [...s.loops].reverse().find((l) => s.within(x.r, l.stmt));
      if (!loop || s.conditions.some((c) => s.within(c, loop.stmt) && mentions(s.text(c), x.left))) continue;
      tell(x.place, `\`${x.left}\` goes to the next MDL, and nothing in the loop asks whether there is one.`);
    }
  },
);
