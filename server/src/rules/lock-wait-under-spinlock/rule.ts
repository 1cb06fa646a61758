/**
 * A call that waits, or that touches paged memory, on a path on which a spin lock is held for certain.
 */
import { heldLocks } from '../source/locks';
import { functionRule } from '../source/shape';
import page from './page.md';

const WAITS =
  /^(KeWaitFor(SingleObject|MultipleObjects)|KeDelayExecutionThread|ExAcquire(FastMutex|Resource(Exclusive|Shared)Lite|PushLock\w+)|KeAcquireGuardedMutex|ExWaitForRundownProtectionRelease\w*|IoReleaseRemoveLockAndWait|Zw\w+|IoCreateFile|NdisMSleep|NdisWaitEvent|PsCreateSystemThread|MmMapIoSpace\w*|RtlQueryRegistryValues)$/;
export const lockWaitUnderSpinlock = functionRule(
  {
    id: 'lock-wait-under-spinlock',
    title: 'Wait while a spin lock is held',
    threats: ['Miscellaneous kernel APIs', 'Local DoS'],
    severity: 'error',
    precision: 'high',
    cwe: [833, 667],
    profile: 'default',
    microsoft: ['cpp/drivers/irql-too-high', 'C28121'],
  },
  page,
  (s, tell) => {
    for (const { call, held } of heldLocks(s).calls) {
      const spin = held.find((l) => l.spin);
      if (!spin || !WAITS.test(call.name)) continue;
      const timeout = call.args[call.args.length - 1];
      if (/^KeWait/.test(call.name) && timeout && !/^(NULL|0)$/.test(s.text(timeout))) continue;
      tell(call.x, `\`${call.name}\` waits, but the spin lock \`${spin.name}\` is held here.`, {
        from: [s.step(spin.place, 'origin', `\`${spin.name}\` is acquired here`)],
        use: 'waits here',
      });
    }
  },
);
