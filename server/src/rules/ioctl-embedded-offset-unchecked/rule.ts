/**
 * An offset or index that lies in the buffer of a request, added to a pointer or used on an array without any comparison.
 */
import type { Index, View } from '../../analysis/events';
import { constant, lin, minus, type Lin } from '../../analysis/term';
import type { Taint } from '../../analysis/value';
import { Counted } from '../request/counted';
import { isKernelSide } from '../request/coverage';
import { isInside } from '../request/inside';
import { isLimit } from '../request/limit';
import { mayBeCapped } from '../request/bounded';
import { Once } from '../request/once';
import { servesControl } from '../request/reach';
import { named } from '../request/touch';
import { chosen, isRequestLength, ofRequest } from '../request/taint';
import { step } from '../request/walk';
import { isChosen, isHeldByCaller, limitOf } from '../request/shortfall';
import { SignedTests } from '../request/signed-tests';
import { picksUnseen } from './collection';
import { letsThrough } from './lets-through';
import type { Rule } from '../rule';
import page from './page.md';

export const ioctlEmbeddedOffsetUnchecked: Rule = {
  meta: {
    id: 'ioctl-embedded-offset-unchecked',
    title: 'Offset or index inside a request used without a check',
    threats: ['IOCTLs', 'IOCTL surface'],
    severity: 'error',
    precision: 'medium',
    cwe: [823, 125],
    profile: 'default',
  },
  page,
  observe(cx) {
    const once = new Once();
    const counted = new Counted();
    const signs = new SignedTests();
    return {
      branch(e, v) {
        counted.branch(e, v);
        signs.branch(e, v);
      },
      call(e, v) {
        const taint = picksUnseen(e, v, cx);
        if (!taint || !once.here(`${taint.loc}|${String(v.request.code ?? '')}`, e.place)) return;
        cx.report({
          place: e.place,
          severity: 'error',
          message: `${named(cx.text(e.place))} asks for an item by a number of the caller’s buffer: where there is none the answer is NULL, and it is used unseen.`,
          path: [
            ...(taint.site.file === cx.file
              ? [cx.step(taint.site, 'origin', 'read from the caller’s buffer here')]
              : taint.witness),
            cx.step(e.place, 'use', 'asked for here'),
            cx.step(e.place, 'guard', 'a test of the answer, or a comparison with the number of items, would silence it'),
          ],
        });
      },
      index(e, v) {
        const limit = counted.limitOf(e.index, v, (e.count ?? 0) > 1);
        if (limit && leaves(e, limit, v)) {
          if (isLimit(cx.fn, e.x) || !once.here(`${limit.loc}|${String(v.request.code ?? '')}`, e.place)) return;
          cx.report({
            place: e.place,
            severity: 'error',
            message: `${named(cx.text(e.place))} is reached by a counter whose only limit is ${isRequestLength(limit) ? 'how much the caller sent' : 'a number of the caller’s buffer'}.`,
            path: [
              ...(limit.site.file === cx.file
                ? [cx.step(limit.site, 'origin', 'read from the caller’s buffer here')]
                : limit.witness),
              cx.step(e.place, 'use', 'used here'),
              cx.step(e.place, 'guard', 'a comparison of the number with what there is would silence it'),
            ],
          });
          return;
        }
        const over = overArray(e, v);
        if (over !== undefined) {
          if (isLimit(cx.fn, e.x) || !once.here(`over|${String(v.request.code ?? '')}`, e.place)) return;
          cx.report({
            place: e.place,
            severity: 'error',
            message: `${named(cx.text(e.place))} has ${String(e.count)} elements, and the caller’s number that leads there was compared with lengths of the request alone: it may be ${String(over)}.`,
            path: [
              cx.step(e.place, 'use', 'used here'),
              cx.step(e.place, 'guard', 'a comparison of the number with what there is would silence it'),
            ],
          });
          return;
        }
        const taint = chosen(e.index, v);
        if (!taint || isRequestLength(taint) || !ofRequest(taint)) return;
        const passing = letsThrough(e, signs, v);
        if (!passing && (bounded(e, v) || step(cx.fn, e.place, (s) => cx.text(s)))) return;
        if (isSystems(taint, v)) return;
        // What a process does to its own addresses is its own affair.
        const to = v.origins(e.targets);
        if (isLimit(cx.fn, e.x) || (to.length > 0 && to.every((h) => h.origin === 'UserVA'))) return;
        if (!once.here(`${taint.loc}|${String(v.request.code ?? '')}`, e.place)) return;
        cx.report({
          place: e.place,
          severity: 'error',
          message: (passing?.message ?? MESSAGE)(named(cx.text(e.place))),
          path: [
            ...(taint.site.file === cx.file
              ? [cx.step(taint.site, 'origin', 'read from the caller’s buffer here')]
              : taint.witness),
            cx.step(e.place, 'use', 'used here'),
            cx.step(e.place, 'guard', passing?.guard ?? GUARD),
          ],
        });
      },
    };
  },
};

/** An array that is shorter than the number says, or the caller's buffer, whose length nothing was compared with that number. */
function leaves(e: Index, limit: Taint, v: View): boolean {
  if (isSystems(limit, v) || v.request.major === 0) return false;
  const to = v.origins(e.targets);
  // How much the caller sent is right for what was sent, whatever its declaration says.
  if (isRequestLength(limit) && e.targets.some((t) => t.base.k === 'region')) return false;
  if (to.some((h) => h.certain && h.region?.nestedIn === undefined && isKernelSide(h.region?.request))) return true;
  if (e.count === undefined || e.count <= 1 || to.some((h) => h.origin === 'UserVA')) return false;
  return !v.proves(minus(constant(e.count - 1), e.index.t));
}

/** The largest value of an index that only lengths of the request hold, where the array is the driver's and has fewer elements. */
function overArray(e: Index, v: View): number | undefined {
  const only = e.index.t.t.length === 1 ? e.index.t.t[0] : undefined;
  if (e.count === undefined || e.count <= 1 || only?.[1] !== 1 || v.request.mode === 0 || v.request.major === 0) return undefined;
  if (
    e.targets.length === 0 ||
    e.targets.some((t) => t.base.k === 'region') ||
    v.origins(e.targets).some((h) => h.origin === 'UserVA')
  )
    return undefined;
  const [x] = only;
  const limit = isChosen(x) ? x : limitOf(x, v)?.number;
  const { hi } = v.range(e.index.t);
  return limit && hi >= e.count && isHeldByCaller(lin(limit), v) ? hi : undefined;
}

/** The new name of a file: the system has checked its length before the file system sees it. */
function isSystems(t: Taint, v: View): boolean {
  const { major } = v.request;
  return t.loc.endsWith('|FileNameLength') && major !== 13 && major !== 14 && !servesControl(v);
}

/** Known to stay inside, or compared with something whose amount is not known. */
function bounded(e: Index, v: View): boolean {
  const i = e.index.t;
  if (isCompared(i, v) || isInside(e, v)) return true;
  if (e.count !== undefined) return v.proves(minus(constant(e.count - 1), i)) && v.proves(i);
  // A mask or a remainder holds it to something.
  const ty = e.index.ty;
  return ty?.k === 'int' && v.range(i).hi < 2 ** (8 * Math.min(ty.size, 4)) / 2 - 1;
}

/** The number was compared, or the one that it is made of; or a mask or a divisor of the driver's own holds it. */
function isCompared(t: Lin, v: View): boolean {
  return (
    mayBeCapped(t, v) ||
    t.t.some(([x]) => x.key.startsWith('%(') || v.state.bounds.heldByOwn(x) || x.args.some((a) => isCompared(a, v)))
  );
}

const MESSAGE = (text: string): string =>
  `${text} uses an offset or index of the caller’s buffer that nothing was compared with.`;
const GUARD = 'a comparison of the offset and of its end with the length of the buffer would silence it';
