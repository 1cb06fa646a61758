/**
 * Names of accessors: those that the driver uses already, else those of the kit that fit the declared type. The order of memory is the
 * caller's choice, never that of the neighbours.
 */
import type { Access } from '../../analysis/events';
import type { Ty } from '../../program/types';
import type { DriverFacts, RuleContext } from '../rule';

/** Names of accessors by direction, width and order. */
export const SPELLED = 'spells-accessor';

export type Order = 'NoFence' | 'Acquire' | 'Release';
const ORDERS: Readonly<Record<string, Order>> = { relaxed: 'NoFence', acquire: 'Acquire', release: 'Release' };

/** Notes by which names the driver reads and writes. */
export function spelling(e: Access, cx: RuleContext): void {
  const order = e.api?.order === undefined ? undefined : ORDERS[e.api.order];
  if (!order || e.api?.role !== 'volatile-accessor' || e.x.kind !== 'call' || e.x.f.kind !== 'id') return;
  const kind = e.kind === 'read' ? 'Read' : 'Write';
  const name = e.x.f.name;
  if (name.startsWith(kind) && name.endsWith(order) && e.api.width !== undefined)
    cx.note(SPELLED, `${kind}:${String(e.api.width)}:${order}`, name);
}

/** Middle of the accessor's name by the declared type, with the type that it takes. */
const INFIX: Readonly<Record<string, string>> = {
  UINT8: 'UInt8',
  UINT16: 'UInt16',
  UINT32: 'UInt32',
  UINT64: 'UInt64',
  INT8: 'Int8',
  INT16: 'Int16',
  INT32: 'Int32',
  INT64: 'Int64',
  UCHAR: 'UChar',
  USHORT: 'UShort',
  ULONG: 'ULong',
  ULONG64: 'ULong64',
  BOOLEAN: 'Boolean',
};
/** The signed ones carry their width at the end. */
const SIGNED: Readonly<Record<string, string>> = { CHAR: '8', SHORT: '16', LONG: '', LONG64: '64' };
const SAME: Readonly<Record<string, string>> = {
  ULONGLONG: 'ULONG64',
  ULONG32: 'UINT32',
  uint8_t: 'UINT8',
  uint16_t: 'UINT16',
  uint32_t: 'UINT32',
  uint64_t: 'UINT64',
  LONGLONG: 'LONG64',
  BYTE: 'UCHAR',
  WORD: 'USHORT',
  DWORD: 'ULONG',
  DWORD64: 'ULONG64',
};
const BY_WIDTH: Readonly<Record<number, string>> = { 8: 'UCHAR', 16: 'USHORT', 32: 'ULONG', 64: 'ULONG64' };

export interface Accessor {
  readonly name: string;
  /** The type its pointer must have; absent when the declared type is that type. */
  readonly cast?: string;
}

/** The accessor for a scalar of this type; undefined when there is none. */
export function accessorFor(
  kind: 'Read' | 'Write',
  ty: Ty,
  order: Order,
  facts: DriverFacts,
  known: (name: string) => boolean,
): Accessor | undefined {
  if (ty.k === 'ptr') return { name: `${kind}Pointer${order}` };
  if (ty.k !== 'int') return undefined;
  const declared = SAME[ty.name] ?? ty.name;
  const exact = nameOf(kind, declared, order);
  const used = facts.values(SPELLED, `${kind}:${String(ty.size * 8)}:${order}`);
  if (exact !== undefined && used.includes(exact)) return { name: exact };
  // One of its family that takes the declared type goes before one that needs a cast.
  if (exact !== undefined && known(exact) && related(declared, facts, ty.size * 8)) return { name: exact };
  for (const name of used) {
    const takes = typeOf(kind, name, order);
    if (takes !== undefined) return takes === declared ? { name } : { name, cast: takes };
  }
  // Orders that the driver does not use yet: the spelling of the others of this width.
  for (const other of ['NoFence', 'Acquire', 'Release'] as const)
    for (const k of ['Read', 'Write'] as const)
      for (const name of facts.values(SPELLED, `${k}:${String(ty.size * 8)}:${other}`)) {
        const takes = typeOf(k, name, other);
        const twin = takes && nameOf(kind, takes, order);
        if (takes !== undefined && twin !== undefined && known(twin))
          return takes === declared ? { name: twin } : { name: twin, cast: takes };
      }
  if (exact !== undefined && known(exact)) return { name: exact };
  const general = BY_WIDTH[ty.size * 8];
  const name = general && nameOf(kind, general, order);
  return general && name !== undefined ? { name, cast: general } : undefined;
}

/** The driver reads or writes this very type through accessors. */
function related(declared: string, facts: DriverFacts, width: number): boolean {
  for (const order of ['NoFence', 'Acquire', 'Release'] as const)
    for (const kind of ['Read', 'Write'] as const) {
      const name = nameOf(kind, declared, order);
      if (name !== undefined && facts.values(SPELLED, `${kind}:${String(width)}:${order}`).includes(name)) return true;
    }
  return false;
}

function nameOf(kind: 'Read' | 'Write', type: string, order: Order): string | undefined {
  const infix = INFIX[type];
  if (infix !== undefined) return `${kind}${infix}${order}`;
  const suffix = SIGNED[type];
  return suffix === undefined ? undefined : `${kind}${order}${suffix}`;
}

function typeOf(kind: 'Read' | 'Write', name: string, order: Order): string | undefined {
  for (const type of [...Object.keys(INFIX), ...Object.keys(SIGNED)]) if (nameOf(kind, type, order) === name) return type;
  return undefined;
}
