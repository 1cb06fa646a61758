/**
 * A cancel routine that is taken away without a look at whether it was still there: the cancel routine and this code both own the request.
 */
import { statements } from '../../syntax/walk';
import type { Rule } from '../rule';
import page from './page.md';

export const irpCancelRace: Rule = {
  meta: {
    id: 'irp-cancel-race',
    title: 'Cancel routine removed without looking whether it already ran',
    threats: ['IOCTLs', 'Local DoS'],
    severity: 'warning',
    precision: 'medium',
    cwe: [362],
    profile: 'audit',
  },
  page,
  each(cx) {
    const { fn } = cx;
    // Inside a cancel routine the I/O manager has removed it already.
    if (/cancel/i.test(fn.name) && fn.params.length === 2) return;
    for (const s of statements(fn.body)) {
      if (s.kind !== 'expr') continue;
      let x = s.x;
      while (x.kind === 'cast') x = x.x;
      if (x.kind !== 'call' || x.f.kind !== 'id' || x.f.name !== 'IoSetCancelRoutine') continue;
      const routine = x.args[1];
      if (!routine || !/^(\(\w+\))?\s*(NULL|0)$/.test(cx.slice(routine))) continue;
      const place = { start: x.start, end: x.end };
      cx.report({
        place,
        severity: 'warning',
        message:
          'The answer of `IoSetCancelRoutine` is dropped: if it was `NULL`, the cancel routine already runs and completes this request as well.',
        path: [
          { file: cx.file, ...place, role: 'use', message: 'removed here' },
          {
            file: cx.file,
            ...place,
            role: 'guard',
            message: 'a test of the answer before the request is completed would silence it',
          },
        ],
      });
    }
  },
};
