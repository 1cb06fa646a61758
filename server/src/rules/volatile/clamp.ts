/**
 * Whether a number that came from outside is held below something that this side chose.
 */
import type { View } from '../../analysis/events';
import { constOf, single, type Lin } from '../../analysis/term';
import type { Val } from '../../analysis/value';

/** True when a mask, a remainder, `min`, its width or a comparison limits it. `count`: elements that there are. */
export function clamped(val: Val, v: View, count?: number): boolean {
  if (constOf(val.t) !== undefined) return true;
  return bounded(val, v, count) || limited(val.t, v);
}

/** A condition tested the number, or a factor or a term of it. */
export function limited(t: Lin, v: View): boolean {
  return (
    v.wasCompared(t) ||
    t.t.some(([x]) => v.state.bounds.heldByOwn(x) || x.args.some((a) => a.t.length > 0 && (masked(a) || limited(a, v))))
  );
}

/** As `clamped`, comparisons with other numbers left out. */
export function bounded(val: Val, v: View, count?: number): boolean {
  const r = v.range(val.t);
  if (count !== undefined && r.lo >= 0 && r.hi < count) return true;
  if (masked(val.t)) return true;
  const widest = val.ty?.k === 'int' ? 2 ** (8 * val.ty.size - (val.ty.signed ? 1 : 0)) - 1 : Infinity;
  return r.hi < Math.min(widest, 0xffff) && !(count !== undefined && r.hi >= count);
}

/** The number is the result of an operation that limits it. */
export function masked(t: Lin): boolean {
  const atom = single({ ...t, c: 0 });
  return atom !== undefined && /^(&|%|>>|min|narrow1)\(/.test(atom.key);
}
