/**
 * A function in a pageable section that raises the IRQL: its own next instruction may lie on a page that is not there.
 */
import type { ApiFact } from '../../model/model';
import { isPageable } from '../source/pageable';
import { functionRule } from '../source/shape';
import page from './page.md';

export const pagedCodeRaisedIrql = functionRule(
  {
    id: 'paged-code-raised-irql',
    title: 'Pageable code that raises the IRQL',
    threats: ['Miscellaneous kernel APIs', 'Local DoS'],
    severity: 'warning',
    precision: 'high',
    cwe: [662],
    profile: 'default',
    microsoft: ['cpp/drivers/no-paged-code', 'C28172'],
  },
  page,
  (s, tell) => {
    const first = s.calls.find((c) => raises(s.cx.model.api(c.name), c.name));
    if (!first || !isPageable(s)) return;
    const what = s.cx.model.api(first.name)?.role === 'raise-irql' ? 'raises the IRQL' : 'acquires a spin lock';
    tell(
      first.x,
      `\`${s.name}\` lies in a pageable section, but ${what} with \`${first.name}\`: what follows here may be paged out at DISPATCH_LEVEL.`,
      { confidence: 'certain' },
    );
  },
);

function raises(api: ApiFact | undefined, name: string): boolean {
  if (api?.role === 'raise-irql') return true;
  return api?.role === 'lock-acquire' && /spin/.test(api.lock ?? '') && !/DpcLevel/.test(name);
}
