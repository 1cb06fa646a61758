/*
 * The driver: its device, its dispatch routines, and its settings in the registry.
 */
#include "ringdrv.h"

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD RingDrvUnload;
_Dispatch_type_(IRP_MJ_CREATE) static DRIVER_DISPATCH RingDrvCreate;
_Dispatch_type_(IRP_MJ_CLEANUP) static DRIVER_DISPATCH RingDrvCleanup;
_Dispatch_type_(IRP_MJ_CLOSE) static DRIVER_DISPATCH RingDrvClose;
_Dispatch_type_(IRP_MJ_DEVICE_CONTROL) static DRIVER_DISPATCH RingDrvDeviceControl;

RINGDRV_SETTINGS Settings = {RING_MAX_ENTRIES, 0};

static PDEVICE_OBJECT RingDrvDevice;

DECLARE_CONST_UNICODE_STRING(RingDrvDeviceName, L"\\Device\\RingDrv");
DECLARE_CONST_UNICODE_STRING(RingDrvLinkName, L"\\DosDevices\\Global\\RingDrv");

/* {5B3C9B8E-3B0C-4B7C-9B39-3F1A2A7D6C11} */
static const GUID RingDrvClassGuid = {
    0x5b3c9b8e, 0x3b0c, 0x4b7c, {0x9b, 0x39, 0x3f, 0x1a, 0x2a, 0x7d, 0x6c, 0x11}};

static NTSTATUS
RingDrvComplete(_Inout_ PIRP Irp, _In_ NTSTATUS Status)
{
    Irp->IoStatus.Status = Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

_Use_decl_annotations_
static NTSTATUS
RingDrvCreate(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION IrpSp = IoGetCurrentIrpStackLocation(Irp);
    PSESSION Session;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(DeviceObject);

    Status = SessionCreate(&Session);
    if (NT_SUCCESS(Status)) {
        IrpSp->FileObject->FsContext = Session;
    }

    Irp->IoStatus.Information = 0;
    return RingDrvComplete(Irp, Status);
}

_Use_decl_annotations_
static NTSTATUS
RingDrvCleanup(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION IrpSp = IoGetCurrentIrpStackLocation(Irp);

    UNREFERENCED_PARAMETER(DeviceObject);

    SessionCleanup(IrpSp->FileObject->FsContext);

    Irp->IoStatus.Information = 0;
    return RingDrvComplete(Irp, STATUS_SUCCESS);
}

_Use_decl_annotations_
static NTSTATUS
RingDrvClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION IrpSp = IoGetCurrentIrpStackLocation(Irp);

    UNREFERENCED_PARAMETER(DeviceObject);

    SessionDestroy(IrpSp->FileObject->FsContext);
    IrpSp->FileObject->FsContext = NULL;

    Irp->IoStatus.Information = 0;
    return RingDrvComplete(Irp, STATUS_SUCCESS);
}

_Use_decl_annotations_
static NTSTATUS
RingDrvDeviceControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION IrpSp = IoGetCurrentIrpStackLocation(Irp);

    UNREFERENCED_PARAMETER(DeviceObject);

    Irp->IoStatus.Information = 0;
    return RingDrvComplete(Irp, ControlDispatch(IrpSp->FileObject->FsContext, Irp, IrpSp));
}

/*
 * Reads the driver's settings; what is not there keeps its default.
 */
static VOID
RingDrvReadSettings(_In_ PUNICODE_STRING RegistryPath)
{
    RTL_QUERY_REGISTRY_TABLE Limits[2] = {0};
    RTL_QUERY_REGISTRY_TABLE Tracing[2] = {0};
    ULONG MaxEntries = RING_MAX_ENTRIES;
    ULONG TraceLevel = 0;

    /* Right: a value of another type is refused instead of being written over the variable. */
    Limits[0].Flags = RTL_QUERY_REGISTRY_DIRECT | RTL_QUERY_REGISTRY_TYPECHECK;
    Limits[0].Name = L"MaxEntries";
    Limits[0].EntryContext = &MaxEntries;
    Limits[0].DefaultType = (REG_DWORD << RTL_QUERY_REGISTRY_TYPECHECK_SHIFT) | REG_NONE;

    if (NT_SUCCESS(RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, RegistryPath->Buffer, Limits, NULL, NULL))) {
        Settings.MaxEntries = min(MaxEntries, RING_MAX_ENTRIES);
    }

    /* Wrong (registry-direct-without-typecheck): a REG_BINARY of any length is copied over the variable. */
    Tracing[0].Flags = RTL_QUERY_REGISTRY_DIRECT;
    Tracing[0].Name = L"TraceLevel";
    Tracing[0].EntryContext = &TraceLevel;
    Tracing[0].DefaultType = REG_NONE;

    if (NT_SUCCESS(RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, RegistryPath->Buffer, Tracing, NULL, NULL))) {
        Settings.TraceLevel = TraceLevel;
    }
}

_Use_decl_annotations_
static VOID
RingDrvUnload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);

    IoDeleteSymbolicLink((PUNICODE_STRING)&RingDrvLinkName);
    IoDeleteDevice(RingDrvDevice);
}

_Use_decl_annotations_
NTSTATUS
DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NTSTATUS Status;

    RingDrvReadSettings(RegistryPath);

    Status = IoCreateDeviceSecure(
        DriverObject, 0, (PUNICODE_STRING)&RingDrvDeviceName, RINGDRV_DEVICE_TYPE, FILE_DEVICE_SECURE_OPEN, FALSE,
        &SDDL_DEVOBJ_SYS_ALL_ADM_ALL, &RingDrvClassGuid, &RingDrvDevice);
    if (!NT_SUCCESS(Status)) {
        return Status;
    }

    Status = IoCreateSymbolicLink((PUNICODE_STRING)&RingDrvLinkName, (PUNICODE_STRING)&RingDrvDeviceName);
    if (!NT_SUCCESS(Status)) {
        IoDeleteDevice(RingDrvDevice);
        return Status;
    }

    DriverObject->MajorFunction[IRP_MJ_CREATE] = RingDrvCreate;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = RingDrvCleanup;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = RingDrvClose;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = RingDrvDeviceControl;
    DriverObject->DriverUnload = RingDrvUnload;
    RingDrvDevice->Flags &= ~DO_DEVICE_INITIALIZING;

    return STATUS_SUCCESS;
}
