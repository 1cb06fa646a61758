/**
 * A plain C read of memory that user mode can rewrite: the compiler may fetch it again after it was checked.
 */
import type { Access, OriginHit, View } from '../../analysis/events';
import { isVolatileOrigin, words } from '../../analysis/origins';
import type { Span } from '../../syntax/ast';
import type { Draft, DriverFacts, Rule, RuleContext } from '../rule';
import { readFixes } from '../fixes/accessors';
import { spelling } from '../fixes/spelling';
import { addressKind, isSettled } from '../request/user-pointer';
import { decisions, decisionsOf, REACHES, worst } from '../volatile/decisions';
import { isRefetched } from '../volatile/refetch';
import {
  ACCESSORS,
  fieldKey,
  habits,
  isPlain,
  lasting,
  proof,
  rewritable,
  short,
  taintPlace,
  together,
  USER_ACCESSORS,
  isWritten,
} from '../volatile/shared-memory';
import page from './page.md';

const OWN_READ = 'reads-own-index';
/** The value is set against one of this side, so it is the other side's index. */
const COUNTED = 'counted-from-shared';

export const sharedNonvolatileRead: Rule = {
  meta: {
    id: 'shared-nonvolatile-read',
    title: 'Plain read of memory that user mode can rewrite',
    threats: ['Memory mapped in shared user/kernel buffers', 'Packet contents TOCTOU'],
    severity: 'error',
    precision: 'high',
    cwe: [367, 362],
    profile: 'default',
    microsoft: ['cpp/drivers/user-mode-memory-read-multiple-times'],
  },
  page,
  habits,
  observe(cx) {
    return together(habits(cx), decisions(cx), {
      access(e, v) {
        spelling(e, cx);
        if (e.kind !== 'read' || !isPlain(e)) return;
        const hit = rewritable(v.origins(e.targets));
        // An address that nothing holds to user memory must not be read at all, and that is said.
        if (hit && !isLoose(hit, v)) report(e, hit, cx);
      },
      arith(e) {
        if (e.op !== '-') return;
        for (const val of [e.l, e.r])
          for (const t of val.taint) if (t.plain && isVolatileOrigin(t.origin)) cx.note(COUNTED, taintPlace(t));
      },
    });
  },
};

const SITES = 'reads-request-field';

/** A pointer, or a number used as one, that lay in the buffer of a request and that nothing has probed. */
function isLoose(hit: OriginHit, v: View): boolean {
  const kind = addressKind(hit);
  return (kind === 'nested' || kind === 'number') && !isSettled(hit, v);
}

/** What one capture would settle: a field of a request's pages, or the fields of one structure at a user address. */
function siteKey(cx: RuleContext, hit: OriginHit): string {
  if (hit.origin === 'UserVA') return `${cx.file}:${cx.fn.name}:${hit.target.base.key}`;
  return `${cx.file}:${cx.fn.name}:${fieldKey(hit.target)}`;
}
function spanOf(text: string): Span {
  const [start, end] = text.split('-').map(Number);
  return { start: start ?? 0, end: end ?? 0 };
}

function report(e: Access, hit: OriginHit, cx: RuleContext): void {
  const text = short(cx.text(e.place));
  const user = hit.origin === 'UserVA';
  const own = fieldKey(hit.target);
  if (!lasting(hit) && hit.certain) cx.note(SITES, siteKey(cx, hit), `${String(e.place.start)}-${String(e.place.end)}`);
  cx.note(OWN_READ, own, `${cx.file}:${String(e.place.start).padStart(9, '0')}`);
  const message = `\`${text}\` is a plain read of ${words(hit.origin)}: the compiler may fetch it again after a check, and its value can change between the two.`;
  const path = proof(
    cx,
    hit,
    e.place,
    'read here without a volatile accessor',
    user
      ? 'one volatile read into a local, used from there on, would settle its value'
      : 'a read through a volatile accessor would settle its value',
  );
  cx.report({
    place: e.place,
    severity: user ? 'info' : 'warning',
    confidence: hit.certain ? 'certain' : 'possible',
    message,
    path,
    decide: (facts) => {
      const answer = decide(e, hit, message, text, own, facts, cx);
      const more = lasting(hit) ? [] : facts.values(SITES, siteKey(cx, hit)).map(spanOf);
      const related = more.filter((o) => o.start > e.place.start).map((o) => cx.step(o, 'related', 'read here as well'));
      return answer && related.length > 0 ? { ...answer, path: [...path, ...related] } : answer;
    },
  });
}

function decide(
  e: Access,
  hit: OriginHit,
  message: string,
  text: string,
  own: string,
  facts: DriverFacts,
  cx: RuleContext,
): ReturnType<NonNullable<Draft['decide']>> {
  const place = cx.placeName(e.place);
  const others = lasting(hit) ? [] : facts.values(SITES, siteKey(cx, hit)).map(spanOf);
  // Of one field of a request, the first place speaks for all.
  if (others.some((o) => o.start < e.place.start)) return undefined;
  const uses = worst((others.length ? others : [e.place]).flatMap((o) => decisionsOf(cx.placeName(o), facts)));
  // That it is looked at at all makes a plain read no worse.
  const first = uses.find((u) => u !== 'a branch');
  const fixes = readFixes(e, hit, facts.has(COUNTED, place) && !isWritten(hit.target, facts), facts, cx);
  const because = first === undefined ? message : `${message} It decides ${first}.`;
  // One fault, one finding: what is fetched twice is said where it is.
  if (!lasting(hit) && isRefetched(cx, hit.target, facts)) return undefined;
  if (!hit.certain) return { severity: 'info', message: because, fixes };
  if (hit.origin === 'UserVA') {
    const strict = first !== undefined || facts.count(USER_ACCESSORS) > 0;
    return { severity: strict ? 'warning' : 'info', message: because, fixes };
  }
  if (isWritten(hit.target, facts) && !e.whole) {
    if (first === 'an unclamped index' || first === 'a pointer') return { severity: 'error', message: because, fixes };
    // Said once per field.
    const here = `${cx.file}:${String(e.place.start).padStart(9, '0')}`;
    if (facts.values(OWN_READ, own)[0] !== here) return undefined;
    return {
      severity: 'info',
      message: `\`${text}\` is written by this side, but it lives in memory that user mode can rewrite: keep a copy of your own.`,
      fixes,
    };
  }
  // Pages of one request: what is captured once and decides nothing does no harm.
  if (!lasting(hit)) {
    const strict = facts.count(ACCESSORS) > 0;
    const grave = first !== undefined && REACHES.has(first);
    return { severity: grave ? 'error' : first !== undefined || strict ? 'warning' : 'info', message: because, fixes };
  }
  return { severity: first !== undefined ? 'error' : 'warning', message: because, fixes };
}
