/**
 * A request that is touched after it was completed: its memory belongs to the I/O manager, which may have freed it.
 */
import { same } from '../../analysis/term';
import { isParameter } from '../../analysis/value';
import { Once } from '../request/once';
import type { Rule } from '../rule';
import page from './page.md';

export const irpUseAfterComplete: Rule = {
  meta: {
    id: 'irp-use-after-complete',
    title: 'Request touched after it was completed',
    threats: ['IOCTLs', 'Local DoS'],
    severity: 'error',
    precision: 'high',
    cwe: [416],
    profile: 'default',
  },
  page,
  observe(cx) {
    const once = new Once();
    let mayLeave = false;
    return {
      call(e, v) {
        // What stands behind the name is not in view: a macro that takes a status may leave with it.
        mayLeave ||= e.api === undefined && !e.indirect && e.callees.length === 0 && /^[A-Z][A-Z\d_]+$/.test(e.name);
        if (mayLeave || !/^(irp|request)-complete$/.test(e.api?.role ?? '')) return;
        const of = e.args[0];
        const mark = v.state
          .must()
          .find((m) => m.tag === 'completed' && m.base?.k === 'sym' && isParameter(m.base) && of && same(m.base.t, of.t));
        if (!mark || !once.here('again', e.place)) return;
        cx.report({
          place: e.place,
          severity: 'error',
          message: `\`${e.name}\` completes a request that was completed before on this way.`,
          path: [
            ...(mark.site.file === cx.file ? [cx.step(mark.site, 'origin', 'completed here')] : []),
            cx.step(e.place, 'use', 'completed again here'),
            cx.step(e.place, 'guard', 'leaving the function behind the first completion would silence it'),
          ],
        });
      },
      access(e, v) {
        if (e.inAssert) return;
        for (const t of e.targets) {
          const mark = v.state.hasMust('completed', t.base);
          if (!mark || (t.root !== 'IRP' && t.root !== undefined)) continue;
          if (!once.here(t.base.key, e.place)) return;
          const done = mark.data === 'sent' ? 'passed on to the next driver' : 'completed';
          cx.report({
            place: e.place,
            severity: 'error',
            message: `\`${cx.text(e.place).replace(/\s+/g, ' ')}\` touches a request that was ${done}: its memory may be gone.`,
            path: [
              ...(mark.site.file === cx.file ? [cx.step(mark.site, 'origin', `${done} here`)] : []),
              cx.step(e.place, 'use', 'touched here'),
              cx.step(e.place, 'guard', 'a copy of the value, taken before the request goes, would silence it'),
            ],
          });
          return;
        }
      },
    };
  },
};
