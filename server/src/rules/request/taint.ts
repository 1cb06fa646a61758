/**
 * Numbers that whoever sends a request chooses: its lengths, and what lies in its buffers.
 */
import type { Arith, View } from '../../analysis/events';
import type { Taint, Val } from '../../analysis/value';

/** The first source of a value that the caller chooses; undefined when there is none. */
export function chosen(val: Val | undefined, v: View): Taint | undefined {
  if (!val) return undefined;
  if (v.request.mode === 0) return undefined;
  return v.taints(val).find((t) => t.certain && t.kept !== true && isChosen(t) && !(t.origin === 'Buffered' && isAnswered(v)));
}

/** After an operation a buffer of the system holds what the file system below has answered. */
function isAnswered(v: View): boolean {
  return v.state.hasMust('role')?.data === 'flt-post';
}

export function isChosen(t: Taint): boolean {
  switch (t.origin) {
    case 'UserVA':
    case 'SharedPages':
    case 'SharedView':
    case 'Buffered':
      return t.request !== 'registry' && t.request !== 'oid';
    case 'Snapshot':
      return true;
    default:
      return false;
  }
}

/** A length that another driver states, in a structure of the kernel: what is taken from it may be more than it is. */
export function statedByPeer(e: Arith, v: View): Taint | undefined {
  return e.op === '-' ? v.taints(e.l).find((t) => t.certain && t.kept !== true && t.loc.startsWith('PEER|')) : undefined;
}

/** A length that the I/O manager states, as opposed to a field of a buffer. */
export function isRequestLength(t: Taint): boolean {
  return t.loc.startsWith('REQ|');
}

/** In the words of a message. */
export function source(t: Taint): string {
  if (t.loc.startsWith('PEER|')) return 'a length that another driver states';
  return isRequestLength(t) ? 'a length of the request' : 'a field of the caller’s buffer';
}

/** A length in the header of an extended attribute: the I/O manager has held it to the buffer, so that sums of them do not wrap. */
export function isAttributeLength(t: Taint): boolean {
  return /\|(.*\.)?Ea(Name|Value)Length$/.test(t.loc);
}

/** It lay in a buffer of a request, as opposed to a ring or another mapping that user mode shares; the I/O manager has checked EA headers. */
export function ofRequest(t: Taint): boolean {
  if (isAttributeLength(t)) return false;
  return t.request !== undefined || t.origin === 'Buffered' || t.origin === 'UserVA' || t.origin === 'Snapshot';
}
