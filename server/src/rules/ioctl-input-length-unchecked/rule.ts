/**
 * A read of a request's input that no check of the input length covers.
 */
import type { Access, OriginHit, View } from '../../analysis/events';
import { constOf, constant, minus, plus, type Lin } from '../../analysis/term';
import type { Rule, RuleContext } from '../rule';
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
    return {
      access(e, v) {
        if (e.kind === 'write') return;
        for (const hit of v.origins(e.targets)) check(e, hit, e.targets.length, v, cx);
      },
      copy(e, v) {
        if (!e.src || e.fill) return;
        for (const hit of v.pointee(e.src)) {
          const len = hit.region?.inLen;
          if (!len || !applies(hit) || e.len === undefined) continue;
          if (guarded(len, plus(hit.target.off ?? constant(0), e.len.t), hit, v)) continue;
          tell(e.place, cx.text(e.srcExpr ?? e.place), hit, e.len.t, v, cx);
        }
      },
    };
  },
};

/** Buffers whose bytes beyond the input length are not the caller's. */
function applies(hit: OriginHit): boolean {
  const r = hit.region;
  return (
    r?.inLen !== undefined &&
    hit.certain &&
    (r.request === 'system' ||
      r.request === 'type3' ||
      r.request === 'wdf-in' ||
      r.request === 'fast-in' ||
      r.request === 'message')
  );
}

function check(e: Access, hit: OriginHit, _count: number, v: View, cx: RuleContext): void {
  const len = hit.region?.inLen;
  if (!len || !applies(hit)) return;
  const size = e.size;
  const end = hit.target.off && size !== undefined ? plus(hit.target.off, constant(size)) : undefined;
  if (guarded(len, end, hit, v)) return;
  tell(e.place, cx.text(e.place), hit, end, v, cx);
}

/** True when the length is known to reach `end`, or was compared with something whose amount is not known. */
function guarded(len: Lin, end: Lin | undefined, hit: OriginHit, v: View): boolean {
  // The I/O manager checks the header of extended attributes, and their total.
  if (hit.target.root === 'FILE_FULL_EA_INFORMATION' || v.request.major === 0) return true;
  if (hit.region?.request === 'system' && outputCovers(hit, end, v)) return true;
  if (end && v.proves(minus(len, end))) return true;
  const least = v.range(len).lo;
  if (!v.wasCompared(len)) return false;
  // Some amount was checked: it is too little only when both numbers are known.
  const c = end && constOf(end);
  if (c === undefined || !Number.isFinite(least)) return true;
  if (exact(len, v)) return least >= c;
  return true;
}

/** Only comparisons with constants were made, so the least length is all there is. */
function exact(len: Lin, v: View): boolean {
  const atom = len.t[0]?.[0];
  if (!atom) return false;
  for (const b of v.state.bounds.all.values()) if (b.form.t.length > 1 && b.form.t.some(([x]) => x === atom)) return false;
  return v.range(len).lo > 0;
}

/** What was written through the output half of a buffered request may be read back. */
function outputCovers(hit: OriginHit, end: Lin | undefined, v: View): boolean {
  const out = hit.region?.outLen;
  return (
    v.state.hasMay('written', hit.target.base) !== undefined &&
    out !== undefined &&
    end !== undefined &&
    v.proves(minus(out, end))
  );
}

function tell(
  place: { start: number; end: number },
  text: string,
  hit: OriginHit,
  end: Lin | undefined,
  v: View,
  cx: RuleContext,
): void {
  const need = end && constOf(end);
  const least = hit.region?.inLen ? v.range(hit.region.inLen).lo : 0;
  const how =
    v.wasCompared(hit.region?.inLen ?? constant(0)) && least > 0
      ? `only ${String(least)} bytes are promised by the check, ${String(need ?? 'more')} are read`
      : 'no check of the input length comes before it';
  cx.report({
    place,
    severity: 'error',
    message: `\`${text}\` reads the caller's input, but ${how}.`,
    path: cx.path(hit, place, need === undefined ? 'read here' : `read here, up to byte ${String(need)}`),
  });
}
