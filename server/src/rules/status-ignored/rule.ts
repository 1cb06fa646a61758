/**
 * A call whose failure leaves its output undefined stands as a statement of its own.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

export const statusIgnored = functionRule(
  {
    id: 'status-ignored',
    title: 'Status of a call that must be checked',
    threats: ['Miscellaneous kernel APIs'],
    severity: 'warning',
    precision: 'medium',
    cwe: [252],
    profile: 'audit',
    microsoft: ['cpp/drivers/examined-value', 'C28193'],
  },
  page,
  (s, tell) => {
    for (const c of s.callsOf(
      /^(ObReferenceObjectByHandle|ObOpenObjectByPointer|ZwOpenKey|ZwOpenFile|ZwCreateFile|ZwMapViewOfSection|ZwQueryValueKey|IoCreateDevice|IoCreateDeviceSecure|PsLookupProcessByProcessId|PsLookupThreadByThreadId|RtlULongAdd|RtlULongMult|RtlSizeTAdd|RtlSizeTMult|WdfRequestRetrieve(Input|Output)Buffer|NdisAllocateCloneOidRequest|ExAcquireRundownProtection|IoAcquireRemoveLock|MmMapViewInSystemSpace)$/,
    ))
      if (s.parent(c.x)?.kind === 'expr')
        tell(c.x, `\`${c.name}\` may fail and then leaves its output as it was, but its status is thrown away.`, {
          confidence: 'certain',
        });
  },
);
