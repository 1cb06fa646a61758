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
    // Flags of the object attributes that this function filled in, by the object.
    const filled = new Map<string, number | undefined>();
    const nameless = new Set<string>();
    return {
      call(e, v) {
        if (e.name === 'InitializeObjectAttributes') {
          const to = e.args[0]?.pts[0];
          const value = e.args[2];
          if (to && value) filled.set(`${to.base.key}|${to.path}`, constOf(value.t));
          if (to && e.args[1] && constOf(e.args[1].t) === 0) nameless.add(`${to.base.key}|${to.path}`);
          return;
        }
        if (!ROLES.has(e.api?.role ?? '') || !e.name.startsWith('Zw')) return;
        if (!servesControl(v) || v.request.mode === 0) return;
        const object = e.arg('attributes')?.pts[0];
        const cell = object && v.state.cell(object.base, object.path === '' ? 'Attributes' : `${object.path}.Attributes`);
        const value = object && (filled.get(`${object.base.key}|${object.path}`) ?? (cell && constOf(cell.t)));
        if (value === undefined) return;
        // A new object without a name is nobody's to open.
        if (e.api?.role === 'section-create' && object && nameless.has(`${object.base.key}|${object.path}`)) return;
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
