/**
 * A field that only the kernel may change, or only through an interlocked call, is written directly.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

const FIELDS: readonly (readonly [string, RegExp, string])[] = [
  ['IRP', /^CancelRoutine$/, 'IoSetCancelRoutine'],
  ['DEVICE_OBJECT', /^Dpc$/, 'IoInitializeDpcRequest'],
  ['DRIVER_OBJECT', /^(DriverStart|DriverSize|DriverSection|HardwareDatabase|DriverInit)$/, 'nothing: it belongs to the kernel'],
];
export const illegalFieldAccess = functionRule(
  {
    id: 'illegal-field-access',
    title: 'Field of a kernel object that a call must set',
    threats: ['Miscellaneous kernel APIs'],
    severity: 'error',
    precision: 'high',
    cwe: [668, 362],
    profile: 'default',
    microsoft: ['cpp/drivers/illegal-field-access', 'C28128', 'C28175', 'C28176'],
  },
  page,
  (s, tell) => {
    for (const x of s.stores) {
      for (let e = x.l; e?.kind === 'fld'; e = e.x.kind === 'fld' ? e.x : undefined) {
        const name = s.recordOf(e.x)?.name.replace(/^_/, '');
        const field = e.name;
        const rule = FIELDS.find(([type, f]) => type === name && f.test(field));
        if (!rule) continue;
        tell(
          x.place,
          `\`${x.left}\` is written directly, while the kernel may read it: use ${rule[2].startsWith('nothing') ? rule[2] : `\`${rule[2]}\``}.`,
          { confidence: 'certain' },
        );
        break;
      }
    }
  },
);
