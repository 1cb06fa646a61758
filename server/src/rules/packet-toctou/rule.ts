/**
 * A field of a packet is read for a check and read again as a size, an index or an offset; what lies in a packet can change meanwhile.
 */
import type { Rule } from '../rule';
import { refetch } from '../volatile/refetch';
import page from './page.md';

export const packetToctou: Rule = {
  meta: {
    id: 'packet-toctou',
    title: 'Packet field fetched again after its check',
    threats: ['Packet contents TOCTOU', 'Packet parsing'],
    severity: 'warning',
    precision: 'medium',
    cwe: [367],
    profile: 'default',
  },
  page,
  observe: (cx) => refetch(cx, { packet: true }),
};
