/**
 * Locked pages are mapped into a process outside `__try`; the call raises when the process has no address left.
 */
import type { Rule } from '../rule';
import { short } from '../volatile/shared-memory';
import { surelyToUser } from '../volatile/mapping';
import page from './page.md';

export const userMapOutsideTry: Rule = {
  meta: {
    id: 'user-map-outside-try',
    title: 'Mapping into a process outside `__try`',
    threats: ['Memory mapping into process', 'Local DoS'],
    severity: 'error',
    precision: 'high',
    cwe: [248],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      call(e, v) {
        if (v.inTry || !surelyToUser(e, v)) return;
        cx.report({
          place: e.place,
          severity: 'error',
          message: `\`${short(cx.text(e.place))}\` raises when the process has no addresses left, and nothing here catches that.`,
          path: [
            cx.step(e.place, 'use', 'maps into the process of the caller'),
            cx.step(e.place, 'guard', '`__try` with a handler around the call would catch it'),
          ],
        });
      },
    };
  },
};
