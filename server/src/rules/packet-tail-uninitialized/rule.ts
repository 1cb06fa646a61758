/**
 * A packet is lengthened to a minimum, and nothing clears the bytes that this adds.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const packetTailUninitialized = functionRule(
  {
    id: 'packet-tail-uninitialized',
    title: 'Packet padded with what was in memory',
    threats: ['Packet rewriting'],
    severity: 'warning',
    precision: 'low',
    cwe: [200, 908],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    for (const x of s.stores) {
      if (!/DATA_LENGTH|DataLength/.test(x.left) || !/^(max|MAX|__max)\b/.test(s.text(x.r))) continue;
      if (s.calls.some((c) => /Zero|Fill|memset|ExAllocatePool2/.test(c.name))) continue;
      tell(x.place, `\`${x.left}\` is raised to a minimum, and nothing clears the bytes that this adds to the packet.`);
    }
  },
);
