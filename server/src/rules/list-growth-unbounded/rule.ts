/**
 * Every request adds an allocation to a list that outlives it, and nothing counts how many there are.
 */
import type { Call, View } from '../../analysis/events';
import type { AllocBase } from '../../analysis/value';
import { Once } from '../request/once';
import { shapeOf, sourceOf, type Shape } from '../source/shape';
import type { Rule, RuleContext } from '../rule';
import page from './page.md';

const INSERTS: Readonly<Record<string, readonly [list: number, entry: number]>> = {
  InsertTailList: [0, 1],
  InsertHeadList: [0, 1],
  PushEntryList: [0, 1],
  ExInterlockedInsertTailList: [0, 1],
  ExInterlockedInsertHeadList: [0, 1],
};
/** A name that counts, or says how many there may be. */
const LIMITS = /count|number|num[A-Z_]|max|limit|quota|depth|total|pending/i;

export const listGrowthUnbounded: Rule = {
  meta: {
    id: 'list-growth-unbounded',
    title: 'List that grows with every request',
    threats: ['System memory consumption', 'Local DoS'],
    severity: 'warning',
    precision: 'medium',
    cwe: [770],
    profile: 'default',
  },
  page,
  observe(cx) {
    const once = new Once();
    return {
      call(e, v) {
        if (!e.inAssert) inserted(e, v, once, cx);
      },
    };
  },
};

function inserted(e: Call, v: View, once: Once, cx: RuleContext): void {
  const at = INSERTS[e.name];
  if (!at || !isControl(v)) return;
  const list = e.args[at[0]];
  const made = e.args[at[1]]?.pts.map((t) => t.base).find((b): b is AllocBase => b.k === 'alloc' && b.what === 'pool');
  if (!made || !list || list.pts.length === 0 || list.pts.some((t) => t.base.k === 'local' || t.base.k === 'alloc')) return;
  // What was made elsewhere may be one for each handle, which the system counts.
  if (made.site.file !== cx.file || made.site.start < cx.fn.start || made.site.end > cx.fn.end) return;
  if (counts(shapeOf(cx.fn, sourceOf(cx.file, cx))) || !once.here(made.key, e.place)) return;
  cx.report({
    place: e.place,
    severity: 'warning',
    confidence: 'likely',
    message: `Every such request adds to the list \`${cx.text(e.argExprs[at[0]] ?? e.place)}\`, and nothing counts how many there are: a program can use up the pool.`,
    path: [
      { ...made.site, role: 'origin', message: 'allocated for the request' },
      cx.step(e.place, 'use', 'kept here'),
      cx.step(e.place, 'guard', 'a counter with an upper bound, for the handle or for the device, would silence it'),
    ],
  });
}

/** It runs for a control code; an open handle is counted by the system. */
function isControl(v: View): boolean {
  return v.mark('entry', undefined, 'control') !== undefined;
}

function counts(s: Shape): boolean {
  return s.conditions.some((c) => LIMITS.test(s.text(c)));
}
