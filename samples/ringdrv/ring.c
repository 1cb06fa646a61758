/*
 * The ring: kernel memory that is allocated here, mapped into the calling process, and unmapped again.
 */
#include "ringdrv.h"

/*
 * Describes kernel memory and maps it into the current process.
 * Right: user mode gets data, never code.
 */
static NTSTATUS
RingMapToProcess(_Inout_ PUSER_MAPPING Mapping)
{
    NTSTATUS Status = STATUS_SUCCESS;

    Mapping->Mdl = IoAllocateMdl(Mapping->KernelAddress, (ULONG)Mapping->Size, FALSE, FALSE, NULL);
    if (Mapping->Mdl == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    MmBuildMdlForNonPagedPool(Mapping->Mdl);

    __try {
        Mapping->UserAddress = MmMapLockedPagesSpecifyCache(
            Mapping->Mdl, UserMode, MmCached, NULL, FALSE, NormalPagePriority | MdlMappingNoExecute);
        if (Mapping->UserAddress == NULL) {
            Status = STATUS_INSUFFICIENT_RESOURCES;
        }
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        Status = GetExceptionCode();
    }

    return Status;
}

VOID
RingUnmap(_Inout_ PUSER_MAPPING Mapping)
{
    if (Mapping->UserAddress != NULL) {
        MmUnmapLockedPages(Mapping->UserAddress, Mapping->Mdl);
        Mapping->UserAddress = NULL;
    }

    if (Mapping->Mdl != NULL) {
        IoFreeMdl(Mapping->Mdl);
        Mapping->Mdl = NULL;
    }

    if (Mapping->KernelAddress != NULL) {
        ExFreePoolWithTag(Mapping->KernelAddress, RINGDRV_POOL_TAG);
        Mapping->KernelAddress = NULL;
    }
}

NTSTATUS
RingCreate(_Inout_ PRING Ring, _In_ ULONG EntryCount)
{
    NTSTATUS Status;
    SIZE_T Size;

    if (EntryCount == 0 || EntryCount > Settings.MaxEntries || !RTL_IS_POWER_OF_TWO(EntryCount)) {
        return STATUS_INVALID_PARAMETER;
    }

    /* Whole pages, so that nothing else of the pool is mapped with them. */
    Size = ROUND_TO_PAGES(sizeof(RING_SHARED) + (SIZE_T)EntryCount * sizeof(RING_ENTRY));

    Ring->Mapping.Size = Size;
    Ring->Mapping.KernelAddress = ExAllocatePool2(POOL_FLAG_NON_PAGED, Size, RINGDRV_POOL_TAG);
    if (Ring->Mapping.KernelAddress == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    Ring->Shared = Ring->Mapping.KernelAddress;
    Ring->Entries = (PRING_ENTRY)(Ring->Shared + 1);
    Ring->EntryCount = EntryCount;
    Ring->Mask = EntryCount - 1;
    Ring->ConsumerIndex = 0;

    Status = RingMapToProcess(&Ring->Mapping);
    if (!NT_SUCCESS(Status)) {
        RingUnmap(&Ring->Mapping);
        RtlZeroMemory(Ring, sizeof(*Ring));
    }

    return Status;
}

NTSTATUS
RingCreateCounters(_Inout_ PSESSION Session)
{
    PUSER_MAPPING Mapping = &Session->CounterMapping;
    NTSTATUS Status = STATUS_SUCCESS;

    Mapping->Size = PAGE_SIZE;
    Mapping->KernelAddress = ExAllocatePool2(POOL_FLAG_NON_PAGED, PAGE_SIZE, RINGDRV_POOL_TAG);
    if (Mapping->KernelAddress == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }

    Mapping->Mdl = IoAllocateMdl(Mapping->KernelAddress, PAGE_SIZE, FALSE, FALSE, NULL);
    if (Mapping->Mdl == NULL) {
        Status = STATUS_INSUFFICIENT_RESOURCES;
        goto Exit;
    }

    MmBuildMdlForNonPagedPool(Mapping->Mdl);

    __try {
        /* Wrong (user-map-rwx): without MdlMappingNoExecute the page is executable in the process. */
        Mapping->UserAddress = MmMapLockedPagesSpecifyCache(
            Mapping->Mdl, UserMode, MmCached, NULL, FALSE, NormalPagePriority);
        if (Mapping->UserAddress == NULL) {
            Status = STATUS_INSUFFICIENT_RESOURCES;
            goto Exit;
        }
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        Status = GetExceptionCode();
        goto Exit;
    }

    Session->Counters = Mapping->KernelAddress;

Exit:

    if (!NT_SUCCESS(Status)) {
        RingUnmap(Mapping);
    }

    return Status;
}

/* How many entries user mode has produced. */
ULONG
RingAvailable(_In_ const RING *Ring)
{
    ULONG Available;

    /* Right: the peer's index is read once, before the entries that it announces, and clamped. */
    Available = ReadULongAcquire(&Ring->Shared->ProducerIndex) - Ring->ConsumerIndex;

    return min(Available, Ring->EntryCount);
}

/* The place of an entry. What lies there belongs to user mode: capture it before you look at it. */
PRING_ENTRY
RingEntryAt(_In_ const RING *Ring, _In_ ULONG Index)
{
    return &Ring->Entries[Index & Ring->Mask];
}

VOID
RingAdvance(_Inout_ PRING Ring)
{
    Ring->ConsumerIndex++;
    WriteULongRelease(&Ring->Shared->ConsumerIndex, Ring->ConsumerIndex);
}

VOID
RingClose(_Inout_ PRING Ring)
{
    if (Ring->Shared != NULL) {
        /* Right: both sides change these flags, so the change is one atomic operation. */
        InterlockedOr((volatile LONG *)&Ring->Shared->Flags, RING_FLAG_CLOSED);
    }
}
