/**
 * A header length that the packet names (in words of four bytes) becomes an offset, and nothing compares it with the least it must be.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const packetHeaderLengthUnchecked = functionRule(
  {
    id: 'packet-header-length-unchecked',
    title: 'Header length of a packet used without its bounds',
    threats: ['Packet parsing'],
    severity: 'warning',
    precision: 'medium',
    cwe: [130],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    for (const e of s.exprs) {
      if (e.kind !== 'fld' || !/^(th_len|th_off|ip_hl|HeaderLength|ihl|IHL|Ihl|doff|DataOffset|ip_ihl)$/.test(e.name)) continue;
      let outer = s.parent(e);
      while (outer?.kind === 'cast') outer = s.parent(outer);
      const words =
        outer?.kind === 'bin' &&
        ((outer.op === '<<' && s.text(outer.r) === '2') ||
          (outer.op === '*' && /^4u?$|sizeof/i.test(s.text(outer.r) === s.text(e) ? s.text(outer.l) : s.text(outer.r))));
      if (!words) continue;
      const held = s.stores.filter((x) => s.within(e, x.r)).map((x) => x.left);
      if ([s.text(e), ...held].some((n) => s.tested(n))) continue;
      tell(e, `\`${s.text(e)}\` is what the packet says: nothing compares it with the least a header has, or with what is left.`);
    }
  },
);
