/**
 * A number that a packet names says where the packet is read, which element of an array is meant, or how much is copied, and nothing was
 * compared with it.
 */
import type { Access, Copy, Index, View } from '../../analysis/events';
import { constant, minus, plus, type Lin } from '../../analysis/term';
import type { Taint, Val } from '../../analysis/value';
import type { Span } from '../../syntax/ast';
import { mayBeCapped } from '../request/bounded';
import { isBeyond, room, sizeInWords } from '../request/object';
import { Once } from '../request/once';
import { named } from '../request/touch';
import type { Rule } from '../rule';
import { Told } from './told';
import page from './page.md';

export const packetLengthFieldTrusted: Rule = {
  meta: {
    id: 'packet-length-field-trusted',
    title: 'Offset, index or length that a packet names, used without a check',
    threats: ['Packet parsing'],
    severity: 'error',
    precision: 'medium',
    cwe: [125, 787, 129],
    profile: 'audit',
  },
  page,
  observe(cx) {
    const once = new Once();
    const told = new Told();
    return {
      call(e, v) {
        told.call(e, v);
      },
      index(e, v) {
        const taint = fromPacket(e.index, v);
        if (!taint) return;
        told.moves(e.index, taint);
        if (leavesArray(e, v) && !told.isHanded(e.index.t))
          tell(
            taint,
            e.place,
            `${named(cx.text(e.place))} is an element that the packet chooses, and nothing holds it to ${String(e.count)}`,
          );
      },
      access(e, v) {
        if (e.inAssert) return;
        const taint = strays(e, v, told);
        if (taint)
          tell(
            taint,
            e.place,
            `${named(cx.text(e.place))} lies where the packet says, and nothing was compared with that offset`,
          );
      },
      copy(e, v) {
        const taint = fromPacket(e.len, v);
        if (!taint || !e.len || told.isHanded(e.len.t)) return;
        const size = e.lenExpr ? cx.text(e.lenExpr) : 'The length';
        const what = beyond(e, e.len, v);
        if (what) tell(taint, e.place, `${named(size)} is what the packet says, and is copied ${what}`);
      },
    };

    function tell(taint: Taint, place: Span, what: string): void {
      if (!once.here(taint.loc, place)) return;
      cx.report({
        place,
        severity: 'error',
        confidence: 'likely',
        message: `${what}.`,
        path: [
          ...(taint.site.file === cx.file ? [cx.step(taint.site, 'origin', 'read from the packet here')] : taint.witness),
          cx.step(place, 'use', 'used here'),
          cx.step(place, 'guard', 'a comparison of the number, and of its end, with what there is would silence it'),
        ],
      });
    }
  },
};

function fromPacket(val: Val | undefined, v: View): Taint | undefined {
  return val && v.taints(val).find((t) => t.origin === 'Packet' && t.certain && t.kept !== true);
}

/** An array of the driver, and a number that it does not have room for. */
function leavesArray(e: Index, v: View): boolean {
  if (e.count === undefined || e.count <= 1 || e.targets.some((t) => t.base.k === 'region')) return false;
  const i = e.index.t;
  return !mayBeCapped(i, v) && !v.proves(minus(constant(e.count - 1), i));
}

/** The place in the packet hangs on a number that the packet names, which nobody has compared, and for which nobody has asked. */
function strays(e: Access, v: View, told: Told): Taint | undefined {
  const t = e.targets.length === 1 ? e.targets[0] : undefined;
  if (t?.base.k !== 'region' || t.base.origin !== 'Packet' || !t.base.certain || !t.off) return undefined;
  const { off } = t;
  const taint = told.of(off);
  // What lies in a packet that was not measured here, or was read elsewhere, somebody else may have checked.
  if (!t.base.askedFor || !taint || !isHere(taint, v)) return undefined;
  if (mayBeCapped(off, v) || (e.pointer && mayBeCapped(e.pointer.t, v)) || told.isHanded(off)) return undefined;
  const end = off.plus(e.size ?? 1);
  if (t.base.asked !== undefined && v.proves(minus(constant(t.base.asked), end))) return undefined;
  return isPartOf(off, t.base.askedFor) ? undefined : taint;
}

function isHere(taint: Taint, v: View): boolean {
  return taint.site.file === v.file && taint.site.start >= v.fn.start && taint.site.end <= v.fn.end;
}

/** The bytes were asked for with that number. */
function isPartOf(off: Lin, asked: Lin): boolean {
  return off.t.some(([x]) => asked.t.some(([y]) => y === x || y.args.some((a) => isPartOf(off, a))));
}

/** In the words of a message, where the copy ends. */
function beyond(e: Copy, len: Val, v: View): string | undefined {
  const dst = e.dst && room(e.dst, e.dstExpr, v);
  if (dst && isBeyond(dst, len.t, v)) return `into ${sizeInWords(dst)}, but nothing holds it to that size`;
  if (!e.src || e.fill || mayBeCapped(len.t, v)) return undefined;
  const [t] = e.src.pts;
  if (e.src.pts.length !== 1 || t?.base.k !== 'region' || t.base.origin !== 'Packet' || !t.base.certain || !t.off)
    return undefined;
  const end = plus(t.off, len.t);
  if (t.base.asked !== undefined && v.proves(minus(constant(t.base.asked), end))) return undefined;
  if (t.base.askedFor && isPartOf(len.t, t.base.askedFor)) return undefined;
  return 'out of the packet, though nothing was compared with it';
}
