/**
 * A request that was marked pending by a dispatch routine that then returns something else: the I/O manager completes it twice. Or one that
 * is completed although its status says that it goes on.
 */
import type { Call, View } from '../../analysis/events';
import { constOf } from '../../analysis/term';
import type { Rule } from '../rule';
import page from './page.md';

const STATUS_PENDING = 0x103;

export const irpPendingMismatch: Rule = {
  meta: {
    id: 'irp-pending-mismatch',
    title: 'Request marked pending, but another status returned',
    threats: ['IOCTLs', 'Local DoS'],
    severity: 'warning',
    precision: 'high',
    cwe: [662],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      call(e, v) {
        if (!isCompletedAsPending(e, v)) return;
        cx.report({
          place: e.place,
          severity: 'warning',
          message: `\`${e.name}\` completes a request whose status is \`STATUS_PENDING\`: nobody has finished it, or somebody else completes it again.`,
          path: [
            cx.step(e.place, 'use', 'completed here'),
            cx.step(e.place, 'guard', 'returning before the completion when the status is `STATUS_PENDING` would silence it'),
          ],
        });
      },
      ret(x, val, place, v) {
        if (!x || !val || !dispatches(cx.fn.params.map((p) => cx.text(p)).join())) return;
        const mark = v.state.must().find((m) => m.tag === 'pended');
        if (!mark || mark.site.file !== cx.file || mark.site.start < cx.fn.start || mark.site.start > cx.fn.end) return;
        const c = constOf(val.t);
        const failed = v.range(val.t).hi < 0;
        if (c === STATUS_PENDING || (c === undefined && !failed)) return;
        cx.report({
          place: x,
          severity: 'warning',
          message: `The request was marked pending, but \`${cx.text(x)}\` is returned instead of \`STATUS_PENDING\`.`,
          path: [
            cx.step(mark.site, 'origin', 'marked pending here'),
            cx.step(place, 'use', 'returned here'),
            cx.step(place, 'guard', '`return STATUS_PENDING` would silence it'),
          ],
          fixes: [
            {
              title: 'Return STATUS_PENDING',
              class: 'suggestion',
              edits: [{ file: cx.file, start: x.start, end: x.end, newText: 'STATUS_PENDING' }],
            },
          ],
        });
      },
    };
  },
};

/** Its status says that somebody goes on with it. */
function isCompletedAsPending(e: Call, v: View): boolean {
  if (e.api?.role === 'irp-complete') {
    const irp = e.arg('irp') ?? e.args[0];
    const base = irp?.pts.length === 1 ? irp.pts[0]?.base : undefined;
    const status = base && v.state.cell(base, 'IoStatus.Status');
    return status !== undefined && constOf(status.t) === STATUS_PENDING;
  }
  const status = e.name.startsWith('WdfRequestComplete') ? e.arg('status') : undefined;
  return status !== undefined && constOf(status.t) === STATUS_PENDING;
}

/** A completion routine marks what it hands on, and answers whether completion goes on. */
function dispatches(params: string): boolean {
  return /\bPIRP\b/.test(params) && !/\bPIRP\b[^,]*,[^,]*\b(PVOID|LPVOID|void\s*\*)[^,]*$/.test(params);
}
