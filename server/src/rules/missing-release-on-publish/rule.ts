/**
 * An index that the other side waits for is stored without release order: on ARM64 it may be seen before the elements it stands for, or
 * before they were read.
 */
import type { Access, View } from '../../analysis/events';
import { isElement, ringMarks } from '../../analysis/trail';
import type { Rule, RuleContext } from '../rule';
import { rmwFixes, writeFixes } from '../fixes/accessors';
import { spelling } from '../fixes/spelling';
import { fieldKey, fieldOf, habits, INDEXES, lasting, namesFence, proof, short, together } from '../volatile/shared-memory';
import page from './page.md';

const FENCED_STORES = 'fences-stores';

export const missingReleaseOnPublish: Rule = {
  meta: {
    id: 'missing-release-on-publish',
    title: 'Index published without release order',
    threats: ['Lockless programming', 'Memory mapped in shared user/kernel buffers'],
    severity: 'error',
    precision: 'medium',
    cwe: [362],
    profile: 'default',
  },
  page,
  habits,
  observe(cx) {
    return together(habits(cx), {
      call(e) {
        if (namesFence(e)) cx.note(FENCED_STORES, cx.fn.name);
        if (e.api?.role !== 'fence') return;
        const argument = e.argExprs[0];
        const fence = cx.model.fence(e.name, 'arm64', argument && cx.text(argument));
        if (fence?.storeStore && fence.loadStore) cx.note(FENCED_STORES, cx.fn.name);
      },
      access(e, v) {
        spelling(e, cx);
        if (e.kind === 'read' || e.ty.k !== 'int') return;
        if (e.api && (e.api.role !== 'volatile-accessor' || e.api.order === 'release')) return;
        if (e.kind === 'rmw' && (e.api !== undefined || (e.op !== '+' && e.op !== '-'))) return;
        publish(e, v, cx);
      },
    });
  },
};

function publish(e: Access, v: View, cx: RuleContext): void {
  for (const t of e.targets) {
    if (isElement(t)) continue;
    const hit = v.origins([t]).find((h) => lasting(h) && h.certain);
    if (!hit) continue;
    const field = fieldKey(t);
    const advances = e.kind === 'rmw' || (e.val?.taint.some((x) => fieldOf(x) === field) ?? false);
    const [slot] = ringMarks('slot', t, v.state);
    if (!advances && !slot) continue;
    const text = short(cx.text(e.place));
    const steps = [
      ...proof(
        cx,
        hit,
        e.place,
        'published here, in no order with what came before',
        'a store with release order comes after everything before it',
      ),
    ];
    if (slot) steps.splice(-2, 0, { ...slot.site, role: 'flow', message: 'an element is written here' });
    cx.report({
      place: e.place,
      severity: 'error',
      message: `\`${text}\` tells the other side that elements are ready, but is stored without release order: on ARM64 it may be seen before the accesses that it stands for.`,
      path: steps,
      decide: (facts) => {
        if (!facts.has(INDEXES, field) || facts.has(FENCED_STORES, cx.fn.name)) return undefined;
        return { fixes: e.kind === 'rmw' ? rmwFixes(e, facts, cx) : e.api ? suffix(e, cx) : writeFixes(e, 'Release', facts, cx) };
      },
    });
    return;
  }
}

function suffix(e: Access, cx: RuleContext) {
  const name = /^(Write\w*?)(NoFence|Raw)(\d*)\b/.exec(cx.text(e.place));
  if (!name) return [];
  const better = `${name[1] ?? ''}Release${name[3] ?? ''}`;
  return [
    {
      title: `Publish with ${better}: what came before stays before it`,
      class: 'suggestion' as const,
      edits: [{ file: cx.file, start: e.place.start, end: e.place.start + name[0].length, newText: better }],
    },
  ];
}
