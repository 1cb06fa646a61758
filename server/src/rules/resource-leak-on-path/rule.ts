/**
 * A path leaves the function while a local variable is the only one that knows of memory, a handle or a reference that the function acquired.
 */
import { ownedAtReturns, type Owned } from '../source/owned';
import { functionRule, type Shape } from '../source/shape';
import type { Step } from '../finding';
import page from './page.md';

export const resourceLeakOnPath = functionRule(
  {
    id: 'resource-leak-on-path',
    title: 'Path that loses what was acquired',
    threats: ['Local DoS', 'Miscellaneous kernel APIs'],
    severity: 'warning',
    precision: 'medium',
    cwe: [401, 772],
    profile: 'default',
  },
  page,
  (s, tell) => {
    const { returns, overwritten, freedLocked, handled } = ownedAtReturns(s);
    const never = new Map<string, Owned>();
    for (const { at, owned } of returns)
      for (const o of owned) {
        if (!handled.has(o.name)) {
          never.set(o.name, o);
          continue;
        }
        tell(
          at,
          `This path returns without releasing \`${o.name}\`, which \`${o.call}\` gave; other paths release it or hand it on.`,
          {
            from: [acquired(s, o)],
            use: 'returns here',
          },
        );
      }
    for (const { at, owned } of overwritten)
      tell(at, `\`${owned.name}\` is assigned anew, but what \`${owned.call}\` gave was neither released nor handed on.`, {
        from: [acquired(s, owned)],
        use: 'lost here',
      });
    for (const { at, by, locked } of freedLocked)
      tell(at, `\`${by}\` frees \`${locked.locks ?? ''}\`, but the pages that \`${locked.call}\` locked stay locked.`, {
        from: [s.step(locked.place, 'origin', `\`${locked.call}\` locks them here`)],
        use: 'freed here',
      });
    for (const o of never.values())
      tell(o.place, `No path of this function releases \`${o.name}\`, or hands it on: what \`${o.call}\` gave is lost.`, {
        use: 'acquired here',
      });
  },
);

function acquired(s: Shape, o: Owned): Step {
  return s.step(o.place, 'origin', `\`${o.call}\` gives \`${o.name}\` here`);
}
