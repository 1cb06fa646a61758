/**
 * An operation that gives away the machine (model-specific registers, ports, physical memory, other processes) with an argument that the
 * caller chooses.
 */
import { isPartOf } from '../../analysis/copied';
import type { View } from '../../analysis/events';
import { constOf } from '../../analysis/term';
import type { Val } from '../../analysis/value';
import { chosen, source } from '../request/taint';
import { named } from '../request/touch';
import type { Rule } from '../rule';
import { callsOfCaller, freesOfCaller } from './address';
import page from './page.md';

export const ioctlDangerousPrimitive: Rule = {
  meta: {
    id: 'ioctl-dangerous-primitive',
    title: 'Privileged operation with an argument of the caller',
    threats: ['IOCTLs', 'IOCTL surface', 'Miscellaneous kernel APIs'],
    severity: 'error',
    precision: 'medium',
    cwe: [782, 269],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      call(e, v) {
        const freed = freesOfCaller(e, v);
        if (freed) {
          cx.report({
            place: e.place,
            severity: 'error',
            message: `\`${e.name}\` gives back a block whose address the caller chose: whatever it names in the kernel is freed.`,
            path: [
              ...cx.path(freed, e.place, 'given back here'),
              cx.step(
                e.place,
                'guard',
                'a handle of the driver’s own that is looked up, instead of the address, would silence it',
              ),
            ],
          });
          return;
        }
        const called = callsOfCaller(e, v);
        if (called) {
          cx.report({
            place: e.place,
            severity: 'error',
            message: `${named(cx.text(e.x.f))} lay in memory that the caller wrote, and is called: the caller’s code runs in the kernel.`,
            path: [
              ...(called.site.file === cx.file ? [cx.step(called.site, 'origin', 'the pointer is read here')] : called.witness),
              cx.step(e.place, 'use', 'called here'),
              cx.step(e.place, 'guard', 'a number that picks one of the driver’s own functions would silence it'),
            ],
          });
          return;
        }
        if (e.api?.dangerous === undefined || e.api.dangerous === false || v.request.mode === 0) return;
        // The object manager checks what the caller may do, unless it is told that the kernel asks.
        const mode = e.arg('mode');
        if (mode && constOf(mode.t) !== 0) return;
        const roles = e.api.args;
        const counts = roles && new Set(Object.values(roles));
        const i = e.args.findIndex(
          (a, n) =>
            (counts?.has(n) ?? true) &&
            (chosen(a, v) !== undefined || (a.agg?.taint ?? []).some((t) => t.origin === 'Buffered' && t.certain)),
        );
        const arg = e.args[i];
        const expr = e.argExprs[i];
        if (!arg || !expr || wasCompared(arg, v)) return;
        const taint = chosen(arg, v);
        cx.report({
          place: e.place,
          severity: 'error',
          message: `\`${e.name}\` gets \`${cx.text(expr)}\`, which is ${taint ? source(taint) : 'a field of the caller’s buffer'}, without a check of its value.`,
          path: [
            ...(taint && taint.site.file === cx.file
              ? [cx.step(taint.site, 'origin', `${source(taint)} is read here`)]
              : (taint?.witness ?? [])),
            cx.step(e.place, 'use', 'used for a privileged operation here'),
            cx.step(e.place, 'guard', 'a comparison with the values that are allowed would silence it'),
          ],
        });
      },
    };
  },
};

/** The number, or one of what is passed as a whole: `Address.QuadPart`. */
function wasCompared(arg: Val, v: View): boolean {
  const { agg } = arg;
  return v.wasCompared(arg.t) || (agg !== undefined && [...v.state.compared()].some((x) => isPartOf(x, agg)));
}
