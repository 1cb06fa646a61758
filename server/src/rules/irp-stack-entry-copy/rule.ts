/**
 * A copy of a whole stack location takes the completion routine along, which then runs twice.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const irpStackEntryCopy = functionRule(
  {
    id: 'irp-stack-entry-copy',
    title: 'Stack location of a request copied by hand',
    threats: ['Miscellaneous kernel APIs', 'IOCTL surface'],
    severity: 'warning',
    precision: 'high',
    cwe: [664],
    profile: 'audit',
    microsoft: ['cpp/drivers/irp-stack-entry-copy', 'C28114'],
  },
  page,
  (s, tell) => {
    for (const c of s.callsOf(/^(RtlCopyMemory|RtlMoveMemory|memcpy|memmove)$/)) {
      const [dst, src, len] = c.args;
      if (!dst || !src || len?.kind !== 'sizeof') continue;
      if ([dst, src].every((e) => s.recordOf(e)?.name.replace(/^_/, '') === 'IO_STACK_LOCATION'))
        tell(
          c.x,
          'A whole stack location is copied, its completion routine with it: use `IoCopyCurrentIrpStackLocationToNext`.',
          { confidence: 'certain' },
        );
    }
    for (const x of s.stores) {
      const ty = x.l && x.op === '' ? s.typeOf(x.l) : undefined;
      if (x.l?.kind === 'un' && ty?.k === 'rec' && ty.rec.name.replace(/^_/, '') === 'IO_STACK_LOCATION')
        tell(
          x.place,
          'A whole stack location is assigned, its completion routine with it: use `IoCopyCurrentIrpStackLocationToNext`.',
          { confidence: 'certain' },
        );
    }
  },
);
