/**
 * `NdisGetDataBuffer` gives NULL when the packet is shorter, or not contiguous without storage; its result is dereferenced untested, here
 * or behind a helper that hands it on. And it gives no more bytes than it was asked for.
 */
import type { Access, View } from '../../analysis/events';
import { constOf } from '../../analysis/term';
import { Once } from '../request/once';
import { untestedResults } from '../source/results';
import { functionRule } from '../source/shape';
import { short } from '../volatile/shared-memory';
import type { Rule, RuleContext } from '../rule';
import page from './page.md';

const here = functionRule(
  {
    id: 'ndis-getdatabuffer-null',
    title: 'Packet bytes used although they may not be there',
    threats: ['Packet parsing', 'NDIS lightweight filter (LWF) driver API'],
    severity: 'error',
    precision: 'high',
    cwe: [476, 125],
    profile: 'default',
  },
  page,
  (s, tell) => {
    for (const r of untestedResults(s, /^NdisGetDataBuffer$/)) {
      const storage = r.call.args[2];
      const given = storage !== undefined && s.constant(storage) !== 0 && s.text(storage) !== 'NULL';
      if (given && s.testsBefore(r.call.x.start).some((t) => /DATA_LENGTH|DataLength/.test(t))) continue;
      tell(
        r.use,
        `\`${s.text(r.use)}\` uses packet bytes that may not be there: \`${r.name}\` is NULL for a packet that is too short.`,
        {
          from: [s.step(r.call.x, 'origin', '`NdisGetDataBuffer` may return NULL')],
          use: 'dereferenced here',
        },
      );
    }
  },
);

export const ndisGetdatabufferNull: Rule = {
  ...here,
  observe(cx) {
    const once = new Once();
    return {
      access(e, v) {
        if (!e.inAssert) whole(e, v, once, cx);
      },
    };
  },
};

/** What the pointer leads to, and whether there is anything at all. */
function whole(e: Access, v: View, once: Once, cx: RuleContext): void {
  const t = e.targets.length === 1 ? e.targets[0] : undefined;
  const base = t?.base;
  if (!t || base?.k !== 'region' || base.origin !== 'Packet' || base.asked === undefined) return;
  const off = t.off && constOf(t.off);
  if (off !== undefined && e.size !== undefined && off >= 0 && off + e.size > base.asked) {
    if (!once.here(base.key, e.place)) return;
    cx.report({
      place: e.place,
      severity: 'error',
      confidence: 'likely',
      message: `\`${short(cx.text(e.place))}\` reaches up to byte ${String(off + e.size)}, but only ${String(base.asked)} bytes of the packet were asked for.`,
      path: [
        ...base.witness,
        cx.step(e.place, 'use', e.kind === 'read' ? 'read here' : 'written here'),
        cx.step(e.place, 'guard', 'asking `NdisGetDataBuffer` for all of it would silence it'),
      ],
    });
    return;
  }
  // Within one function the text says whether the result was tested.
  const from = e.pointer?.nullable;
  if (!from || !e.pointer || v.state.isNonZero(e.pointer.t)) return;
  if (from.file === cx.file && from.start >= v.fn.start && from.end <= v.fn.end) return;
  cx.report({
    place: e.place,
    severity: 'error',
    confidence: 'likely',
    message: `\`${short(cx.text(e.place))}\` uses packet bytes that may not be there: the pointer is NULL for a packet that is too short.`,
    path: [
      ...base.witness,
      cx.step(e.place, 'use', 'dereferenced here'),
      cx.step(e.place, 'guard', 'a comparison of the pointer with NULL would silence it'),
    ],
  });
}
