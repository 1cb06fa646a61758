/**
 * A header field that is stored in network order is ordered, added or used as a size without being swapped.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

/** Members that are in network order wherever they stand, and members of common names by the record they belong to. */
const FIELDS =
  /^(uh_ulen|uh_sport|uh_dport|uh_sum|th_sport|th_dport|th_win|th_urp|th_seq|th_ack|ip_len|ip_off|ip_id|ether_type|udp_len|tot_len|payload_len|ip6_plen)$/;
const BY_RECORD: readonly (readonly [RegExp, RegExp])[] = [
  [/IPV?4_?HEADER|IP_?HDR|IPV4_HDR/i, /^(TotalLength|Identification|FlagsAndOffset|FragmentOffset)$/],
  [/IPV?6_?HEADER|IPV6_HDR/i, /^PayloadLength$/],
  [/UDP_?HE?A?DE?R/i, /^(Length|SourcePort|DestinationPort)$/],
  [/TCP_?HE?A?DE?R/i, /^(SourcePort|DestinationPort|SequenceNumber|AcknowledgementNumber|Window)$/],
  [/ETHERNET_HEADER|ETHER_HEADER/i, /^Type$/],
];
export const packetByteOrder = functionRule(
  {
    id: 'packet-byte-order',
    title: 'Number in network order compared or computed with',
    threats: ['Packet parsing', 'Networking threats'],
    severity: 'error',
    precision: 'high',
    cwe: [198],
    profile: 'default',
  },
  page,
  (s, tell, cx) => {
    for (const e of s.exprs) {
      if (e.kind !== 'fld') continue;
      const plain = FIELDS.test(e.name);
      if (!plain) {
        const rule = BY_RECORD.find(([, field]) => field.test(e.name));
        const record = rule && s.recordOf(e.x)?.name;
        if (record === undefined || !BY_RECORD.some(([r, f]) => r.test(record) && f.test(e.name))) continue;
      }
      let outer = s.parent(e);
      while (outer?.kind === 'cast') outer = s.parent(outer);
      if (outer?.kind !== 'bin' || !/^(<|<=|>|>=|\+|-)$/.test(outer.op)) continue;
      const swap = cx.isWritten(/ntohs\(/) || /ntohs/.test(s.calls.map((c) => c.name).join()) ? 'ntohs' : 'RtlUshortByteSwap';
      const size = s.typeOf(e);
      tell(e, `\`${s.text(e)}\` is in network order, and \`${s.text(outer)}\` takes it for a number of this machine.`, {
        use: 'used without being swapped',
        fixes:
          size?.k === 'int' && size.size === 2
            ? [
                {
                  title: `Swap it with ${swap}`,
                  class: 'suggestion',
                  edits: [{ file: cx.file, start: e.start, end: e.end, newText: `${swap}(${cx.slice(e)})` }],
                },
              ]
            : [],
      });
    }
  },
);
