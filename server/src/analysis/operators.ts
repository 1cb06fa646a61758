/** Names that mean something to the analysis wherever they stand: assertions, and macros that it reads as operators. */

/** Assertion macros that vanish in a free build. */
export const ASSERTS: ReadonlySet<string> = new Set([
  'ASSERT',
  'NT_ASSERT',
  'ASSERTMSG',
  'NT_ASSERTMSG',
  '_ASSERT',
  'assert',
  'KdAssert',
  'NDIS_ASSERT',
  'FLT_ASSERT',
  'NT_ASSERT_ASSUME',
  'WDF_ASSERT',
  'DbgAssert',
  '_ASSERTE',
  'RTL_ASSERT',
]);

/** Those that free builds make as well: behind them their condition holds. */
export const STAYING: ReadonlySet<string> = new Set(['NT_FRE_ASSERT']);

/** Names that the evaluator reads as operators. */
export const OPERATORS: ReadonlySet<string> = new Set([
  'NT_SUCCESS',
  'NT_ERROR',
  'NT_INFORMATION',
  'NT_WARNING',
  'FIELD_OFFSET',
  'UFIELD_OFFSET',
  'offsetof',
  'RTL_SIZEOF_THROUGH_FIELD',
  'RTL_FIELD_SIZE',
  'RTL_NUMBER_OF',
  'ARRAYSIZE',
  '_countof',
  'CONTAINING_RECORD',
  'min',
  'max',
  'MIN',
  'MAX',
  'RTL_PTR_ADD',
  'Add2Ptr',
  'RTL_PTR_SUBTRACT',
  'RTL_CONTAINS_FIELD',
  'NT_VERIFY',
  'UNREFERENCED_PARAMETER',
  'C_ASSERT',
  'PAGED_CODE',
  'va_start',
  'va_end',
  'SUCCEEDED',
  'FAILED',
  '_Analysis_assume_',
  '__assume',
]);
