/** Calls that map what an MDL describes: where to, and with which flags. */
import type { Call, View } from '../../analysis/events';
import { constOf } from '../../analysis/term';

/** `MdlMappingNoExecute` of wdm.h. */
export const NO_EXECUTE = 0x40000000;

export function isMapping(e: Call): boolean {
  return e.api?.role === 'map-mdl' || e.api?.role === 'map-mdl-kernel';
}

/** It maps into the process of the caller (or may, by a mode that is not known to be kernel mode). */
export function mapsToUser(e: Call, v: View): boolean {
  const mode = e.arg('mode');
  if (e.api?.role !== 'map-mdl' || !mode) return false;
  const c = constOf(mode.t);
  return c !== undefined ? c === 1 : v.range(mode.t).hi > 0;
}

/** It surely maps into a process. */
export function surelyToUser(e: Call, v: View): boolean {
  const mode = e.arg('mode');
  return mapsToUser(e, v) && mode !== undefined && v.range(mode.t).lo > 0;
}
