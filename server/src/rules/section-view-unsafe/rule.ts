/**
 * A section that someone else holds is mapped, and the view is touched outside `__try`: whoever holds it can cut the file or the view.
 */
import { Once } from '../request/once';
import type { Rule } from '../rule';
import { proof, short } from '../volatile/shared-memory';
import page from './page.md';

export const sectionViewUnsafe: Rule = {
  meta: {
    id: 'section-view-unsafe',
    title: 'Section view touched outside `__try`',
    threats: ['Memory mapping into process', 'Memory mapped in shared user/kernel buffers'],
    severity: 'error',
    precision: 'medium',
    cwe: [248, 367],
    profile: 'default',
  },
  page,
  observe(cx) {
    // One `__try` around them all is what is missing.
    const once = new Once();
    return {
      access(e, v) {
        if (v.inTry || e.inAssert) return;
        const hit = v.origins(e.targets).find((h) => h.origin === 'SharedView' && h.certain);
        if (!hit || !once.here(hit.target.base.key, e.place)) return;
        cx.report({
          place: e.place,
          severity: 'error',
          message: `\`${short(cx.text(e.place))}\` touches a section view outside \`__try\`: whoever holds the section can unmap, protect or truncate it.`,
          path: proof(cx, hit, e.place, 'touched here', '`__try` with a handler around the access would catch what it raises'),
        });
      },
      copy(e, v) {
        if (v.inTry) return;
        for (const val of [e.src, e.dst]) {
          const hit = val && v.pointee(val).find((h) => h.origin === 'SharedView' && h.certain);
          if (!hit || !once.here(hit.target.base.key, e.place)) continue;
          cx.report({
            place: e.place,
            severity: 'error',
            message: `\`${short(cx.text(e.place))}\` copies a section view outside \`__try\`: whoever holds the section can unmap, protect or truncate it.`,
            path: proof(cx, hit, e.place, 'copied here', '`__try` with a handler around the copy would catch what it raises'),
          });
          return;
        }
      },
    };
  },
};
