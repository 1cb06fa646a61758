/**
 * A call that waits, or that touches paged memory, on a path on which a spin lock is held for certain, or in a routine that always runs at
 * DISPATCH_LEVEL.
 */
import { callbacksOf } from '../source/callbacks';
import { heldLocks } from '../source/locks';
import { functionRule } from '../source/shape';
import { waits, waitsInside } from '../source/waits';
import page from './page.md';

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
      const inside = spin && !waits(call, s) ? waitsInside(call, s) : undefined;
      if (!spin || (!waits(call, s) && inside === undefined)) continue;
      tell(
        call.x,
        inside === undefined
          ? `\`${call.name}\` waits, but the spin lock \`${spin.name}\` is held here.`
          : `\`${call.name}\` ${inside}, but the spin lock \`${spin.name}\` is held here.`,
        {
          from: [s.step(spin.place, 'origin', `\`${spin.name}\` is acquired here`)],
          use: 'waits here',
        },
      );
    }
    if (!callbacksOf(s.cx).isRole(s.name, /^dpc$/, NO_MEMBER)) return;
    for (const call of s.calls) {
      const inside = waits(call, s) ? 'waits' : waitsInside(call, s);
      if (inside === undefined) continue;
      tell(call.x, `\`${call.name}\` ${inside}, but \`${s.name}\` runs at DISPATCH_LEVEL.`, { use: 'waits here' });
    }
  },
);

const NO_MEMBER = /^$/;
