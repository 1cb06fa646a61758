/**
 * Fixes that replace plain accesses by accessors. Names come from the model's data and from what the driver already uses.
 */
import type { Access, OriginHit, View } from '../../analysis/events';
import type { Fix } from '../finding';
import type { RuleContext } from '../rule';

/** Accessor name by width in bits; the names are those of wdm.h. */
const READ_NOFENCE: Readonly<Record<number, string>> = {
  8: 'ReadUCharNoFence',
  16: 'ReadUShortNoFence',
  32: 'ReadULongNoFence',
  64: 'ReadULong64NoFence',
};
const POINTEE: Readonly<Record<number, string>> = { 8: 'UCHAR', 16: 'USHORT', 32: 'ULONG', 64: 'ULONG64' };

export function readFixes(e: Access, hit: OriginHit, _v: View, cx: RuleContext): readonly Fix[] {
  if (hit.origin === 'UserVA' || e.bitField || e.whole || e.size === undefined || e.ty.k !== 'int') return [];
  const name = READ_NOFENCE[e.size * 8];
  const type = POINTEE[e.size * 8];
  if (!name || !type) return [];
  const text = cx.text(e.place);
  const address = text.startsWith('*') ? text.slice(1).trim() : `&${text}`;
  const exact = e.ty.name === type;
  const argument = exact ? address : `(volatile ${type} *)${address.startsWith('&') ? address : `(${address})`}`;
  return [
    {
      title: `Read once with ${name}`,
      class: 'safe',
      edits: [{ file: cx.file, start: e.place.start, end: e.place.end, newText: `${name}(${argument})` }],
    },
  ];
}

export function rmwFixes(e: Access, _v: View, cx: RuleContext): readonly Fix[] {
  void e;
  void cx;
  return [];
}
