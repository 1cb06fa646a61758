/**
 * An address of the caller that is used for what only an address of the kernel is good for: a block that is freed, code that is run.
 */
import type { Call, OriginHit, View } from '../../analysis/events';
import type { Taint, Val } from '../../analysis/value';
import { isChosen } from '../request/taint';
import { addressKind } from '../request/user-pointer';

/** Where the address of a block that is given back comes from, when the caller chose it. */
export function freesOfCaller(e: Call, v: View): OriginHit | undefined {
  if (e.api?.role !== 'free' && e.api?.role !== 'mdl-free') return undefined;
  const block = e.arg('ptr') ?? e.arg('mdl');
  // A driver that looks the address up in a list of its own has compared it.
  if (!block || v.request.mode === 0 || v.wasCompared(block.t)) return undefined;
  return v.pointee(block).find((h) => {
    const kind = addressKind(h);
    return kind !== undefined && h.target.from === undefined && (kind === 'direct' || readOf(block, v) !== undefined);
  });
}

/** The read of the pointer that is called, when it lay in the buffer of a request. */
export function callsOfCaller(e: Call, v: View): Taint | undefined {
  const { through } = e;
  if (!through || v.request.mode === 0 || v.wasCompared(through.t)) return undefined;
  return readOf(through, v);
}

/** Where the value was read from the buffer of a request. */
function readOf(val: Val, v: View): Taint | undefined {
  return v.taints(val).find((t) => t.certain && t.kept !== true && t.request !== undefined && isChosen(t));
}
