/**
 * `NdisGetDataBuffer` gives NULL when the packet is shorter, or not contiguous without storage; its result is dereferenced at once.
 */
import { untestedResults } from '../source/results';
import { functionRule } from '../source/shape';
import page from './page.md';

export const ndisGetdatabufferNull = functionRule(
  {
    id: 'ndis-getdatabuffer-null',
    title: 'Packet bytes used although they may not be there',
    threats: ['Packet parsing', 'NDIS lightweight filter (LWF) driver API'],
    severity: 'error',
    precision: 'high',
    cwe: [476],
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
