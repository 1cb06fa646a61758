/**
 * A peer’s table, or one of its entries, that may be absent is used at once; or the driver’s own dispatch table is left with a hole.
 */
import { bare, functionRule, mentions } from '../source/shape';
import { callbacksOf } from '../source/callbacks';
import page from './page.md';

export const fntableNullCall = functionRule(
  {
    id: 'fntable-null-call',
    title: 'Entry of a function table that may be missing',
    threats: ['Function tables exchanged with XDP-aware kernel NIC drivers'],
    severity: 'warning',
    precision: 'medium',
    cwe: [476],
    profile: 'default',
  },
  page,
  (s, tell, cx) => {
    for (const loop of s.loops) {
      const { stmt } = loop;
      if (stmt.kind !== 'for' || stmt.c?.kind !== 'bin' || stmt.c.op !== '<' || s.text(stmt.c.r) !== 'IRP_MJ_MAXIMUM_FUNCTION')
        continue;
      const counter = s.text(stmt.c.l);
      const fills = s.stores.some((x) => s.within(x.r, stmt.body) && x.left.endsWith(`MajorFunction[${counter}]`));
      if (fills)
        tell(stmt.c, `\`${s.text(stmt.c)}\` stops before the last entry of the dispatch table, which is left as it was.`, {
          confidence: 'certain',
          fixes: [
            {
              title: 'Include the last entry',
              class: 'safe',
              edits: [{ file: cx.file, start: stmt.c.l.end, end: stmt.c.r.start, newText: ' <= ' }],
            },
          ],
        });
    }
    if (!callbacksOf(cx).isRole(s.fn.name, /^nmr-attach-callback$/, /^(ClientAttachProvider|ProviderAttachClient)$/)) return;
    const table = s.fn.params[4]?.name ?? '';
    if (s.fn.params.length < 7 || table === '') return;
    const names = [
      table,
      ...s.stores
        .filter((x) => {
          const r = bare(x.r);
          return r.kind === 'id' && r.name === table;
        })
        .map((x) => x.left),
    ];
    for (const e of s.exprs) {
      const through = e.kind === 'fld' && e.arrow ? bare(e.x) : e.kind === 'un' && e.op === '*' ? bare(e.x) : undefined;
      if (through?.kind !== 'id' || !names.includes(through.name)) continue;
      const before = s.testsBefore(e.start);
      const handed = s.calls.some(
        (c) =>
          c.x.end < e.start && c.args.some((a) => names.some((n) => mentions(s.text(a), n))) && !/^UNREFERENCED/.test(c.name),
      );
      if (handed || before.some((t) => names.some((n) => mentions(t, n)))) return;
      tell(e, `\`${s.text(e)}\` reads a table that the peer need not have given: nothing tests \`${through.name}\` first.`, {
        from: [s.step(s.fn.nameSpan, 'origin', `\`${table}\` is what the peer registered; it may be NULL`)],
      });
      return;
    }
  },
);
