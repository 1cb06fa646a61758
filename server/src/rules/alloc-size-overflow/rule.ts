/**
 * An allocation whose size is computed from numbers that the caller chooses and may wrap: the block is smaller than what goes into it.
 */
import type { Call } from '../../analysis/events';
import { Wraps, type Wrap } from '../request/arith';
import { parametersIn } from '../request/parameters';
import { source } from '../request/taint';
import type { DriverFacts, Rule, RuleContext } from '../rule';
import page from './page.md';

/** Functions that allocate as much as a parameter says, and those that hand it on (key: function and position of the parameter). */
const ALLOCATES = 'allocates-parameter';
const HANDS = 'hands-on-size';

export const allocSizeOverflow: Rule = {
  meta: {
    id: 'alloc-size-overflow',
    title: 'Allocation size that may wrap',
    threats: ['IOCTLs', 'System memory consumption'],
    severity: 'error',
    precision: 'high',
    cwe: [190, 131],
    profile: 'default',
  },
  page,
  habits: (cx) => ({
    call(e) {
      notes(e, cx);
    },
  }),
  observe(cx) {
    const wraps = new Wraps(true);
    return {
      arith(e, v) {
        if (e.op !== '-') wraps.note(e, v);
      },
      branch(e) {
        wraps.asks(e);
      },
      call(e) {
        notes(e, cx);
        const size = sizeOf(e);
        if (size) {
          const wrap = wraps.of(size);
          if (wrap) tell(wrap, e, cx);
        } else if (e.callees.length > 0)
          e.args.forEach((a, at) => {
            const wrap = wraps.of(a);
            if (wrap) tell(wrap, e, cx, at);
          });
      },
    };
  },
};

function sizeOf(e: Call): ReturnType<Call['arg']> {
  return e.api?.role.startsWith('alloc') === true ? (e.arg('size') ?? e.arg('length')) : undefined;
}

/** Which parameters of this function become sizes of blocks. */
function notes(e: Call, cx: RuleContext): void {
  const me = `${cx.file}:${cx.fn.name}`;
  if (e.api) {
    const x = sizeOf(e) && (e.argExpr('size') ?? e.argExpr('length'));
    if (x) for (const at of parametersIn(x, cx.fn)) cx.note(ALLOCATES, `${me}|${String(at)}`);
    return;
  }
  for (const callee of e.callees)
    e.argExprs.forEach((x, to) => {
      for (const at of parametersIn(x, cx.fn))
        cx.note(HANDS, `${me}|${String(at)}`, `${callee.file}:${callee.decl.name}|${String(to)}`);
    });
}

/** Whether one of the functions called allocates as much as this argument says, itself or by what it calls. */
function isAllocated(e: Call, at: number, facts: DriverFacts): boolean {
  const open = e.callees.map((c) => `${c.file}:${c.decl.name}|${String(at)}`);
  const seen = new Set<string>();
  for (let to = open.pop(); to !== undefined; to = open.pop()) {
    if (seen.has(to)) continue;
    seen.add(to);
    if (facts.has(ALLOCATES, to)) return true;
    open.push(...facts.values(HANDS, to));
  }
  return false;
}

/** @param handed position of the argument of a function that may allocate so much */
function tell(wrap: Wrap, e: Call, cx: RuleContext, handed?: number): void {
  const text = cx.text(wrap.place).replace(/\s+/g, ' ');
  cx.report({
    place: wrap.place,
    severity: 'error',
    message: `\`${text}\` is computed from ${source(wrap.taint)} and may wrap at ${String(wrap.bits)} bits before \`${e.name}\` ${handed === undefined ? 'gets it as a size' : 'allocates so much'}.`,
    path: [
      ...(wrap.taint.site.file === cx.file
        ? [cx.step(wrap.taint.site, 'origin', `${source(wrap.taint)} is read here`)]
        : wrap.taint.witness),
      cx.step(wrap.place, 'flow', 'computed here without a check'),
      cx.step(e.place, 'use', handed === undefined ? 'allocated with this size' : 'handed on as the size of a block'),
      cx.step(wrap.place, 'guard', 'checked arithmetic whose status is tested would silence it'),
    ],
    decide: (facts) => (handed === undefined || isAllocated(e, handed, facts) ? {} : undefined),
  });
}
