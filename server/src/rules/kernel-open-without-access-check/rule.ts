/**
 * A file, key or section that the driver opens while it serves a request, without the access check of the caller.
 */
import type { View } from '../../analysis/events';
import { constOf } from '../../analysis/term';
import type { Target, Val } from '../../analysis/value';
import type { Origin } from '../../model/model';
import { servesControl } from '../request/reach';
import { chosen } from '../request/taint';
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
    const chosenNames = new Set<string>();
    // Keys below one that the driver holds open.
    const below = new Set<string>();
    // Names that did not come out of the registry.
    const foreign = new Set<string>();
    return {
      call(e, v) {
        if (e.name === 'InitializeObjectAttributes') {
          const to = e.args[0]?.pts[0];
          const value = e.args[2];
          if (to && value) filled.set(keyOf(to), constOf(value.t));
          if (to && (isChosen(e.args[1], v) || isChosen(e.args[3], v))) chosenNames.add(keyOf(to));
          if (to && isChosen(e.args[1], v, OUTSIDE_REGISTRY)) foreign.add(keyOf(to));
          if (to && e.args[3] && constOf(e.args[3].t) !== 0 && !isChosen(e.args[3], v)) below.add(keyOf(to));
          if (to && e.args[1] && constOf(e.args[1].t) === 0) nameless.add(keyOf(to));
          return;
        }
        if (!ROLES.has(e.api?.role ?? '') || !e.name.startsWith('Zw')) return;
        if (!servesControl(v) || v.request.mode === 0) return;
        const object = e.arg('attributes')?.pts[0];
        const cell = object && v.state.cell(object.base, object.path === '' ? 'Attributes' : `${object.path}.Attributes`);
        const value = object && (filled.get(keyOf(object)) ?? (cell && constOf(cell.t)));
        if (value === undefined) return;
        // Keys that the driver names itself lie where it put them.
        if (e.api?.role.startsWith('reg-') && object && filled.has(keyOf(object))) {
          const name = keyOf(object);
          if (!chosenNames.has(name) || (below.has(name) && !foreign.has(name))) return;
        }
        // A new object without a name is nobody's to open.
        if (e.api?.role === 'section-create' && object && nameless.has(keyOf(object))) return;
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

const KERNEL: ReadonlySet<Origin> = new Set<Origin>(['Kernel']);
const OUTSIDE_REGISTRY: ReadonlySet<Origin> = new Set<Origin>(['Kernel', 'Registry']);

function keyOf(t: Target): string {
  return `${t.base.key}|${t.path}`;
}

/** The caller had a hand in it: in the value, in the memory that it points to, or in the text that the string there points to. */
function isChosen(val: Val | undefined, v: View, own: ReadonlySet<Origin> = KERNEL): boolean {
  if (!val) return false;
  if (chosen(val, v) || v.pointee(val).some((h) => !own.has(h.origin))) return true;
  return val.pts.some((t) => {
    const buffer = v.state.cell(t.base, t.path === '' ? 'Buffer' : `${t.path}.Buffer`);
    return buffer !== undefined && (chosen(buffer, v) !== undefined || v.pointee(buffer).some((h) => !own.has(h.origin)));
  });
}

function has(value: number, bit: number): boolean {
  return Math.floor(value / bit) % 2 === 1;
}
