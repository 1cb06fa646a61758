// Facts that the tables do not hold: names of the catalogue that the documentation confirms, compiler intrinsics, and the C runtime.
// Input of generate.mjs only; never bundled. Positions of arguments count from 0; `src` says where the fact is from.

const wdm = (name) => `wdm/nf-wdm-${name.toLowerCase()}`;
const crt = 'C runtime';
const msvc = 'compiler intrinsic (MSVC)';

/** Unbounded string copies and appends: the destination's size is no argument. */
const unboundedStrings = ['strcpy', 'wcscpy', 'strcat', 'wcscat', 'lstrcpyA', 'lstrcpyW', 'lstrcatA', 'lstrcatW'].map((name) => ({
  name,
  form: 'function',
  role: 'unbounded-string',
  args: { dst: 0, src: 1 },
  unit: 'chars',
  deprecated: true,
  src: crt,
}));

const countedStrings = ['strncpy', 'wcsncpy', 'strncat', 'wcsncat'].map((name) => ({
  name,
  form: 'function',
  role: 'counted-string',
  args: { dst: 0, src: 1, len: 2 },
  unit: 'chars',
  nulTerminated: name.endsWith('cat'),
  note: name.endsWith('cat')
    ? 'the count excludes what is there already and the terminator'
    : 'no terminator when the source is longer',
  deprecated: true,
  src: crt,
}));

const safeStrings = ['strcpy_s', 'wcscpy_s', 'strcat_s', 'wcscat_s'].map((name) => ({
  name,
  form: 'function',
  role: 'bounded-string',
  args: { dst: 0, dstSize: 1, src: 2 },
  unit: 'chars',
  src: crt,
}));
const safeCountedStrings = ['strncpy_s', 'wcsncpy_s', 'strncat_s', 'wcsncat_s'].map((name) => ({
  name,
  form: 'function',
  role: 'bounded-string',
  args: { dst: 0, dstSize: 1, src: 2, len: 3 },
  unit: 'chars',
  src: crt,
}));

const unboundedFormats = ['sprintf', 'swprintf', 'vsprintf', 'vswprintf', '_swprintf', '_vswprintf'].map((name) => ({
  name,
  form: 'function',
  role: 'unbounded-format',
  args: { dst: 0, format: 1 },
  unit: 'chars',
  deprecated: true,
  src: crt,
}));
const countedFormats = ['_snprintf', '_snwprintf', '_vsnprintf', '_vsnwprintf', 'snprintf', 'vsnprintf'].map((name) => ({
  name,
  form: 'function',
  role: 'bounded-string',
  args: { dst: 0, dstSize: 1, format: 2 },
  unit: 'chars',
  ...(name.startsWith('_') ? { nulTerminated: false, deprecated: true } : {}),
  src: crt,
}));
const safeFormats = [
  ...['sprintf_s', 'swprintf_s', 'vsprintf_s', 'vswprintf_s'].map((name) => ({ name, args: { dst: 0, dstSize: 1, format: 2 } })),
  ...['_snprintf_s', '_snwprintf_s', '_vsnprintf_s', '_vsnwprintf_s'].map((name) => ({
    name,
    args: { dst: 0, dstSize: 1, len: 2, format: 3 },
  })),
].map((x) => ({ ...x, form: 'function', role: 'bounded-string', unit: 'chars', src: crt }));

const lengths = [
  ...['strlen', 'wcslen'].map((name) => ({ name, args: { src: 0 } })),
  ...['strnlen', 'wcsnlen'].map((name) => ({ name, args: { src: 0, len: 1 } })),
].map((x) => ({ ...x, form: 'function', role: 'string-length', unit: 'chars', pure: true, src: crt }));

const searches = [
  ...['strchr', 'strrchr', 'strstr', 'wcschr', 'wcsrchr', 'wcsstr'].map((name) => ({ name, args: { src: 0, value: 1 } })),
  { name: 'memchr', args: { src: 0, value: 1, len: 2 } },
].map((x) => ({ ...x, form: 'function', role: 'search', returns: 'pointer into src, or NULL', pure: true, src: crt }));

const compares = [
  ...['strcmp', 'wcscmp', '_stricmp', '_wcsicmp', 'stricmp', 'wcsicmp'].map((name) => ({ name, args: { a: 0, b: 1 } })),
  ...['memcmp', 'strncmp', 'wcsncmp', '_strnicmp', '_wcsnicmp'].map((name) => ({ name, args: { a: 0, b: 1, len: 2 } })),
].map((x) => ({ ...x, form: 'function', role: 'compare', volatile: false, pure: true, src: crt }));

/** ARM64 accesses with an order, and accesses that the compiler keeps but does not order. */
const intrinsics = [8, 16, 32, 64].flatMap((width) =>
  [
    { name: `__ldar${width}`, access: 'read', args: { src: 0 }, order: 'acquire' },
    { name: `__ldapr${width}`, access: 'read', args: { src: 0 }, order: 'acquire' },
    { name: `__stlr${width}`, access: 'write', args: { dst: 0, value: 1 }, order: 'release' },
    { name: `__iso_volatile_load${width}`, access: 'read', args: { src: 0 }, order: 'relaxed' },
    { name: `__iso_volatile_store${width}`, access: 'write', args: { dst: 0, value: 1 }, order: 'relaxed' },
  ].map((x) => ({
    ...x,
    form: 'function',
    role: 'volatile-accessor',
    width,
    volatile: true,
    probes: false,
    raises: false,
    src: msvc,
  })),
);

const netCallbacks = [
  { name: 'FILTER_CANCEL_SEND_NET_BUFFER_LISTS', args: { context: 0, id: 1 }, irql: '<=DISPATCH' },
  { name: 'FILTER_DEVICE_PNP_EVENT_NOTIFY', args: { context: 0, event: 1 }, irql: 'PASSIVE' },
  { name: 'FILTER_NET_PNP_EVENT', args: { context: 0, event: 1 }, irql: 'PASSIVE' },
  { name: 'FILTER_SET_MODULE_OPTIONS', args: { context: 0 }, irql: 'PASSIVE' },
].map((x) => ({ ...x, form: 'callback', role: 'ndis-callback', src: `ndis/nc-ndis-${x.name.toLowerCase()}` }));

/** The same number with its bytes in the other order. `width`: bits. */
const byteSwaps = [
  ...['RtlUshortByteSwap', 'RtlUlongByteSwap', 'RtlUlonglongByteSwap'].map((name, i) => ({
    name,
    form: 'macro',
    width: 16 << i,
    src: wdm(name),
  })),
  ...['_byteswap_ushort', '_byteswap_ulong', '_byteswap_uint64'].map((name, i) => ({
    name,
    form: 'intrinsic',
    width: 16 << i,
    src: msvc,
  })),
  ...['ntohs', 'htons'].map((name) => ({ name, form: 'function', width: 16, src: 'Windows Sockets' })),
  ...['ntohl', 'htonl'].map((name) => ({ name, form: 'function', width: 32, src: 'Windows Sockets' })),
].map((x) => ({ ...x, role: 'byte-swap', args: { value: 0 }, pure: true, irql: 'any' }));

export const additions = [
  ...byteSwaps,
  ...unboundedStrings,
  ...countedStrings,
  ...safeStrings,
  ...safeCountedStrings,
  ...unboundedFormats,
  ...countedFormats,
  ...safeFormats,
  ...lengths,
  ...searches,
  ...compares,
  ...intrinsics,
  ...netCallbacks,
  {
    name: 'wmemcpy',
    form: 'function',
    role: 'sized-copy',
    args: { dst: 0, src: 1, len: 2 },
    unit: 'chars',
    volatile: false,
    overlap: false,
    src: crt,
  },
  {
    name: 'wmemset',
    form: 'function',
    role: 'sized-fill',
    args: { dst: 0, fill: 1, len: 2 },
    unit: 'chars',
    volatile: false,
    src: crt,
  },
  { name: 'MemoryFence', form: 'macro', role: 'fence', order: 'full', src: 'header:wdm.h' },
  {
    name: 'NdisMoveMappedMemory',
    form: 'macro',
    role: 'sized-copy',
    args: { dst: 0, src: 1, len: 2 },
    volatile: false,
    overlap: false,
    src: 'header:ndis.h',
  },
  {
    name: 'NdisQueryBufferSafe',
    form: 'macro',
    role: 'map-mdl-kernel',
    args: { mdl: 0, baseOut: 1, lengthOut: 2, priority: 3 },
    result: 'shared',
    nullOnFail: true,
    src: 'header:ndis.h',
  },
  {
    name: 'FsRtlValidateReparsePointBuffer',
    form: 'function',
    role: 'validate-buffer',
    args: { len: 0, buffer: 1 },
    // The header: tag, data length, reserved.
    least: 8,
    returns: 'NTSTATUS',
    irql: 'PASSIVE',
    src: 'ntifs/nf-ntifs-fsrtlvalidatereparsepointbuffer',
  },
  {
    name: 'IoCheckEaBufferValidity',
    form: 'function',
    role: 'validate-buffer',
    args: { buffer: 0, len: 1, errorOut: 2 },
    // Up to the name of the first attribute.
    least: 8,
    returns: 'NTSTATUS',
    irql: '<=APC',
    src: 'ntifs/nf-ntifs-iocheckeabuffervalidity',
  },
  { name: 'RtlIsSandboxedToken', form: 'function', role: 'access-check', args: { subject: 0, mode: 1 }, src: 'header:ntifs.h' },
  { name: 'NmrIsEqualNpiModuleId', form: 'inline', role: 'compare', args: { a: 0, b: 1 }, pure: true, src: 'header:netioddk.h' },
  {
    name: 'CmRegisterCallback',
    form: 'function',
    role: 'register-callback',
    args: { routine: 0, context: 1, cookieOut: 2 },
    pair: ['CmUnRegisterCallback'],
    irql: '<=APC',
    src: wdm('CmRegisterCallback'),
  },
  {
    name: 'PsSetCreateProcessNotifyRoutine',
    form: 'function',
    role: 'register-callback',
    args: { routine: 0, remove: 1 },
    irql: 'PASSIVE',
    src: 'ntddk/nf-ntddk-pssetcreateprocessnotifyroutine',
  },
  {
    name: 'PsSetLoadImageNotifyRoutine',
    form: 'function',
    role: 'register-callback',
    args: { routine: 0 },
    pair: ['PsRemoveLoadImageNotifyRoutine'],
    irql: 'PASSIVE',
    src: 'ntddk/nf-ntddk-pssetloadimagenotifyroutine',
  },
  {
    name: 'PsRemoveLoadImageNotifyRoutine',
    form: 'function',
    role: 'unregister-callback',
    args: { routine: 0 },
    irql: '<=APC',
    src: 'ntddk/nf-ntddk-psremoveloadimagenotifyroutine',
  },
  {
    name: 'ExInterlockedAddLargeInteger',
    form: 'function',
    role: 'interlocked',
    args: { dst: 0, value: 1, lock: 2 },
    access: 'rmw',
    op: 'add',
    width: 64,
    volatile: true,
    returns: 'original',
    irql: 'any',
    src: wdm('ExInterlockedAddLargeInteger'),
    note: 'takes a spin lock',
  },
  {
    name: 'ExInterlockedFlushSList',
    form: 'function',
    role: 'interlocked-list',
    args: { list: 0 },
    order: 'full',
    returns: 'entries',
    irql: 'any',
    src: wdm('ExInterlockedFlushSList'),
  },
  {
    name: 'FltAllocateCallbackData',
    form: 'function',
    role: 'alloc-callback-data',
    args: { instance: 0, file: 1, out: 2 },
    zeroes: true,
    pair: ['FltFreeCallbackData'],
    irql: '<=APC',
    src: 'fltkernel/nf-fltkernel-fltallocatecallbackdata',
  },
  {
    name: 'FwpsStreamContinue0',
    form: 'function',
    role: 'wfp-stream-continue',
    args: { flow: 0, callout: 1, layer: 2, flags: 3 },
    aliases: ['FwpsStreamContinue'],
    irql: '<=DISPATCH',
    src: 'fwpsk/nf-fwpsk-fwpsstreamcontinue0',
  },
  {
    name: 'HW_PROCESS_SERVICE_REQUEST',
    form: 'callback',
    role: 'dispatch',
    args: { extension: 0, irp: 1 },
    untrusted: 'irp',
    src: 'storport/nc-storport-hw_process_service_request',
  },
  {
    name: 'PFNKSHANDLER',
    form: 'callback',
    role: 'ks-handler',
    args: { irp: 0, request: 1, buffer: 2 },
    untrusted: 'irp,request,buffer',
    src: 'ks/nc-ks-pfnkshandler',
  },
  {
    name: 'KeSetPriorityThread',
    form: 'function',
    role: 'thread-priority',
    args: { thread: 0, value: 1 },
    irql: 'PASSIVE',
    src: wdm('KeSetPriorityThread'),
  },
  {
    name: 'NdisTestNblFlag',
    form: 'macro',
    role: 'nbl-flag',
    args: { nbl: 0, flags: 1 },
    pure: true,
    src: 'nblaccessors/nf-nblaccessors-ndistestnblflag',
  },
  {
    name: 'NdisAllocateNetBufferListPool',
    form: 'function',
    role: 'nbl-pool',
    args: { handle: 0, params: 1 },
    nullOnFail: true,
    pair: ['NdisFreeNetBufferListPool'],
    irql: '<=DISPATCH',
    src: 'nblapi/nf-nblapi-ndisallocatenetbufferlistpool',
  },
  {
    name: 'NdisMRegisterDevice',
    form: 'function',
    role: 'device-create',
    args: { handle: 0, name: 1, symbolicName: 2, majors: 3, deviceOut: 4, handleOut: 5 },
    sddl: false,
    deprecated: true,
    irql: 'PASSIVE',
    pair: ['NdisMDeregisterDevice'],
    src: 'ndis/nf-ndis-ndismregisterdevice',
  },
  {
    name: 'NdisFRestartFilter',
    form: 'function',
    role: 'ndis-restart',
    args: { handle: 0 },
    irql: '<=DISPATCH',
    src: 'ndis/nf-ndis-ndisfrestartfilter',
  },
  {
    name: 'NdisFNetPnPEvent',
    form: 'function',
    role: 'ndis-event',
    args: { handle: 0, event: 1 },
    irql: 'PASSIVE',
    src: 'ndis/nf-ndis-ndisfnetpnpevent',
  },
  {
    name: 'NdisFDevicePnPEventNotify',
    form: 'function',
    role: 'ndis-event',
    args: { handle: 0, event: 1 },
    irql: 'PASSIVE',
    src: 'ndis/nf-ndis-ndisfdevicepnpeventnotify',
  },
  // Whole blocks of WMI, whose length nobody but the driver knows.
  {
    name: 'WMI_SET_DATABLOCK_CALLBACK',
    form: 'callback',
    role: 'wmi-block',
    args: { device: 0, irp: 1, inLen: 4, in: 5 },
    untrusted: 'in,inLen',
    irql: 'PASSIVE',
    src: 'wmilib/nc-wmilib-wmi_set_datablock_callback',
  },
  {
    name: 'WMI_QUERY_DATABLOCK_CALLBACK',
    form: 'callback',
    role: 'wmi-block',
    args: { device: 0, irp: 1, outLen: 6, out: 7 },
    irql: 'PASSIVE',
    src: 'wmilib/nc-wmilib-wmi_query_datablock_callback',
  },
  // Callbacks that are given what a caller of WMI passed.
  ...[
    ['WMI_SET_DATAITEM_CALLBACK', { device: 0, irp: 1, len: 5, in: 6 }, 'wmilib/nc-wmilib-wmi_set_dataitem_callback'],
    [
      'WMI_EXECUTE_METHOD_CALLBACK',
      { device: 0, irp: 1, len: 5, outLen: 6, in: 7 },
      'wmilib/nc-wmilib-wmi_execute_method_callback',
    ],
    ['EVT_WDF_WMI_INSTANCE_SET_INSTANCE', { len: 1, in: 2 }, 'wdfwmi/nc-wdfwmi-evt_wdf_wmi_instance_set_instance'],
    ['EVT_WDF_WMI_INSTANCE_SET_ITEM', { len: 2, in: 3 }, 'wdfwmi/nc-wdfwmi-evt_wdf_wmi_instance_set_item'],
    ['EVT_WDF_WMI_INSTANCE_EXECUTE_METHOD', { len: 2, outLen: 3, in: 4 }, 'wdfwmi/nc-wdfwmi-evt_wdf_wmi_instance_execute_method'],
  ].map(([name, args, src]) => ({
    name,
    form: 'callback',
    role: 'request-data',
    args,
    untrusted: 'in,len',
    irql: 'PASSIVE',
    src,
  })),
  {
    name: 'PALLOCATE_COMMON_BUFFER',
    form: 'callback',
    role: 'alloc-dma',
    args: { adapter: 0, size: 1, logicalOut: 2, cached: 3 },
    result: 'device-shared',
    nullOnFail: true,
    irql: 'PASSIVE',
    src: 'wdm/nc-wdm-pallocate_common_buffer',
  },
  {
    name: 'WdfDmaTransactionCreate',
    form: 'function',
    role: 'dma-transaction',
    args: { enabler: 0, attributes: 1, out: 2 },
    irql: '<=DISPATCH',
    src: 'wdfdmatransaction/nf-wdfdmatransaction-wdfdmatransactioncreate',
  },
  {
    name: 'KEY_VALUE_BASIC_INFORMATION',
    form: 'struct',
    role: 'fields',
    src: 'wdm/ns-wdm-_key_value_basic_information',
    fields: [
      { path: 'NameLength', is: 'length', of: 'Name' },
      { path: 'Type', is: 'type' },
    ],
  },
  {
    name: 'NPI_CLIENT_CHARACTERISTICS',
    form: 'struct',
    role: 'fields',
    src: 'netioddk/ns-netioddk-_npi_client_characteristics',
    fields: [
      { path: 'Length', is: 'size' },
      { path: 'Version', is: 'version' },
      { path: 'ClientRegistrationInstance.NpiSpecificCharacteristics', is: 'pointer' },
    ],
  },
  {
    name: 'NPI_PROVIDER_CHARACTERISTICS',
    form: 'struct',
    role: 'fields',
    src: 'netioddk/ns-netioddk-_npi_provider_characteristics',
    fields: [
      { path: 'Length', is: 'size' },
      { path: 'Version', is: 'version' },
      { path: 'ProviderRegistrationInstance.NpiSpecificCharacteristics', is: 'pointer' },
    ],
  },
];

/** Roles whose calls only read and answer. */
export const pureRoles = new Set([
  'compare',
  'bitness',
  'mdl-length',
  'mdl-va',
  'mdl-offset',
  'previous-mode',
  'irp-stack',
  'not-a-guard',
]);

/** Entries of the table whose role is told more exactly here. */
export const roles = new Map([
  // The request comes back with its answer: its buffer was looked at on the way down.
  ['FILTER_OID_REQUEST_COMPLETE', 'ndis-oid-returned'],
]);
