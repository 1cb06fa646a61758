/**
 * A file, key or section that the driver opens while it serves a request, without the access check of the caller.
 */
import { constOf } from '../../analysis/term';
import { servesControl } from '../request/reach';
import type { Rule } from '../rule';
import page from './page.md';

const OBJ_FORCE_ACCESS_CHECK = 0x400;
const OBJ_KERNEL_HANDLE = 0x200;
const ROLES: ReadonlySet<string> = new Set(['file-open', 'reg-open', 'reg-create', 'section-open', 'section-create']);

export const kernelOpenWithoutAccessCheck: Rule = {
  meta: {
    id: 'kernel-open-without-access-check',
    title: 'Object opened for a caller without an access check',
    threats: ['IOCTLs', 'Windows registry', 'Miscellaneous kernel APIs'],
    severity: 'warning',
    precision: 'medium',
    cwe: [284],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      call(e, v) {
        if (!ROLES.has(e.api?.role ?? '') || !e.name.startsWith('Zw')) return;
        if (!servesControl(v) || v.request.mode === 0) return;
        const object = e.arg('attributes')?.pts[0];
        const flags = object && v.state.cell(object.base, object.path === '' ? 'Attributes' : `${object.path}.Attributes`);
        const value = flags && constOf(flags.t);
        if (value === undefined) return;
        if (has(value, OBJ_FORCE_ACCESS_CHECK)) return;
        cx.report({
          place: e.place,
          severity: 'warning',
          message: `\`${e.name}\` opens for a caller with the rights of the kernel: \`OBJ_FORCE_ACCESS_CHECK\` is missing${has(value, OBJ_KERNEL_HANDLE) ? '' : ', and so is `OBJ_KERNEL_HANDLE`'}.`,
          path: [
            cx.step(e.place, 'use', 'opened here, while a request is served'),
            cx.step(e.place, 'guard', '`OBJ_FORCE_ACCESS_CHECK` in the attributes would silence it'),
          ],
        });
      },
    };
  },
};

function has(value: number, bit: number): boolean {
  return Math.floor(value / bit) % 2 === 1;
}
