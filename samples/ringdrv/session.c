/*
 * A session: one open handle, the ring that belongs to it, and the way of its messages into the kernel.
 */
#include "ringdrv.h"

NTSTATUS
SessionCreate(_Outptr_ PSESSION *NewSession)
{
    PSESSION Session;

    *NewSession = NULL;

    Session = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*Session), RINGDRV_POOL_TAG);
    if (Session == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    ExInitializeFastMutex(&Session->Lock);
    Session->Process = PsGetCurrentProcess();
    ObReferenceObject(Session->Process);

    *NewSession = Session;
    return STATUS_SUCCESS;
}

/* The last handle is closed, perhaps by another process than the one that holds the mappings. */
VOID
SessionCleanup(_Inout_ PSESSION Session)
{
    KAPC_STATE ApcState;

    KeStackAttachProcess(Session->Process, &ApcState);
    ExAcquireFastMutex(&Session->Lock);

    RingClose(&Session->Ring);
    RingUnmap(&Session->Ring.Mapping);
    RtlZeroMemory(&Session->Ring, sizeof(Session->Ring));
    RingUnmap(&Session->CounterMapping);
    Session->Counters = NULL;

    ExReleaseFastMutex(&Session->Lock);
    KeUnstackDetachProcess(&ApcState);
}

VOID
SessionDestroy(_In_ _Post_invalid_ PSESSION Session)
{
    ObDereferenceObject(Session->Process);
    ExFreePoolWithTag(Session, RINGDRV_POOL_TAG);
}

static BOOLEAN
SessionWants(_In_ const SESSION *Session, _In_ ULONG Tag)
{
    return (Tag & Session->Filter.TagMask) == Session->Filter.TagValue;
}

/* Right: every field is read once into kernel memory, checked there, and used from there. */
static NTSTATUS
SessionReadEntry(_In_ const RING *Ring, _In_ ULONG Index, _Out_ PFRAME Frame)
{
    const RING_ENTRY *Entry = RingEntryAt(Ring, Index);

    Frame->Tag = ReadULongNoFence(&Entry->Tag);
    Frame->Length = ReadULongNoFence(&Entry->Length);
    if (Frame->Length > sizeof(Frame->Data)) {
        return STATUS_INVALID_BUFFER_SIZE;
    }

    RtlCopyVolatileMemory(Frame->Data, Entry->Data, Frame->Length);
    return STATUS_SUCCESS;
}

/* The same, as it is often written. */
static NTSTATUS
SessionReadUrgent(_In_ const RING *Ring, _In_ ULONG Index, _Out_ PFRAME Frame)
{
    const RING_ENTRY *Entry = RingEntryAt(Ring, Index);

    Frame->Tag = ReadULongNoFence(&Entry->Tag);
    if (ReadULongNoFence(&Entry->Length) > sizeof(Frame->Data)) {
        return STATUS_INVALID_BUFFER_SIZE;
    }

    /* Wrong (double-fetch): user mode may have changed the length since it was checked. */
    Frame->Length = ReadULongNoFence(&Entry->Length);
    /* Wrong (ioctl-copy-length-user-controlled): so this length was never checked. */
    RtlCopyVolatileMemory(Frame->Data, Entry->Data, Frame->Length);
    return STATUS_SUCCESS;
}

/* Looks at the newest message without consuming it. */
static VOID
SessionPeekNewest(_Inout_ PSESSION Session)
{
    PRING Ring = &Session->Ring;
    PRING_ENTRY Entry;
    ULONG Produced;

    /* Wrong (shared-nonvolatile-read, missing-acquire-on-index): the compiler may read the index again, and the entry before it. */
    Produced = Ring->Shared->ProducerIndex;
    if (Produced == Ring->ConsumerIndex) {
        return;
    }

    Entry = RingEntryAt(Ring, Produced - 1);

    /* Wrong (shared-nonvolatile-read): the same for the entry. */
    if (SessionWants(Session, Entry->Tag)) {
        Session->LastTag = ReadULongNoFence(&Entry->Tag);
    }
}

static VOID
SessionAskForWake(_Inout_ PRING Ring)
{
    /* Wrong (shared-nonatomic-rmw): a flag that user mode sets between the read and the write is lost. */
    Ring->Shared->Flags |= RING_FLAG_NEED_WAKE;
}

static VOID
SessionPublishCounters(_In_ const SESSION *Session)
{
    if (Session->Counters != NULL) {
        WriteULong64NoFence(&Session->Counters->Drained, Session->Drained);
        WriteULong64NoFence(&Session->Counters->Dropped, Session->Dropped);
    }
}

NTSTATUS
SessionDrain(_Inout_ PSESSION Session)
{
    PRING Ring = &Session->Ring;
    NTSTATUS Status = STATUS_SUCCESS;
    ULONG Available;
    FRAME Frame;

    ExAcquireFastMutex(&Session->Lock);

    if (Ring->Shared == NULL) {
        Status = STATUS_INVALID_DEVICE_STATE;
        goto Exit;
    }

    SessionPeekNewest(Session);

    for (Available = RingAvailable(Ring); Available > 0; Available--) {
        if (Available > Session->Watermark.High) {
            Status = SessionReadUrgent(Ring, Ring->ConsumerIndex, &Frame);
        } else {
            Status = SessionReadEntry(Ring, Ring->ConsumerIndex, &Frame);
        }

        RingAdvance(Ring);

        if (NT_SUCCESS(Status) && SessionWants(Session, Frame.Tag)) {
            Session->LastTag = Frame.Tag;
            Session->Drained++;
        } else {
            Session->Dropped++;
        }
    }

    SessionAskForWake(Ring);
    SessionPublishCounters(Session);
    Status = STATUS_SUCCESS;

Exit:

    ExReleaseFastMutex(&Session->Lock);
    return Status;
}
