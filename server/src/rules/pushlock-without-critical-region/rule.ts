/**
 * A push lock is acquired while normal kernel APCs can still be delivered: the thread can be suspended by a program while it holds the lock.
 */
import { callersOf } from '../source/callers';
import { callbacksOf, isRequestHandler } from '../source/callbacks';
import { functionRule, type Shape } from '../source/shape';
import page from './page.md';

const ENTERS =
  /^(KeEnter(Critical|Guarded)Region|FsRtlEnterFileSystem|ExEnterCriticalRegion\w*|KeRaiseIrql\w*|KeAcquire(InStackQueued)?SpinLock\w*|KeAcquireGuardedMutex|ExAcquireFastMutex)$/;
/** How far up callers are asked. */
const DEPTH = 4;

export const pushlockWithoutCriticalRegion = functionRule(
  {
    id: 'pushlock-without-critical-region',
    title: 'Push lock acquired outside of a critical region',
    threats: ['Miscellaneous kernel APIs', 'Local DoS'],
    severity: 'warning',
    precision: 'medium',
    cwe: [833, 667],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    const [first] = s.callsOf(/^ExAcquirePushLock(Exclusive|Shared)(Ex)?$/);
    if (!first || entersBefore(s, first.x.start)) return;
    const handler = requestedBy(s, DEPTH, new Set());
    if (handler === undefined) return;
    tell(
      first.x,
      `\`${first.name}\` is called while the thread can be suspended: whoever sent the request can stop it with the lock held.`,
      {
        from: [
          s.step(
            s.fn.nameSpan,
            'origin',
            handler === s.name ? 'a program’s request leads here' : `\`${handler}\` leads here for a program’s request`,
          ),
        ],
        use: 'acquired here, outside of a critical region',
      },
    );
  },
);

function entersBefore(s: Shape, offset: number): boolean {
  return s.calls.some((c) => c.x.start < offset && ENTERS.test(c.name));
}

/** The handler of requests that leads here, when on no way somebody enters a critical region. */
function requestedBy(s: Shape, depth: number, seen: Set<string>): string | undefined {
  if (isRequestHandler(s.cx, s.name) || callbacksOf(s.cx).isRole(s.name, /^(flt-pre|fast-read|read|create)$/, /^PreOperation$/))
    return s.name;
  if (depth === 0 || seen.has(s.name)) return undefined;
  seen.add(s.name);
  let found: string | undefined;
  for (const { shape, call } of callersOf(s)) {
    if (entersBefore(shape, call.x.start)) return undefined;
    found ??= requestedBy(shape, depth - 1, seen);
  }
  return found;
}
