/**
 * The context of a file object that a handle gave, used before it is known that the file is one of this driver's.
 */
import { isChosen } from '../request/taint';
import type { Rule } from '../rule';
import page from './page.md';

export const fileObjectTypeConfusion: Rule = {
  meta: {
    id: 'file-object-type-confusion',
    title: 'Context of a foreign file object used as one of this driver',
    threats: ['IOCTLs', 'Miscellaneous kernel APIs'],
    severity: 'error',
    precision: 'medium',
    cwe: [843],
    profile: 'default',
  },
  page,
  observe(cx) {
    const objects = new Set<string>();
    const body = cx.text(cx.fn);
    // Whose device it is, or a tag of the object, is compared somewhere here.
    const checked =
      /->\s*DeviceObject\s*(?:->\s*DriverObject\s*)?[!=]=|[!=]=\s*\w+->\s*DeviceObject|\w\(\s*\(?\*?\w+\)?->\s*DeviceObject\b|IoGetRelatedDeviceObject|DriverObject\s*[!=]=/.test(
        body,
      );
    return {
      call(e, v) {
        if (e.api?.role !== 'handle-to-object') return;
        const out = e.argExpr('objectOut');
        const name = out && /&\s*(\w+)/.exec(cx.text(out))?.[1];
        const type = e.argExpr('type');
        if (name === undefined || !type || !/FileObjectType|NULL/.test(cx.text(type))) return;
        const handle = e.arg('handle');
        // A handle that this driver has opened itself.
        if (handle && !handle.taint.some(isChosen) && v.isGiven(handle.t)) return;
        objects.add(name);
      },
      access(e) {
        if (checked || e.kind !== 'read' || e.x.kind !== 'fld' || !/^FsContext2?$/.test(e.x.name)) return;
        if (e.x.x.kind !== 'id' || !objects.has(e.x.x.name)) return;
        cx.report({
          place: e.place,
          severity: 'error',
          message: `\`${cx.text(e.place)}\` is used as an object of this driver, but the handle may belong to a file of any other.`,
          path: [
            cx.step(e.place, 'use', 'taken as the driver’s own context here'),
            cx.step(
              e.place,
              'guard',
              'a comparison of the file’s device object with the driver’s own, and of a type tag, would silence it',
            ),
          ],
        });
      },
    };
  },
};
