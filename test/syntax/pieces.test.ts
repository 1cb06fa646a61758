/** Pieces without an operator between them, macros that end or begin something, and headers that are C++. */
import assert from 'node:assert/strict';
import { errors, only, oracle, read } from './reading';

describe('pieces side by side', () => {
  it('takes the first piece of a literal for the whole', async () => {
    const f = await read(
      'void f(void)\n{\n    const wchar_t s[] = NAME_A\n        NAME_B;\n    g(TEXT("a") TEXT(B), TEXT(B) TEXT(".c"), 1);\n    h = L"abc" NAME L"x" STR(3);\n    k = (LPCWSTR)L"cast";\n}\n',
    );
    assert.deepEqual(errors(f), []);
    const call = only(f).body?.body[1];
    assert.ok(call?.kind === 'expr' && call.x.kind === 'call');
    assert.equal(call.x.args.length, 3);
  });

  it('parts the entries of a table whose commas are in its macro', async () => {
    const f = await read(
      '#define ENTRY(major) { major, 0, PreOperation, NULL },\nconst REGISTRATION Callbacks[] = {\n    ENTRY(IRP_MJ_CREATE)\n    ENTRY(IRP_MJ_WRITE)\n    { IRP_MJ_OPERATION_END }\n};\n',
    );
    assert.deepEqual(errors(f), []);
    const init = f.globals[0]?.init;
    assert.ok(init?.kind === 'init');
    assert.deepEqual(
      init.items.map((i) => i.value.kind),
      ['call', 'call', 'init'],
    );
  });

  it('reads statements that are an argument', async () => {
    const f = await read(
      'void f(int *p)\n{\n    FILL(TYPE_A,);\n    FILL(TYPE_B,\n        g();\n        *p = 3;\n    );\n    h();\n}\n',
    );
    assert.deepEqual(errors(f), []);
    const block = only(f).body?.body.find((s) => s.kind === 'block');
    assert.ok(block?.kind === 'block');
    assert.equal(block.body.length, 2);
  });
});

describe('words around declarations', () => {
  it('passes over words that nobody defines where only attributes can stand', async () => {
    const f = await read(
      'typedef void(CONVENTION handler_t)(void);\nstruct X { int a; char b[3]; } ALIGNED(16);\nvoid f(void)\n{\n    const BYTE (* key)[4][4];\n    *(NODE tagged **)p = 0;\n}\n',
    );
    assert.deepEqual(errors(f), []);
    assert.deepEqual(
      f.typedefs.map((t) => t.name),
      ['handler_t'],
    );
    assert.equal(f.records[0]?.fields.length, 2);
  });

  it('ends a declaration with the macro that is its semicolon', async () => {
    const f = await read(
      '#define STUB ;\nEXTERN_C DWORD WINAPI SetName(const GUID *Id) STUB\nEXTERN_C DWORD WINAPI GetName(const GUID *Id) STUB\n',
    );
    assert.deepEqual(errors(f), []);
    assert.deepEqual(
      f.prototypes.map((p) => p.name),
      ['SetName', 'GetName'],
    );
  });

  it('knows a variable that is spelled like an annotation', async () => {
    const f = await read('extern int _Global_lock_;\nint a;\n');
    assert.deepEqual(errors(f), []);
    assert.deepEqual(
      f.globals.map((g) => g.name),
      ['_Global_lock_', 'a'],
    );
  });
});

describe('headers in C++', () => {
  it('are said once, and not as a list of errors', async () => {
    const s = await (await import('./reading')).syntax();
    const facts = s.read(
      'a.h',
      'class Device : public Base {\npublic:\n    Device(const Name &name);\n    ~Device();\n};\nint a;\n',
      oracle([]),
      new Map(),
    );
    s.close('a.h');
    assert.deepEqual(
      facts.gaps.map((g) => [g.kind, g.message]),
      [['guess', 'This file is C++: only what is also C was read.']],
    );
  });

  it('are none when the text is C with an error', async () => {
    const s = await (await import('./reading')).syntax();
    const facts = s.read('a.h', 'int f(void) { return ( ; }\n', oracle([]), new Map());
    s.close('a.h');
    assert.ok(facts.gaps.some((g) => g.kind === 'error'));
  });
});
