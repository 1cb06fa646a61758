/**
 * An index that was compared, with a number that is too large for the array that it selects from: the size of another table, `>` where
 * `>=` was meant. Or with one that is right, as a signed number, so that a negative one is small enough.
 */
import type { Index, View } from '../../analysis/events';
import type { SignedTests } from '../request/signed-tests';
import { constant, minus, single } from '../../analysis/term';

export interface Passing {
  /** What the comparison lets through. */
  readonly message: (what: string) => string;
  readonly guard: string;
}

export function letsThrough(e: Index, signs: SignedTests, v: View): Passing | undefined {
  const { count } = e;
  const only = e.index.t.t.length === 1 ? e.index.t.t[0] : undefined;
  if (count === undefined || count <= 1 || only?.[1] !== 1) return undefined;
  const [atom] = only;
  // The caller's own buffer ends where its length says, not where its declaration does.
  if (e.targets.length === 0 || e.targets.some((t) => t.base.k === 'region')) return undefined;
  const { lo, hi } = v.range(e.index.t);
  // Nothing but a constant says how large it may be: no relation to another number, and less than the type has room for.
  const isHeldByConstant = hi < atom.hi && hi < 2 ** 31 - 1 && !v.state.bounds.heldFromAbove(atom);
  if (!isHeldByConstant) return undefined;
  if (hi >= count && lo < count)
    return {
      message: (what) =>
        `${what} has ${String(count)} elements, and the check of the caller’s index lets ${hi === count ? `${String(count)} itself` : `up to ${String(hi)}`} through.`,
      guard: `a comparison with ${String(count)} by \`>=\` would silence it`,
    };
  if (
    lo < 0 &&
    signs.only(atom) &&
    e.index.ty?.k === 'int' &&
    e.index.ty.signed &&
    atom.lo < 0 &&
    single(e.index.t) === atom &&
    !v.state.bounds.heldFromBelow(atom) &&
    v.proves(minus(constant(count - 1), e.index.t))
  )
    return {
      message: (what) =>
        `${what} is indexed by a signed number of the caller’s buffer that was compared from above alone: a negative one passes.`,
      guard: 'a comparison as an unsigned number, or one with zero, would silence it',
    };
  return undefined;
}
