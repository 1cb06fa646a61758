/**
 * A net buffer list belongs to NDIS once it was sent, indicated, returned or completed; reading its link or content afterwards is a use after free.
 */
import { bare, functionRule } from '../source/shape';
import { usedBehind } from '../source/freed';
import page from './page.md';

/** Position of the list among the arguments of calls that take it over. */
const HANDS_ON: Readonly<Record<string, number>> = {
  NdisFSendNetBufferLists: 1,
  NdisFSendNetBufferListsComplete: 1,
  NdisFIndicateReceiveNetBufferLists: 1,
  NdisFReturnNetBufferLists: 1,
  NdisSendNetBufferLists: 1,
  NdisReturnNetBufferLists: 1,
  NdisMSendNetBufferListsComplete: 1,
  NdisMIndicateReceiveNetBufferLists: 1,
  NdisFreeNetBufferList: 0,
  NdisFreeCloneNetBufferList: 0,
};
export const ndisNblOwnership = functionRule(
  {
    id: 'ndis-nbl-ownership',
    title: 'Net buffer list touched after it was handed on',
    threats: ['NDIS lightweight filter (LWF) driver API'],
    severity: 'error',
    precision: 'high',
    cwe: [416],
    profile: 'default',
  },
  page,
  (s, tell) => {
    for (const c of s.calls) {
      const at = HANDS_ON[c.name];
      const arg = at === undefined ? undefined : c.args[at];
      const list = arg && bare(arg);
      if (list?.kind !== 'id') continue;
      // With this flag the lists come back when the call returns.
      if (c.args.some((a) => /NDIS_RECEIVE_FLAGS_RESOURCES/.test(s.text(a)))) continue;
      const use = usedBehind(s, c, list.name);
      if (use)
        tell(use, `\`${s.text(use)}\` touches a net buffer list that \`${c.name}\` has taken over.`, {
          from: [s.step(c.x, 'origin', 'handed on here')],
          use: 'touched here',
        });
      const loop = s.loops.find((l) => l.stmt.kind === 'for' && s.within(c.x, l.stmt.body));
      const step = loop?.stmt.kind === 'for' ? loop.stmt.step : undefined;
      if (!step || !loop) continue;
      const next = s.text(step);
      const assigned = s.stores.some((x) => x.left === list.name && s.within(x.r, loop.stmt.body));
      const leaves = s.stmts.some(
        (t) => (t.kind === 'break' || t.kind === 'return') && s.within(t, loop.stmt.body) && t.start > c.x.end,
      );
      if (!assigned && !leaves && new RegExp(`^${list.name} = .*\\b${list.name}\\b`).test(next))
        tell(step, `\`${next}\` takes the next list from one that \`${c.name}\` has taken over in the loop.`, {
          from: [s.step(c.x, 'origin', 'handed on here')],
          use: 'its link is read here',
        });
    }
  },
);
