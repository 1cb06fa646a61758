/**
 * Bytes are copied into a packet with a length of the caller that was compared with nothing.
 */
import type { Rule } from '../rule';
import page from './page.md';

export const packetWriteBounds: Rule = {
  meta: {
    id: 'packet-write-bounds',
    title: 'Packet written beyond a length that nobody checked',
    threats: ['Packet rewriting', 'Modifying RX Traffic'],
    severity: 'error',
    precision: 'medium',
    cwe: [787],
    profile: 'audit',
  },
  page,
  observe(cx) {
    return {
      copy(e, v) {
        if (!e.dst || !e.len) return;
        const hit = v.pointee(e.dst).find((h) => h.origin === 'Packet');
        const taint = v.taints(e.len).find((t) => t.request !== undefined || t.origin === 'Packet');
        if (!hit || !taint || v.wasCompared(e.len.t)) return;
        cx.report({
          place: e.place,
          severity: 'error',
          confidence: 'likely',
          message: `\`${cx.text(e.lenExpr ?? e.place)}\` bytes are written into a packet, and nothing says that they fit.`,
          path: cx.path(hit, e.place, 'written here'),
        });
      },
    };
  },
};
