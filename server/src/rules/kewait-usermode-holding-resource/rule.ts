/**
 * A thread waits in `UserMode` while it holds a lock: a program can suspend or end the wait's thread, and everybody else waits with it.
 */
import { heldLocks } from '../source/locks';
import { functionRule } from '../source/shape';
import page from './page.md';

/** Position of the wait mode. */
const MODE: Readonly<Record<string, number>> = {
  KeWaitForSingleObject: 2,
  KeWaitForMultipleObjects: 4,
  KeWaitForMutexObject: 2,
  KeDelayExecutionThread: 0,
};

export const kewaitUsermodeHoldingResource = functionRule(
  {
    id: 'kewait-usermode-holding-resource',
    title: 'User-mode wait while a lock is held',
    threats: ['Miscellaneous kernel APIs', 'Local DoS'],
    severity: 'warning',
    precision: 'high',
    cwe: [833],
    profile: 'audit',
  },
  page,
  (s, tell, cx) => {
    for (const { call, held } of heldLocks(s).calls) {
      const at = MODE[call.name];
      const mode = at === undefined ? undefined : call.args[at];
      const lock = held.find((l) => !l.spin);
      if (!mode || !lock || s.text(mode) !== 'UserMode') continue;
      tell(
        call.x,
        `\`${call.name}\` waits in \`UserMode\` while \`${lock.name}\` is held: a program that suspends the thread holds up everybody who wants the lock.`,
        {
          from: [s.step(lock.place, 'origin', `\`${lock.name}\` is acquired here`)],
          use: 'waits here',
          fixes: [
            {
              title: 'Wait in KernelMode (the wait cannot be interrupted by the program any more)',
              class: 'suggestion',
              edits: [{ file: cx.file, start: mode.start, end: mode.end, newText: 'KernelMode' }],
            },
          ],
        },
      );
    }
  },
);
