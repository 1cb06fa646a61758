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

/** Positions of what an interface of the system is given and may follow. */
export function handsOn(name: string, model: Model): readonly number[] {
  const api = model.api(name);
  return api && FREES[name] === undefined ? Object.values(api.args ?? {}) : [];
}
