/**
 * A function that has the request asks the thread for its previous mode, which is that of whoever runs it.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const previousModeConfusion = functionRule(
  {
    id: 'previous-mode-confusion',
    title: 'Mode of the thread asked instead of that of the request',
    threats: ['Miscellaneous kernel APIs', 'IOCTL surface'],
    severity: 'warning',
    precision: 'medium',
    cwe: [863],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    const irp = s.fn.params.some(
      (p) => s.recordOf({ kind: 'id', name: p.name, start: 0, end: 0 })?.name.replace(/^_/, '') === 'IRP',
    );
    if (!irp || s.exprs.some((e) => e.kind === 'fld' && e.name === 'RequestorMode')) return;
    for (const c of s.callsOf(/^(ExGetPreviousMode|KeGetPreviousMode)$/))
      tell(c.x, `\`${c.name}\` speaks of the thread; the mode of the request is \`Irp->RequestorMode\`.`);
  },
);
