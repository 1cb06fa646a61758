/**
 * A probe that runs for callers in the kernel, too: a kernel address is refused, or raises.
 */
import type { Rule } from '../rule';
import page from './page.md';

export const probeNotModeGated: Rule = {
  meta: {
    id: 'probe-not-mode-gated',
    title: 'Probe that does not ask for the mode of the caller',
    threats: ['IOCTLs', 'Miscellaneous kernel APIs'],
    severity: 'info',
    precision: 'medium',
    cwe: [1284],
    profile: 'audit',
  },
  page,
  observe(cx) {
    const knows =
      cx.fn.params.some((p) => p.type.kind === 'name' && p.type.name === 'KPROCESSOR_MODE') ||
      /\bRequestorMode\b/.test(cx.text(cx.fn));
    return {
      call(e, v) {
        if (e.api?.role !== 'probe' || !knows || v.request.mode !== undefined) return;
        cx.report({
          place: e.place,
          severity: 'info',
          message: `\`${e.name}\` runs for callers in kernel mode as well, although the mode is known here.`,
          path: [
            cx.step(e.place, 'use', 'probed here, whoever calls'),
            cx.step(e.place, 'guard', 'a comparison of the mode with `KernelMode` around it would silence it'),
          ],
        });
      },
    };
  },
};
