/** What memory is, family by family of drivers: where execution enters, and what its caller hands over. */
import assert from 'node:assert/strict';
import { engineOver, originsOf, run } from './analysed';

interface Case {
  readonly name: string;
  readonly text: string;
  readonly of?: 'pointee' | 'value';
  readonly is: readonly string[];
}

const FLT = (member: string, deref = '*(volatile char *)'): string => `
#include <fltKernel.h>
FLT_PREOP_CALLBACK_STATUS Pre(PFLT_CALLBACK_DATA Data, PCFLT_RELATED_OBJECTS Objects, PVOID *Context) {
    PFLT_IO_PARAMETER_BLOCK Iopb = Data->Iopb;
    PVOID p = Iopb->Parameters.${member};
    g_Sum = ${deref}/*?*/p;
    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}
CONST FLT_OPERATION_REGISTRATION Callbacks[] = { { IRP_MJ_WRITE, 0, Pre, NULL }, { IRP_MJ_OPERATION_END } };
`;

const WDM = (statements: string): string => `
#include <wdm.h>
NTSTATUS Dispatch(PDEVICE_OBJECT Device, PIRP Irp) {
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation(Irp);
    ${statements}
    return STATUS_SUCCESS;
}
NTSTATUS DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING Path) {
    Driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Dispatch;
    return STATUS_SUCCESS;
}
`;

const KMDF = (statements: string): string => `
#include <wdf.h>
EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL OnControl;
VOID OnControl(WDFQUEUE Queue, WDFREQUEST Request, size_t OutLength, size_t InLength, ULONG Code) {
    PULONG p; size_t n; WDFMEMORY m; NTSTATUS Status;
    ${statements}
}
`;

const CASES: readonly Case[] = [
  // Minifilters
  { name: 'a minifilter’s write buffer', text: FLT('Write.WriteBuffer'), is: ['UserVA'] },
  { name: 'a minifilter’s read buffer', text: FLT('Read.ReadBuffer'), is: ['UserVA'] },
  { name: 'a minifilter’s directory buffer', text: FLT('DirectoryControl.QueryDirectory.DirectoryBuffer'), is: ['UserVA'] },
  { name: 'a minifilter’s METHOD_NEITHER input', text: FLT('DeviceIoControl.Neither.InputBuffer'), is: ['UserVA'] },
  { name: 'a minifilter’s METHOD_BUFFERED input', text: FLT('DeviceIoControl.Buffered.SystemBuffer'), is: ['Buffered'] },
  { name: 'a minifilter’s file control', text: FLT('FileSystemControl.Neither.InputBuffer'), is: ['UserVA'] },
  { name: 'a minifilter’s file information', text: FLT('SetFileInformation.InfoBuffer'), is: ['Buffered'] },
  { name: 'a minifilter’s extended attributes', text: FLT('Create.EaBuffer'), is: ['Buffered'] },
  {
    name: 'a minifilter’s mapped MDL',
    text: FLT('Write.MdlAddress', '*(char *)').replace('/*?*/p', '/*?*/MmGetSystemAddressForMdlSafe(p, NormalPagePriority)'),
    is: ['SharedPages'],
  },
  {
    name: 'a minifilter’s file object',
    text: FLT('Write.Length').replace('Iopb->Parameters.Write.Length', 'Iopb->TargetFileObject'),
    is: ['Kernel'],
  },
  {
    name: 'a message of a filter port',
    text: `
NTSTATUS Message(PVOID Cookie, PVOID In, ULONG InLength, PVOID Out, ULONG OutLength, PULONG Returned) {
    g_Sum = *(PULONG)/*?*/In;
    return STATUS_SUCCESS;
}
NTSTATUS Open(PFLT_FILTER Filter, POBJECT_ATTRIBUTES Attributes) {
    return FltCreateCommunicationPort(Filter, &g_Port, Attributes, NULL, NULL, NULL, Message, 1);
}
`,
    is: ['UserVA'],
  },
  // WDM
  { name: 'the system buffer', text: WDM('PULONG p = Irp->AssociatedIrp.SystemBuffer; g = */*?*/p;'), is: ['Buffered'] },
  {
    name: 'Type3InputBuffer',
    text: WDM('PULONG p = Stack->Parameters.DeviceIoControl.Type3InputBuffer; g = */*?*/p;'),
    is: ['UserVA'],
  },
  { name: 'UserBuffer', text: WDM('PULONG p = Irp->UserBuffer; */*?*/p = 1;'), is: ['UserVA'] },
  {
    name: 'the mapped MDL of direct I/O',
    text: WDM('PULONG p = MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority); g = */*?*/p;'),
    is: ['SharedPages'],
  },
  {
    name: 'a pointer in the system buffer',
    text: WDM('struct { PULONG P; } *r = Irp->AssociatedIrp.SystemBuffer; g = */*?*/r->P;'),
    is: ['UserVA'],
  },
  {
    name: 'a captured number',
    text: WDM('PULONG p = Irp->AssociatedIrp.SystemBuffer; ULONG n = *p; g = /*?*/n;'),
    of: 'value',
    is: ['Snapshot'],
  },
  {
    name: 'a copy on the stack',
    text: WDM('struct { ULONG A; } c; RtlCopyMemory(&c, Irp->AssociatedIrp.SystemBuffer, sizeof(c)); g = (/*?*/&c)->A;'),
    is: ['Snapshot'],
  },
  { name: 'the device extension', text: WDM('PULONG p = Device->DeviceExtension; g = */*?*/p;'), is: ['Kernel'] },
  {
    name: 'fast I/O',
    text: `
BOOLEAN Fast(PFILE_OBJECT File, BOOLEAN Wait, PVOID In, ULONG InLength, PVOID Out, ULONG OutLength, ULONG Code, PIO_STATUS_BLOCK Status, PDEVICE_OBJECT Device) {
    g = *(PULONG)/*?*/In;
    return TRUE;
}
FAST_IO_DISPATCH Table;
NTSTATUS DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING Path) {
    Table.FastIoDeviceControl = Fast;
    Driver->FastIoDispatch = &Table;
    return STATUS_SUCCESS;
}
`,
    is: ['UserVA'],
  },
  // KMDF
  {
    name: 'KMDF’s input buffer',
    text: KMDF('Status = WdfRequestRetrieveInputBuffer(Request, 4, &p, &n); if (NT_SUCCESS(Status)) { g = */*?*/p; }'),
    is: ['Buffered'],
  },
  {
    name: 'KMDF’s unsafe input buffer',
    text: KMDF('Status = WdfRequestRetrieveUnsafeUserInputBuffer(Request, 4, &p, &n); if (NT_SUCCESS(Status)) { g = */*?*/p; }'),
    is: ['UserVA'],
  },
  {
    name: 'KMDF’s memory object',
    text: KMDF(
      'Status = WdfRequestRetrieveInputMemory(Request, &m); if (NT_SUCCESS(Status)) { p = WdfMemoryGetBuffer(m, &n); g = */*?*/p; }',
    ),
    is: ['Buffered'],
  },
  // NDIS
  {
    name: 'an OID request',
    text: `
#include <ndis.h>
FILTER_OID_REQUEST OnOid;
NDIS_STATUS OnOid(NDIS_HANDLE Context, PNDIS_OID_REQUEST Request) {
    PULONG p = Request->DATA.SET_INFORMATION.InformationBuffer;
    g = */*?*/p;
    return NDIS_STATUS_SUCCESS;
}
`,
    is: ['Peer'],
  },
  {
    name: 'what another driver answered to an OID request',
    text: `
#include <ndis.h>
NDIS_STATUS Ask(NDIS_HANDLE Filter) {
    NDIS_OID_REQUEST Request = {0};
    ULONG Answer[4];
    Request.RequestType = NdisRequestQueryInformation;
    Request.DATA.QUERY_INFORMATION.InformationBuffer = Answer;
    Request.DATA.QUERY_INFORMATION.InformationBufferLength = sizeof(Answer);
    NdisFOidRequest(Filter, &Request);
    g = /*?*/Answer[0];
    return NDIS_STATUS_SUCCESS;
}
`,
    of: 'value',
    is: ['Peer'],
  },
  {
    name: 'received bytes',
    text: `
#include <ndis.h>
FILTER_RECEIVE_NET_BUFFER_LISTS OnReceive;
VOID OnReceive(NDIS_HANDLE Context, PNET_BUFFER_LIST Nbl, NDIS_PORT_NUMBER Port, ULONG Count, ULONG Flags) {
    PNET_BUFFER Nb = NET_BUFFER_LIST_FIRST_NB(Nbl);
    PUCHAR p = NdisGetDataBuffer(Nb, 14, NULL, 1, 0);
    if (p) { g = */*?*/p; }
}
`,
    is: ['Packet'],
  },
  {
    name: 'received bytes through the MDL',
    text: `
#include <ndis.h>
FILTER_RECEIVE_NET_BUFFER_LISTS OnReceive;
VOID OnReceive(NDIS_HANDLE Context, PNET_BUFFER_LIST Nbl, NDIS_PORT_NUMBER Port, ULONG Count, ULONG Flags) {
    PNET_BUFFER Nb = NET_BUFFER_LIST_FIRST_NB(Nbl);
    PUCHAR p = MmGetSystemAddressForMdlSafe(NET_BUFFER_CURRENT_MDL(Nb), NormalPagePriority);
    if (p) { g = */*?*/p; }
}
`,
    is: ['Packet'],
  },
  {
    name: 'the dispatch table of an NMR peer',
    text: `
#include <netioddk.h>
typedef struct _TABLE { ULONG Size; } TABLE;
NPI_PROVIDER_ATTACH_CLIENT_FN OnAttach;
NTSTATUS OnAttach(HANDLE Binding, PVOID Context, PNPI_REGISTRATION_INSTANCE Instance, PVOID PeerContext, CONST VOID *PeerDispatch, PVOID *ContextOut, CONST VOID **DispatchOut) {
    const TABLE *t = PeerDispatch;
    g = (/*?*/t)->Size;
    return STATUS_SUCCESS;
}
`,
    is: ['Peer'],
  },
  {
    name: 'an NMR peer’s characteristics',
    text: `
#include <netioddk.h>
typedef struct _TABLE { ULONG Size; } TABLE;
NPI_PROVIDER_ATTACH_CLIENT_FN OnAttach;
NTSTATUS OnAttach(HANDLE Binding, PVOID Context, PNPI_REGISTRATION_INSTANCE Instance, PVOID PeerContext, CONST VOID *PeerDispatch, PVOID *ContextOut, CONST VOID **DispatchOut) {
    const TABLE *t = Instance->NpiSpecificCharacteristics;
    g = (/*?*/t)->Size;
    return STATUS_SUCCESS;
}
`,
    is: ['Peer'],
  },
  // Registry
  {
    name: 'a value of the registry',
    text: `
NTSTATUS Read(HANDLE Key, PUNICODE_STRING Name) {
    UCHAR Buffer[64]; ULONG n;
    PKEY_VALUE_PARTIAL_INFORMATION Info = (PKEY_VALUE_PARTIAL_INFORMATION)Buffer;
    NTSTATUS Status = ZwQueryValueKey(Key, Name, KeyValuePartialInformation, Info, sizeof(Buffer), &n);
    if (NT_SUCCESS(Status)) { g = *(PULONG)/*?*/Info->Data; }
    return Status;
}
`,
    of: 'pointee',
    is: ['Registry'],
  },
  {
    name: 'a number that a helper read from the registry',
    text: `
NTSTATUS Helper(HANDLE Key, PUNICODE_STRING Name, PKEY_VALUE_PARTIAL_INFORMATION Info, ULONG Size) {
    ULONG n;
    return ZwQueryValueKey(Key, Name, KeyValuePartialInformation, Info, Size, &n);
}
NTSTATUS Read(HANDLE Key, PUNICODE_STRING Name) {
    UCHAR Buffer[64];
    PKEY_VALUE_PARTIAL_INFORMATION Info = (PKEY_VALUE_PARTIAL_INFORMATION)Buffer;
    NTSTATUS Status = Helper(Key, Name, Info, sizeof(Buffer));
    if (NT_SUCCESS(Status)) { g = /*?*/Info->DataLength; }
    return Status;
}
`,
    of: 'value',
    is: ['Registry'],
  },
  {
    name: 'what a registry callback is told about a new value',
    text: `
NTSTATUS OnRegistry(PVOID Context, PVOID Operation, PVOID Information) {
    PREG_SET_VALUE_KEY_INFORMATION Info = (PREG_SET_VALUE_KEY_INFORMATION)Information;
    g = *(PULONG)/*?*/Info->Data;
    return STATUS_SUCCESS;
}
NTSTATUS Register(PVOID Context, PDRIVER_OBJECT Driver) { return CmRegisterCallbackEx(OnRegistry, &g_Altitude, Driver, NULL, &g_Cookie, NULL); }
`,
    is: ['UserVA'],
  },
  // Process and object callbacks are the system's own.
  {
    name: 'the command line of a new process',
    text: `
VOID OnProcess(PEPROCESS Process, HANDLE Id, PPS_CREATE_NOTIFY_INFO Info) {
    if (Info) { g = *(/*?*/Info->CommandLine->Buffer); }
}
NTSTATUS Register(VOID) { return PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE); }
`,
    is: ['Kernel'],
  },
  // Storport
  {
    name: 'the data of a storage request',
    text: `
#include <storport.h>
BOOLEAN StartIo(PVOID Extension, PSCSI_REQUEST_BLOCK Srb) {
    PSRB_IO_CONTROL c = (PSRB_IO_CONTROL)Srb->DataBuffer;
    g = (/*?*/c)->ControlCode;
    return TRUE;
}
`,
    is: ['Buffered'],
  },
  // WMI
  {
    name: 'the data of a WMI block that is set',
    text: `
#include <wdm.h>
WMI_SET_DATABLOCK_CALLBACK OnSet;
NTSTATUS OnSet(PDEVICE_OBJECT Device, PIRP Irp, ULONG Guid, ULONG Instance, ULONG Size, PUCHAR Buffer) {
    g = */*?*/Buffer;
    return STATUS_SUCCESS;
}
`,
    is: ['Buffered'],
  },
  {
    name: 'the data of a WMI instance under KMDF',
    text: `
#include <wdf.h>
EVT_WDF_WMI_INSTANCE_SET_INSTANCE OnSet;
NTSTATUS OnSet(WDFWMIINSTANCE Instance, ULONG Size, PVOID Buffer) {
    g = *(PULONG)/*?*/Buffer;
    return STATUS_SUCCESS;
}
`,
    is: ['Buffered'],
  },
  // Kernel streaming
  {
    name: 'the data of a property of kernel streaming',
    text: `
#include <ks.h>
NTSTATUS OnProperty(PIRP Irp, PKSPROPERTY Property, PVOID Data) {
    g = *(PULONG)/*?*/Data;
    return STATUS_SUCCESS;
}
DEFINE_KSPROPERTY_TABLE(Table) { DEFINE_KSPROPERTY_ITEM(1, OnProperty, sizeof(KSPROPERTY), sizeof(ULONG), NULL, NULL, 0, NULL, NULL, 0) };
`,
    is: ['Buffered'],
  },
  // Devices
  {
    name: 'registers of a device',
    text: 'VOID Map(PHYSICAL_ADDRESS a) { PULONG p = MmMapIoSpace(a, 64, MmNonCached); g = */*?*/p; }',
    is: ['Device'],
  },
  {
    name: 'a common buffer of a DMA adapter',
    text: 'VOID Map(PDMA_ADAPTER d) { PHYSICAL_ADDRESS a; PULONG p = d->DmaOperations->AllocateCommonBuffer(d, 64, &a, FALSE); g = */*?*/p; }',
    is: ['Device'],
  },
  // Sections
  {
    name: 'a view of a section',
    text: `NTSTATUS View(HANDLE Section) {
    PVOID p = NULL; SIZE_T n = 0;
    NTSTATUS Status = ZwMapViewOfSection(Section, ZwCurrentProcess(), &p, 0, 0, NULL, &n, ViewUnmap, 0, PAGE_READWRITE);
    if (NT_SUCCESS(Status)) { g = *(PULONG)/*?*/p; }
    return Status;
}`,
    is: ['SharedView'],
  },
  // An address, and what is left of it
  {
    name: 'an address of the caller that was kept as a number',
    text: WDM('SIZE_T n = (SIZE_T)Irp->UserBuffer; PULONG p = (PULONG)n; g = */*?*/p;'),
    is: ['UserVA'],
  },
  {
    name: 'an error that was returned in the place of an address',
    text: WDM('int n = (int)(SSIZE_T)Irp->UserBuffer; PULONG p = (PULONG)(SSIZE_T)n; g = */*?*/p;'),
    is: ['Kernel'],
  },
];

describe('the origin of', () => {
  for (const c of CASES)
    it(c.name, async () => {
      const engine = await engineOver({ 'a.c': c.text });
      try {
        run(engine);
        const found = originsOf(engine, 'a.c', c.text, c.of ?? 'pointee');
        assert.deepEqual(found, c.is);
      } finally {
        engine.remove('a.c');
        engine.dispose();
      }
    });
});
