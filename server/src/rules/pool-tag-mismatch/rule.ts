/**
 * A block is allocated with one tag and freed with another in the same function.
 */
import { bare, functionRule, sourceCall } from '../source/shape';
import page from './page.md';

export const poolTagMismatch = functionRule(
  {
    id: 'pool-tag-mismatch',
    title: 'Memory freed under another tag',
    threats: ['Miscellaneous kernel APIs'],
    severity: 'warning',
    precision: 'high',
    cwe: [762],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    for (const f of s.callsOf(/^ExFreePoolWithTag$/)) {
      const [ptr, tag] = f.args;
      const wanted = s.constant(tag);
      if (!ptr || wanted === undefined || wanted === 0) continue;
      const stores = s.stores.filter((x) => x.left === s.text(bare(ptr)) && x.place.end <= f.x.start);
      const last = stores[stores.length - 1];
      const call = last && sourceCall(last.r);
      const site = call && s.calls.find((c) => c.x === call);
      const at = site && s.cx.model.api(site.name)?.role === 'alloc' ? s.cx.model.api(site.name)?.args?.['tag'] : undefined;
      const given = at === undefined ? undefined : s.constant(site?.args[at]);
      if (!site || given === undefined || given === wanted || stores.length !== 1) continue;
      tell(f.x, `\`${s.text(bare(ptr))}\` was allocated with another tag than it is freed with.`, {
        from: [s.step(site.x, 'origin', 'allocated here')],
        use: 'freed here',
      });
    }
  },
);
