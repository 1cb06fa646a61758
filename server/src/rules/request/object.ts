/**
 * How many bytes are left in an object from where a pointer points. Knows allocations, arrays, structures and string literals.
 */
import type { View } from '../../analysis/events';
import { constant, minus, type Lin } from '../../analysis/term';
import type { Target, Val } from '../../analysis/value';
import type { Expr } from '../../syntax/ast';

export interface Room {
  readonly bytes: Lin;
  /** `string` for a literal. */
  readonly what: 'pool' | 'variable' | 'string' | 'member';
}

/** @returns undefined where the object, its size or the place in it is not known */
export function room(val: Val, x: Expr | undefined, v: View): Room | undefined {
  const only = val.pts.length === 1 ? val.pts[0] : undefined;
  if (!only) return undefined;
  const member = x && memberSize(x, v);
  if (member !== undefined) return { bytes: constant(member), what: 'member' };
  return left(only);
}

function left(t: Target): Room | undefined {
  const b = t.base;
  if (!t.off) return undefined;
  if (b.k === 'alloc' && b.size) return { bytes: minus(b.size, t.off), what: b.api === 'string' ? 'string' : 'pool' };
  if (b.k === 'local' && b.size !== undefined) return { bytes: minus(constant(b.size), t.off), what: 'variable' };
  return undefined;
}

/** Size of an array that is a member of a structure; one at the end with a single element is a header of more. */
function memberSize(x: Expr, v: View): number | undefined {
  let e = x;
  while (e.kind === 'cast' || (e.kind === 'un' && e.op === '&')) e = e.x;
  if (e.kind === 'idx') e = e.x;
  if (e.kind !== 'fld') return undefined;
  const ty = v.typeOf(e);
  return ty?.k === 'arr' && (ty.n ?? 0) > 1 ? v.types.sizeOf(ty) : undefined;
}
