/**
 * Callbacks that a driver hands to the system in a call, and what such a callback is: its type names the role under which it is entered.
 */
import type { Call } from './events';
import type { Frame } from './frame';

/** Calls that take callbacks: role of the argument to the type of the callback. */
const REGISTRATIONS: ReadonlyMap<string, Readonly<Record<string, string>>> = new Map<string, Readonly<Record<string, string>>>([
  ['FltCreateCommunicationPort', { connect: 'PFLT_CONNECT_NOTIFY', message: 'PFLT_MESSAGE_NOTIFY' }],
  ['IoSetCompletionRoutine', { routine: 'IO_COMPLETION_ROUTINE' }],
  ['IoSetCompletionRoutineEx', { routine: 'IO_COMPLETION_ROUTINE' }],
  ['CmRegisterCallback', { routine: 'EX_CALLBACK_FUNCTION' }],
  ['CmRegisterCallbackEx', { routine: 'EX_CALLBACK_FUNCTION' }],
]);

/** Key under which the heap keeps functions that were handed over as a callback of this type. */
const PREFIX = 'callback:';

export function noteCallbacks(c: Call, f: Frame): void {
  const taken = REGISTRATIONS.get(c.name);
  if (!taken) return;
  for (const [role, type] of Object.entries(taken)) {
    const fns = c.arg(role)?.fns ?? [];
    if (fns.length === 0) continue;
    const site = { file: f.file, start: c.place.start, end: c.place.end, id: f.at(c.place) };
    f.memory.heap.store(`${PREFIX}${type}`, { targets: [], taint: [], fns, other: false, site });
  }
}

/** The type of the callbacks that a field of the heap stands for. */
export function callbackType(field: string): string | undefined {
  return field.startsWith(PREFIX) ? field.slice(PREFIX.length) : undefined;
}
