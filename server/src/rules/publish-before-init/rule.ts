/**
 * A new object is made visible to others by a release store or an interlocked exchange, and goes on being filled afterwards.
 */
import type { Access, View } from '../../analysis/events';
import type { Target } from '../../analysis/value';
import type { Rule, RuleContext } from '../rule';
import { short } from '../volatile/shared-memory';
import page from './page.md';

export const publishBeforeInit: Rule = {
  meta: {
    id: 'publish-before-init',
    title: 'Object filled after it was published',
    threats: ['Lockless programming'],
    severity: 'error',
    precision: 'medium',
    cwe: [362, 665],
    profile: 'audit',
  },
  page,
  observe(cx) {
    return {
      access(e, v) {
        if (e.kind === 'read' || e.api || e.inAssert) return;
        for (const t of e.targets) late(e, t, v, cx);
      },
    };
  },
};

function late(e: Access, t: Target, v: View, cx: RuleContext): void {
  if (t.base.k !== 'alloc' || t.path === '') return;
  const published = v.state.hasMay('published', t.base);
  if (!published) return;
  const made = t.base.site;
  if (made.file !== cx.file || made.start < cx.fn.start || made.end > cx.fn.end) return;
  cx.report({
    place: e.place,
    severity: 'error',
    message: `\`${short(cx.text(e.place))}\` is written after the object was published: others may see it without.`,
    path: [
      { ...made, role: 'origin', message: 'the object is made here' },
      { ...published.site, role: 'flow', message: 'published here' },
      cx.step(e.place, 'use', 'filled here, too late'),
      cx.step(e.place, 'guard', 'filling it first, and publishing it last, would show it whole'),
    ],
  });
}
