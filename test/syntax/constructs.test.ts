/**
 * One function or declaration of each kind of construct by which driver sources differ from C, with the facts that it must give.
 * Constructs that have a test of their own beside this file are not repeated.
 */
import assert from 'node:assert/strict';
import { bare, body, errors, expr, only, oracle, read, syntax } from './reading';

const id = (name: string): unknown => ({ kind: 'id', name });
const named = (name: string): unknown => ({ kind: 'name', name });
const noted = (list: readonly { name: string; args: readonly string[] }[]): unknown => list.map((a) => [a.name, ...a.args]);

describe('annotations', () => {
  it('of the first generation are read on parameters, returns and functions', async () => {
    const f = await read(
      '__drv_maxIRQL(APC_LEVEL)\n__checkReturn\nNTSTATUS Fill(\n    __in ULONG Length,\n    __out_bcount_part(Length, *Written) PVOID Buffer,\n    __deref_out_opt PULONG *Written\n    );\n',
    );
    assert.deepEqual(errors(f), []);
    const d = f.prototypes[0];
    assert.deepEqual(noted(d?.annotations ?? []), [['__drv_maxIRQL', 'APC_LEVEL'], ['__checkReturn']]);
    assert.deepEqual(
      d?.params.map((p) => [p.name, noted(p.annotations)]),
      [
        ['Length', [['__in']]],
        ['Buffer', [['__out_bcount_part', 'Length', '*Written']]],
        ['Written', [['__deref_out_opt']]],
      ],
    );
    assert.deepEqual(d?.params[1]?.type, named('PVOID'));
  });

  it('hold nested parentheses, strings and comments', async () => {
    const f = await read(
      '_When_(return == 0, _At_(*Out, _Post_satisfies_((*Out)->Size >= sizeof(")") /* ,) */)))\nint Open(_Outptr_ struct S **Out) { return 1; }\n',
    );
    assert.deepEqual(errors(f), []);
    const d = only(f);
    assert.equal(d.annotations[0]?.name, '_When_');
    assert.equal(d.annotations[0].args.length, 2);
    assert.equal(d.annotations[0].args[0], 'return == 0');
    assert.match(d.annotations[0].args[1] ?? '', /^_At_\(\*Out, .*sizeof\("\)"\)/);
    assert.equal(d.params.length, 1);
  });

  it('stand on typedefs, on members, behind a parameter list and between type and name', async () => {
    const f = await read(
      '_IRQL_requires_same_ _Function_class_(WORK) typedef VOID WORK(_Inout_ PVOID Context);\nstruct R {\n    _Guarded_by_(Lock) ULONG Count;\n    _Field_size_(Count) PULONG Items;\n    _Interlocked_operand_ LONG volatile Refs;\n};\nint _Success_(return > 0) Get(_In_ int a) _Releases_lock_(Lock);\n',
    );
    assert.deepEqual(errors(f), []);
    assert.equal(f.typedefs[0]?.type.kind, 'function');
    const r = f.records[0];
    assert.deepEqual(
      r?.fields.map((x) => [x.name, noted(x.annotations)]),
      [
        ['Count', [['_Guarded_by_', 'Lock']]],
        ['Items', [['_Field_size_', 'Count']]],
        ['Refs', [['_Interlocked_operand_']]],
      ],
    );
    const get = f.prototypes.find((p) => p.name === 'Get');
    assert.deepEqual(noted(get?.annotations ?? []), [
      ['_Success_', 'return > 0'],
      ['_Releases_lock_', 'Lock'],
    ]);
  });

  it('leave a definition that repeats nothing to its declaration', async () => {
    const f = await read(
      'int Sum(_In_reads_(n) int *a, int n);\n_Use_decl_annotations_\nint Sum(int *a, int n)\n{\n    return n > 0 ? a[0] : 0;\n}\n',
    );
    assert.deepEqual(errors(f), []);
    assert.deepEqual(noted(only(f).annotations), [['_Use_decl_annotations_']]);
    assert.deepEqual(noted(f.prototypes[0]?.params[0]?.annotations ?? []), [['_In_reads_', 'n']]);
  });

  it('are no statements', async () => {
    const s = await body('_Analysis_assume_(Length <= 16);\n    a();\n    __analysis_assume(b != NULL);\n    c();');
    assert.deepEqual(bare(s.filter((x) => x.kind === 'expr').map((x) => (x.x.kind === 'call' ? x.x.f : x))), [id('a'), id('c')]);
  });

  it('of old are read by their direction, also when the words stand behind', async () => {
    const f = await read('int F(IN int a, OUT int *b OPTIONAL, IN OUT struct S *c, OPTIONAL IN void *d) { return a; }\n');
    assert.deepEqual(errors(f), []);
    assert.deepEqual(
      only(f).params.map((p) => [p.name, p.annotations.map((a) => a.name)]),
      [
        ['a', ['IN']],
        ['b', ['OUT', 'OPTIONAL']],
        ['c', ['IN', 'OUT']],
        ['d', ['OPTIONAL', 'IN']],
      ],
    );
  });
});

describe('macros by what they are', () => {
  it('calling conventions, on functions and in pointers', async () => {
    const f = await read(
      '#define DRVCALL __stdcall\n#define DRVEXPORT __declspec(dllexport) DRVCALL\ntypedef int (DRVCALL *PCB)(int a);\nint DRVCALL A(PCB b) { return b(1); }\nDRVEXPORT int B(void) { return 2; }\n',
    );
    assert.deepEqual(errors(f), []);
    assert.deepEqual(
      f.functions.map((x) => [x.name, x.returns, x.params.length]),
      [
        ['A', named('int'), 1],
        ['B', named('int'), 0],
      ],
    );
    assert.equal(f.gaps.length, 0);
  });

  it('types', async () => {
    const f = await read('#define COUNTER unsigned long\nCOUNTER Total;\nCOUNTER Next(COUNTER a) { return (COUNTER)(a) + 1; }\n');
    assert.deepEqual(errors(f), []);
    assert.deepEqual(f.globals[0]?.type, named('COUNTER'));
    const r = only(f).body?.body[0];
    assert.ok(r?.kind === 'return' && r.x?.kind === 'bin');
    assert.equal(r.x.l.kind, 'cast');
  });

  it('expressions', async () => {
    const f = await read(
      '#define MIN_OF(a, b) ((a) < (b) ? (a) : (b))\n#define LIMIT 64\nint Clip(int n) { return MIN_OF(n, LIMIT); }\n',
    );
    assert.deepEqual(errors(f), []);
    const r = only(f).body?.body[0];
    assert.ok(r?.kind === 'return' && r.x?.kind === 'call');
    assert.deepEqual(bare(r.x.args), [id('n'), id('LIMIT')]);
    assert.deepEqual(
      f.macros.map((m) => [m.name, m.params]),
      [
        ['MIN_OF', ['a', 'b']],
        ['LIMIT', undefined],
      ],
    );
  });

  it('statements that bring their semicolon and statements that want one', async () => {
    const names = oracle(['NOTE(x) Log(x);', 'MARK Seen = TRUE;', 'DO_IT(x) do { Run(x); } while (0)']);
    const s = await body('NOTE(1)\n    MARK\n    if (a)\n        NOTE(2)\n    else\n        DO_IT(3);\n    b();', names);
    assert.deepEqual(
      s.map((x) => x.kind),
      ['expr', 'expr', 'if', 'expr'],
    );
    const branch = s[2];
    assert.ok(branch?.kind === 'if' && branch.else?.kind === 'expr' && branch.else.x.kind === 'call');
    assert.deepEqual(bare(branch.else.x.f), id('DO_IT'));
  });

  it('openers and closers of blocks, also several braces at once', async () => {
    const names = oracle(['BEGIN_BOTH if (Ready) { while (Count--) {', 'END_BOTH } }']);
    const f = await read(
      'void f(void)\n{\n    BEGIN_BOTH\n        a();\n    END_BOTH\n    b();\n}\nint g(void) { return 1; }\n',
      names,
    );
    assert.deepEqual(errors(f), []);
    assert.deepEqual(
      f.functions.map((x) => x.name),
      ['f', 'g'],
    );
    const last = f.functions[0]?.body?.body.at(-1);
    assert.ok(last?.kind === 'expr' && last.x.kind === 'call');
    assert.deepEqual(bare(last.x.f), id('b'));
  });

  it('heads of functions', async () => {
    const f = await read(
      '#define HANDLER(name) NTSTATUS name(PVOID Context)\nHANDLER(OnStart)\n{\n    return Begin(Context);\n}\n\nHANDLER(OnStop)\n{\n    return 0;\n}\n',
    );
    assert.deepEqual(errors(f), []);
    assert.deepEqual(
      f.functions.map((x) => x.name),
      ['OnStart', 'OnStop'],
    );
    assert.equal(f.functions[0]?.body?.body[0]?.kind, 'return');
  });

  it('control flow that leaves, whatever the word', async () => {
    const s = await syntax();
    for (const [text, kind] of [
      ['if (!(x)) goto Exit;', 'goto'],
      ['if (!(x)) break;', 'break'],
      ['if (!(x)) return STATUS_UNSUCCESSFUL;', 'return'],
      ['if (!(x)) __leave;', 'leave'],
      ['if (!(x)) leave;', 'leave'],
    ] as const) {
      const first = s.snippet(text)?.stmts?.[0];
      assert.ok(first?.kind === 'if', text);
      assert.equal(first.then.kind, kind, text);
    }
    const wrapped = s.snippet('do { if (!(x)) { Status = (s); goto Exit; } } while (0)')?.stmts?.[0];
    assert.ok(wrapped?.kind === 'do' && wrapped.body.kind === 'block');
    assert.equal(wrapped.body.body[0]?.kind, 'if');
  });

  it('that nobody defines are guessed where they can be one thing only, and counted', async () => {
    const f = await read(
      'PAGEABLE_PART int A(int a)\n{\n    ENTER_TRACE(a)\n    TRACE_ALL\n    return a;\n}\nstruct CACHE_ALIGNED S { int a; };\n',
    );
    assert.deepEqual(errors(f), []);
    assert.deepEqual(
      f.gaps.map((g) => [g.kind, f.text.slice(g.start, g.end)]),
      [
        ['guess', 'PAGEABLE_PART'],
        ['guess', 'ENTER_TRACE(a)'],
        ['guess', 'TRACE_ALL'],
        ['guess', 'CACHE_ALIGNED'],
      ],
    );
    assert.deepEqual(
      only(f).body?.body.map((x) => x.kind),
      ['expr', 'return'],
    );
    assert.equal(f.records[0]?.name, 'S');
  });

  it('at file scope behind a storage word, with arguments that are no parameters', async () => {
    const f = await read('static DECLARE_KNOB(rate, READABLE | WRITABLE, show_rate);\nstatic int After(int a) { return a; }\n');
    assert.deepEqual(errors(f), []);
    assert.deepEqual(
      f.functions.map((x) => x.name),
      ['After'],
    );
    assert.deepEqual(
      f.gaps.map((g) => f.text.slice(g.start, g.end)),
      ['static DECLARE_KNOB(rate, READABLE | WRITABLE, show_rate)'],
    );
  });
});

describe('branches of #if', () => {
  const calls = (text: string): string[] => [...text.matchAll(/\b(good|bad|both)\(/g)].map((m) => m[1] ?? '');
  const inEach = async (text: string, name: string): Promise<string[][]> => {
    const out: string[][] = [];
    for (const configuration of [new Map<string, string>(), new Map([[name, '1']])]) {
      const f = await read(text, oracle([]), configuration);
      assert.deepEqual(errors(f), []);
      const b = only(f).body;
      assert.ok(b);
      const live = [...text].map((c, i) => (f.inactive.some((s) => i >= s.start && i < s.end) ? ' ' : c)).join('');
      out.push(calls(live.slice(b.start, b.end)));
    }
    return out;
  };

  it('that exclude each other are never read as one', async () => {
    for (const name of ['SECURE', 'DBG', '_M_ARM64'])
      assert.deepEqual(
        await inEach(`void f(void)\n{\n    both();\n#ifdef ${name}\n    good();\n#else\n    bad();\n#endif\n}\n`, name),
        [
          ['both', 'bad'],
          ['both', 'good'],
        ],
        name,
      );
  });

  it('may split the braces of a construct, which then parses in each', async () => {
    assert.deepEqual(
      await inEach(
        'void f(int a)\n{\n#if SECURE\n    if (a) {\n        good();\n    } else {\n#else\n    {\n#endif\n        bad();\n    }\n    both();\n}\n',
        'SECURE',
      ),
      [
        ['bad', 'both'],
        ['good', 'bad', 'both'],
      ],
    );
  });

  it('may split the head of a function', async () => {
    for (const configuration of [new Map<string, string>(), new Map([['WIDE_ARGUMENTS', '1']])]) {
      const f = await read(
        '#ifdef WIDE_ARGUMENTS\nint Take(long long a, int b)\n{\n#else\nint Take(int a)\n{\n#endif\n    return a != 0;\n}\n',
        oracle([]),
        configuration,
      );
      assert.deepEqual(errors(f), []);
      assert.equal(only(f).params.length, configuration.size === 0 ? 1 : 2);
      assert.deepEqual(f.conditionals[0]?.names, ['WIDE_ARGUMENTS']);
    }
  });

  it('take the target for what it is, unless told otherwise', async () => {
    const text = '#ifdef _WIN64\nint Eight;\n#else\nint Four;\n#endif\n';
    const names = async (c: Map<string, string | undefined>): Promise<string[]> => {
      const s = await syntax();
      const f = s.read('t.c', text, oracle([]), c);
      s.close('t.c');
      return f.globals.map((g) => g.name);
    };
    assert.deepEqual(await names(new Map()), ['Eight']);
    assert.deepEqual(await names(new Map([['_WIN64', undefined]])), ['Four']);
  });
});

describe('extensions of the compiler', () => {
  it('pragmas between a declarator and its body', async () => {
    const f = await read(
      'int\nPaged(int a)\n#pragma warning(suppress: 28167)\n{\n#pragma alloc_text(PAGE, Paged)\n    return a;\n}\n__pragma(warning(disable: 4201))\nint Next(void) { __pragma(warning(suppress: 6001)) return 1; }\n',
    );
    assert.deepEqual(errors(f), []);
    assert.deepEqual(
      f.functions.map((x) => [x.name, x.body?.body[0]?.kind]),
      [
        ['Paged', 'return'],
        ['Next', 'return'],
      ],
    );
  });

  it('__declspec in front of, behind and between', async () => {
    const f = await read(
      '__declspec(noinline) static int A(void) { return 1; }\nstatic __declspec(code_seg("PAGE")) int B(void) { return 2; }\n__declspec(align(32)) int Line;\ntypedef __declspec(align(8)) struct _T { char c; } T;\n',
    );
    assert.deepEqual(errors(f), []);
    assert.deepEqual(
      f.functions.map((x) => [x.name, x.static]),
      [
        ['A', true],
        ['B', true],
      ],
    );
    assert.deepEqual(
      f.globals.map((g) => g.name),
      ['Line'],
    );
  });

  it('exception statements nested in each other', async () => {
    const s = await body(
      '__try {\n        __try {\n            if (a) __leave;\n            b();\n        } __finally {\n            c();\n        }\n    } __except (EXCEPTION_EXECUTE_HANDLER) {\n        d = GetExceptionCode();\n    }',
    );
    const outer = s[0];
    assert.ok(outer?.kind === 'try' && outer.body.kind === 'block');
    assert.deepEqual(bare(outer.filter), id('EXCEPTION_EXECUTE_HANDLER'));
    const inner = outer.body.body[0];
    assert.ok(inner?.kind === 'try' && inner.body.kind === 'block');
    assert.equal(inner.finally?.kind, 'block');
    assert.equal(inner.handler, undefined);
    const first = inner.body.body[0];
    assert.ok(first?.kind === 'if');
    assert.equal(first.then.kind, 'leave');
  });

  it('assembly by lines, which ends with its line', async () => {
    const f = await read(
      'void f(void)\n{\n    __asm mov eax, dword ptr [ebp + 8]\n    a();\n    __asm {\n        push eax ; }\n    b();\n}\n',
    );
    const b = only(f).body;
    assert.equal(b?.body.filter((x) => x.kind === 'asm').length, 2);
    assert.equal(b.body.filter((x) => x.kind === 'expr').length, 2);
  });

  it('members without a name, and bit-fields of all kinds', async () => {
    const f = await read(
      'struct S {\n    union { int a; struct { short b, c; }; };\n    ULONG Low : 4, High : 28;\n    ULONG : 0;\n    BOOLEAN Flag : 1;\n    struct _INNER { int x; } Inner[2];\n};\n',
    );
    assert.deepEqual(errors(f), []);
    const s = f.records.find((r) => r.name === 'S');
    assert.deepEqual(
      s?.fields.map((x) => [x.name, x.bits !== undefined]),
      [
        ['', false],
        ['Low', true],
        ['High', true],
        ['', true],
        ['Flag', true],
        ['Inner', false],
      ],
    );
  });

  it('casts to types that more words qualify', async () => {
    for (const [text, to] of [
      ['(struct S __near_io *)p', { kind: 'tag', tag: 'struct', name: 'S' }],
      ['(void __near_io *)p', named('void')],
      ['(NODE __near_io *)p', named('NODE')],
      ['(__marked u32 *)p', named('u32')],
    ] as const) {
      const e = await expr(text);
      assert.ok(e.kind === 'cast' && e.type.kind === 'pointer', text);
      assert.deepEqual(e.type.to, to, text);
    }
  });

  it('a cast to a marked type is a cast, whatever follows', async () => {
    for (const text of ['(__marked u32)p', '(__marked u32)(p + 1)', '(u32 __marked)p']) {
      const e = await expr(text);
      assert.ok(e.kind === 'cast', text);
      assert.deepEqual(e.type, named('u32'), text);
    }
  });

  it('bit-fields without a name behind a comma, and words behind a record', async () => {
    const f = await read(
      'struct S {\n    int a : 1, : 6,\n        b : 1;\n} __tight;\nstruct T { int x; } __tight *First;\nstruct U { int y; } __lined(16);\n',
    );
    assert.deepEqual(errors(f), []);
    assert.deepEqual(
      f.records[0]?.fields.map((x) => x.name),
      ['a', '', 'b'],
    );
    assert.equal(f.records.length, 3);
    const first = f.globals.find((g) => g.name === 'First');
    assert.deepEqual(first?.type, { kind: 'pointer', to: { kind: 'tag', tag: 'struct', name: 'T' } });
  });

  it('ranges of cases by their first value, which is said, and pieces of names as arguments', async () => {
    const f = await read(
      'int f(int a)\n{\n    switch (a) {\n    case 1 ... 5:\n        return AT_LEAST(a, 12B, 0x1Ful, 3ui64);\n    }\n    return 0;\n}\n',
    );
    assert.deepEqual(errors(f), []);
    assert.deepEqual(
      f.gaps.map((g) => [g.kind, f.text.slice(g.start, g.end)]),
      [['guess', 'case 1 ... 5']],
    );
    const s = only(f).body?.body[0];
    assert.ok(s?.kind === 'switch' && s.body.kind === 'block');
    const r = s.body.body[1];
    assert.ok(r?.kind === 'return' && r.x?.kind === 'call');
    assert.deepEqual(
      r.x.args.map((x) => x.kind),
      ['id', 'unknown', 'num', 'num'],
    );
  });

  it('comments between the parameters and the body', async () => {
    const f = await read(
      'int\nOld(\n    int a   /* first, ( */\n    )\n/*++\n\nRoutine Description:\n\n    Says { what } it does.\n\n--*/\n{\n    return a; // }\n}\n',
    );
    assert.deepEqual(errors(f), []);
    assert.equal(only(f).params[0]?.name, 'a');
    assert.equal(only(f).body?.body.length, 1);
  });
});
