/**
 * A plain block copy out of (or into) memory that user mode can rewrite: the compiler may leave it out and go on reading the source.
 */
import type { Copy, OriginHit } from '../../analysis/events';
import { words } from '../../analysis/origins';
import type { Fix } from '../finding';
import type { Draft, DriverFacts, Rule, RuleContext } from '../rule';
import { decisions, decisionsOf } from '../volatile/decisions';
import {
  habits,
  isForOneCall,
  lasting,
  proof,
  rewritable,
  short,
  together,
  USER_ACCESSORS,
  VOLATILE_COPIES,
} from '../volatile/shared-memory';
import page from './page.md';

export const sharedBulkCopyNonvolatile: Rule = {
  meta: {
    id: 'shared-bulk-copy-nonvolatile',
    title: 'Plain block copy of memory that user mode can rewrite',
    threats: ['Memory mapped in shared user/kernel buffers', 'Packet contents TOCTOU'],
    severity: 'warning',
    precision: 'medium',
    cwe: [367],
    profile: 'default',
  },
  page,
  habits,
  observe(cx) {
    return together(habits(cx), decisions(cx), {
      copy(e, v) {
        if (e.fill || e.api.volatile === true || !e.src) return;
        const from = rewritable(v.pointee(e.src));
        const to = rewritable((e.dst ? v.pointee(e.dst) : []).filter((h) => h.origin !== 'UserVA'));
        // What is certain goes first.
        if (from && (from.certain || to?.certain !== true)) tell(e, from, true, cx);
        else if (to) tell(e, to, false, cx);
      },
    });
  },
};

function tell(e: Copy, hit: OriginHit, out: boolean, cx: RuleContext): void {
  const text = short(cx.text((out ? e.srcExpr : e.dstExpr) ?? e.place));
  const where = words(hit.origin);
  cx.report({
    place: e.place,
    severity: 'info',
    confidence: hit.certain ? 'certain' : 'possible',
    message: out
      ? `\`${text}\` is copied plainly out of ${where}: the compiler may go on reading the source where the copy is meant.`
      : `\`${text}\` is filled plainly in ${where}: the compiler may split, repeat or read back the stores.`,
    path: proof(
      cx,
      hit,
      e.place,
      `\`${e.name}\` is an ordinary copy`,
      '`RtlCopyVolatileMemory` reads and writes what it says, when it says it',
    ),
    decide: (facts) => decide(e, hit, out, facts, cx),
  });
}

function decide(
  e: Copy,
  hit: OriginHit,
  out: boolean,
  facts: DriverFacts,
  cx: RuleContext,
): ReturnType<NonNullable<Draft['decide']>> {
  const fixes = fix(e, cx);
  if (!hit.certain) return { fixes };
  const first = decisionsOf(cx.placeName(e.place), facts)[0];
  const habit = facts.count(VOLATILE_COPIES) > 0;
  if (!out) return { severity: habit && lasting(hit) ? 'warning' : 'info', fixes };
  // One block copy of what a request names is how drivers capture it, but for those that hold themselves to accessors.
  if (hit.origin === 'UserVA') return { severity: habit || facts.count(USER_ACCESSORS) > 0 ? 'warning' : 'info', fixes };
  return { severity: first !== undefined || (lasting(hit) && !isForOneCall(hit, facts)) || habit ? 'warning' : 'info', fixes };
}

function fix(e: Copy, cx: RuleContext): readonly Fix[] {
  const place = e.place;
  const text = cx.text(place);
  if (!/^(RtlCopyMemory|RtlMoveMemory|memcpy|memmove|RtlCopyBytes)\b/.test(text)) return [];
  const name = /^\w+/.exec(text)?.[0] ?? '';
  const better = name === 'RtlMoveMemory' || name === 'memmove' ? 'RtlMoveVolatileMemory' : 'RtlCopyVolatileMemory';
  return [
    {
      title: `Copy with ${better} (needs volatileaccessk.lib before Windows 11)`,
      class: 'suggestion',
      edits: [{ file: cx.file, start: place.start, end: place.start + name.length, newText: better }],
    },
  ];
}
