/**
 * An old allocation call, or one that asks for memory as it is: what lay there before may leave the driver.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const poolDeprecatedOrUninitialized = functionRule(
  {
    id: 'pool-deprecated-or-uninitialized',
    title: 'Pool allocation that is not cleared',
    threats: ['Miscellaneous kernel APIs'],
    severity: 'info',
    precision: 'high',
    cwe: [908, 477],
    profile: 'audit',
    microsoft: ['cpp/drivers/extended-deprecated-apis', 'cpp/drivers/wdk-deprecated-api'],
  },
  page,
  (s, tell) => {
    // Another block that comes cleared clears nothing of this one.
    if (s.calls.some((c) => /Zero|Fill|memset/.test(c.name) && !c.name.startsWith('ExAllocate'))) return;
    for (const c of s.callsOf(/^ExAllocatePool(2|3|WithTag|WithQuota|WithQuotaTag|WithTagPriority|Uninitialized)?$/)) {
      if (/[23]$/.test(c.name) && !/POOL_FLAG_UNINITIALIZED/.test(s.text(c.args[0] ?? c.x))) continue;
      tell(c.x, `\`${c.name}\` gives memory as its last owner left it; \`ExAllocatePool2\` clears it.`, {
        confidence: 'certain',
      });
    }
  },
);
