/** Facts that declarations must give, one construct a test. */
import assert from 'node:assert/strict';
import { bare, errors, only, oracle, read } from './reading';

describe('declarations', () => {
  it('reads a function with annotations in all positions', async () => {
    const f = await read(
      '_IRQL_requires_max_(DISPATCH_LEVEL)\n_Must_inspect_result_\nNTSTATUS\nNTAPI\nCopyOut(\n    _In_reads_bytes_(Size) const UCHAR *Source,\n    IN OUT PULONG Count OPTIONAL,\n    _In_range_(0, (4 + 4)) ULONG Size // a comment, with a comma\n    )\n    _Requires_lock_held_(Lock)\n/* between */ {\n    return 0;\n}\n',
    );
    assert.deepEqual(errors(f), []);
    const d = only(f);
    assert.equal(d.name, 'CopyOut');
    assert.deepEqual(d.returns, { kind: 'name', name: 'NTSTATUS' });
    assert.deepEqual(
      d.annotations.map((a) => [a.name, ...a.args]),
      [['_IRQL_requires_max_', 'DISPATCH_LEVEL'], ['_Must_inspect_result_'], ['_Requires_lock_held_', 'Lock']],
    );
    assert.deepEqual(
      d.params.map((p) => [p.name, ...p.annotations.map((a) => `${a.name}:${a.args.join('|')}`)]),
      [
        ['Source', '_In_reads_bytes_:Size'],
        ['Count', 'IN:', 'OUT:', 'OPTIONAL:'],
        ['Size', '_In_range_:0|(4 + 4)'],
      ],
    );
    assert.deepEqual(d.params[0]?.type, { kind: 'pointer', to: { kind: 'name', name: 'UCHAR', const: true } });
  });

  it('gives exact places', async () => {
    const text = '_Success_(return != FALSE)\nstatic BOOLEAN Fits(ULONG Length) { return Length > 4; }\n';
    const d = only(await read(text));
    assert.equal(text.slice(d.nameSpan.start, d.nameSpan.end), 'Fits');
    assert.equal(text.slice(d.body?.start, d.body?.end), '{ return Length > 4; }');
    const r = d.body?.body[0];
    assert.ok(r?.kind === 'return' && r.x?.kind === 'bin');
    assert.equal(text.slice(r.x.start, r.x.end), 'Length > 4');
    assert.equal(d.static, true);
  });

  it('reads the sized integers of the compiler with and without a sign', async () => {
    const f = await read(
      'typedef unsigned __int64 u64;\ntypedef __int64 s64;\ntypedef signed __int16 s16;\nunsigned __int8 F(unsigned __int32 x) { return (unsigned __int8)x; }\n',
    );
    assert.deepEqual(errors(f), []);
    assert.deepEqual(
      f.typedefs.map((t) => [t.name, t.type]),
      [
        ['u64', { kind: 'name', name: 'unsigned __int64' }],
        ['s64', { kind: 'name', name: '__int64' }],
        ['s16', { kind: 'name', name: 'signed __int16' }],
      ],
    );
    assert.deepEqual(only(f).returns, { kind: 'name', name: 'unsigned __int8' });
    assert.deepEqual(only(f).params[0]?.type, { kind: 'name', name: 'unsigned __int32' });
  });

  it('takes VOID for no parameters and counts an ellipsis', async () => {
    const f = await read('VOID A(VOID) { }\nint B(char *format, ...) { return 0; }\nvoid C() { }\n');
    assert.deepEqual(
      f.functions.map((x) => [x.name, x.params.length, x.variadic]),
      [
        ['A', 0, false],
        ['B', 1, true],
        ['C', 0, false],
      ],
    );
  });

  it('reads old-style definitions and those without a type', async () => {
    const f = await read(
      'int\nadd(a, b)\n    int a;\n    char *b;\n{\n    return a + *b;\n}\n\nentry(argc)\nint argc;\n{\n    return argc;\n}\n__inline\ntwice(int x)\n{\n    return 2 * x;\n}\n',
    );
    assert.deepEqual(errors(f), []);
    assert.deepEqual(
      f.functions.map((x) => [x.name, x.params.length]),
      [
        ['add', 2],
        ['entry', 1],
        ['twice', 1],
      ],
    );
    assert.deepEqual(f.functions[0]?.params[1]?.type, { kind: 'pointer', to: { kind: 'name', name: 'char' } });
    assert.deepEqual(f.functions[2]?.returns, { kind: 'name', name: 'int' });
  });

  it('knows declarations by function type as prototypes', async () => {
    const f = await read(
      'static DRIVER_DISPATCH OnCreate;\n_Dispatch_type_(IRP_MJ_CLOSE) DRIVER_DISPATCH OnClose, OnCleanup;\nEVT_WDF_DRIVER_DEVICE_ADD OnAdd;\nULONG Counter;\n',
    );
    assert.deepEqual(
      f.prototypes.map((p) => [p.name, p.typedefName]),
      [
        ['OnCreate', 'DRIVER_DISPATCH'],
        ['OnClose', 'DRIVER_DISPATCH'],
        ['OnCleanup', 'DRIVER_DISPATCH'],
        ['OnAdd', 'EVT_WDF_DRIVER_DEVICE_ADD'],
      ],
    );
    assert.deepEqual(f.prototypes[1]?.annotations[0]?.args, ['IRP_MJ_CLOSE']);
    assert.deepEqual(
      f.globals.map((g) => g.name),
      ['Counter'],
    );
  });

  it('reads records with bit-fields, anonymous members, packing and alignment', async () => {
    const f = await read(
      '#pragma pack(push, 1)\ntypedef struct _HEADER {\n    UCHAR Version : 4;\n    UCHAR : 4;\n    union {\n        ULONG Whole;\n        struct { USHORT Low; USHORT High; };\n    } DUMMYUNIONNAME;\n    _Field_size_bytes_(Whole) PVOID Data, *More[2];\n    LONG (*Call)(int a);\n} HEADER, *PHEADER;\n#pragma pack(pop)\ntypedef struct DECLSPEC_ALIGN(16) _LINE { int x; } LINE;\n',
    );
    assert.deepEqual(errors(f), []);
    const h = f.records.find((r) => r.name === '_HEADER');
    assert.equal(h?.pack, 1);
    assert.deepEqual(
      h?.fields.map((x) => x.name),
      ['Version', '', '', 'Data', 'More', 'Call'],
    );
    assert.equal(h?.fields[1]?.bits?.kind, 'num');
    assert.deepEqual(
      h?.fields[3]?.annotations.map((a) => a.name),
      ['_Field_size_bytes_'],
    );
    assert.equal(f.records.filter((r) => r.name.startsWith('<anonymous>@')).length, 2);
    const line = f.records.find((r) => r.name === '_LINE');
    assert.equal(line?.align, 16);
    assert.equal(line.pack, undefined);
    assert.deepEqual(bare(f.typedefs.map((t) => [t.name, t.type])), [
      ['HEADER', { kind: 'tag', tag: 'struct', name: '_HEADER' }],
      ['PHEADER', { kind: 'pointer', to: { kind: 'tag', tag: 'struct', name: '_HEADER' } }],
      ['LINE', { kind: 'tag', tag: 'struct', name: '_LINE' }],
    ]);
  });

  it('reads function types, calling conventions in pointers, and kit type words as names', async () => {
    const f = await read(
      'typedef NTSTATUS (NTAPI *PWORK)(PVOID Context);\ntypedef VOID WORK(_In_ PVOID Context);\ntypedef INT8 int8_t;\nCONST UNALIGNED ULONG *Pointer;\nunsigned long int Wide = 1ui64;\n',
    );
    assert.deepEqual(errors(f), []);
    assert.deepEqual(
      f.typedefs.map((t) => t.name),
      ['PWORK', 'WORK', 'int8_t'],
    );
    assert.equal(f.typedefs[1]?.type.kind, 'function');
    assert.deepEqual(f.globals[0]?.type, { kind: 'pointer', to: { kind: 'name', name: 'ULONG', const: true, unaligned: true } });
    assert.deepEqual(f.globals[1]?.type, { kind: 'name', name: 'unsigned long int' });
  });

  it('keeps initialisers with their designators', async () => {
    const f = await read('const DISPATCH Table = { .Size = sizeof(Table), .Op[1].Call = Work, [3] = { 1, 2 } };');
    const init = f.globals[0]?.init;
    assert.ok(init?.kind === 'init');
    assert.deepEqual(bare(init.items.map((i) => i.designator)), [
      ['Size'],
      ['Op', { kind: 'num', value: 1, text: '1' }, 'Call'],
      [{ kind: 'num', value: 3, text: '3' }],
    ]);
  });

  it('learns attributes from definitions of the file and of others', async () => {
    const f = await read(
      '#define LOCAL static\n#define PAGED __declspec(code_seg("PAGE"))\nLOCAL PAGED VOID A(VOID) { }\nDRIVERAPI VOID B(VOID) { }\nVOID UNHEARD C(VOID) { }\n',
      oracle(['DRIVERAPI __declspec(dllexport)']),
    );
    assert.deepEqual(errors(f), []);
    assert.deepEqual(
      f.functions.map((x) => x.name),
      ['A', 'B', 'C'],
    );
    assert.deepEqual(
      f.gaps.map((g) => [g.kind, f.text.slice(g.start, g.end)]),
      [['guess', 'UNHEARD']],
    );
    assert.equal(f.consulted.get('class DRIVERAPI'), 'attribute');
    assert.equal(f.functions[0]?.static, true);
  });

  it('reads linkage blocks, their macros, and leaves C++ parts out', async () => {
    const f = await read(
      '#ifdef __cplusplus\nextern "C" {\n#endif\nEXTERN_C_START\nvoid a(void);\nextern "C" { void b(void); }\nEXTERN_C_END\n#ifdef __cplusplus\n}\nclass X : Y {};\n#endif\n',
    );
    assert.deepEqual(errors(f), []);
    assert.deepEqual(
      f.prototypes.map((p) => p.name),
      ['a', 'b'],
    );
    assert.equal(f.inactive.length, 2);
  });

  it('records what kit macros declare', async () => {
    const f = await read(
      'WDF_DECLARE_CONTEXT_TYPE_WITH_NAME(DEVICE_EXT, GetExt)\nDEFINE_GUID(Guid1, 0x1, 0x2, 0x3, 1, 2, 3, 4, 5, 6, 7, 8);\nVOID F(VOID) { DECLARE_CONST_UNICODE_STRING(name, L"\\\\x"); }\n',
    );
    assert.deepEqual(errors(f), []);
    assert.deepEqual(bare(f.prototypes.map((p) => [p.name, p.returns])), [
      ['GetExt', { kind: 'pointer', to: { kind: 'name', name: 'DEVICE_EXT' } }],
    ]);
    assert.deepEqual(
      f.globals.map((g) => g.name),
      ['Guid1'],
    );
    const d = only(f).body?.body[0];
    assert.ok(d?.kind === 'decl');
    assert.equal(d.vars[0]?.name, 'name');
  });

  it('delivers a function whose body is broken, and says so', async () => {
    const f = await read('int A(int a)\n{\n    a = = 2 ] ;\n    return a;\n}\nint B(void) { return 1; }\n');
    assert.deepEqual(
      f.functions.map((x) => [x.name, x.broken ?? false]),
      [
        ['A', true],
        ['B', false],
      ],
    );
    assert.ok(errors(f).length > 0);
  });

  it('reads macros, includes and comments that ask for something', async () => {
    const text =
      '#include <ntddk.h>\n#include "own.h"\n#define LIMIT(a, ...) \\\n    ((a) /* why */ + 1)\n#define EMPTY\n// fencepost-ignore-next-line x -- y\nint a;\n';
    const f = await read(text);
    assert.deepEqual(
      f.includes.map((i) => [i.path, i.system]),
      [
        ['ntddk.h', true],
        ['own.h', false],
      ],
    );
    const m = f.macros[0];
    assert.deepEqual(m?.params, ['a', '...']);
    assert.match(m.body, /^\(\(a\) +\+ 1\)$/);
    assert.equal(text.slice(m.bodyStart, m.bodyStart + 4), '((a)');
    assert.equal(f.macros[1]?.body, '');
    assert.equal(f.comments.length, 1);
  });
});
