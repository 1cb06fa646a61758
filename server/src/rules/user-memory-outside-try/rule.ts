/**
 * User memory touched outside `__try`: the page can be gone or protected at any time, and the exception reaches nobody.
 */
import { Once } from '../request/once';
import { named, touches } from '../request/touch';
import type { Rule } from '../rule';
import page from './page.md';

export const userMemoryOutsideTry: Rule = {
  meta: {
    id: 'user-memory-outside-try',
    title: 'User memory touched outside `__try`',
    threats: ['IOCTLs', 'Local DoS'],
    severity: 'error',
    precision: 'high',
    cwe: [248],
    profile: 'default',
    microsoft: ['cpp/microsoft/user-mode-memory-outside-try'],
  },
  page,
  observe(cx) {
    const once = new Once();
    const told = new Set<string>();
    return touches((t, v) => {
      // The accessors have a rule of their own; a probe before or after changes nothing.
      if (t.hit.origin !== 'UserVA' || !t.hit.certain || v.inTry || t.api?.role.startsWith('user-')) return;
      const { key } = t.hit.target.base;
      // Whoever reads a pointer in `__try` does the same with what it leads to.
      if (told.has(t.hit.region?.nestedIn ?? '')) {
        told.add(key);
        return;
      }
      if (!once.here(`${key}|${String(v.request.code ?? '')}`, t.place)) return;
      told.add(key);
      cx.report({
        place: t.place,
        severity: 'error',
        message: `${named(cx.text(t.place))} touches user memory outside \`__try\`: a page that is gone raises an exception that nobody catches.`,
        path: [
          ...cx.path(t.hit, t.place, `${t.kind === 'read' ? 'read' : 'written'} here, outside \`__try\``),
          cx.step(t.place, 'guard', 'a `__try` with an `__except` around it would silence it'),
        ],
      });
    });
  },
};
