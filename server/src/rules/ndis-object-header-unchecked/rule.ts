/**
 * A structure with an NDIS object header arrives in a status buffer, and its type, revision or size is not tested before its members are read.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const ndisObjectHeaderUnchecked = functionRule(
  {
    id: 'ndis-object-header-unchecked',
    title: 'NDIS structure used without a look at its header',
    threats: ['NDIS lightweight filter (LWF) driver API'],
    severity: 'warning',
    precision: 'medium',
    cwe: [1284],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    if (!s.exprs.some((e) => e.kind === 'fld' && e.name === 'StatusBuffer')) return;
    const held = s.stores.filter(
      (x) =>
        /(->|\.)StatusBuffer$/.test(s.text(x.r)) &&
        s.recordOf({ kind: 'id', name: x.left, start: x.place.start, end: x.place.end })?.field('Header'),
    );
    for (const store of held) {
      const read = s.exprs.find((e) => e.kind === 'fld' && e.arrow && e.name !== 'Header' && s.text(e.x) === store.left);
      if (!read || s.testsBefore(read.start).some((t) => /Header|StatusBufferSize|Revision/.test(t))) continue;
      tell(read, `\`${s.text(read)}\` is read from a status buffer, but neither its header nor its size is tested.`, {
        from: [s.step(store.place, 'origin', 'the indication names the buffer')],
      });
    }
  },
);
