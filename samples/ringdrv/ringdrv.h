/*
 * What the files of the driver share with each other. Nothing in here is seen by user mode.
 */
#pragma once

#include <ntddk.h>
#include <wdmsec.h>
#include "ringdrv_public.h"

#define RINGDRV_POOL_TAG 'gniR'

/* Kernel memory that is mapped into a process. */
typedef struct _USER_MAPPING {
    PVOID KernelAddress;
    PMDL Mdl;
    PVOID UserAddress;
    SIZE_T Size;
} USER_MAPPING, *PUSER_MAPPING;

typedef struct _RING {
    PRING_SHARED Shared;
    PRING_ENTRY Entries;
    ULONG EntryCount;
    ULONG Mask;
    /* The driver's own index; the copy in Shared is for user mode to read. */
    ULONG ConsumerIndex;
    USER_MAPPING Mapping;
} RING, *PRING;

/* One message in kernel memory. */
typedef struct _FRAME {
    ULONG Tag;
    ULONG Length;
    UCHAR Data[RING_ENTRY_BYTES];
} FRAME, *PFRAME;

/* One open handle. */
typedef struct _SESSION {
    FAST_MUTEX Lock;
    PEPROCESS Process;
    RING Ring;
    USER_MAPPING CounterMapping;
    PRING_COUNTER_PAGE Counters;
    ULONG64 Drained;
    ULONG64 Dropped;
    ULONG LastTag;
    RING_WATERMARK Watermark;
    RING_FILTER Filter;
    RING_LABEL Label;
} SESSION, *PSESSION;

typedef struct _RINGDRV_SETTINGS {
    ULONG MaxEntries;
    ULONG TraceLevel;
} RINGDRV_SETTINGS;

extern RINGDRV_SETTINGS Settings;

/* ring.c */
NTSTATUS RingCreate(_Inout_ PRING Ring, _In_ ULONG EntryCount);
NTSTATUS RingCreateCounters(_Inout_ PSESSION Session);
VOID RingUnmap(_Inout_ PUSER_MAPPING Mapping);
ULONG RingAvailable(_In_ const RING *Ring);
PRING_ENTRY RingEntryAt(_In_ const RING *Ring, _In_ ULONG Index);
VOID RingAdvance(_Inout_ PRING Ring);
VOID RingClose(_Inout_ PRING Ring);

/* session.c */
NTSTATUS SessionCreate(_Outptr_ PSESSION *NewSession);
VOID SessionCleanup(_Inout_ PSESSION Session);
VOID SessionDestroy(_In_ _Post_invalid_ PSESSION Session);
NTSTATUS SessionDrain(_Inout_ PSESSION Session);

/* control.c */
NTSTATUS ControlDispatch(_Inout_ PSESSION Session, _Inout_ PIRP Irp, _In_ PIO_STACK_LOCATION IrpSp);
