/**
 * An address of kernel memory that is written where user mode reads it: it defeats the randomisation of the kernel's layout.
 */
import { named } from '../request/touch';
import type { Rule } from '../rule';
import page from './page.md';

export const kernelPointerToUser: Rule = {
  meta: {
    id: 'kernel-pointer-to-user',
    title: 'Kernel address given to user mode',
    threats: ['IOCTLs', 'Memory mapped in shared user/kernel buffers'],
    severity: 'warning',
    precision: 'medium',
    cwe: [497],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      access(e, v) {
        if (e.kind !== 'write' || !e.val || v.request.mode === 0) return;
        const address = e.val.pts.find(
          (t) => (t.base.k === 'alloc' && t.base.what !== 'other') || t.base.k === 'global' || t.base.k === 'local',
        );
        if (!address || e.val.pts.length > 1 || e.val.ty?.k === 'rec' || e.val.agg) return;
        if (e.ty.k !== 'ptr' && !(e.ty.k === 'int' && e.ty.size === 8)) return;
        const hit = v
          .origins(e.targets)
          .find(
            (h) =>
              h.certain &&
              (h.region?.request !== undefined || h.origin === 'UserVA' || h.origin === 'SharedPages') &&
              h.origin !== 'Peer',
          );
        if (!hit || hit.region?.request === 'oid' || hit.region?.request === 'registry') return;
        // A buffered write counts only where the buffer goes back: input alone does not.
        cx.report({
          place: e.place,
          severity: 'warning',
          message: `${named(cx.text(e.place))} gives user mode the address of ${address.base.k === 'local' || address.base.k === 'global' ? `\`${address.base.name}\`` : 'a pool block'}: it tells where the kernel’s memory lies.`,
          path: [
            ...cx.path(hit, e.place, 'stored here'),
            cx.step(e.place, 'guard', 'an opaque number of the driver’s own instead of the address would silence it'),
          ],
        });
      },
    };
  },
};
