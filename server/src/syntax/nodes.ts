/**
 * The node kinds of the C grammar that the lowering tells apart, as small numbers.
 * Owns the mapping from the grammar's names; nothing else may compare node names.
 */

const NAMES = [
  'translation_unit',
  'function_definition',
  'declaration',
  'type_definition',
  'linkage_specification',
  'declaration_list',
  'compound_statement',
  'expression_statement',
  'if_statement',
  'else_clause',
  'switch_statement',
  'case_statement',
  'while_statement',
  'do_statement',
  'for_statement',
  'return_statement',
  'break_statement',
  'continue_statement',
  'goto_statement',
  'labeled_statement',
  'seh_try_statement',
  'seh_except_clause',
  'seh_finally_clause',
  'seh_leave_statement',
  'attributed_statement',
  'identifier',
  'type_identifier',
  'field_identifier',
  'statement_identifier',
  'number_literal',
  'char_literal',
  'string_literal',
  'concatenated_string',
  'true',
  'false',
  'null',
  'parenthesized_expression',
  'binary_expression',
  'unary_expression',
  'pointer_expression',
  'update_expression',
  'assignment_expression',
  'cast_expression',
  'call_expression',
  'argument_list',
  'field_expression',
  'subscript_expression',
  'sizeof_expression',
  'alignof_expression',
  'offsetof_expression',
  'conditional_expression',
  'comma_expression',
  'compound_literal_expression',
  'initializer_list',
  'initializer_pair',
  'subscript_designator',
  'field_designator',
  'subscript_range_designator',
  'generic_expression',
  'gnu_asm_expression',
  'extension_expression',
  'primitive_type',
  'sized_type_specifier',
  'macro_type_specifier',
  'struct_specifier',
  'union_specifier',
  'enum_specifier',
  'field_declaration_list',
  'field_declaration',
  'bitfield_clause',
  'enumerator_list',
  'enumerator',
  'storage_class_specifier',
  'type_qualifier',
  'parameter_list',
  'parameter_declaration',
  'variadic_parameter',
  'init_declarator',
  'pointer_declarator',
  'function_declarator',
  'array_declarator',
  'parenthesized_declarator',
  'attributed_declarator',
  'abstract_pointer_declarator',
  'abstract_function_declarator',
  'abstract_array_declarator',
  'abstract_parenthesized_declarator',
  'type_descriptor',
  'ms_declspec_modifier',
  'ms_call_modifier',
  'attribute_specifier',
  'attribute_declaration',
  'ERROR',
  'ms_unaligned_ptr_modifier',
  'ms_pointer_modifier',
] as const;

export type NodeName = (typeof NAMES)[number];

/** Kind number by name; 0 is a node that the lowering passes over. */
export const N = Object.fromEntries(NAMES.map((name, i) => [name, i + 1])) as { readonly [K in NodeName]: number };

/** Names of fields, as small numbers; 0 is none. */
const FIELDS = [
  'alternative',
  'argument',
  'arguments',
  'body',
  'condition',
  'consequence',
  'declarator',
  'designator',
  'end',
  'field',
  'filter',
  'function',
  'index',
  'initializer',
  'label',
  'left',
  'member',
  'name',
  'operator',
  'parameters',
  'right',
  'size',
  'start',
  'type',
  'update',
  'value',
] as const;

export const F = Object.fromEntries(FIELDS.map((name, i) => [name, i + 1])) as {
  readonly [K in (typeof FIELDS)[number]]: number;
};

/** Kind of an error; MISSING nodes have it too. */
export const ERROR = N.ERROR;

/** Tables from the grammar's own numbers. */
export function tables(types: readonly string[], fields: readonly (string | null)[]): { kinds: Uint8Array; fields: Uint8Array } {
  const kinds = new Uint8Array(65536);
  types.forEach((name, id) => {
    kinds[id] = (N as Readonly<Record<string, number>>)[name] ?? 0;
  });
  kinds[65535] = ERROR;
  const fieldTable = new Uint8Array(256);
  fields.forEach((name, id) => {
    if (name !== null) fieldTable[id] = (F as Readonly<Record<string, number>>)[name] ?? 0;
  });
  return { kinds, fields: fieldTable };
}
