/** The prelude: that the grammar reads all of it, that nothing is declared twice, and that values and layouts are those of the kit. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { Language, Parser, type Node } from 'web-tree-sitter';
import { createModel } from '../../server/src/model';

const model = createModel();
const prelude = model.prelude;

describe('the prelude', () => {
  let root: Node;
  before(async () => {
    await Parser.init({ locateFile: () => path.resolve('node_modules/web-tree-sitter/web-tree-sitter.wasm') });
    const parser = new Parser();
    parser.setLanguage(await Language.load(path.resolve('grammars/tree-sitter-c.wasm')));
    const tree = parser.parse(prelude);
    assert.ok(tree);
    root = tree.rootNode;
  });

  it('parses without an error', () => {
    assert.equal(root.hasError, false);
    assert.ok(root.namedChildCount > 1500, String(root.namedChildCount));
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
