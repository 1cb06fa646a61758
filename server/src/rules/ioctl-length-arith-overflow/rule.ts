/**
 * A sum, product or difference of lengths that the caller chooses, used as a guard, a size or an argument before it is known not to wrap.
 */
import { Wraps, type Wrap } from '../request/arith';
import { Once } from '../request/once';
import { source } from '../request/taint';
import type { View } from '../../analysis/events';
import type { Span } from '../../syntax/ast';
import type { Rule, RuleContext } from '../rule';
import page from './page.md';

export const ioctlLengthArithOverflow: Rule = {
  meta: {
    id: 'ioctl-length-arith-overflow',
    title: 'Arithmetic on a length of the caller that may wrap',
    threats: ['IOCTLs', 'IOCTL surface'],
    severity: 'error',
    precision: 'medium',
    cwe: [190, 191],
    profile: 'default',
  },
  page,
  observe(cx) {
    const wraps = new Wraps();
    const once = new Once();
    return {
      arith(e, v) {
        wraps.note(e, v);
      },
      branch(e, v) {
        if (e.c.kind !== 'bin' || e.c.op === '==' || e.c.op === '!=') return;
        for (const val of e.vals) use(wraps.of(val), e.place, 'a comparison that was to guard memory', v, once, cx);
      },
      copy(e, v) {
        use(wraps.of(e.len), e.place, 'the length of a copy', v, once, cx);
      },
      call(e, v) {
        // Sizes of allocations are told by alloc-size-overflow.
        if (e.api?.role.startsWith('alloc')) return;
        for (const role of ['size', 'len', 'length', 'minLen']) use(wraps.of(e.arg(role)), e.place, 'a size', v, once, cx);
        // Functions of this or another module; what only prints its arguments has no prototype in the driver.
        if (e.callees.length > 0 || (!e.api && v.program.prototype(e.name, v.file) !== undefined))
          for (const a of e.args) {
            use(wraps.of(a), e.place, 'an argument', v, once, cx, '-');
            use(wraps.within(a, v), e.place, 'a member of an argument', v, once, cx, '-');
          }
      },
      access(e, v) {
        if (e.kind === 'write') use(wraps.of(e.val), e.place, 'a value that is stored', v, once, cx, '-');
      },
      index(e, v) {
        use(wraps.of(e.index), e.place, 'an index', v, once, cx);
      },
    };
  },
};

/** @param only the operation that counts here */
function use(wrap: Wrap | undefined, place: Span, what: string, v: View, once: Once, cx: RuleContext, only?: Wrap['op']): void {
  if (!wrap || (only !== undefined && wrap.op !== only)) return;
  // A comparison after the subtraction and before the use.
  if (wrap.op === '-' && v.proves(wrap.form)) return;
  if (!once.here(`${String(wrap.place.start)}`, wrap.place)) return;
  const text = cx.text(wrap.place).replace(/\s+/g, ' ');
  const how = wrap.op === '-' ? 'below zero' : `at ${String(wrap.bits)} bits`;
  cx.report({
    place: wrap.place,
    severity: 'error',
    message: `\`${text}\` is computed from ${source(wrap.taint)} and may wrap ${how} before it is used as ${what}.`,
    path: [
      ...(wrap.taint.site.file === cx.file
        ? [cx.step(wrap.taint.site, 'origin', `${source(wrap.taint)} is read here`)]
        : wrap.taint.witness),
      cx.step(wrap.place, 'flow', 'computed here without a check'),
      cx.step(place, 'use', `used here as ${what}`),
      cx.step(
        wrap.place,
        'guard',
        wrap.op === '-'
          ? 'a comparison of the two numbers before the subtraction would silence it'
          : 'checked arithmetic whose status is tested, or a comparison with the limit minus the other operand, would silence it',
      ),
    ],
  });
}
