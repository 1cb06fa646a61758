/**
 * Whether the length of a request's buffer is known to reach the bytes that are touched. Owns the words of the answer; which buffers and
 * which length are the rules' business.
 */
import type { OriginHit, View } from '../../analysis/events';
import { constOf, lin, minus, plus, same, type Atom, type Lin, single } from '../../analysis/term';
import type { RequestBuffer, Taint } from '../../analysis/value';

/**
 * covered: the length reaches the end. amount-unknown: something was compared, and how much that promises is not known. short: what was
 * compared promises `least` bytes, and that is too little. unchecked: nothing was compared.
 */
export type Coverage = 'covered' | 'amount-unknown' | 'short' | 'unchecked';

/** @param end bytes from the start of the buffer; undefined when they are not known */
export function coverage(len: Lin, end: Lin | undefined, v: View): Coverage {
  if (end && v.proves(minus(len, end))) return 'covered';
  if (end && halves(len, v).some((x) => v.proves(minus(lin(x), end)))) return 'covered';
  const need = end && constOf(end);
  const least = v.range(len).lo;
  if (!v.wasCompared(len))
    return (need === undefined && isAtHand(len, v)) || copyCompared(len, v) ? 'amount-unknown' : 'unchecked';
  // The check failed on the way here, and nobody cared.
  if (need !== undefined && v.range(len).hi < need) return 'short';
  if (need === undefined || !Number.isFinite(least) || least <= 0) return 'amount-unknown';
  return onlyConstants(len, v) && least < need ? 'short' : 'amount-unknown';
}

/** Only comparisons with constants hold it from below, so the least length is all there is. */
export function onlyConstants(len: Lin, v: View): boolean {
  const atom = len.t[0]?.[0];
  if (!atom) return false;
  return !v.state.bounds.heldFromBelow(atom) && !halves(len, v).some((x) => v.state.bounds.heldFromBelow(x));
}

/** Numbers that hold the lower half of a length, as `(USHORT)Length`, of which something is known. */
function halves(len: Lin, v: View): readonly Atom[] {
  const out: Atom[] = [];
  for (const b of v.state.bounds.all())
    for (const [x] of b.form.t) {
      const of = x.lo === 0 && x.key.startsWith('narrow') ? x.args[0] : undefined;
      if (of && same(of, len)) out.push(x);
    }
  return out;
}

/** A variable holds the length, or something made of it: a loop that counts it down is a check whose amount is not known. */
function isAtHand(len: Lin, v: View): boolean {
  const atom = len.t[0]?.[0];
  if (!atom) return false;
  for (const c of v.state.cells()) {
    if (c.base.k !== 'local') continue;
    // A length of the request that just lies in a variable is no use of it.
    if (single(c.val.t)?.key.startsWith('REQ.')) continue;
    if (c.val.t.t.some(([a]) => a === atom)) return true;
    if (c.val.taint.some((t) => t.loc.startsWith('REQ|') && !isCode(t))) return true;
    // A length inside the buffer that was compared with something is the check of a part of it.
    if (c.val.taint.some((t) => !isCode(t)) && c.val.pts.length === 0 && v.wasCompared(c.val.t)) return true;
  }
  return false;
}

/** Which request it is says nothing of how long it is. */
function isCode(t: Taint): boolean {
  return /^REQ\|.*code$/i.test(t.loc);
}

/** A variable that was filled with the length on some paths was compared, where the length itself was not. */
function copyCompared(len: Lin, v: View): boolean {
  const atom = len.t[0]?.[0];
  const other = atom?.key === 'REQ.InLen' ? /Output|Read|outLen/ : /Input|Write|inLen/;
  for (const c of v.state.cells()) {
    if (c.base.k !== 'local' || c.val.pts.length > 0 || c.val.t.t.some(([a]) => a.key.startsWith('REQ.'))) continue;
    if (!c.val.taint.some((t) => t.loc.startsWith('REQ|') && !isCode(t) && !other.test(t.loc))) continue;
    if (v.wasCompared(c.val.t)) return true;
  }
  return false;
}

/**
 * The length of the pages behind `Irp->MdlAddress` is the one of the request: what a write is given, what a read or a control code asks
 * for. Where the kind of request is not known, a comparison of either is a check whose amount is not known.
 */
export function isCheckedAsWrite(hit: OriginHit, end: Lin | undefined, v: View): boolean {
  if (hit.region?.request !== 'mdl') return false;
  const major = v.request.major;
  if (major !== undefined && major !== 4) return false;
  const answer = coverage(v.request.inLen, end, v);
  return answer === 'covered' || (answer === 'amount-unknown' && v.wasCompared(v.request.inLen));
}

/** Bytes from the start of the buffer to the end of an access of `size` bytes. */
export function endOf(hit: OriginHit, size: Lin | undefined): Lin | undefined {
  const off = hit.target.off;
  if (!off || !size) return undefined;
  return plus(off, size);
}

/**
 * Buffers that the kernel copied, mapped or checked: beyond their length lies memory of somebody else. Input and output of a buffered
 * request are one buffer, so their names do not tell them apart.
 */
export function isKernelSide(request: RequestBuffer | undefined): boolean {
  return (
    request === 'system' ||
    request === 'ea' ||
    request === 'wdf-in' ||
    request === 'wdf-out' ||
    request === 'message' ||
    request === 'mdl'
  );
}

/**
 * Whether the way on which the pointer leads to the buffer had looked at a length that covers the access.
 * @param held bytes that the length is known to have there
 * @param bytes end of the access; undefined where it is not known
 */
export function isHeldOnItsWay(held: number | undefined, bytes: number | undefined): boolean {
  return held !== undefined && held > 0 && (bytes === undefined || bytes <= held);
}
