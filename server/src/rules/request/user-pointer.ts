/**
 * What is known about an address that the caller chose: where it came from, and whether a probe holds it to user memory.
 */
import type { OriginHit, View } from '../../analysis/events';
import type { Mark } from '../../analysis/state';
import type { ApiFact } from '../../model/model';

/** direct: an address that the request names. nested: a pointer that lay in a buffer. number: an integer of a buffer used as a pointer. */
export type AddressKind = 'direct' | 'nested' | 'number';

export function addressKind(hit: OriginHit): AddressKind | undefined {
  const r = hit.region;
  if (!r || hit.origin !== 'UserVA' || !hit.certain) return undefined;
  if (r.nestedIn !== undefined) return r.key.startsWith('R:#(') ? 'number' : 'nested';
  if (r.request === 'type3' || r.request === 'user' || r.request === 'fast-in' || r.request === 'fast-out') return 'direct';
  return undefined;
}

export function probe(hit: OriginHit, v: View): Mark | undefined {
  return v.state.hasMust('probed', hit.target.base);
}

/** User-mode accessors probe the address themselves. */
export function probesItself(api: ApiFact | undefined): boolean {
  return api !== undefined && (api.role.startsWith('user-') || (api.probes !== undefined && api.probes !== false));
}

/** Reads, writes and files: the I/O manager has probed the buffer before the driver sees it. */
export function probedBySystem(hit: OriginHit, v: View): boolean {
  const major = v.request.major;
  return hit.region?.nestedIn === undefined && major !== undefined && major !== 13 && major !== 14;
}
