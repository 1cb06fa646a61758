/**
 * Declarations that macros of the kit make: context accessors of KMDF, constant strings, GUIDs, handles.
 * Knows what such a macro declares; the dialect only says where it was called.
 */
import type { FileCall } from '../dialect/side';
import type { Expr, Span, TypeRef, VarDecl } from './ast';
import type { Declarations } from './declarations';

const named = (name: string): TypeRef => ({ kind: 'name', name });

/** Type of the variable that a macro declares by its first argument. */
const VARIABLES: ReadonlyMap<string, TypeRef> = new Map<string, TypeRef>([
  ['DECLARE_CONST_UNICODE_STRING', { kind: 'name', name: 'UNICODE_STRING', const: true }],
  ['DECLARE_GLOBAL_CONST_UNICODE_STRING', { kind: 'name', name: 'UNICODE_STRING', const: true }],
  ['DECLARE_UNICODE_STRING_SIZE', named('UNICODE_STRING')],
  ['DEFINE_GUID', { kind: 'name', name: 'GUID', const: true }],
  ['DEFINE_DEVPROPKEY', { kind: 'name', name: 'DEVPROPKEY', const: true }],
  ['EXTERN_GUID', { kind: 'name', name: 'GUID', const: true }],
]);

/** Adds what the calls of a file declare. */
export function generated(calls: readonly FileCall[], shift: number, out: Declarations): void {
  for (const call of calls) {
    const span = { start: call.start - shift, end: call.end - shift };
    const [first, second] = call.args;
    if (first === undefined || !/^\w+$/.test(first)) continue;
    const type = VARIABLES.get(call.name);
    if (type) out.globals.push({ name: first, nameSpan: span, type, ...span });
    else if (call.name === 'WDF_DECLARE_CONTEXT_TYPE_WITH_NAME' && second !== undefined)
      out.prototypes.push(accessor(second, first, span));
    else if (call.name === 'WDF_DECLARE_CONTEXT_TYPE') out.prototypes.push(accessor(`WdfObjectGet_${first}`, first, span));
    else if (call.name === 'DECLARE_HANDLE')
      out.typedefs.push({
        name: first,
        type: { kind: 'pointer', to: { kind: 'tag', tag: 'struct', name: `${first}__` } },
        ...span,
      });
  }
}

function accessor(name: string, type: string, span: Span): Declarations['prototypes'][number] {
  return {
    name,
    nameSpan: span,
    returns: { kind: 'pointer', to: named(type) },
    params: [{ name: 'Handle', type: named('WDFOBJECT'), annotations: [], ...span }],
    variadic: false,
    static: true,
    inline: true,
    annotations: [],
    ...span,
  };
}

/** The variable that a call in statement position declares, if its macro declares one. */
export function generatedVariable(x: Expr): VarDecl | undefined {
  if (x.kind !== 'call' || x.f.kind !== 'id') return undefined;
  const type = VARIABLES.get(x.f.name);
  const name = x.args[0];
  if (!type || name?.kind !== 'id') return undefined;
  return { name: name.name, nameSpan: { start: name.start, end: name.end }, type, start: x.start, end: x.end };
}
