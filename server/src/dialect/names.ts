/**
 * Built-in names of the kit, the compiler and the C runtime by what they are to the grammar.
 * A data table with its lookups; what a driver defines itself is learned elsewhere.
 */

import { flag, Flag, FLAGS, number } from './words';

const words = (s: string): string[] => s.trim().split(/\s+/);

/** Old-style direction words; they are annotations. */
export const DIRECTION = new Set(words('IN OUT INOUT OPTIONAL IN_OUT'));

/** Attribute-like names that take no argument list of their own. */
export const ATTRIBUTE = new Set(
  words(`
  __cdecl _cdecl cdecl __stdcall _stdcall __fastcall _fastcall __thiscall __vectorcall __clrcall __pascal _pascal
  NTAPI NTAPI_INLINE FASTCALL WINAPI APIENTRY CALLBACK CDECL STDCALL PASCAL NDISAPI NDIS_API_CALL WSAAPI WINAPIV APIPRIVATE STDMETHODVCALLTYPE STDMETHODCALLTYPE STDAPICALLTYPE STDAPIVCALLTYPE
  _CRTIMP _CRTIMP2 __CRTDECL _CRTAPI1 _CRT_INSECURE_DEPRECATE _ACRTIMP _VCRTIMP _DCRTIMP
  DECLSPEC_IMPORT DECLSPEC_EXPORT DECLSPEC_NORETURN DECLSPEC_NOTHROW DECLSPEC_NOVTABLE DECLSPEC_SELECTANY DECLSPEC_NOINLINE DECLSPEC_CACHEALIGN DECLSPEC_DEPRECATED DECLSPEC_RESTRICT DECLSPEC_NOALIAS DECLSPEC_SAFEBUFFERS DECLSPEC_DEPRECATED_DDK DECLSPEC_HOTPATCH DECLSPEC_GUARDNOCF DECLSPEC_GUARD_SUPPRESS DECLSPEC_XFGVIRT_OBJECT DECLSPEC_ADDRSAFE DECLSPEC_CHPE_GUEST DECLSPEC_CHPE_PATCHABLE DECLSPEC_NOSANITIZEADDRESS
  NTSYSAPI NTSYSCALLAPI NTKERNELAPI NTHALAPI NTKRNLVISTAAPI WINBASEAPI WINADVAPI WINUSERAPI WINGDIAPI WINSOCK_API_LINKAGE EXPORT
  EXTERN_C_START EXTERN_C_END EXTERN_GUID_C __unaligned _unaligned __ptr64 __ptr32 __restrict __sptr __uptr __w64 POINTER_32 POINTER_64 POINTER_SIGNED POINTER_UNSIGNED FIRMWARE_PTR RESTRICTED_POINTER
  UNALIGNED UNALIGNED64 FAR NEAR far near _far _near HUGEP NONAMELESSUNION
  DUMMYUNIONNAME DUMMYUNIONNAME2 DUMMYUNIONNAME3 DUMMYUNIONNAME4 DUMMYUNIONNAME5 DUMMYUNIONNAME6 DUMMYUNIONNAME7 DUMMYUNIONNAME8 DUMMYUNIONNAME9 DUMMYSTRUCTNAME DUMMYSTRUCTNAME2 DUMMYSTRUCTNAME3 DUMMYSTRUCTNAME4 DUMMYSTRUCTNAME5
  KSDDKAPI KSAPI DXGKCB DXGKDDI STORPORT_API STORCLASSAPI SCSIPORT_API HIDAPI PORTCLASSAPI RPC_ENTRY RPC_VAR_ENTRY __RPC_USER __RPC_FAR __RPC_STUB
  FLTAPI FLT_API NTOSAPI WDFAPI LSAPI BTHAPI USBDAPI COM_DECLSPEC_NOTHROW
  WSKAPI PTRALIGN FWPAPI WDMAUD_API SPAPI VIDEOPORT_API ENGAPI KSENTRY PCI_API TDI_API NETIO_API NMRAPI __extension__
  `),
);

/** Attribute-like names whose argument list goes with them. */
export const ATTRIBUTE_CALL = new Set(
  words(`
  __declspec _declspec __attribute__ __pragma _Pragma DECLSPEC_ALIGN DECLSPEC_ALLOCATE DECLSPEC_UUID DECLSPEC_CODE_SEG __deprecated
  _CRT_ALIGN _CRT_DEPRECATE_TEXT _CRT_INSECURE_DEPRECATE_MEMORY DECLSPEC_XFGVIRT
  NTAPI_INTERFACE __based MSVC_DEPRECATED alignas _Alignas
  `),
);

/** Storage words of the kit, with the word that the grammar knows. */
export const STORAGE = new Map([
  ['FORCEINLINE', '__inline'],
  ['INLINE', 'inline'],
  ['__forceinline', 'inline'],
  ['_inline', 'inline'],
  ['__inline', 'inline'],
  ['__inline__', 'inline'],
  ['CFORCEINLINE', 'inline'],
  ['NTAPI_STATIC', 'static'],
  ['STATIC', 'static'],
  ['EXTERN', 'extern'],
  ['NOINLINE', ''],
  ['EXTERN_C', ''],
  ['NTOS_INLINE', 'inline'],
  ['CONST', 'const'],
  ['VOLATILE', 'volatile'],
  ['REGISTER', 'register'],
]);

/** Macros of the kit that stand where a statement or a declaration may: leaving them out, or adding their semicolon, is no guess. */
export const KNOWN_CALL = new Set(
  words(`
  PAGED_CODE PAGED_CODE_LOCKED UNREFERENCED_PARAMETER DBG_UNREFERENCED_PARAMETER DBG_UNREFERENCED_LOCAL_VARIABLE ASSERT NT_ASSERT C_ASSERT static_assert _Static_assert NT_VERIFY
  WDF_DECLARE_CONTEXT_TYPE_WITH_NAME WDF_DECLARE_CONTEXT_TYPE WDF_DECLARE_TYPE WDF_DECLARE_CUSTOM_TYPE DECLARE_CONST_UNICODE_STRING DECLARE_GLOBAL_CONST_UNICODE_STRING DECLARE_UNICODE_STRING_SIZE DECLARE_HANDLE DEFINE_GUID EXTERN_GUID DEFINE_DEVPROPKEY DECLARE_INTERFACE DECLARE_INTERFACE_
  WPP_DEFINE_CONTROL_GUID WPP_CONTROL_GUIDS TRACELOGGING_DEFINE_PROVIDER TRACELOGGING_DECLARE_PROVIDER MODULE_LICENSE THIS THIS_ PURE
  `),
);

const SAL_UNDER = /^_[A-Z]\w*[a-z]\w*_$/;
const SAL_OLD =
  /^__(?:(?:in|out|inout|deref|drv|checkReturn|success|nullterminated|nullnullterminated|reserved|field|struct|callback|format_string|blocksOn|control_entrypoint|data_entrypoint|range|maybenull|notnull|valid|notvalid|null|pre|post|possibly_notnullterminated|readonly|notreadonly|byte_readableTo|byte_writableTo|elem_readableTo|elem_writableTo|bcount|ecount|xcount|out_data_source|in_data_source|kernel_entry|kernel_driver|encoded_pointer|encoded_array|type_has_adt_prop|rpc_entry|typefix|override|transfer|nothrow|inner|refparam|exceptthat|iopDriver|useHeader|allocator|analysis_noreturn|analysis_assert|nofpexcept|floatUsed|internal|possibly|acquires|releases|requires|assume|analysis_assume|analysis_hint|analysis_mode|fallthrough|noop_annotation|postcond|precond|checkreturn|no_sanitize_address)(?:_\w*)?|drv\w+|in\w*count\w*|out\w*count\w*|deref\w*)$/;

const SAL_SINGLE = new Set(
  words(`
  __in __out __inout __in_opt __out_opt __inout_opt _Use_decl_annotations_ __specstrings __opt __user __kernel __allowed __byref __callersalloc
  `),
);

/** True for a SAL annotation of either generation. */
export function isSal(name: string): boolean {
  return name.charCodeAt(0) === UNDERSCORE && spelledAsSal(name);
}

/**
 * Gives a word that starts with an underscore a number, so that it is looked at once in all texts and not at each of its uses. Returns 0
 * when there is no room; such a word is looked at every time.
 */
export function learn(text: string, start: number, end: number): number {
  if (end - start > LONG) return 0;
  const word = text.slice(start, end);
  if (!ASCII.test(word)) return 0;
  const n = number(word);
  if (n > 0) FLAGS[n] = spelledAsSal(word) ? Flag.Special | Flag.Sal : 0;
  return n;
}

export const UNDERSCORE = 95;
/** Longer words are looked at every time. */
const LONG = 64;
const ASCII = /^[\w$]+$/;

function spelledAsSal(name: string): boolean {
  if (name.charCodeAt(name.length - 1) === 95 && SAL_UNDER.test(name)) return true;
  return name.charCodeAt(1) === 95 && (SAL_SINGLE.has(name) || SAL_OLD.test(name));
}

/** True for a word that a declaration can lose without changing what it declares. */
export function isAttributeWord(name: string): boolean {
  return ATTRIBUTE.has(name) || ATTRIBUTE_CALL.has(name) || DIRECTION.has(name) || isSal(name);
}

const KEYWORD_TYPES = new Set(
  words(
    'void char short int long float double signed unsigned bool _Bool __int8 __int16 __int32 __int64 __int128 wchar_t size_t',
  ),
);
const WDK_TYPES = new Set(
  words(`
  VOID PVOID LPVOID PCVOID LPCVOID BOOL PBOOL LPBOOL BOOLEAN PBOOLEAN BYTE PBYTE LPBYTE CHAR PCHAR CCHAR UCHAR PUCHAR SHORT PSHORT USHORT PUSHORT CSHORT WORD PWORD LPWORD INT PINT LPINT UINT PUINT LONG PLONG LPLONG ULONG PULONG DWORD PDWORD LPDWORD
  LONGLONG PLONGLONG ULONGLONG PULONGLONG LARGE_INTEGER PLARGE_INTEGER ULARGE_INTEGER PULARGE_INTEGER INT8 INT16 INT32 INT64 UINT8 UINT16 UINT32 UINT64 PINT8 PINT16 PINT32 PINT64 PUINT8 PUINT16 PUINT32 PUINT64 LONG32 LONG64 ULONG32 ULONG64 PLONG32 PLONG64 PULONG32 PULONG64 DWORD32 DWORD64 PDWORD32 PDWORD64 DWORDLONG PDWORDLONG
  INT_PTR UINT_PTR LONG_PTR ULONG_PTR DWORD_PTR PINT_PTR PUINT_PTR PLONG_PTR PULONG_PTR PDWORD_PTR SIZE_T SSIZE_T PSIZE_T PSSIZE_T HALF_PTR UHALF_PTR KAFFINITY PKAFFINITY POINTER_64_INT
  WCHAR PWCHAR LPWCH PWCH PWSTR LPWSTR PCWSTR LPCWSTR PCWCH LPCWCH PSTR LPSTR PCSTR LPCSTR PCH LPCH PCCH TCHAR PTCHAR LPTSTR PTSTR LPCTSTR PCTSTR PZZWSTR PCZZWSTR PSZ PCSZ NTSTRSAFE_PSTR NTSTRSAFE_PCSTR NTSTRSAFE_PWSTR NTSTRSAFE_PCWSTR
  HANDLE PHANDLE LPHANDLE HRESULT NTSTATUS PNTSTATUS KIRQL PKIRQL KPROCESSOR_MODE ACCESS_MASK PACCESS_MASK KSPIN_LOCK PKSPIN_LOCK KPRIORITY EVENT_TYPE LOGICAL PHYSICAL_ADDRESS PPHYSICAL_ADDRESS LCN VCN UNICODE_STRING PUNICODE_STRING PCUNICODE_STRING ANSI_STRING PANSI_STRING STRING PSTRING OBJECT_ATTRIBUTES POBJECT_ATTRIBUTES LIST_ENTRY PLIST_ENTRY SLIST_ENTRY SINGLE_LIST_ENTRY PSINGLE_LIST_ENTRY
  GUID LPGUID LPCGUID IID CLSID REFGUID REFIID LUID PLUID IRP PIRP MDL PMDL DEVICE_OBJECT PDEVICE_OBJECT DRIVER_OBJECT PDRIVER_OBJECT FILE_OBJECT PFILE_OBJECT IO_STACK_LOCATION PIO_STACK_LOCATION IO_STATUS_BLOCK PIO_STATUS_BLOCK
  WDFDEVICE WDFQUEUE WDFREQUEST WDFMEMORY WDFOBJECT WDFDRIVER WDFTIMER WDFSPINLOCK WDFWAITLOCK WDFINTERRUPT WDFCONTEXT NDIS_STATUS NDIS_HANDLE PNDIS_STATUS NET_BUFFER PNET_BUFFER NET_BUFFER_LIST PNET_BUFFER_LIST NDIS_OID COLORREF FARPROC PROC
  int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t intptr_t uintptr_t ptrdiff_t ssize_t size_t wchar_t char16_t char32_t wint_t time_t va_list errno_t
  u8 u16 u32 u64 s8 s16 s32 s64 __u8 __u16 __u32 __u64 __be16 __be32 __be64 __le16 __le32 __le64 uint uchar ushort ulong u_char u_short u_int u_long
  `),
);

/** True for a builtin type word of C or a scalar or frequent type of the kit. */
export function isTypeWord(name: string): boolean {
  return KEYWORD_TYPES.has(name) || WDK_TYPES.has(name);
}

for (const list of [ATTRIBUTE, ATTRIBUTE_CALL, DIRECTION, STORAGE.keys()]) flag(list, Flag.Special);
for (const list of [KEYWORD_TYPES, WDK_TYPES]) flag(list, Flag.Type);
