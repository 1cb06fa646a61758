/**
 * A copy of varying length to the end of what was checked: the length of the output was compared with constants alone, which leave room
 * for one element of the array that stands last, and nothing says that the copy is no longer.
 */
import type { OriginHit, View } from '../../analysis/events';
import { constOf, type Lin } from '../../analysis/term';
import { onlyConstants } from '../request/coverage';

/** The longest element of an array whose length is to be had at run time. */
const ELEMENT = 8;

export function runsPastTheCheck(len: Lin, hit: OriginHit, size: Lin | undefined, v: View): boolean {
  const at = hit.target.off && constOf(hit.target.off);
  if (at === undefined || !size || constOf(size) !== undefined) return false;
  const room = v.range(len).lo - at;
  if (!(room >= 0 && room <= ELEMENT) || at === 0) return false;
  // The lengths that a request states are another rule's.
  if (size.t.some(([x]) => x.key.includes('REQ.'))) return false;
  return onlyConstants(len, v) && !v.wasCompared(size) && v.range(size).hi > room;
}
