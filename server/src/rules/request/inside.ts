/** Whether an element lies in the block that it is taken from, by what is known of the size with which that was allocated. */
import type { Index, View } from '../../analysis/events';
import { constant, minus, plus, scale } from '../../analysis/term';

/** Every block that the access may go to was allocated with a size that holds the whole element. */
export function isInside(e: Index, v: View): boolean {
  const ty = e.base?.ty;
  const element =
    ty?.k === 'ptr' ? v.types.sizeOf(v.types.resolve(ty.ref, ty.file)) : ty?.k === 'arr' ? v.types.sizeOf(ty.of) : undefined;
  if (element === undefined || e.targets.length === 0 || v.range(e.index.t).lo < 0) return false;
  const end = plus(scale(e.index.t, element), constant(element));
  return e.targets.every(({ base, off }) => base.k === 'alloc' && base.size && off && v.proves(minus(base.size, plus(off, end))));
}
