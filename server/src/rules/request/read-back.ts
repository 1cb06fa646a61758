/** Bytes of a request's buffer that this side wrote before it reads them. */
import type { OriginHit, View } from '../../analysis/events';
import { WRITTEN_AS, WRITTEN_AT } from '../../analysis/stores';
import { constOf } from '../../analysis/term';

/** What was just stored there is its own, and whatever is wrong with the place is the matter of the write. */
export function isReadBack(hit: OriginHit, v: View): boolean {
  const { base, path, root, off } = hit.target;
  if (!hit.region) return false;
  if (root !== undefined && v.mark(WRITTEN_AS, hit.region, root) && v.state.cell(base, path)) return true;
  const at = off && constOf(off);
  return at !== undefined && v.mark(WRITTEN_AT, hit.region, String(at)) !== undefined;
}
