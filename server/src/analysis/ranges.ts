/** Numbers that a type can hold. */
import type { Ty } from '../program/types';

export function range(ty: Ty | undefined): { lo?: number; hi?: number } {
  return ty?.k === 'int'
    ? ty.signed
      ? { lo: -(2 ** (8 * ty.size - 1)), hi: 2 ** (8 * ty.size - 1) - 1 }
      : { lo: 0, hi: 2 ** (8 * ty.size) - 1 }
    : {};
}

export function limits(ty: Ty | undefined): [number, number] {
  const r = range(ty);
  return [r.lo ?? -Infinity, r.hi ?? Infinity];
}
