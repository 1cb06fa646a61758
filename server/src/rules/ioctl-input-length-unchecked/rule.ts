/**
 * A read of a request's input that no check of the input length covers. Buffers at raw user addresses are left to the probe rules: what a
 * probe covers is the caller's own memory, whatever length it stated.
 */
import type { OriginHit, View } from '../../analysis/events';
import { constOf, constant, minus, same, single, type Lin, type Atom } from '../../analysis/term';
import type { Span } from '../../syntax/ast';
import type { Fix } from '../finding';
import { areAlternatives } from '../request/alternatives';
import { coverage, endOf, isCheckedAsWrite, isHeldOnItsWay, isKernelSide } from '../request/coverage';
import { guardFix, INPUT_LENGTH, nameOf, OUTPUT_LENGTH, wholeSize } from '../request/guard-fix';
import { Once } from '../request/once';
import { shortfall } from '../request/shortfall';
import { firstHand } from '../request/reach';
import { isReadBack } from '../request/read-back';
import { compared, named } from '../request/touch';
import type { Rule, RuleContext } from '../rule';
import { strings } from './strings';
import page from './page.md';

export const ioctlInputLengthUnchecked: Rule = {
  meta: {
    id: 'ioctl-input-length-unchecked',
    title: 'Request input read without a check of its length',
    threats: ['IOCTLs', 'IOCTL surface'],
    severity: 'error',
    precision: 'high',
    cwe: [125, 1284],
    profile: 'default',
  },
  page,
  observe(cx) {
    const once = new Once();
    const asked: Asked = new Map();
    const text = strings(cx, applies);
    return {
      branch(e, v) {
        text.branch?.(e, v);
        // Whether there is any input says nothing of how much.
        if (!e.loop && e.vals.some((val) => constOf(val.t) === 0) && e.vals.some((val) => single(val.t))) return;
        for (const val of e.vals)
          for (const [atom] of val.t.t) {
            const places = asked.get(atom);
            if (places) places.add(e.place);
            else asked.set(atom, new Set([e.place]));
          }
      },
      access(e, v) {
        text.access?.(e, v);
        if (e.kind === 'write' || e.inAssert) return;
        for (const hit of v.origins(e.targets))
          check(hit, e.size === undefined ? undefined : constant(e.size), e.place, wholeSize(e.x, cx), v, cx, once, asked);
      },
      copy(e, v) {
        if (!e.src || e.fill || !e.len) return;
        const size = e.lenExpr && cx.text(e.lenExpr);
        for (const hit of v.pointee(e.src)) check(hit, e.len.t, e.place, size, v, cx, once, asked);
      },
      call(e, v) {
        text.call?.(e, v);
        for (const { of, len } of compared(e))
          for (const hit of v.pointee(of)) check(hit, len.t, e.place, undefined, v, cx, once, asked);
      },
    };
  },
};

/** For messages. */
const INPUT = { what: 'the caller’s input', length: 'the input length', itsLength: 'its length' };
const ATTRIBUTE = { what: 'the value of an extended attribute', length: '`EaValueLength`', itsLength: '`EaValueLength`' };

/** Where each number was compared with anything, on whatever path. */
type Asked = Map<Atom, Set<Span>>;

/** Another arm of the `switch` that tells the control codes apart does not count. */
function wasAskedBefore(of: Atom, place: Span, asked: Asked, cx: RuleContext): boolean {
  return [...(asked.get(of) ?? [])].some((at) => at.start < place.start && !areAlternatives(cx.fn, at, place));
}

/** Kernel copies and mapped pages: beyond their length lies memory of somebody else. */
function applies(hit: OriginHit, v: View): boolean {
  const r = hit.region;
  if (r?.inLen === undefined || !hit.certain || r.nestedIn !== undefined) return false;
  if (r.origin === 'UserVA' && r.request !== 'message') return false;
  // The I/O manager checks the headers of extended attributes, and their total; how long the value of one is, the driver has to look at.
  if (hit.target.root === 'FILE_FULL_EA_INFORMATION' || (v.request.major === 0 && r.request !== 'ea')) return false;
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
  asked: Asked,
): void {
  const region = hit.region;
  // What the framework hands out as the output is as long as the output.
  const len = region?.request === 'wdf-out' ? (region.outLen ?? region.inLen) : region?.inLen;
  if (!region || !len || !applies(hit, v) || !firstHand(v)) return;
  const end = endOf(hit, size);
  const answer = coverage(len, end, v);
  const behind = answer === 'amount-unknown' && end ? shortfall(len, end, v) : undefined;
  if (answer === 'covered' || (answer === 'amount-unknown' && behind === undefined) || isCheckedAsWrite(hit, end, v)) return;
  if (size && same(size, len)) return;
  // How much is read is not in view, and some path before this looked at the length: the control code may tell the paths apart.
  const [of] = len.t[0] ?? [];
  if (answer === 'unchecked' && (end && constOf(end)) === undefined && of && wasAskedBefore(of, place, asked, cx)) return;
  const bytes = end && constOf(end);
  if (isHeldOnItsWay(hit.target.held?.input, bytes)) return;
  // The pointer is to be had with so many bytes only, or was kept by code that had looked at the length.
  if ((region.least !== undefined && bytes !== undefined && bytes <= region.least) || hit.target.from !== undefined) return;
  // Another driver's request.
  if (v.request.mode === 0) return;
  const out = region.outLen;
  // The buffer of a buffered request is as long as the longer of its two lengths: what is read there may be stale, but it is there.
  const isInside = out !== undefined && region.origin === 'Buffered' && end !== undefined && coverage(out, end, v) === 'covered';
  // What was written through the output half of a buffered request may be read back.
  if (out && v.mark('written', region)) {
    const answered = end ? coverage(out, end, v) : 'covered';
    if (answered === 'covered' || (answered === 'amount-unknown' && v.wasCompared(out))) return;
  }
  if (isReadBack(hit, v)) return;
  const code = v.request.code;
  if (!once.here(`${region.key}|${String(code ?? '')}`, place)) return;
  const need = end && constOf(end);
  const least = v.range(len).lo;
  const what = named(cx.text(place));
  const input = region.request === 'ea' ? ATTRIBUTE : INPUT;
  cx.report({
    place,
    severity: isInside ? 'warning' : 'error',
    message:
      behind !== undefined
        ? `${what} reads ${input.what} where numbers of the caller lead, and what was checked of them lets it read ${String(behind)} ${behind === 1 ? 'byte' : 'bytes'} behind the end.`
        : answer === 'short'
          ? `${what} reads ${input.what} up to byte ${String(need)}, but the check of ${input.itsLength} promises only ${String(least)}.`
          : `${what} reads ${input.what}, but no check of ${input.length} comes before it.`,
    path: [
      ...cx.path(hit, place, need === undefined ? 'read here' : `read here, up to byte ${String(need)}`),
      cx.step(place, 'guard', `a comparison of ${input.length} with the size of what is read, before this, would silence it`),
    ],
    fixes: behind === undefined ? fixes(len, hit, sizeText, place, v, cx) : [],
  });
}

function fixes(len: Lin, hit: OriginHit, size: string | undefined, place: Span, v: View, cx: RuleContext): readonly Fix[] {
  if (size === undefined) return [];
  // A pointer that has moved into the buffer needs more than the size of what it points to.
  const off = hit.target.off;
  if (!off || (hit.target.path === '+' && constOf(off) !== 0)) return [];
  const field = constOf(minus(len, v.request.outLen)) === 0 ? OUTPUT_LENGTH : INPUT_LENGTH;
  const name = nameOf(len, field, v, cx);
  if (name === undefined) return [];
  return guardFix(
    cx,
    place,
    `${name} < ${size}`,
    'STATUS_BUFFER_TOO_SMALL',
    `Refuse a request whose input is shorter than ${size}`,
  );
}
