/** Facts that statements and expressions must give, one construct a test. */
import assert from 'node:assert/strict';
import { bare, body, expr, oracle, syntax } from './reading';

const id = (name: string): unknown => ({ kind: 'id', name });
const named = (name: string): unknown => ({ kind: 'name', name });

describe('statements', () => {
  it('reads exception statements in all spellings', async () => {
    for (const text of [
      '__try { a(); } __except (F(1)) { b(); }',
      'try { a(); } except (F(1)) { b(); }',
      'try {\n a();\n    } except(F(1)) { b(); }',
    ]) {
      const s = (await body(text))[0];
      assert.ok(s?.kind === 'try', text);
      assert.equal(s.filter?.kind, 'call');
      assert.equal(s.handler?.kind, 'block');
      assert.equal(s.finally, undefined);
    }
    const s = (await body('try { if (x) leave; leave; } finally { b(); }'))[0];
    assert.ok(s?.kind === 'try' && s.body.kind === 'block');
    assert.equal(s.finally?.kind, 'block');
    assert.equal(s.body.body[1]?.kind, 'leave');
    assert.equal(s.body.body[0]?.kind === 'if' && s.body.body[0].then.kind, 'leave');
  });

  it('keeps the place of a respelled try', async () => {
    const s = (await body('try { a(); } finally { b(); }'))[0];
    assert.equal(s?.start, 'void f(void)\n{\n    '.length);
  });

  it('flattens cases, labels and their statements', async () => {
    const s = (await body('switch (x) { case 1: case A + 1: a(); break; default: ; } Exit: b(); Last: ;'))[0];
    assert.ok(s?.kind === 'switch' && s.body.kind === 'block');
    assert.deepEqual(
      s.body.body.map((x) => x.kind),
      ['case', 'case', 'expr', 'break', 'case'],
    );
    const all = await body('goto Exit; Exit: b();');
    assert.deepEqual(
      all.map((x) => x.kind),
      ['goto', 'label', 'expr'],
    );
  });

  it('reads loops, also those whose keyword is a macro', async () => {
    assert.deepEqual(
      (await body('do { a(); } WHILE (FALSE); for (int i = 0; i < 3; i++) ; while (x) y();')).map((x) => x.kind),
      ['do', 'for', 'while'],
    );
    const names = oracle([
      'IF_LOUD(x) if (Level >= (x))',
      'EACH_OF(e, l) for (e = (l); e; e = e->Next)',
      'FOREVER for (;;)',
      'SELECT(x) switch (x)',
    ]);
    const all = await body('IF_LOUD(2) a(); EACH_OF(e, l) { b(); } FOREVER { c(); } SELECT(x) { case 1: d(); }', names);
    assert.deepEqual(
      all.map((x) => x.kind),
      ['if', 'while', 'for', 'switch'],
    );
    const s = (await body('LIST_FOR_EACH(Entry, &Head) { a(); }'))[0];
    assert.equal(s?.kind, 'while');
  });

  it('adds the semicolon that a statement macro lacks', async () => {
    const s = await body('PAGED_CODE()\n    a();\n    CHECKED(x)\n    if (y) b();');
    assert.deepEqual(
      s.map((x) => x.kind),
      ['expr', 'expr', 'expr', 'if'],
    );
  });

  it('reads block macros by what they open and close', async () => {
    const names = oracle(['LOCKED(l) { KIRQL irql; acquire(l, &irql);', 'END_LOCKED(l) release(l, irql); }']);
    const s = await body('LOCKED(x)\n    a();\n    END_LOCKED(x);', names);
    assert.equal(s[0]?.kind, 'block');
  });

  it('leaves assembly and annotations out of the way', async () => {
    const s = await body('__asm { mov eax, 1 }\n    __asm int 3\n    _Analysis_assume_(x != NULL);\n    a();');
    assert.deepEqual(
      s.map((x) => x.kind),
      ['asm', 'asm', 'expr'],
    );
  });

  it('keeps the branches of an #if apart', async () => {
    const s = await body(
      '#if DBG\n    a();\n#else\n    b();\n#endif\n#ifdef _WIN64\n    c();\n#endif\n#if NTDDI_VERSION < NTDDI_WIN7\n    d();\n#endif',
    );
    assert.deepEqual(bare(s.map((x) => (x.kind === 'expr' && x.x.kind === 'call' ? x.x.f : x.kind))), [id('b'), id('c')]);
  });

  it('joins constructs whose braces are split over branches', async () => {
    const s = await body('#if SECURE\n    if (a) {\n#else\n    if (b) {\n#endif\n        c();\n    }');
    assert.equal(s[0]?.kind, 'if');
  });
});

describe('expressions', () => {
  it('reads casts that look like calls and operations', async () => {
    for (const [text, inner] of [
      ['(PVOID)(y)', 'id'],
      ['(ULONG_PTR)&y', 'un'],
      ['(ULONG)*y', 'un'],
      ['(LONG)-1', 'num'],
      ['(MINE)(y)', 'id'],
      ['(u8)(y)', 'id'],
    ] as const) {
      const e = await expr(text, oracle([], ['MINE']));
      assert.ok(e.kind === 'cast', text);
      if (inner !== 'num') assert.equal(e.x.kind, inner, text);
    }
    const sum = await expr('(ULONG_PTR)&y + 5');
    assert.ok(sum.kind === 'bin' && sum.op === '+' && sum.l.kind === 'cast');
    assert.deepEqual(sum.l.type, named('ULONG_PTR'));
    const two = await expr('(PUCHAR)(ULONG_PTR)(y)');
    assert.ok(two.kind === 'cast' && two.x.kind === 'cast');
    const not = await expr('(mask) & y');
    assert.equal(not.kind, 'bin');
  });

  it('gives types as arguments', async () => {
    for (const [text, at, type] of [
      ['CONTAINING_RECORD(p, struct OUTER, Link)', 1, { kind: 'tag', tag: 'struct', name: 'OUTER' }],
      ['CONTAINING_RECORD(p, OUTER, Link)', 1, named('OUTER')],
      ['FIELD_OFFSET(OUTER, Data[0])', 0, named('OUTER')],
      ['offsetof(struct OUTER, A.b)', 0, { kind: 'tag', tag: 'struct', name: 'OUTER' }],
      ['va_arg(ap, const T **)', 1, { kind: 'pointer', to: { kind: 'pointer', to: { kind: 'name', name: 'T', const: true } } }],
      ['ANY_MACRO(unsigned long, 1)', 0, named('unsigned long')],
    ] as const) {
      const e = await expr(text);
      assert.ok(e.kind === 'call', text);
      const a = e.args[at];
      assert.ok(a?.kind === 'type', text);
      assert.deepEqual(a.type, type, text);
    }
    const e = await expr('offsetof(T, f)');
    assert.deepEqual(e.kind === 'call' && bare(e.f), id('offsetof'));
  });

  it('gives both readings of sizeof(Name)', async () => {
    const e = await expr('sizeof(NAME)');
    assert.ok(e.kind === 'sizeof');
    assert.deepEqual(e.type, named('NAME'));
    assert.deepEqual(bare(e.x), id('NAME'));
    const t = await expr('sizeof(struct S *)');
    assert.ok(t.kind === 'sizeof' && t.type?.kind === 'pointer' && t.x === undefined);
  });

  it('reads Microsoft constants', async () => {
    for (const [text, value] of [
      ['1ui32', 1],
      ['0x10UI64', 16],
      ['100i64', 100],
      ["'abcd'", 0x61626364],
      ["L'x'", 0x78],
      ["'\\n'", 10],
      ['010', 8],
      ['0xFFFFFFFFul', 4294967295],
      ['1.5f', 1.5],
    ] as const) {
      const e = await expr(text);
      assert.ok(e.kind === 'num', text);
      assert.equal(e.value, value, text);
      assert.equal(e.text, text);
      assert.equal(e.end - e.start, text.length);
    }
  });

  it('joins strings, also with macros between them', async () => {
    assert.deepEqual(bare(await expr('L"a" L"b"')), { kind: 'str', value: 'ab', wide: true });
    assert.deepEqual(bare(await expr('"a%" PRIu64 "b"')), { kind: 'str', value: 'a%b', wide: false });
    assert.deepEqual(bare(await expr('"a\\\nb"')), { kind: 'str', value: 'ab', wide: false });
  });

  it('keeps arguments that are no expressions as unknown', async () => {
    const s = (await body('VERIFY_OP(a, ==, b); DECLARE((int a, char b), return x, y); EMPTY(, 1);'))[0];
    assert.ok(s?.kind === 'expr' && s.x.kind === 'call');
    assert.deepEqual(
      s.x.args.map((a) => a.kind),
      ['id', 'unknown', 'id'],
    );
  });

  it('reads a cast that a macro spells', async () => {
    const e = await expr('MAKE_CONST(VOID *)(UCHAR *)p->q');
    assert.ok(e.kind === 'cast' && e.x.kind === 'cast' && e.x.x.kind === 'fld');
  });
});

describe('snippets', () => {
  it('reads expressions and statements of macros', async () => {
    const s = await syntax();
    const text = '((a)->b + 1)';
    const e = s.snippet(text)?.expr;
    assert.ok(e?.kind === 'bin');
    assert.equal(text.slice(e.start, e.end), '(a)->b + 1');
    assert.deepEqual(
      s.snippet('do { if (x) goto Exit; } while (0)')?.stmts?.map((x) => x.kind),
      ['do'],
    );
    assert.deepEqual(
      s.snippet('if (x) { return y; }')?.stmts?.map((x) => x.kind),
      ['if'],
    );
    assert.deepEqual(
      s.snippet('a = b; c()')?.stmts?.map((x) => x.kind),
      ['expr', 'expr'],
    );
    assert.equal(s.snippet('{ a ='), undefined);
    assert.equal(s.snippet(''), undefined);
    assert.equal(s.liveTrees, 0);
  });
});
