/**
 * What is known about an address that the caller chose: where it came from, and whether a probe holds it to user memory.
 */
import { servesControl } from './reach';
import type { OriginHit, View } from '../../analysis/events';
import { isVouched } from '../../analysis/mode';
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

const METHOD_NEITHER = 3;

/** User-mode accessors probe the address themselves. */
export function probesItself(api: ApiFact | undefined): boolean {
  return api !== undefined && (api.role.startsWith('user-') || (api.probes !== undefined && api.probes !== false));
}

/**
 * Reads, writes and files, and control codes of another method than METHOD_NEITHER that arrive by fast I/O: the I/O manager has probed the
 * buffer before the driver sees it.
 */
export function probedBySystem(hit: OriginHit, v: View): boolean {
  const { major, method } = v.request;
  if (hit.region?.nestedIn === undefined && hit.region?.request?.startsWith('fast-') === true && method !== undefined)
    return method !== METHOD_NEITHER;
  // The buffer of any request but a control code: which one it is must be known before anything is owed.
  if (hit.region?.request === 'user' && major === undefined && v.request.code === undefined && !servesControl(v)) return true;
  return hit.region?.nestedIn === undefined && major !== undefined && major !== 13 && major !== 14;
}

/** It was probed, or on every path that came here it needed no probe. */
export function isSettled(hit: OriginHit, v: View): boolean {
  return probe(hit, v) !== undefined || isVouched(v.state, hit.target.base);
}
