/**
 * Second reads of one place on one path: finds the first by the trail, and keeps the pair when the two values are related.
 */
import type { Access, Copy, Observer, OriginHit, View } from '../../analysis/events';
import { isVolatileOrigin, words } from '../../analysis/origins';
import type { Mark } from '../../analysis/state';
import { constOf, same } from '../../analysis/term';
import { LIMITED } from '../../analysis/trail';
import { pathIn, placeOf, type Target } from '../../analysis/value';
import type { Step } from '../finding';
import type { DriverFacts, RuleContext } from '../rule';
import { decisions, decisionsOf, REACHES } from './decisions';
import { WrittenBack } from './written-back';
import { fieldKey, habits, isFieldWritten, isShared, isWritten, lasting, proof, short, together } from './shared-memory';

/** The first read of a place. */
interface First {
  readonly mark: Mark;
  readonly tested: boolean;
  /** Both times a whole structure is taken out: nobody means two different ones. */
  readonly whole?: boolean;
}

export function refetch(cx: RuleContext, options: { readonly packet: boolean }): Observer {
  const wanted = (h: OriginHit): boolean => h.certain && (options.packet ? h.origin === 'Packet' : isVolatileOrigin(h.origin));
  const back = new WrittenBack(cx);
  return together(habits(cx), decisions(cx), {
    access(e, v) {
      back.written(e);
      if (e.kind === 'write' || e.inAssert || e.api?.role === 'interlocked') return;
      const hit = v.origins(e.targets).find(wanted);
      const first = hit && earlier(e, hit.target, v);
      if (hit && first) tell(e, hit, first, v, cx, options.packet);
    },
    copy(e, v) {
      if (!e.src || e.fill || options.packet) return;
      const hit = v.pointee(e.src).find(wanted);
      const first = hit && covered(hit.target, e, v);
      if (!hit || !first) return;
      const [from, at] = [hit.target.off && constOf(hit.target.off), first.mark.num && constOf(first.mark.num)];
      back.copied(e, from === undefined || at === undefined ? undefined : at - from);
      tellCopy(e, hit, first, v, cx);
    },
  });
}

/** The first read of the same place, when its value was tested. */
function earlier(e: Access, t: Target, v: View): First | undefined {
  const tested = v.state.hasMay('tested', t.base, placeOf(t));
  const mark = tested ?? v.state.hasMay('fetch', t.base, placeOf(t));
  if (!mark || mark.site.at === v.placeName(e.place)) return undefined;
  if (!sameOffset(mark, t, e, v)) return undefined;
  // Disjoint bits of one word may change apart from each other.
  if (e.bitField === true) return undefined;
  return { mark, tested: tested !== undefined, whole: e.whole && isStructure(e) && mark.data === 'copy' };
}

function isStructure(e: Access): boolean {
  return e.ty.k === 'rec';
}

function sameOffset(mark: Mark, t: Target, e: Access, v: View): boolean {
  if (mark.num && t.off) return same(mark.num, t.off);
  if (t.path.includes('[') || t.path.startsWith('+')) return false;
  const there = v.program.slice(mark.site.file, mark.site);
  return mark.site.file === v.file && there.replace(/\s+/g, '') === v.text(e.place).replace(/\s+/g, '');
}

/** A field that was tested lies in what is now copied as a whole. */
function covered(t: Target, e: Copy, v: View): First | undefined {
  for (const m of v.state.may()) {
    if (m.tag !== 'tested' || m.base?.key !== t.base.key || m.site.at === v.placeName(e.place)) continue;
    if (!(m.path ?? '').startsWith(placeOf(t, ''))) continue;
    const path = pathIn(m.path ?? '');
    if (path.startsWith('+') || path.includes('[')) continue;
    if (t.path === '' || path === t.path || path.startsWith(`${t.path}.`)) return { mark: m, tested: true };
  }
  return undefined;
}

function steps(
  cx: RuleContext,
  hit: OriginHit,
  place: { start: number; end: number },
  mark: Mark,
  tested: boolean,
): readonly Step[] {
  const all = [
    ...proof(cx, hit, place, 'fetched again here', 'one fetch into a local that both uses share would make them agree'),
  ];
  const at = all.findIndex((s) => s.role === 'use');
  all.splice(at < 0 ? all.length : at, 0, {
    file: mark.site.file,
    start: mark.site.start,
    end: mark.site.end,
    role: 'flow',
    message: tested ? 'fetched here first, and this value is tested' : 'fetched here first',
  });
  return all;
}

function tell(e: Access, hit: OriginHit, first: First, v: View, cx: RuleContext, packet: boolean): void {
  void v;
  const text = short(cx.text(e.place));
  const byAccessor = e.api !== undefined;
  const pair: Pair = {
    place: cx.placeName(e.place),
    at: e.place.start,
    field: fieldKey(hit.target),
    tested: first.tested,
    byAccessor,
    packet,
    whole: first.whole === true,
    loud: lasting(hit) || first.mark.data === LIMITED || first.whole === true,
  };
  cx.note(PAIRS, inFunction(cx, hit.target), JSON.stringify(pair));
  cx.report({
    place: e.place,
    severity: packet ? 'warning' : 'error',
    message: `\`${text}\` is fetched again from ${words(hit.origin)} after ${first.tested ? 'it was checked' : 'a first fetch'}: the two values can differ.`,
    path: steps(cx, hit, e.place, first.mark, first.tested),
    decide: (facts) => {
      if ((!pair.whole && isWritten(hit.target, facts)) || !belongTogether(pair, facts)) return undefined;
      if (isSaidElsewhere(pair, inFunction(cx, hit.target), facts)) return undefined;
      const reaches = reached(pair.place, facts);
      const what = reaches === undefined ? '' : ` The second decides ${reaches}.`;
      return {
        message: `\`${text}\` is fetched again from ${words(hit.origin)} after ${first.tested ? 'it was checked' : 'a first fetch'}: the two values can differ.${what}`,
        severity: packet ? 'warning' : weigh(reaches !== undefined, first, hit, decideBoth(pair, facts)),
      };
    },
  });
}

/** Two reads of one place that may be meant to be one, as they are noted. */
interface Pair {
  /** Of the second. */
  readonly place: string;
  /** Where it begins, to be compared with others of the function. */
  readonly at: number;
  readonly field: string;
  readonly tested: boolean;
  readonly byAccessor: boolean;
  readonly packet: boolean;
  /** Both times the whole structure. */
  readonly whole: boolean;
  /** More than a note, whatever the second goes on to decide. */
  readonly loud: boolean;
}
const PAIRS = 'refetched';

function inFunction(cx: RuleContext, t: Target): string {
  return `${cx.file}:${cx.fn.name}:${t.base.key}`;
}

function reached(place: string, facts: DriverFacts): string | undefined {
  return decisionsOf(place, facts).find((u) => REACHES.has(u));
}

/** The first decides over the second, or the second reaches memory; and this side does not write there itself. */
function belongTogether(p: Pair, facts: DriverFacts): boolean {
  if (!p.whole && isFieldWritten(p.field, facts)) return false;
  const reaches = reached(p.place, facts) !== undefined;
  return p.packet || p.byAccessor ? reaches && p.tested : reaches || p.tested || p.whole;
}

/** Two decisions of one function over what is meant to be one value: they can contradict each other. */
function decideBoth(p: Pair, facts: DriverFacts): boolean {
  return p.tested && !p.byAccessor && decisionsOf(p.place, facts).length > 0;
}

/** Of several second fetches of one field in a function, the worst is said, and of equals the first. */
function isSaidElsewhere(p: Pair, key: string, facts: DriverFacts): boolean {
  const rank = (x: Pair): number => (reached(x.place, facts) === undefined ? 1 : 0);
  return pairsOf(key, facts).some(
    (x) => x.field === p.field && belongTogether(x, facts) && (rank(x) - rank(p) || x.at - p.at) < 0,
  );
}

function pairsOf(key: string, facts: DriverFacts): readonly Pair[] {
  return facts.values(PAIRS, key).map((x) => JSON.parse(x) as Pair);
}

/** The function fetches a place of this object twice: that it reads it plainly as well is the same fault. */
export function isRefetched(cx: RuleContext, t: Target, facts: DriverFacts): boolean {
  return pairsOf(inFunction(cx, t), facts).some(
    (p) => belongTogether(p, facts) && (p.loud || reached(p.place, facts) !== undefined || decideBoth(p, facts)),
  );
}

/** Both related and dangerous, or one of the two. */
function weigh(reaches: boolean, first: First, hit: OriginHit, both: boolean): 'error' | 'warning' | 'info' {
  if (reaches && first.tested) return 'error';
  return reaches || both || lasting(hit) || first.mark.data === LIMITED || first.whole === true ? 'warning' : 'info';
}

function tellCopy(e: Copy, hit: OriginHit, first: First, v: View, cx: RuleContext): void {
  void v;
  const text = short(cx.text(e.srcExpr ?? e.place));
  const pair: Pair = {
    place: cx.placeName(e.place),
    at: e.place.start,
    field: fieldKey(hit.target),
    tested: true,
    byAccessor: false,
    packet: false,
    whole: true,
    loud: true,
  };
  cx.note(PAIRS, inFunction(cx, hit.target), JSON.stringify(pair));
  cx.report({
    place: e.place,
    severity: 'warning',
    message: `\`${text}\` is copied out of ${words(hit.origin)} after one of its fields was checked there: the copy can hold another value.`,
    path: steps(cx, hit, e.place, first.mark, true),
    decide: (facts) => {
      if (facts.has(WrittenBack.tag, pair.place)) return undefined;
      const uses = decisionsOf(cx.placeName(e.place), facts).filter((u) => REACHES.has(u));
      // Pages of one request whose copy decides nothing are passed on as they are.
      const isPassedOn = isShared(hit.origin) && !lasting(hit);
      return { severity: uses.length ? 'error' : isPassedOn ? 'info' : 'warning' };
    },
  });
}
