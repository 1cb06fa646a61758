/**
 * Copies that run on from one member into the next on purpose: two addresses of a header at once, the rest of a structure from a member
 * on. They end where a later member ends, and their size is not that of one member on the other side.
 */
import type { View } from '../../analysis/events';
import type { Expr } from '../../syntax/ast';
import { isPointer, type Rec } from '../../program/types';

/** The size stays inside the structure that the member lies in, and ends with one of its members. */
export function isWithinRecord(object: Expr | undefined, size: Expr | undefined, bytes: number, v: View): boolean {
  let e = object;
  while (e?.kind === 'cast' || (e?.kind === 'un' && e.op === '&')) e = e.x;
  if (e?.kind === 'idx') e = e.x;
  if (e?.kind !== 'fld') return false;
  // From the innermost structure outwards, as long as the size reaches beyond it.
  let end = bytes;
  for (let m: Expr = e; m.kind === 'fld'; m = m.x) {
    const outer = v.typeOf(m.x);
    const ty = outer && isPointer(outer) ? v.types.pointee(outer) : outer;
    const rec = ty?.k === 'rec' ? ty.rec : undefined;
    const field = rec?.field(m.name);
    if (rec?.size === undefined || field?.offset === undefined) return !isSizeOfMember(size);
    end += field.offset;
    if (end <= rec.size) return !isSizeOfMember(size) && rec.fields.some((f) => endOf(f, v) === end);
    if (isLast(rec, field.offset)) return true;
    if (m.arrow) return false;
  }
  return false;
}

function endOf(f: Rec['fields'][number], v: View): number | undefined {
  const size = v.types.sizeOf(f.ty);
  return size === undefined || f.offset === undefined ? undefined : f.offset + size;
}

/** Nothing comes behind it: more of the structure may have been allocated than its type says. */
function isLast(rec: Rec, offset: number): boolean {
  return rec.fields.every((f) => (f.offset ?? Infinity) <= offset);
}

/** `sizeof (p->Member)`: the author had that one member in mind. */
function isSizeOfMember(size: Expr | undefined): boolean {
  let e = size;
  while (e?.kind === 'cast') e = e.x;
  return e?.kind === 'sizeof' && e.x?.kind === 'fld';
}
