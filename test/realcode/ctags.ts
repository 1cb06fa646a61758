/**
 * Universal Ctags as an independent witness of function definitions.
 */
import { spawnSync } from 'node:child_process';

export interface Witnessed {
  readonly file: string;
  readonly name: string;
  readonly line: number;
  readonly signature: string;
  readonly params: number;
}

/** Annotation names that the witness would take for functions: `NAME` alone, `NAME+` with an argument list. */
const IGNORED = [
  ...'_In_ _Out_ _Inout_ _In_opt_ _Out_opt_ _Inout_opt_ _Outptr_ _Outptr_opt_ _Outptr_result_maybenull_ _In_z_ _Use_decl_annotations_ _Must_inspect_result_ _Check_return_ _Success_ _COM_Outptr_ _Reserved_ _Unreferenced_parameter_ _Ret_maybenull_ _Ret_notnull_ _IRQL_requires_same_ IN OUT OPTIONAL NTAPI FASTCALL CDECL'.split(
    ' ',
  ),
  ...'_IRQL_requires_max_ _IRQL_requires_min_ _IRQL_requires_ _IRQL_raises_ _IRQL_saves_ _IRQL_saves_global_ _IRQL_restores_global_ _Requires_lock_held_ _Requires_lock_not_held_ _Requires_exclusive_lock_held_ _Requires_shared_lock_held_ _Acquires_lock_ _Releases_lock_ _Acquires_exclusive_lock_ _Releases_exclusive_lock_ _Acquires_shared_lock_ _Releases_shared_lock_ _When_ _At_ _Function_class_ _Dispatch_type_ _Success_ _Post_satisfies_ _Pre_satisfies_ _Return_type_success_ _In_reads_ _In_reads_opt_ _In_reads_bytes_ _In_reads_bytes_opt_ _Out_writes_ _Out_writes_opt_ _Out_writes_bytes_ _Out_writes_bytes_opt_ _Out_writes_bytes_to_ _Out_writes_to_ _Out_writes_to_opt_ _Out_writes_bytes_to_opt_ _Inout_updates_ _Inout_updates_opt_ _Inout_updates_bytes_ _Inout_updates_bytes_opt_ _In_range_ _Out_range_ _Field_size_ _Field_size_bytes_ _Field_range_ _Field_size_opt_ _Field_size_bytes_opt_ _Outptr_result_bytebuffer_ _Outptr_result_buffer_ _Guarded_by_ _Interlocked_operand_ __drv_allocatesMem __drv_freesMem __drv_aliasesMem _IRQL_restores_ _Kernel_clear_do_init_ _Strict_type_match_ __declspec __in_bcount __out_bcount __in_ecount __out_ecount __drv_maxIRQL __drv_requiresIRQL __drv_dispatchType __drv_functionClass __drv_reportError __drv_raisesIRQL __control_entrypoint _Post_writable_byte_size_ _Analysis_mode_ _Ret_writes_maybenull_ _Ret_writes_ _Ret_writes_bytes_ _Ret_writes_bytes_maybenull_ WDF_DECLARE_CONTEXT_TYPE_WITH_NAME WDF_DECLARE_CONTEXT_TYPE DEFINE_GUID EXTERN_GUID _Ret_range_ _Struct_size_bytes_ _Return_allocatesMem_size_ _IRQL_always_function_max_ _IRQL_always_function_min_ __drv_setsIRQL __drv_Mode_impl __in_ecount_opt __out_ecount_opt __inout_bcount __inout_ecount __out_bcount_opt __in_bcount_opt _declspec DECLARE_INTERFACE_ DECLARE_INTERFACE STDMETHOD STDMETHOD_'
    .split(' ')
    .map((n) => n + '+'),
];

/** Definitions as the witness sees them; undefined where it is not installed. */
export function witness(files: readonly string[]): Witnessed[] | undefined {
  const run = spawnSync(
    'ctags',
    [
      '-L',
      '-',
      '-f',
      '-',
      '--languages=C,C++',
      '--langmap=C:.c.h',
      '--kinds-C=f',
      '--fields=+nS',
      '--excmd=number',
      '--sort=no',
      '-I',
      IGNORED.join(','),
    ],
    { input: files.join('\n'), encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  if (run.error || run.status !== 0) return undefined;
  return run.stdout
    .split('\n')
    .filter((l) => l !== '' && !l.startsWith('!'))
    .map((l) => {
      const [name = '', file = '', , , ...rest] = l.split('\t');
      const line = Number(rest.find((r) => r.startsWith('line:'))?.slice(5) ?? 0);
      const signature = rest.find((r) => r.startsWith('signature:'))?.slice(10) ?? '()';
      return { name, file, line, signature, params: countParams(signature) };
    });
}

function countParams(signature: string): number {
  const inner = signature.replace(/^\(|\)$/g, '').trim();
  if (inner === '' || /^(?:void|VOID)$/.test(inner)) return 0;
  let deep = 0;
  let n = 1;
  let last = '';
  for (const c of inner) {
    if (c === '(' || c === '[') deep++;
    else if (c === ')' || c === ']') deep--;
    else if (c === ',' && deep === 0) {
      n++;
      last = '';
      continue;
    }
    last += c;
  }
  return last.trim() === '...' ? n - 1 : n;
}
