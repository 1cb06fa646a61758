/** The length of a counted string is one of bytes: multiplied with the size of a character it is twice what the string has. */
import type { Copy, View } from '../../analysis/events';
import type { Expr } from '../../syntax/ast';
import { isPointer } from '../../program/types';

/** The length as it is written, `Name->Length`, where twice of it is copied from or to `Name->Buffer`. */
export function countedTwice(e: Copy, v: View): Expr | undefined {
  const size = bare(e.lenExpr);
  if (size?.kind !== 'bin' || size.op !== '*') return undefined;
  const [l, r] = [bare(size.l), bare(size.r)];
  const length = isLength(l, v) ? l : isLength(r, v) ? r : undefined;
  const by = length === l ? size.r : size.l;
  if (length?.kind !== 'fld' || v.constant(by) !== 2) return undefined;
  const name = v.text(length.x);
  const isOf = (x: Expr | undefined): boolean => {
    const b = bare(x);
    return b?.kind === 'fld' && b.name === 'Buffer' && v.text(b.x) === name;
  };
  return isOf(e.srcExpr) || isOf(e.dstExpr) ? length : undefined;
}

function isLength(x: Expr | undefined, v: View): boolean {
  if (x?.kind !== 'fld' || !/^(Maximum)?Length$/.test(x.name)) return false;
  const outer = v.typeOf(x.x);
  const ty = outer && isPointer(outer) ? v.types.pointee(outer) : outer;
  return ty?.k === 'rec' && /UNICODE_STRING$/.test(ty.rec.key);
}

function bare(e: Expr | undefined): Expr | undefined {
  let x = e;
  while (x?.kind === 'cast') x = x.x;
  return x;
}
