/** The prelude: that the grammar reads all of it, that nothing is declared twice, and that values and layouts are those of the kit. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createModel } from '../../server/src/model';
import { createSyntax } from '../../server/src/syntax';
import type { FileFacts } from '../../server/src/syntax/facts';

const model = createModel();
const prelude = model.prelude;

describe('the prelude', () => {
  let facts: FileFacts;
  before(async () => {
    const syntax = await createSyntax(
      readFileSync('node_modules/web-tree-sitter/web-tree-sitter.wasm'),
      readFileSync('grammars/tree-sitter-c.wasm'),
    );
    facts = syntax.read('prelude.h', prelude, { macro: () => undefined, isType: () => false }, new Map());
    syntax.close('prelude.h');
  });

  it('is understood whole', () => {
    assert.deepEqual(
      facts.gaps.map((gap) => `${gap.message} ${prelude.slice(gap.start, gap.end)}`),
      [],
    );
    const counts = {
      records: facts.records.length,
      typedefs: facts.typedefs.length,
      prototypes: facts.prototypes.length,
      macros: facts.macros.length,
    };
    assert.ok(
      counts.records > 150 && counts.typedefs > 600 && counts.prototypes > 300 && counts.macros > 500,
      JSON.stringify(counts),
    );
  });

  it('keeps packing, parameters and pointers', () => {
    assert.equal(facts.records.find((r) => r.name === '_IPV4_HEADER')?.pack, 1);
    assert.equal(facts.records.find((r) => r.name === '_IRP')?.pack, undefined);
    const allocate = facts.prototypes.find((f) => f.name === 'ExAllocatePool2');
    assert.deepEqual(
      allocate?.params.map((x) => x.name),
      ['Flags', 'NumberOfBytes', 'Tag'],
    );
    const dispatch = facts.typedefs.find((d) => d.name === 'DRIVER_DISPATCH')?.type;
    assert.deepEqual(dispatch?.kind === 'function' && dispatch.params.map((x) => x.name), ['DeviceObject', 'Irp']);
  });

  it('declares every name once', () => {
    const count = (pattern: RegExp): string[] => {
      const names = [...prelude.matchAll(pattern)].map((m) => m[1] ?? '');
      return names.filter((name, i) => names.indexOf(name) !== i);
    };
    assert.deepEqual(count(/^#define (\w+)/gm), []);
    assert.deepEqual(count(/^typedef (?:struct|union|enum) (\w+) \{/gm), []);
    assert.deepEqual(count(/^typedef [^;{}]*?(\w+);/gm), []);
    assert.deepEqual(count(/^\w[\w *]*?\b(\w+)\([^;]*\);$/gm), []);
  });

  it('is plain ASCII without annotations, includes or conditionals', () => {
    assert.match(prelude, /^[\x09\x0a\x20-\x7e]*$/);
    assert.doesNotMatch(prelude, /^\s*#\s*(include|if|ifdef|ifndef)/m);
    assert.doesNotMatch(prelude, /\b_(In|Out|Inout)_/);
  });

  it('does not expand what the fact table describes as a call', () => {
    const macros = [...prelude.matchAll(/^#define (\w+)\(/gm)].map((m) => m[1] ?? '');
    assert.ok(macros.includes('CTL_CODE') && macros.includes('NT_SUCCESS'));
    assert.deepEqual(
      macros.filter((name) => model.api(name)),
      [],
    );
  });

  const values: Readonly<Record<string, string>> = {
    PAGE_SIZE: '4096',
    DISPATCH_LEVEL: '2',
    METHOD_NEITHER: '3',
    FILE_WRITE_ACCESS: '2',
    FILE_DEVICE_UNKNOWN: '0x00000022',
    FILE_DEVICE_NETWORK: '0x00000012',
    IRP_MJ_DEVICE_CONTROL: '0x0e',
    IRP_MJ_SYSTEM_CONTROL: '0x17',
    IRP_MN_EXECUTE_METHOD: '0x09',
    POOL_FLAG_NON_PAGED: '0x0000000000000040',
    MdlMappingNoExecute: '0x40000000',
    RTL_QUERY_REGISTRY_TYPECHECK: '0x00000100',
    REG_MULTI_SZ: '7',
    OBJ_KERNEL_HANDLE: '0x00000200',
    NDIS_OBJECT_TYPE_FILTER_DRIVER_CHARACTERISTICS: '0x8B',
    STATUS_BUFFER_TOO_SMALL: '((NTSTATUS)0xC0000023L)',
    STATUS_BUFFER_OVERFLOW: '((NTSTATUS)0x80000005L)',
    STATUS_INSUFFICIENT_RESOURCES: '((NTSTATUS)0xC000009AL)',
  };
  it('has the values of the kit', () => {
    for (const [name, value] of Object.entries(values)) {
      assert.equal(new RegExp(`^#define ${name} (.*)$`, 'm').exec(prelude)?.[1], value, name);
    }
  });

  it('gives pointer-returning calls their type', () => {
    for (const line of [
      'PIO_STACK_LOCATION IoGetCurrentIrpStackLocation(PIRP Irp);',
      'PVOID ExAllocatePool2(ULONG64 Flags, SIZE_T NumberOfBytes, ULONG Tag);',
      'PVOID MmGetSystemAddressForMdlSafe(PMDL Mdl, ULONG Priority);',
    ]) {
      assert.ok(prelude.includes(`\n${line}\n`), line);
    }
    assert.match(prelude, /^PVOID NdisGetDataBuffer\(/m);
  });

  it('has the structures whose fields the fact table names', () => {
    const nested = /_IO_STATUS_BLOCK \{(.*?)\n\}/s.exec(prelude)?.[1] ?? '';
    const missing = [
      'IRP',
      'IO_STACK_LOCATION',
      'MDL',
      'FLT_PARAMETERS',
      'FLT_CALLBACK_DATA',
      'NDIS_OID_REQUEST',
      'NET_BUFFER',
      'SRB_IO_CONTROL',
    ].flatMap((type) => {
      const body = new RegExp(`^typedef (?:struct|union) _${type} \\{\\n(.*?)\\n\\}`, 'ms').exec(prelude)?.[1] ?? '';
      return model
        .structFields(type)
        .flatMap(({ path: field }) =>
          field.split('.').every((part) => new RegExp(`\\b${part}\\b`).test(body + nested)) ? [] : [`${type}.${field}`],
        );
    });
    assert.deepEqual(missing, []);
  });
});
