/**
 * Answers to buffered requests of which only the input length was checked: the buffer is as long as the longer of the two, so that nothing
 * is overrun, but the caller gets more than it has room for. Not told where the input of that control code is read: then the check was
 * meant for it.
 */
import type { Observer, OriginHit, View } from '../../analysis/events';
import { endsString } from '../../analysis/stores';
import { constOf, type Lin } from '../../analysis/term';
import type { Base } from '../../analysis/value';
import type { FunctionDecl, Span } from '../../syntax/ast';
import { areAlternatives } from '../request/alternatives';
import { coverage, endOf } from '../request/coverage';
import { firstHand } from '../request/reach';
import { named, touches } from '../request/touch';
import type { DriverFacts, RuleContext } from '../rule';

export function answersUnderInputLength(cx: RuleContext): Observer {
  const answers: { hit: OriginHit; place: Span; code: number | undefined }[] = [];
  // By control code: a function that serves several reads the input of one and answers another.
  const handed = new ByCode();
  const read = new ByCode();
  /** Buffers that nobody had written when this function handed them on. */
  const clean = new Set<string>();
  const touched = touches((t, v) => {
    const region = t.hit.region;
    if (!region || region.origin !== 'Buffered' || region.request === 'oid') return;
    if (t.kind === 'read' || t.both) {
      if (!v.mark('written', region)) read.add(v.request.code, region.key, t.place);
    } else if ((clean.has(region.key) || isFirst(region, v, cx)) && answersUnderInput(t.hit, endOf(t.hit, t.size), v))
      answers.push({ hit: t.hit, place: t.place, code: v.request.code });
  });
  return {
    ...touched,
    access(e, v) {
      // Who ends a string in the buffer reads it.
      if (e.kind !== 'write' || !e.targets.some((t) => endsString(t, e.val, e.size))) touched.access(e, v);
      else for (const hit of v.origins(e.targets)) read.add(v.request.code, hit.target.base.key, e.place);
    },
    call(e, v) {
      touched.call(e, v);
      const given = e.api ? undefined : e.args.flatMap((a) => a.pts.map((p) => p.base)).find(isBuffer);
      if (!given || v.mark('written', given)) return;
      clean.add(given.key);
      // It may read the buffer for this function: what is seen of it says.
      if (e.callees.length === 0) read.add(v.request.code, e.name, e.place);
      for (const callee of e.callees) handed.add(v.request.code, `${callee.file}:${callee.decl.name}`, e.place);
    },
    done() {
      const me = `${cx.file}:${cx.fn.name}`;
      if (read.all().size > 0) cx.note(READS, me);
      for (const callee of handed.all()) cx.note(HANDS, me, callee);
      // One for each control code; where its value is not known, one for each arm.
      const told = new ByCode();
      for (const { hit, place, code } of answers) {
        if (told.of(code, place, cx.fn).size > 0 || read.of(code, place, cx.fn).size > 0) continue;
        told.add(code, hit.target.base.key, place);
        tell(hit, place, handed.of(code, place, cx.fn), cx);
      }
    },
  };
}

/** What happens under a control code, and where. What happens under no known one may happen under any, but not in another arm of a switch. */
class ByCode {
  private readonly what = new Map<number | undefined, Map<string, Span[]>>();

  add(code: number | undefined, x: string, place: Span): void {
    let known = this.what.get(code);
    if (!known) this.what.set(code, (known = new Map()));
    const places = known.get(x);
    if (places) places.push(place);
    else known.set(x, [place]);
  }

  all(): ReadonlySet<string> {
    return new Set([...this.what.values()].flatMap((x) => [...x.keys()]));
  }

  of(code: number | undefined, at: Span, fn: FunctionDecl): ReadonlySet<string> {
    const out = new Set<string>();
    for (const [under, what] of this.what) {
      if (code !== undefined && under !== undefined && under !== code) continue;
      for (const [x, places] of what)
        if ((code !== undefined && under === code) || places.some((p) => !areAlternatives(fn, p, at))) out.add(x);
    }
    return out;
  }
}

/** Whoever called has written nothing there: what was an input before that is none any more, so that reads of it do not show. */
function isFirst(region: Base, v: View, cx: RuleContext): boolean {
  const before = v.state.hasMay('written', region)?.site;
  return !before || (before.file === cx.file && before.start >= cx.fn.start && before.end <= cx.fn.end);
}

/** Functions that read the input of a request, and those to which a function hands it. */
const READS = 'reads-request-input';
const HANDS = 'hands-request-input';

function isBuffer(b: Base): boolean {
  return b.k === 'region' && b.origin === 'Buffered';
}

function isRead(by: ReadonlySet<string>, facts: DriverFacts): boolean {
  const seen = new Set<string>();
  const open = [...by];
  for (let fn = open.pop(); fn !== undefined; fn = open.pop()) {
    if (seen.has(fn)) continue;
    seen.add(fn);
    if (facts.has(READS, fn)) return true;
    open.push(...facts.values(HANDS, fn));
  }
  return false;
}

/** The only length that was compared is the one of the input, and what is written is as long as that comparison asks for. */
function answersUnderInput(hit: OriginHit, end: ReturnType<typeof endOf>, v: View): boolean {
  const { inLen, outLen } = hit.region ?? {};
  if (!hit.certain || hit.target.from !== undefined || !inLen || !outLen || !firstHand(v) || v.request.major === 0) return false;
  if (v.wasCompared(outLen) || v.state.isNonZero(outLen) || !v.wasCompared(inLen)) return false;
  const need = end && constOf(end);
  if (need !== undefined && need < 4) return false;
  if (!end) return asksForWhole(inLen, v);
  return coverage(outLen, end, v) === 'unchecked' && coverage(inLen, end, v) === 'covered';
}

/** The length was compared with the size of a structure that is declared in no file here. */
function asksForWhole(len: Lin, v: View): boolean {
  const atom = len.t[0]?.[0];
  return atom !== undefined && v.state.bounds.relationsOf(atom).some((b) => b.form.t.some(([x]) => x.key.startsWith('sizeof:')));
}

function tell(hit: OriginHit, place: Span, handed: ReadonlySet<string>, cx: RuleContext): void {
  cx.report({
    decide: (facts) => (isRead(handed, facts) ? undefined : {}),
    place,
    severity: 'warning',
    message: `${named(cx.text(place))} writes the answer, but of the two lengths of the request only that of the input was checked: the output may be shorter.`,
    path: [
      ...cx.path(hit, place, 'the answer is written here'),
      cx.step(place, 'guard', 'a comparison of the output length before this would silence it'),
    ],
  });
}
