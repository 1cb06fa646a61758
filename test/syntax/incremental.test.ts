/** Facts after edits are those of a fresh reading; trees have one owner; no text is too bad. */
import assert from 'node:assert/strict';
import { FRAGMENTS, randomText, seeded } from '../dialect/random';
import { oracle, read, syntax } from './reading';

const none = oracle([]);

describe('incremental reading', () => {
  it('equals a fresh one over random edits', async () => {
    const s = await syntax();
    const pick = seeded(7);
    for (let file = 0; file < 50; file++) {
      let text = randomText(pick, 30);
      for (let step = 0; step < 50; step++) {
        const at = pick(text.length + 1);
        const gone = pick(3) === 0 ? pick(30) : pick(2);
        const put =
          pick(4) === 0 ? '' : pick(2) === 0 ? (FRAGMENTS[pick(FRAGMENTS.length)] ?? '') : String.fromCharCode(32 + pick(95));
        text = text.slice(0, at) + put + text.slice(at + gone);
        const kept = s.read('kept.c', text, none, new Map());
        const fresh = s.read('fresh.c', text, none, new Map());
        s.close('fresh.c');
        assert.deepEqual({ ...kept, path: '' }, { ...fresh, path: '' }, `file ${file} step ${step}`);
      }
      s.close('kept.c');
    }
    assert.equal(s.liveTrees, 0);
  }).timeout(120_000);

  it('equals a fresh one while somebody types in a sound text', async () => {
    const s = await syntax();
    const pick = seeded(11);
    const pieces = [
      'typedef struct _A { int Length; char *Data; } A, *PA;\n',
      'static int F%(PA a, int n) {\n    if (n > a->Length) { return 1; }\n    return a->Data[n];\n}\n',
      'int G%;\n',
      '#define M%(x) ((x) + 1)\nint H%(int x) { return M%(x); }\n',
      '_IRQL_requires_max_(DISPATCH_LEVEL) void K%(_In_reads_(n) int *p, int n) { for (int i = 0; i < n; i++) p[i] = G%; }\n',
    ];
    let count = 0;
    const piece = (): string => (pieces[pick(pieces.length)] ?? '').replaceAll('%', String(++count));
    let text = Array.from({ length: 40 }, piece).join('');
    let sound = 0;
    let last = text;
    for (let step = 0; step < 400; step++) {
      const ends = [...text.matchAll(/;|\n/g)].map((m) => m.index + 1);
      const at = ends[pick(ends.length)] ?? 0;
      const kind = pick(6);
      const line = text.lastIndexOf('\n', at - 1) + 1;
      if (kind === 0) text = text.slice(0, line) + piece() + text.slice(line);
      else if (kind === 1 && count > 30) text = text.slice(0, line) + text.slice(text.indexOf('\n', at) + 1);
      else if (kind === 2) text = `${text.slice(0, at)} /* é */ ${text.slice(at)}`;
      else text = `${text.slice(0, at)} ;${text.slice(at)}`;
      const kept = s.read('kept.c', text, none, new Map());
      const fresh = s.read('fresh.c', text, none, new Map());
      s.close('fresh.c');
      assert.deepEqual({ ...kept, path: '' }, { ...fresh, path: '' }, `step ${step}`);
      if (fresh.gaps.length === 0) {
        sound++;
        last = text;
      } else if (pick(2) === 0) text = last;
    }
    assert.ok(sound > 50, `${sound} texts were sound`);
    s.close('kept.c');
    assert.equal(s.liveTrees, 0);
  }).timeout(120_000);

  it('lowers the bodies that are as they were when somebody looks at them, unless a name means something else by now', async () => {
    const s = await syntax();
    const waits = (facts: ReturnType<typeof s.read>, i: number): boolean =>
      Object.getOwnPropertyDescriptor(facts.functions[i]?.body ?? {}, 'body')?.get !== undefined;
    const f = (n: string, body: string): string => `int ${n}(int x) { ${body} }\n`;
    const text = f('a', 'return x;') + f('b', 'return (T)(x);') + f('c', 'struct L { int y; } l; return x;');
    s.read('a.c', text, oracle([]), new Map());
    const typed = s.read('a.c', text.replace('return x', 'return  x'), oracle([]), new Map());
    assert.deepEqual(
      [0, 1, 2].map((i) => waits(typed, i)),
      [false, true, false],
      'what was typed in is read at once, and what declares a type',
    );
    assert.equal(typed.functions[1]?.body?.body[0]?.kind, 'return');
    assert.equal(waits(typed, 1), false);
    const other = s.read('a.c', text, { ...none, isType: (name) => name === 'T' }, new Map());
    assert.equal(waits(other, 1), false);
    s.close('a.c');
  });

  it('lets the tree go of the file that was read longest ago', async () => {
    const s = await syntax();
    for (let i = 0; i < 40; i++) s.read(`${i}.c`, `int a${i};`, none, new Map());
    assert.equal(s.liveTrees, 16);
    for (let i = 0; i < 40; i++) s.close(`${i}.c`);
    assert.equal(s.liveTrees, 0);
  });

  it('keeps one tree per open path', async () => {
    const s = await syntax();
    s.read('a.c', 'int a;', none, new Map());
    s.read('a.c', 'int ab;', none, new Map());
    s.read('b.c', 'int a;', none, new Map());
    assert.equal(s.liveTrees, 2);
    s.close('a.c');
    s.close('a.c');
    s.close('b.c');
    assert.equal(s.liveTrees, 0);
  });
});

describe('bad texts', () => {
  for (const [name, text] of [
    ['a million parentheses', 'int x = ' + '('.repeat(1000000) + '1' + ')'.repeat(1000000) + ';'],
    ['a million open parentheses', 'void f() { x = ' + '('.repeat(1000000)],
    ['deep blocks', 'void f() ' + '{'.repeat(50000) + '}'.repeat(50000)],
    ['a long sum', 'int x = ' + '1+'.repeat(100000) + '1;'],
    ['a long unary chain', 'int x = ' + '-+!~*'.repeat(20000) + '1;'],
    ['a long else chain', 'void f() { ' + 'if (a) b(); else '.repeat(20000) + ' ; }'],
    ['a long chain of casts', 'int x = ' + '(int)'.repeat(50000) + '1;'],
    ['a long chain of pointers', 'int ' + '*'.repeat(100000) + ' x;'],
    ['a long chain of records', 'struct { '.repeat(20000)],
    ['a long chain of conditionals', 'int x = ' + 'a ? b : '.repeat(20000) + 'c;'],
    ['a long chain of assignments', 'void f() { ' + 'a = '.repeat(20000) + 'c; }'],
    ['deep initialisers', 'int x[] = ' + '{'.repeat(20000) + '}'.repeat(20000) + ';'],
    ['deep indices', 'void f() { a' + '[a'.repeat(20000) + ']'.repeat(20000) + ' = 1; }'],
    ['many labels', 'void f() { ' + 'L: '.repeat(20000) + ' ; }'],
    ['a long chain of literals', 'char *x = ' + '"a" B '.repeat(50000) + ';'],
    ['a long chain of calls side by side', 'char *x[] = { ' + 'TEXT("a") '.repeat(50000) + '};'],
    ['a long chain of words', 'char *x = ' + 'A '.repeat(50000) + ';'],
    ['statements as arguments', 'void f() { ' + 'F(A, b(); '.repeat(20000) + ');'.repeat(20000) + ' }'],
    ['braces that never close', 'void f() { if (x) { '.repeat(20000)],
    ['braces that never opened', '} '.repeat(100000) + 'int a;'],
    ['zeros inside a function', 'void f(void) { a\u0000\u0000 = 1; }'.repeat(1000)],
    ['fifty megabytes', ('/* ' + 'a comment '.repeat(400) + '*/\nint a;\n').repeat(12_500)],
    ['zeros', '\u0000'.repeat(10000) + 'int a;'],
    ['nothing', ''],
    ['a lone carriage return', 'int a;\rint b;\r'],
    ['a byte order mark', '\ufeffint a;\n'],
  ] as const)
    it(`are read without a throw: ${name}`, async () => {
      const f = await read(text);
      assert.equal(f.text, text);
      assert.ok(f.gaps.every((g) => g.start >= 0 && g.end <= text.length && g.start <= g.end));
    }).timeout(120_000);
});
