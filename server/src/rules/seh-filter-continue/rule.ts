/**
 * A filter of `EXCEPTION_CONTINUE_EXECUTION` runs the faulting instruction again, for ever or in a state that nobody checked.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const sehFilterContinue = functionRule(
  {
    id: 'seh-filter-continue',
    title: 'Exception filter that goes on where the fault was',
    threats: ['Miscellaneous kernel APIs'],
    severity: 'error',
    precision: 'high',
    cwe: [755, 835],
    profile: 'default',
  },
  page,
  (s, tell, cx) => {
    for (const t of s.stmts) {
      if (t.kind !== 'try' || !t.filter) continue;
      const text = s.text(t.filter);
      if (text !== 'EXCEPTION_CONTINUE_EXECUTION' && text !== '-1') continue;
      tell(t.filter, `\`${text}\` runs the faulting instruction again, which never ends while the address stays bad.`, {
        confidence: 'certain',
        fixes: [
          {
            title: 'Handle the exception',
            class: 'suggestion',
            edits: [{ file: cx.file, start: t.filter.start, end: t.filter.end, newText: 'EXCEPTION_EXECUTE_HANDLER' }],
          },
        ],
      });
    }
  },
);
