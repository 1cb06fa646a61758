/**
 * A sum, product or difference of lengths that the caller chooses, used as a guard, a size or an argument before it is known not to wrap.
 */
import { Wraps, type Wrap } from '../request/arith';
import { Once } from '../request/once';
import { isRequestLength, source } from '../request/taint';
import type { View } from '../../analysis/events';
import { constOf } from '../../analysis/term';
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
    /** What is stored may still be looked at before anybody uses it. */
    const stored: { readonly place: Span; readonly wrap: Wrap; readonly proven: boolean }[] = [];
    const checked = new Set<string>();
    return {
      arith(e, v) {
        wraps.note(e, v);
      },
      branch(e, v) {
        if (wraps.asks(e)) return;
        if (e.c.kind !== 'bin' || e.c.op === '==' || e.c.op === '!=') return;
        // A difference that fell below zero is larger than any constant limit: such a comparison finds it.
        const [l, r] = e.vals;
        if (l && r && (constOf(l.t) !== undefined || constOf(r.t) !== undefined)) {
          const upper = e.c.op.startsWith('>') === (constOf(r.t) !== undefined);
          for (const val of e.vals) {
            const wrap = wraps.of(val);
            if (wrap?.op !== '-') continue;
            if (upper) checked.add(difference(wrap));
            return;
          }
        }
        for (const val of e.vals) use(wraps.of(val), e.place, 'a comparison that was to guard memory', v, once, cx);
      },
      copy(e, v) {
        use(wraps.of(e.len), e.place, 'the length of a copy', v, once, cx);
      },
      call(e, v) {
        // Sizes of allocations are told by alloc-size-overflow: what else is made of such a number has the same cause.
        if (e.api?.role.startsWith('alloc')) {
          const wrap = wraps.of(e.arg('size') ?? e.arg('length'));
          if (wrap) once.here(`${String(wrap.place.start)}`, ELSEWHERE);
          return;
        }
        for (const role of ['size', 'len', 'length', 'minLen']) use(wraps.of(e.arg(role)), e.place, 'a size', v, once, cx);
        // Functions of this or another module; what only prints its arguments has no prototype in the driver.
        if (e.callees.length > 0 || (!e.api && v.program.prototype(e.name, v.file) !== undefined))
          for (const a of e.args) {
            use(wraps.of(a), e.place, 'an argument', v, once, cx, '-');
            use(wraps.within(a, v), e.place, 'a member of an argument', v, once, cx, '-');
          }
      },
      access(e, v) {
        const wrap = e.kind === 'write' ? wraps.of(e.val) : undefined;
        // A number of 64 bits that is no length may well be meant modulo its width.
        if (wrap?.op === '-' && (wrap.bits < 64 || isRequestLength(wrap.taint)))
          stored.push({ place: e.place, wrap, proven: v.proves(wrap.form) });
      },
      done() {
        for (const s of stored)
          if (!s.proven && !checked.has(difference(s.wrap)))
            use(s.wrap, s.place, 'a value that is stored', undefined, once, cx, '-');
      },
      index(e, v) {
        use(wraps.of(e.index), e.place, 'an index', v, once, cx);
      },
    };
  },
};

/** What is taken from which number: a comparison of it in one width holds for it in another. */
function difference(wrap: Wrap): string {
  const by = wrap.of[1];
  return by && constOf(by) !== undefined ? `${wrap.taint.loc}|${String(constOf(by))}` : `${String(wrap.place.start)}`;
}

/** No place of the text. */
const ELSEWHERE: Span = { start: -1, end: -1 };

/**
 * @param v absent when it was asked before
 * @param only the operation that counts here
 */
function use(
  wrap: Wrap | undefined,
  place: Span,
  what: string,
  v: View | undefined,
  once: Once,
  cx: RuleContext,
  only?: Wrap['op'],
): void {
  if (!wrap || (only !== undefined && wrap.op !== only)) return;
  // A comparison after the subtraction and before the use.
  if (wrap.op === '-' && v?.proves(wrap.form)) return;
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
