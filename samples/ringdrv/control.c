/*
 * The control codes. Everything that comes in here was written by an attacker until it is checked.
 */
#include "ringdrv.h"

static NTSTATUS
ControlCreateRing(_Inout_ PSESSION Session, _Inout_ PIRP Irp, _In_ PIO_STACK_LOCATION IrpSp)
{
    PRING_CREATE_IN In = Irp->AssociatedIrp.SystemBuffer;
    PRING_CREATE_OUT Out = Irp->AssociatedIrp.SystemBuffer;
    ULONG EntryCount;
    NTSTATUS Status;

    /* Right: both lengths are checked before the buffer is touched. */
    if (IrpSp->Parameters.DeviceIoControl.InputBufferLength < sizeof(*In) ||
        IrpSp->Parameters.DeviceIoControl.OutputBufferLength < sizeof(*Out)) {
        return STATUS_BUFFER_TOO_SMALL;
    }

    EntryCount = In->EntryCount;

    if (Session->Process != PsGetCurrentProcess()) {
        return STATUS_ACCESS_DENIED;
    }

    ExAcquireFastMutex(&Session->Lock);

    if (Session->Ring.Shared != NULL) {
        Status = STATUS_INVALID_DEVICE_STATE;
        goto Exit;
    }

    Status = RingCreate(&Session->Ring, EntryCount);
    if (NT_SUCCESS(Status) && Session->Counters == NULL) {
        Status = RingCreateCounters(Session);
    }
    if (!NT_SUCCESS(Status)) {
        RingUnmap(&Session->Ring.Mapping);
        RtlZeroMemory(&Session->Ring, sizeof(Session->Ring));
        goto Exit;
    }

    Out->RingAddress = (ULONG64)(ULONG_PTR)Session->Ring.Mapping.UserAddress;
    Out->CounterAddress = (ULONG64)(ULONG_PTR)Session->CounterMapping.UserAddress;
    Irp->IoStatus.Information = sizeof(*Out);

Exit:

    ExReleaseFastMutex(&Session->Lock);
    return Status;
}

static NTSTATUS
ControlSetWatermark(_Inout_ PSESSION Session, _In_ PIRP Irp)
{
    PRING_WATERMARK In = Irp->AssociatedIrp.SystemBuffer;
    RING_WATERMARK Watermark;

    /* Wrong (ioctl-input-length-unchecked): the buffer may be shorter than this structure, or not there. */
    Watermark = *In;
    if (Watermark.Low > Watermark.High) {
        return STATUS_INVALID_PARAMETER;
    }

    ExAcquireFastMutex(&Session->Lock);
    Session->Watermark = Watermark;
    ExReleaseFastMutex(&Session->Lock);

    return STATUS_SUCCESS;
}

static NTSTATUS
ControlQueryLayout(_In_ PSESSION Session, _Inout_ PIRP Irp, _In_ PIO_STACK_LOCATION IrpSp)
{
    PRING_LAYOUT Out = Irp->AssociatedIrp.SystemBuffer;

    /* Right: nothing is written that does not fit. */
    if (IrpSp->Parameters.DeviceIoControl.OutputBufferLength < sizeof(*Out)) {
        return STATUS_BUFFER_TOO_SMALL;
    }

    ExAcquireFastMutex(&Session->Lock);
    Out->EntryCount = Session->Ring.EntryCount;
    ExReleaseFastMutex(&Session->Lock);

    Out->EntrySize = sizeof(RING_ENTRY);
    Out->EntriesOffset = sizeof(RING_SHARED);
    Irp->IoStatus.Information = sizeof(*Out);

    return STATUS_SUCCESS;
}

static NTSTATUS
ControlQueryCounters(_In_ PSESSION Session, _Inout_ PIRP Irp)
{
    PRING_COUNTER_PAGE Out = Irp->AssociatedIrp.SystemBuffer;

    ExAcquireFastMutex(&Session->Lock);
    /* Wrong (ioctl-output-length-unchecked): writes behind a system buffer that is shorter. */
    Out->Drained = Session->Drained;
    Out->Dropped = Session->Dropped;
    ExReleaseFastMutex(&Session->Lock);

    Irp->IoStatus.Information = sizeof(*Out);

    return STATUS_SUCCESS;
}

static NTSTATUS
ControlSetLabel(_Inout_ PSESSION Session, _In_ PIRP Irp, _In_ PIO_STACK_LOCATION IrpSp)
{
    PVOID UserBuffer = IrpSp->Parameters.DeviceIoControl.Type3InputBuffer;
    RING_LABEL Label;

    if (IrpSp->Parameters.DeviceIoControl.InputBufferLength < sizeof(Label)) {
        return STATUS_BUFFER_TOO_SMALL;
    }

    /* Right: a raw user address is probed, captured once, and only under an exception handler. */
    __try {
        if (Irp->RequestorMode != KernelMode) {
            ProbeForRead(UserBuffer, sizeof(Label), __alignof(RING_LABEL));
        }
        RtlCopyVolatileMemory(&Label, UserBuffer, sizeof(Label));
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return GetExceptionCode();
    }

    Label.Text[RING_LABEL_CHARS - 1] = UNICODE_NULL;

    ExAcquireFastMutex(&Session->Lock);
    Session->Label = Label;
    ExReleaseFastMutex(&Session->Lock);

    return STATUS_SUCCESS;
}

static NTSTATUS
ControlSetFilter(_Inout_ PSESSION Session, _In_ PIO_STACK_LOCATION IrpSp)
{
    PRING_FILTER UserFilter = IrpSp->Parameters.DeviceIoControl.Type3InputBuffer;
    RING_FILTER Filter;

    if (IrpSp->Parameters.DeviceIoControl.InputBufferLength < sizeof(Filter)) {
        return STATUS_BUFFER_TOO_SMALL;
    }

    __try {
        /* Wrong (method-neither-unprobed): the address may point into the kernel. */
        RtlCopyVolatileMemory(&Filter, UserFilter, sizeof(Filter));
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        return GetExceptionCode();
    }

    ExAcquireFastMutex(&Session->Lock);
    Session->Filter = Filter;
    ExReleaseFastMutex(&Session->Lock);

    return STATUS_SUCCESS;
}

NTSTATUS
ControlDispatch(_Inout_ PSESSION Session, _Inout_ PIRP Irp, _In_ PIO_STACK_LOCATION IrpSp)
{
    switch (IrpSp->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_RING_CREATE:
        return ControlCreateRing(Session, Irp, IrpSp);
    case IOCTL_RING_SET_WATERMARK:
        return ControlSetWatermark(Session, Irp);
    case IOCTL_RING_QUERY_LAYOUT:
        return ControlQueryLayout(Session, Irp, IrpSp);
    case IOCTL_RING_QUERY_COUNTERS:
        return ControlQueryCounters(Session, Irp);
    case IOCTL_RING_DRAIN:
        return SessionDrain(Session);
    case IOCTL_RING_SET_FILTER:
        return ControlSetFilter(Session, IrpSp);
    case IOCTL_RING_SET_LABEL:
        return ControlSetLabel(Session, Irp, IrpSp);
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}
