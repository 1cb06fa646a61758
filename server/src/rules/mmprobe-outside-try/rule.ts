/**
 * Locking of user pages outside `__try`, or inside one whose filter lets part of what is raised pass.
 */
import type { View } from '../../analysis/events';
import type { Val } from '../../analysis/value';
import type { Rule } from '../rule';
import page from './page.md';

export const mmprobeOutsideTry: Rule = {
  meta: {
    id: 'mmprobe-outside-try',
    title: 'User pages locked outside `__try`',
    threats: ['IOCTLs', 'Memory mapping into process', 'Local DoS'],
    severity: 'error',
    precision: 'high',
    cwe: [248],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      call(e, v) {
        // The framework's form answers with a status.
        if (e.api?.role !== 'lock-user-pages' || !e.name.startsWith('Mm') || v.request.mode === 0) return;
        const mode = e.arg('mode');
        // Pages of the kernel's own are there; an address of the caller is not made better by `KernelMode`.
        if (mode && v.state.isZero(mode.t) && !isUserMemory(e.arg('mdl'), v)) return;
        const filter = v.tryStmt?.filter;
        const narrow =
          v.inTry && filter && /==\s*\(?\s*(?:\(\w+\)\s*)?STATUS_|STATUS_\w+\s*==/.test(v.text(filter))
            ? v.text(filter)
            : undefined;
        if (v.inTry && narrow === undefined) return;
        cx.report({
          place: e.place,
          severity: 'error',
          message:
            narrow === undefined
              ? `\`${e.name}\` raises an exception when a page cannot be locked, and no \`__try\` is around it.`
              : `\`${e.name}\` raises more than the filter \`${narrow.replace(/\s+/g, ' ')}\` catches: the rest reaches nobody.`,
          path: [
            cx.step(e.place, 'use', 'pages of user mode are locked here'),
            cx.step(e.place, 'guard', 'a `__try` whose filter is `EXCEPTION_EXECUTE_HANDLER` would silence it'),
          ],
        });
      },
    };
  },
};

function isUserMemory(mdl: Val | undefined, v: View): boolean {
  return mdl !== undefined && v.origins(v.describedBy(mdl).va).some((h) => h.origin === 'UserVA' && h.certain);
}
