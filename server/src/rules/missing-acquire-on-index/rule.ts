/**
 * The other side's index is read without acquire order, and elements are read by it: on ARM64 an element may be read before its index.
 */
import type { OriginHit, View } from '../../analysis/events';
import { acquired, isElement, objectOf, ringMarks } from '../../analysis/trail';
import { pathIn, type Taint, type Target } from '../../analysis/value';
import type { Span } from '../../syntax/ast';
import type { Step } from '../finding';
import type { DriverFacts, Rule, RuleContext } from '../rule';
import {
  fieldKey,
  fieldOf,
  habits,
  INDEXES,
  isShared,
  lasting,
  namesFence,
  short,
  together,
  isFieldWritten,
} from '../volatile/shared-memory';
import page from './page.md';

const FENCED_READS = 'fences-loads';

export const missingAcquireOnIndex: Rule = {
  meta: {
    id: 'missing-acquire-on-index',
    title: 'Index of the other side read without acquire order',
    threats: ['Lockless programming', 'Memory mapped in shared user/kernel buffers'],
    severity: 'warning',
    precision: 'medium',
    cwe: [362],
    profile: 'default',
  },
  page,
  habits,
  observe(cx) {
    return together(habits(cx), {
      call(e) {
        if (namesFence(e)) cx.note(FENCED_READS, cx.fn.name);
        if (e.api?.role !== 'fence') return;
        const argument = e.argExprs[0];
        if (cx.model.fence(e.name, 'arm64', argument && cx.text(argument))?.loadLoad) cx.note(FENCED_READS, cx.fn.name);
      },
      arith(e) {
        if (e.op !== '-') return;
        // Two indexes of one ring: one of them is the other side's.
        for (const a of e.l.taint)
          for (const b of e.r.taint) {
            if (!isShared(a.origin) || !isShared(b.origin) || objectOf(a) !== objectOf(b) || fieldOf(a) === fieldOf(b)) continue;
            if (acquired(a) || acquired(b)) continue;
            tell(a, b, true, cx);
            tell(b, a, false, cx);
          }
      },
      access(e, v) {
        if (e.kind === 'read') for (const t of e.targets) if (isElement(t)) peeked(t, e.place, v, cx);
      },
      copy(e, v) {
        for (const t of e.src?.pts ?? []) peeked(t, e.place, v, cx);
      },
    });
  },
};

/** Elements are read while an index was only peeked at. */
function peeked(t: Target, place: Span, v: View, cx: RuleContext): void {
  for (const m of ringMarks('peek', t, v.state)) {
    if (m.base === undefined || m.site.file !== cx.file) continue;
    const at = m.path ?? '';
    const index: Target = { base: m.base, path: pathIn(at), from: at.includes('>') ? at.slice(0, at.indexOf('>')) : undefined };
    const hit = v.origins([index]).find((h) => isShared(h.origin) && h.certain && isKept(h));
    if (!hit) continue;
    const loc = fieldKey(index);
    const steps = [cx.step(place, 'related', 'an element is read here')];
    report(
      m.site,
      cx.path(hit, m.site, '').slice(0, -1),
      steps,
      cx,
      (facts) => !isFieldWritten(loc, facts) && (m.data !== 'equal' || facts.has(INDEXES, loc)),
    );
  }
}

/** What the caller put into the buffer of one request lay there before the request came; a ring is memory that the driver has kept. */
function isKept(h: OriginHit): boolean {
  return lasting(h) || h.target.from !== undefined;
}

/** Of two indexes of one ring, the one that this side does not store is the other side’s; where it stores neither, the first. */
function tell(t: Taint, other: Taint, first: boolean, cx: RuleContext): void {
  if (t.site.file !== cx.file || !t.certain) return;
  report(
    t.site,
    t.witness,
    [],
    cx,
    (facts) => !isFieldWritten(fieldOf(t), facts) && (first || isFieldWritten(fieldOf(other), facts)),
  );
}

function report(
  at: Span,
  origin: readonly Step[],
  related: readonly Step[],
  cx: RuleContext,
  holds: (facts: DriverFacts) => boolean,
): void {
  const text = short(cx.text(at));
  cx.report({
    place: at,
    severity: 'warning',
    message: `\`${text}\` says how many elements there are, but is read without acquire order: on ARM64 an element may be read before its index.`,
    path: [
      ...origin,
      cx.step(at, 'use', 'the index is read here, in no order with what follows'),
      ...related,
      cx.step(at, 'guard', 'a read with acquire order, or a fence before the elements, would keep them apart'),
    ],
    decide: (facts) => (facts.has(FENCED_READS, cx.fn.name) || !holds(facts) ? undefined : { fixes: suffix(text, at, cx) }),
  });
}

/** `ReadULongNoFence(…)` to `ReadULongAcquire(…)`. */
function suffix(text: string, at: { readonly start: number }, cx: RuleContext) {
  const name = /^(Read\w*?)NoFence(\d*)\b/.exec(text);
  if (!name) return [];
  const better = `${name[1] ?? ''}Acquire${name[2] ?? ''}`;
  return [
    {
      title: `Read with ${better}: what follows stays behind it`,
      class: 'suggestion' as const,
      edits: [{ file: cx.file, start: at.start, end: at.start + name[0].length, newText: better }],
    },
  ];
}
