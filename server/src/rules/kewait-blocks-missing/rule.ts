/**
 * A thread holds wait blocks for three objects; whoever waits for more has to bring his own, or the system stops.
 */
import type { Call, View } from '../../analysis/events';
import { constant, constOf, minus } from '../../analysis/term';
import type { Rule } from '../rule';
import page from './page.md';

/** `THREAD_WAIT_OBJECTS` */
const OF_THE_THREAD = 3;

export const kewaitBlocksMissing: Rule = {
  meta: {
    id: 'kewait-blocks-missing',
    title: 'Wait for more objects than the thread has wait blocks',
    threats: ['Miscellaneous kernel APIs', 'Local DoS'],
    severity: 'error',
    precision: 'high',
    cwe: [628],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      call(e, v) {
        const many = howMany(e, v);
        if (many === undefined) return;
        cx.report({
          place: e.place,
          severity: many === 'unknown' ? 'warning' : 'error',
          message:
            many === 'unknown'
              ? '`KeWaitForMultipleObjects` waits without wait blocks for as many objects as a number says that nothing holds to three: with more the system stops.'
              : `\`KeWaitForMultipleObjects\` waits for ${String(many)} objects with the three wait blocks of the thread: the system stops.`,
          path: [
            cx.step(e.place, 'use', 'waits here'),
            cx.step(e.place, 'guard', 'an array with a wait block for each object, as the last argument, would silence it'),
          ],
        });
      },
    };
  },
};

/** How many objects are too many, or that their number may be; undefined where all is well. */
function howMany(e: Call, v: View): number | 'unknown' | undefined {
  if (e.name !== 'KeWaitForMultipleObjects') return undefined;
  const [count] = e.args;
  const blocks = e.args[7];
  if (!count || !blocks || constOf(blocks.t) !== 0) return undefined;
  const number = constOf(count.t);
  if (number !== undefined) return number > OF_THE_THREAD ? number : undefined;
  // The length of an array that only its initialiser tells is small, or its author would know.
  if (count.t.t.some(([x]) => x.key.startsWith('countof:'))) return undefined;
  return v.wasCompared(count.t) || v.proves(minus(constant(OF_THE_THREAD), count.t)) ? undefined : 'unknown';
}
