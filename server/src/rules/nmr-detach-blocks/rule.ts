/**
 * A detach or cleanup callback of the network module registrar reaches something that waits; it may run at DISPATCH_LEVEL and must return at once.
 */
import { callbacksOf } from '../source/callbacks';
import { reach } from '../source/reach';
import { functionRule } from '../source/shape';
import page from './page.md';

const BLOCKING =
  /^(KeWaitFor\w+|KeDelayExecutionThread|Ex(EnterCriticalRegionAnd)?Acquire(Resource|FastMutex)\w*|ExEnterCriticalRegionAndAcquire\w+|KeAcquireGuardedMutex\w*|ExWaitForRundownProtectionRelease\w*|NmrWaitFor\w+|NdisWaitEvent|NdisMSleep|Zw(Close|CreateFile|OpenKey|QueryValueKey|CreateKey)|IoReleaseRemoveLockAndWait)$/;
export const nmrDetachBlocks = functionRule(
  {
    id: 'nmr-detach-blocks',
    title: 'Network module detach callback that blocks',
    threats: ['Network Module Registrar (NMR)', 'Local DoS'],
    severity: 'error',
    precision: 'high',
    cwe: [833],
    profile: 'default',
  },
  page,
  (s, tell, cx) => {
    if (
      !callbacksOf(cx).isRole(
        s.fn.name,
        /^nmr-(detach|cleanup)-callback$/,
        /^(ClientDetachProvider|ProviderDetachClient|ClientCleanupBindingContext|ProviderCleanupBindingContext)$/,
      )
    )
      return;
    for (const hit of reach(s, BLOCKING)) {
      // Waiting for calls that are under way is what STATUS_PENDING is for.
      const awaits = /Rundown|KeWaitFor|WaitEvent|RemoveLock/.test(hit.name);
      const message = awaits
        ? `\`${hit.name}\` holds up the registrar until others are done: return STATUS_PENDING and complete the detach later.`
        : `\`${s.name}\` is a detach callback and may run at DISPATCH_LEVEL, but \`${hit.name}\` waits.`;
      tell(hit.call.x, message, {
        severity: awaits ? 'info' : 'error',
        from: [s.step(s.fn.nameSpan, 'origin', 'the network module registrar calls this'), ...hit.via],
      });
    }
  },
);
