/**
 * A number is published by a release store, and read elsewhere by a load that acquires nothing: what was written before the store need not
 * be seen behind the load.
 */
import type { ApiFact } from '../../model/model';
import { PRELUDE } from '../../program/program';
import { bare, functionRule, type CallSite, type Shape } from '../source/shape';
import page from './page.md';

/** By field: who stores it with release. */
const RELEASES = 'released-field';
/** By field: somebody reads it in an order that later accesses keep. */
const ACQUIRES = 'acquired-field';

export const barrierUnpaired = functionRule(
  {
    id: 'barrier-unpaired',
    title: 'Release store without an acquiring load',
    threats: ['Lockless programming'],
    severity: 'info',
    precision: 'low',
    cwe: [362],
    profile: 'audit',
  },
  page,
  (s, tell, cx) => {
    const own = new Set<string>();
    const loads: { readonly c: CallSite; readonly key: string }[] = [];
    for (const c of s.calls) {
      const api = cx.model.api(c.name);
      if (api?.role !== 'volatile-accessor' && api?.role !== 'interlocked') continue;
      const key = fieldOf(c, api, s);
      if (key === undefined) continue;
      if (api.role === 'interlocked') {
        cx.note(ACQUIRES, key);
        continue;
      }
      const writes = /^Write/.test(c.name);
      if (writes && api.order === 'release') {
        own.add(key);
        cx.note(RELEASES, key, s.name);
      } else if (!writes && (api.order === 'acquire' || api.order === 'full')) cx.note(ACQUIRES, key);
      else if (!writes) loads.push({ c, key });
    }
    if (s.calls.some((c) => cx.model.api(c.name)?.role === 'fence')) return;
    for (const { c, key } of loads) {
      // A writer reads its own number as it likes; and what an interlocked operation follows comes before what is behind that.
      if (own.has(key) || s.calls.some((o) => o.x.start > c.x.start && cx.model.api(o.name)?.role === 'interlocked')) continue;
      tell(c.x, `\`${s.text(c.x)}\` acquires nothing.`, {
        use: 'loaded here, in no order',
        decide: (facts) => {
          const by = facts.values(RELEASES, key).find((name) => name !== s.name);
          if (by === undefined || facts.has(ACQUIRES, key)) return undefined;
          return {
            message: `\`${by}\` publishes \`${key}\` by a release store, but no load acquires it: what was written before need not be seen behind \`${c.name}\`.`,
          };
        },
      });
    }
  },
);

/** `TYPE.member` of a number. A pointer orders what is read through it by itself. */
function fieldOf(c: CallSite, api: ApiFact, s: Shape): string | undefined {
  const at = c.args[api.args?.['src'] ?? api.args?.['dst'] ?? 0];
  const x = at && bare(at);
  const f = x?.kind === 'un' && x.op === '&' ? bare(x.x) : undefined;
  if (f?.kind !== 'fld' || s.typeOf(f)?.k !== 'int') return undefined;
  const rec = s.recordOf(f.x);
  return rec?.name && rec.file !== PRELUDE ? `${rec.name}.${f.name}` : undefined;
}
