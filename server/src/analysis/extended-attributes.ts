/**
 * The value of an extended attribute that comes with a create request. The I/O manager has checked that the attributes of the list lie one
 * behind the other inside the buffer; how long the value is that stands behind the name, the driver has to look at itself. So it is a
 * buffer of its own, whose length `EaValueLength` states.
 */
import type { Ty } from '../program/types';
import type { Frame } from './frame';
import type { State } from './state';
import { constant, constOf, lin, minus, type Lin } from './term';
import { makeTarget, type RegionBase, type Target } from './value';

const IRP_MJ_CREATE = 0;
/** Where `EaName` and `EaValueLength` stand in `FILE_FULL_EA_INFORMATION` (wdm.h). */
const NAME = 8;
const VALUE_LENGTH = 6;
const USHORT: Ty = { k: 'int', size: 2, signed: false, name: 'USHORT' };

/**
 * The same place, by its distance from the value, where a pointer has just been moved behind the name of the first attribute: the name ends
 * with a NUL that its length does not count.
 */
export function inAttribute(t: Target, s: State, f: Frame): Target {
  const list = t.base;
  if (list.k !== 'region' || list.request !== 'system' || !t.off || constOf(t.off) !== undefined) return t;
  const name = t.off.t.find(([x, n]) => n === 1 && isNameLength(x.key))?.[0];
  const inside = name && constOf(minus(t.off, lin(name)));
  if (inside === undefined || inside <= NAME || !isCreate(s, f)) return t;
  return makeTarget(valueOf(list, s, f), undefined, '+', constant(inside - NAME - 1), t.via, t.from, t.inner, t.doubt);
}

function valueOf(list: RegionBase, s: State, f: Frame): RegionBase {
  const header = makeTarget(list, 'FILE_FULL_EA_INFORMATION', 'EaValueLength', constant(VALUE_LENGTH));
  const length: Lin = f.memory.load(s, [header], USHORT, { site: f.site(f.fn), plain: false }).t;
  return f.regions.region('SysEaValue', 'Buffered', list.witness, { inLen: length, request: 'ea' });
}

function isCreate(s: State, f: Frame): boolean {
  const { lo, hi } = s.bounds.range(f.regions.major, 0);
  return lo === IRP_MJ_CREATE && hi === IRP_MJ_CREATE;
}

/** Known by its bytes where the header is read through one pointer, else by its member. */
function isNameLength(key: string): boolean {
  return /^ld:R:Sys:Buffered(?:#5\/1|\|FILE_FULL_EA_INFORMATION:EaNameLength)$/.test(key);
}
