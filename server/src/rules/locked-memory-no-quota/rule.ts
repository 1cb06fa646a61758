/**
 * Pages of user mode are locked over a length that the caller chooses, and nothing limits it.
 */
import type { View } from '../../analysis/events';
import { lin, type Atom, type Lin } from '../../analysis/term';
import type { Rule } from '../rule';
import { limited, masked } from '../volatile/clamp';
import { short } from '../volatile/shared-memory';
import { isChosen, isRequestLength } from '../request/taint';
import page from './page.md';

/** The width of the type that `IoAllocateMdl` takes: to stay below it is no limit. */
const WIDTH = 2 ** 32 - 1;

export const lockedMemoryNoQuota: Rule = {
  meta: {
    id: 'locked-memory-no-quota',
    title: 'Locked memory of a length that the caller chooses',
    threats: ['Locked memory exhaustion (no quotas)', 'System memory consumption', 'Local DoS'],
    severity: 'warning',
    precision: 'medium',
    cwe: [770],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      call(e, v) {
        const length = e.api?.role === 'mdl-alloc' ? e.arg('length') : undefined;
        const va = e.arg('va');
        if (!length || !va) return;
        const t = length.taint.find((x) => isChosen(x) && !isRequestLength(x) && x.certain);
        if (!t || !v.pointee(va).some((h) => h.origin === 'UserVA')) return;
        if (masked(length.t) || v.range(length.t).hi <= 64 * 1024 * 1024) return;
        // A comparison with a number of this side that is no mere width of the type.
        if (limited(length.t, v) && (v.range(length.t).hi < WIDTH || capped(length.t, v))) return;
        cx.report({
          place: e.place,
          severity: 'warning',
          message: `\`${short(cx.text(e.place))}\` describes as much user memory as the caller asks for, and nothing limits what will be locked.`,
          path: [
            ...t.witness,
            { ...t.site, role: 'flow', message: 'the length is read here' },
            cx.step(e.place, 'use', 'used as the length of what is locked'),
            cx.step(e.place, 'guard', 'a cap, or an account per process, would limit it'),
          ],
        });
      },
    };
  },
};

/** A number that was computed from the length was held below something. */
function capped(t: Lin, v: View): boolean {
  const own = new Set(t.t.map(([x]) => x.key));
  const rests = (x: Atom): boolean => x.args.some((a) => a.t.some(([y]) => own.has(y.key) || rests(y)));
  for (const x of v.state.compared()) if (rests(x) && v.range(lin(x)).hi < WIDTH) return true;
  return false;
}
