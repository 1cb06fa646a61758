/**
 * A structure of the interface whose layout depends on the caller's bitness, in a driver that never asks for it.
 */
import type { Ty } from '../../program/types';
import { Once } from '../request/once';
import type { Rule } from '../rule';
import page from './page.md';

const ASKS = 'asks-bitness';

export const wow64LayoutUnhandled: Rule = {
  meta: {
    id: 'wow64-layout-unhandled',
    title: 'Structure with pointers taken from callers of either bitness',
    threats: ['IOCTLs', 'IOCTL surface'],
    severity: 'warning',
    precision: 'medium',
    cwe: [704],
    profile: 'audit',
  },
  page,
  observe(cx) {
    const once = new Once();
    return {
      call(e) {
        if (e.api?.role === 'bitness') cx.note(ASKS, 'driver');
      },
      access(e, v) {
        if (e.kind !== 'read' || e.inAssert) return;
        const hit = v
          .origins(e.targets)
          .find((h) => h.certain && h.region?.request !== undefined && h.region.nestedIn === undefined);
        const request = hit?.region?.request;
        if (!hit || (request !== 'system' && request !== 'type3' && request !== 'wdf-in') || hit.target.root === undefined)
          return;
        if (v.request.mode === 0 || !wide(e.ty)) return;
        if (!once.here(hit.target.root, e.place)) return;
        const root = hit.target.root;
        cx.report({
          place: e.place,
          severity: 'warning',
          message: `\`${root}\` holds a pointer or a handle, so a 32-bit caller lays it out differently, and nothing asks whether the caller is one.`,
          path: [
            ...cx.path(hit, e.place, 'read with the layout of the kernel'),
            cx.step(e.place, 'guard', '`IoIs32bitProcess` would silence it'),
          ],
          decide: (facts) => (facts.has(ASKS, 'driver') ? undefined : {}),
        });
      },
    };
  },
};

function wide(ty: Ty): boolean {
  return ty.k === 'ptr' || (ty.k === 'int' && /^(HANDLE|SIZE_T|ULONG_PTR|LONG_PTR|UINT_PTR)$/.test(ty.name));
}
