/**
 * `UserMode` where the driver serves callers of both modes: a caller in the kernel waits as if it were a user thread, whose stack may be
 * paged out and whose wait any alert ends.
 */
import type { Rule } from '../rule';
import page from './page.md';

const BOTH = 'serves-both-modes';
const ROLES: ReadonlySet<string> = new Set(['wait', 'lock-user-pages']);

export const modeConstantUsermode: Rule = {
  meta: {
    id: 'mode-constant-usermode',
    title: 'Mode of the caller taken to be `UserMode`',
    threats: ['IOCTLs', 'Miscellaneous kernel APIs'],
    severity: 'info',
    precision: 'medium',
    cwe: [1284],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      branch(e) {
        if (
          e.c.kind === 'bin' &&
          /\b(RequestorMode|PreviousMode|RequestMode)\b/.test(cx.text(e.c)) &&
          /\b(KernelMode|UserMode)\b/.test(cx.text(e.c))
        )
          cx.note(BOTH, 'driver');
      },
      call(e) {
        if (!ROLES.has(e.api?.role ?? '')) return;
        const mode = e.argExpr('mode');
        if (mode?.kind !== 'id' || mode.name !== 'UserMode') return;
        cx.report({
          place: e.place,
          severity: 'info',
          message: `\`${e.name}\` is given \`UserMode\`, but this driver also serves callers in kernel mode.`,
          path: [
            cx.step(e.place, 'use', '`UserMode` here'),
            cx.step(mode, 'guard', 'the mode of the requestor, or `ExGetPreviousMode`, would silence it'),
          ],
          decide: (facts) => (facts.has(BOTH, 'driver') ? {} : undefined),
        });
      },
    };
  },
};
