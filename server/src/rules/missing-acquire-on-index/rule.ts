/**
 * The other side's index is read without acquire order, and elements are read by it: on ARM64 an element may be read before its index.
 */
import type { OriginHit, View } from '../../analysis/events';
import { acquired, isElement, objectOf } from '../../analysis/trail';
import type { Taint } from '../../analysis/value';
import type { Rule, RuleContext } from '../rule';
import { isShared, namesFence, short } from '../volatile/shared-memory';
import page from './page.md';

const FENCED_READS = 'fences-loads';
const WRITES_HERE = 'writes-location';

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
  observe(cx) {
    return {
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
            if (!isShared(a.origin) || !isShared(b.origin) || objectOf(a) !== objectOf(b) || a.loc === b.loc) continue;
            if (acquired(a) || acquired(b)) continue;
            tell(a.plain && !b.plain ? b : a, undefined, cx);
          }
      },
      access(e, v) {
        for (const t of e.targets) {
          if (e.kind !== 'read') cx.note(WRITES_HERE, `${t.base.key}|${t.path}`);
          else if (isElement(t)) peeked(t.base.key, e.place, v, cx);
        }
      },
      copy(e, v) {
        for (const t of e.src?.pts ?? []) peeked(t.base.key, e.place, v, cx);
      },
    };
  },
};

/** Elements are read while an index was only peeked at. */
function peeked(base: string, place: { start: number; end: number }, v: View, cx: RuleContext): void {
  for (const m of v.state.may.values()) {
    if (m.tag !== 'peek' || m.base?.key !== base || m.site.file !== cx.file) continue;
    const hit = v.origins([{ base: m.base, path: m.path ?? '' }]).find((h) => isShared(h.origin) && h.certain);
    if (!hit) continue;
    const at = { file: m.site.file, start: m.site.start, end: m.site.end };
    report(at, `${base}|${m.path ?? ''}`, hit, place, cx);
  }
}

function tell(t: Taint, hit: OriginHit | undefined, cx: RuleContext): void {
  if (t.site.file !== cx.file || !t.certain) return;
  report(t.site, undefined, hit, undefined, cx, t);
}

function report(
  at: { readonly start: number; readonly end: number },
  own: string | undefined,
  hit: OriginHit | undefined,
  element: { start: number; end: number } | undefined,
  cx: RuleContext,
  t?: Taint,
): void {
  const text = short(cx.text(at));
  const path = [
    ...(t ? t.witness : cx.path(hit, at, '').slice(0, -1)),
    cx.step(at, 'use', 'the index is read here, in no order with what follows'),
    ...(element ? [cx.step(element, 'related', 'an element is read here')] : []),
    cx.step(at, 'guard', 'a read with acquire order, or a fence before the elements, would keep them apart'),
  ];
  cx.report({
    place: at,
    severity: 'warning',
    message: `\`${text}\` says how many elements there are, but is read without acquire order: on ARM64 an element may be read before its index.`,
    path,
    decide: (facts) => {
      if (facts.has(FENCED_READS, cx.fn.name)) return undefined;
      if (own !== undefined && facts.has(WRITES_HERE, own)) return undefined;
      return { fixes: suffix(text, at, cx) };
    },
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
