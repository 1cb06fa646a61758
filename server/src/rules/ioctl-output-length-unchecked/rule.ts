/**
 * A write to a request's output that no check of the output length covers. Buffers at raw user addresses are left to the probe rules.
 */
import type { OriginHit, View } from '../../analysis/events';
import { constOf, constant, same, type Lin } from '../../analysis/term';
import type { Span } from '../../syntax/ast';
import type { Fix } from '../finding';
import { coverage, endOf, isCheckedAsWrite, isHeldOnItsWay, isKernelSide } from '../request/coverage';
import { guardFix, nameOf, OUTPUT_LENGTH, wholeSize } from '../request/guard-fix';
import { Once } from '../request/once';
import { shortfall } from '../request/shortfall';
import { firstHand } from '../request/reach';
import { named } from '../request/touch';
import type { Rule, RuleContext } from '../rule';
import { answersUnderInputLength } from './answers';
import { filledBy } from './filled';
import { runsPastTheCheck } from './tail';
import page from './page.md';

export const ioctlOutputLengthUnchecked: Rule = {
  meta: {
    id: 'ioctl-output-length-unchecked',
    title: 'Request output written without a check of its length',
    threats: ['IOCTLs', 'IOCTL surface'],
    severity: 'error',
    precision: 'high',
    cwe: [787, 1284],
    profile: 'default',
  },
  page,
  observe(cx) {
    const once = new Once();
    const answers = answersUnderInputLength(cx);
    return {
      ...answers,
      access(e, v) {
        answers.access?.(e, v);
        if (e.kind === 'read' || e.inAssert) return;
        for (const hit of v.origins(e.targets))
          check(hit, e.size === undefined ? undefined : constant(e.size), e.place, wholeSize(e.x, cx), v, cx, once);
      },
      copy(e, v) {
        answers.copy?.(e, v);
        if (!e.dst || !e.len) return;
        const size = e.lenExpr && cx.text(e.lenExpr);
        for (const hit of v.pointee(e.dst)) check(hit, e.len.t, e.place, size, v, cx, once);
      },
      call(e, v) {
        answers.call?.(e, v);
        for (const { hit, size, place } of filledBy(e, v)) check(hit, size, place, undefined, v, cx, once);
      },
    };
  },
};

function applies(hit: OriginHit, v: View): boolean {
  const r = hit.region;
  if (r?.outLen === undefined || !hit.certain || r.nestedIn !== undefined) return false;
  if (r.origin === 'UserVA' && r.request !== 'message') return false;
  if (hit.target.root === 'FILE_FULL_EA_INFORMATION' || v.request.major === 0) return false;
  return isKernelSide(r.request);
}

function check(
  hit: OriginHit,
  size: Lin | undefined,
  place: Span,
  sizeText: string | undefined,
  v: View,
  cx: RuleContext,
  once: Once,
): void {
  const region = hit.region;
  const len = region?.outLen;
  if (!len || !applies(hit, v)) return;
  const end = endOf(hit, size);
  const answer = coverage(len, end, v);
  // What the framework was asked for is known, wherever the request came from.
  if (!firstHand(v) && !(answer === 'short' && region.request === 'wdf-out')) return;
  const isTail = answer === 'amount-unknown' && runsPastTheCheck(len, hit, size, v);
  const behind = answer === 'amount-unknown' && !isTail && end ? shortfall(len, end, v) : undefined;
  if (answer === 'covered' || (answer === 'amount-unknown' && !isTail && behind === undefined) || isCheckedAsWrite(hit, end, v))
    return;
  if (size && same(size, len)) return;
  const bytes = end && constOf(end);
  if (isHeldOnItsWay(hit.target.held?.output, bytes)) return;
  // The pointer is to be had with so many bytes only, or was kept by code that had looked at the length.
  if ((region.least !== undefined && bytes !== undefined && bytes <= region.least) || hit.target.from !== undefined) return;
  // Another driver's request.
  if (v.request.mode === 0) return;
  // The buffer of a buffered request is as long as the longer of its two lengths: a write inside the checked input damages nothing.
  const input = region.inLen;
  if (input && region.origin === 'Buffered') {
    const other = coverage(input, end, v);
    const isLonger = behind !== undefined && end && shortfall(input, end, v) !== undefined;
    if (other === 'covered' || (other === 'amount-unknown' && v.wasCompared(input) && !isLonger)) return;
  }
  if (!once.here(`${region.key}|${String(v.request.code ?? '')}`, place)) return;
  const need = end && constOf(end);
  const least = v.range(len).lo;
  const what = named(cx.text(place));
  cx.report({
    place,
    severity: 'error',
    message:
      behind !== undefined
        ? `${what} writes the caller’s output where numbers of the caller lead, and what was checked of them lets it write ${String(behind)} ${behind === 1 ? 'byte' : 'bytes'} behind the end.`
        : answer === 'short'
          ? `${what} writes the caller’s output up to byte ${String(need)}, but the check of its length promises only ${String(least)}.`
          : isTail
            ? `${what} writes as much as a variable says behind byte ${String(least)} of the caller’s output, and the check of its length promises no more than these bytes.`
            : `${what} writes the caller’s output, but no check of the output length comes before it.`,
    path: [
      ...cx.path(hit, place, need === undefined ? 'written here' : `written here, up to byte ${String(need)}`),
      cx.step(
        place,
        'guard',
        'a comparison of the output length with the size of what is written, before this, would silence it',
      ),
    ],
    fixes: behind === undefined ? fixes(len, hit, sizeText, place, v, cx) : [],
  });
}

function fixes(len: Lin, hit: OriginHit, size: string | undefined, place: Span, v: View, cx: RuleContext): readonly Fix[] {
  if (size === undefined) return [];
  const off = hit.target.off;
  if (!off || (hit.target.path === '+' && constOf(off) !== 0)) return [];
  const name = nameOf(len, OUTPUT_LENGTH, v, cx);
  if (name === undefined) return [];
  return guardFix(
    cx,
    place,
    `${name} < ${size}`,
    'STATUS_BUFFER_TOO_SMALL',
    `Refuse a request whose output is shorter than ${size}`,
  );
}
