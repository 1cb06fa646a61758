/**
 * Whether anything holds a number from above. A comparison that only asks for a minimum does not, however it is written.
 */
import type { View } from '../../analysis/events';
import type { Atom, Lin } from '../../analysis/term';

/**
 * True when the number, or one that it was made of, was compared, and not with lower bounds alone. What a comparison of another kind
 * promises is not known.
 */
export function mayBeCapped(t: Lin, v: View, depth = 0): boolean {
  if (t.t.length > 0 && v.wasCompared(t) && t.t.some(([x]) => !heldOnlyFromBelow(x, v))) return true;
  return depth < 4 && t.t.some(([x]) => x.args.some((of) => mayBeCapped(of, v, depth + 1)));
}

function heldOnlyFromBelow(x: Atom, v: View): boolean {
  const bounds = v.state.bounds;
  let below = false;
  for (const b of bounds.all()) {
    const mine = b.form.t.find(([y]) => y === x || y.args.some((a) => a.t.some(([z]) => z === x)));
    if (!mine) continue;
    const [y, k] = mine;
    // What is made of the number follows from it: a quotient is no larger.
    const isOfItself =
      b.form.t.some(([z]) => z === x) && b.form.t.some(([z]) => z !== x && z.args.some((a) => a.t.some(([w]) => w === x)));
    if (isOfItself) continue;
    if (b.form.t.length > 1 ? (k > 0 ? Number.isFinite(b.hi) : Number.isFinite(b.lo)) : b.hi < y.hi) return false;
    below = true;
  }
  return below;
}
