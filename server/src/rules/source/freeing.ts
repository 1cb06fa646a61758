/** Calls of the kernel that free what they are given, and what comes to light behind them. */
import type { Expr } from '../../syntax/ast';
import type { Model } from '../../model/model';
import type { CallSite } from './shape';

/** `given`: a reference was given back: others remain, or the call frees it with the last one. */
export type FreeingCall = CallSite & { readonly given?: 'others' | 'last' };

export interface AfterFree {
  readonly kind: 'use' | 'free';
  readonly name: string;
  readonly free: FreeingCall;
  readonly use: Expr;
}

/** Position of the pointer that is freed. */
export const FREES: Readonly<Record<string, number>> = {
  ExFreePool: 0,
  ExFreePoolWithTag: 0,
  ExFreePool2: 0,
  NdisFreeMemory: 0,
  NdisFreeMemoryWithTagPriority: 1,
  NdisFreeNetBufferList: 0,
  IoFreeMdl: 0,
  IoFreeIrp: 0,
  IoFreeWorkItem: 0,
  MmFreeContiguousMemory: 0,
  ExFreeToNPagedLookasideList: 1,
  ExFreeToPagedLookasideList: 1,
  ExFreeToLookasideListEx: 1,
  FltFreePoolAlignedWithTag: 1,
  FltReleaseFileNameInformation: 0,
};

/** Objects that go with what belongs to them. They are followed by the variable that points to them: a member may lead to the next one. */
export const DELETES: Readonly<Record<string, number>> = { IoDeleteDevice: 0 };

/** What is allocated with an object and goes with it, by the member that leads to it. */
export const BELONGS: ReadonlySet<string> = new Set(['DeviceExtension']);

/** Positions of what an interface of the system is given and may follow. */
export function handsOn(name: string, model: Model): readonly number[] {
  const api = model.api(name);
  return api && FREES[name] === undefined ? Object.values(api.args ?? {}) : [];
}
