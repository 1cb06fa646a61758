/**
 * Whether a function sees a request first hand. Code that takes requests from a queue later (a DPC, a timer, a work item) was preceded by
 * the checks of the routine that put them there, which is another path. So was a request that lay in a field of the driver's own while this
 * one came.
 */
import type { View } from '../../analysis/events';
import { KEPT } from '../../analysis/kept-requests';

export function firstHand(v: View): boolean {
  if (v.state.hasMust(KEPT)) return false;
  return v.state.hasMust('entry', undefined, 'request') !== undefined || servesControl(v);
}

/** Code that runs for a control code of a caller. */
export function servesControl(v: View): boolean {
  return v.state.hasMust('entry', undefined, 'control') !== undefined;
}
