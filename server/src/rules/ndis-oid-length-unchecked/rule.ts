/**
 * The information buffer of an OID request is read or written, or a size is computed from what it holds, before the lengths of the request
 * are looked at.
 */
import { OID_SENT } from '../../analysis/trail';
import type { Access, Call, OriginHit, View } from '../../analysis/events';
import { constant, constOf, same, type Lin } from '../../analysis/term';
import type { Taint } from '../../analysis/value';
import type { Span } from '../../syntax/ast';
import { coverage, endOf } from '../request/coverage';
import { Once } from '../request/once';
import { shortfall } from '../request/shortfall';
import { named } from '../request/touch';
import type { Rule, RuleContext } from '../rule';
import page from './page.md';

export const ndisOidLengthUnchecked: Rule = {
  meta: {
    id: 'ndis-oid-length-unchecked',
    title: 'OID buffer used without a check of its length',
    threats: ['NDIS lightweight filter (LWF) driver API'],
    severity: 'error',
    precision: 'medium',
    cwe: [125, 787, 190],
    profile: 'default',
  },
  page,
  observe(cx) {
    // The first use of a buffer that is not covered stands for those behind it, also where a helper has it.
    const told = new Set<string>();
    const handed = new Handed();
    const once = new Once();
    return {
      call(e, v) {
        handed.call(e, v);
      },
      access(e, v) {
        if (e.inAssert) return;
        used(e, v, cx, told, handed);
        for (const hit of v.origins(e.targets))
          tooShort(hit, e.size === undefined ? undefined : constant(e.size), e.kind === 'write', e.place, v, cx, once, false);
      },
      copy(e, v) {
        if (!e.len) return;
        for (const hit of e.dst ? v.pointee(e.dst) : []) tooShort(hit, e.len.t, true, e.place, v, cx, once);
        for (const hit of e.src && !e.fill ? v.pointee(e.src) : []) tooShort(hit, e.len.t, false, e.place, v, cx, once);
      },
      arith(e, v) {
        if (e.op !== '*' || e.bits > 32) return;
        const both = [e.l, e.r].map((x) => v.taints(x).find((t) => t.request === 'oid'));
        const [l, r] = both;
        if (!l || !r || bounded(e.l.t, v) || bounded(e.r.t, v)) return;
        cx.report({
          place: e.place,
          severity: 'error',
          confidence: 'likely',
          message: `\`${cx.text(e.place)}\` multiplies two numbers of an OID buffer in 32 bits: the product may wrap round.`,
          path: [...l.witness, origin(l), cx.step(e.place, 'use', 'multiplied here without a check for overflow')],
        });
      },
    };
  },
};
function bounded(t: Parameters<View['range']>[0], v: View): boolean {
  return v.range(t).hi <= 0xffff;
}

function origin(t: Taint): { file: string; start: number; end: number; role: 'origin'; message: string } {
  return { file: t.site.file, start: t.site.start, end: t.site.end, role: 'origin', message: 'read from the OID buffer' };
}

/** Functions of the driver that were given the buffer earlier on the same way. */
class Handed {
  private readonly to: { readonly base: string; readonly way: string; readonly name: string }[] = [];

  call(e: Call, v: View): void {
    if (e.callees.length === 0) return;
    for (const a of e.args)
      for (const t of a.pts)
        if (t.base.k === 'region' && t.base.request === 'oid')
          for (const { decl } of e.callees) this.to.push({ base: t.base.key, way: wayOf(v), name: decl.name });
  }
  before(base: string, v: View): readonly string[] {
    const way = wayOf(v);
    return this.to.filter((x) => x.base === base && way.startsWith(x.way)).map((x) => x.name);
  }
}

/** The cases of `switch` that led here. */
function wayOf(v: View): string {
  return [...v.state.must()].flatMap((m) => (m.tag === 'case' ? [`${m.site.file}:${String(m.site.start)}`] : [])).join();
}

const TOLD = 'oid-buffer-told';

/** The length was looked at, and what was asked of it is less than what is used. */
function tooShort(
  hit: OriginHit,
  size: Lin | undefined,
  writes: boolean,
  place: Span,
  v: View,
  cx: RuleContext,
  once: Once,
  isCopy = true,
): void {
  const len = hit.region?.inLen;
  if (hit.region?.request !== 'oid' || !hit.certain || !len || isReturned(v)) return;
  const end = endOf(hit, size);
  if (!end || (size && same(size, len))) return;
  const answer = coverage(len, end, v);
  const behind = answer === 'amount-unknown' ? shortfall(len, end, v) : undefined;
  const need = constOf(end);
  // That there is a buffer at all is what the way here asked for. NDIS looks at the headers of its own structures, not at what is copied.
  const isThere = answer === 'unchecked' && isCopy && v.state.isNonZero(len) && need !== undefined && need > 1;
  if (answer !== 'short' && behind === undefined && !isThere) return;
  if (!once.here(hit.target.base.key, place)) return;
  const least = isThere ? 1 : v.range(len).lo;
  cx.report({
    place,
    severity: 'error',
    confidence: 'likely',
    message: `${named(cx.text(place))} ${writes ? 'writes' : 'reads'} the buffer of an OID request ${
      behind !== undefined
        ? `where numbers of the request lead, and what was checked of them lets it go ${String(behind)} ${behind === 1 ? 'byte' : 'bytes'} behind the end.`
        : `up to byte ${String(need)}, but the check of its length promises only ${String(least)}.`
    }`,
    path: [
      ...cx.path(hit, place, writes ? 'written here' : 'read here'),
      cx.step(place, 'guard', 'a test of the request’s buffer length for all that is used would silence this'),
    ],
  });
}

/** What comes back was looked at on its way down. */
function isReturned(v: View): boolean {
  return v.state.hasMust('role')?.data === 'ndis-oid-returned' || v.state.hasMust(OID_SENT) !== undefined;
}

function used(e: Access, v: View, cx: RuleContext, told: Set<string>, handed: Handed): void {
  const hit = v.origins(e.targets).find((h) => h.region?.request === 'oid' && h.certain);
  const len = hit?.region?.inLen;
  if (!hit || !len || v.wasCompared(len) || v.state.isNonZero(len)) return;
  if (isReturned(v)) return;
  if (told.has(hit.target.base.key)) return;
  told.add(hit.target.base.key);
  const [from] = hit.witness;
  const origin = from ? `${from.file}:${String(from.start)}` : '';
  cx.note(TOLD, `${cx.fn.name}|${origin}`);
  const helpers = handed.before(hit.target.base.key, v);
  const text = cx.text(e.place);
  cx.report({
    place: e.place,
    severity: 'error',
    confidence: 'likely',
    message: `\`${text}\` ${e.kind === 'write' ? 'writes' : 'reads'} the buffer of an OID request, whose length nothing has tested.`,
    path: [
      ...cx.path(hit, e.place, e.kind === 'write' ? 'written here' : 'read here'),
      cx.step(e.place, 'guard', 'a test of the request’s buffer length before it would silence this'),
    ],
    ...(helpers.length === 0
      ? {}
      : { decide: (facts) => (helpers.some((name) => facts.has(TOLD, `${name}|${origin}`)) ? undefined : {}) }),
  });
}
