/** What blanking must never do, whatever the text. */
import assert from 'node:assert/strict';
import { blank } from '../../server/src/dialect/blank';
import { holds } from '../../server/src/dialect/conditions';
import { oracle } from '../syntax/reading';
import { randomText, seeded } from './random';

const none = oracle([]);

function breaks(s: string): string {
  return s.replace(/[^\r\n]/g, '.');
}

describe('blanking', () => {
  it('keeps length and line breaks of any text', () => {
    const pick = seeded(20240607);
    for (let i = 0; i < 2000; i++) {
      const text = randomText(pick, 1 + pick(40));
      const out = blank(text, none, new Map()).text;
      assert.equal(out.length, text.length, JSON.stringify(text));
      assert.equal(breaks(out), breaks(text), JSON.stringify(text));
    }
  });

  it('says the same of a text whatever was read before it, and while another text is read for an answer', () => {
    const pick = seeded(11);
    const long = 'int é = (a[1] + {b}); '.repeat(5000);
    for (let i = 0; i < 200; i++) {
      const text = randomText(pick, 1 + pick(40));
      const plain = (b: ReturnType<typeof blank>): unknown => ({ ...b, isType: undefined });
      const first = plain(blank(text, none, new Map()));
      blank(pick(2) === 0 ? long : randomText(pick, 60), none, new Map());
      assert.deepEqual(plain(blank(text, none, new Map())), first, JSON.stringify(text));
      const curious = {
        macro: (): undefined => void blank(long, none, new Map()),
        isType: (): boolean => blank('(x) + y', none, new Map()).text === '',
      };
      assert.deepEqual(plain(blank(text, curious, new Map())), first, JSON.stringify(text));
    }
  });

  it('keeps characters outside ASCII where they are, and nothing of them in what it blanks', () => {
    const text = 'char *a = "ä\u{10000}"; /* ö */ int é; // ü\n'.repeat(20);
    const out = blank(text, none, new Map()).text;
    assert.equal(
      out,
      text.replace(/\/\*.*?\*\/|\/\/.*/g, (c) => ' '.repeat(c.length)),
    );
  });

  it('leaves plain C as it is', () => {
    const text = 'int add(int a, const char *b)\n{\n\tstruct s x = { .y = 1 };\n\treturn (a << 2) + *b ? x.y : -1;\n}\n';
    assert.equal(blank(text, none, new Map()).text, text);
  });

  it('changes nothing when it reads its own result', () => {
    const text = '_Must_inspect_result_\nNTSTATUS NTAPI F(IN PVOID a) // why\n{\n#if 1\n    return 0;\n#endif\n}\n';
    const once = blank(text, none, new Map()).text;
    assert.equal(blank(once, none, new Map()).text, once);
  });

  it('takes time in proportion to the text', () => {
    const unit = 'VOID F(_In_ PVOID a)\n{\n    G((PVOID)&a, sizeof(int *));\n}\n';
    const time = (n: number): number => {
      const text = unit.repeat(n);
      const from = process.hrtime.bigint();
      blank(text, none, new Map());
      return Number(process.hrtime.bigint() - from);
    };
    time(2000);
    const small = Math.min(time(1000), time(1000), time(1000));
    const large = Math.min(time(16000), time(16000));
    assert.ok(large < small * 16 * 5, `${large} against ${small}`);
  });

  for (const [name, text] of [
    ['open parentheses', '('.repeat(200000)],
    ['open braces', 'void f() {' + '{'.repeat(200000)],
    ['closing brackets', ')}]'.repeat(100000)],
    ['one long comment', '/*' + 'x'.repeat(1000000)],
    ['one long string', '"' + 'x'.repeat(1000000)],
    ['nested conditions', '#if 1\n'.repeat(100000)],
    ['a long condition', '#if ' + '('.repeat(100000) + '\n'],
    ['a long sum in a condition', '#if ' + '1+'.repeat(100000) + '1\n'],
    ['a long macro chain', Array.from({ length: 5000 }, (_, i) => `#define A${i} A${i + 1}\n`).join('') + '#if A0\n#endif\n'],
    [
      'doubling macros',
      Array.from({ length: 40 }, (_, i) => `#define A${i} (A${i + 1} + A${i + 1})\n`).join('') + '#if A0\nint x;\n#endif\n',
    ],
    ['words without end', 'A '.repeat(200000)],
    ['calls without end', 'A(b) '.repeat(100000)],
    ['commas', 'F(' + ','.repeat(200000) + ')'],
    ['arguments', 'void f() { F(' + 'a,'.repeat(100000) + 'b); }'],
    ['annotations', '_In_'.repeat(100000)],
    ['one line of annotations', 'f(' + '_In_ IN int a, '.repeat(60000) + ')'],
    ['one carriage return', '_In_ /**/\n'.repeat(60000) + '\r'],
    ['enums', 'enum A :'.repeat(50000)],
    ['old style heads', 'f(a) b c '.repeat(30000)],
    ['splices', '\\\n'.repeat(200000)],
    ['hashes', '#'.repeat(200000)],
    ['directives in comments', '#define X /*\n'.repeat(20000)],
  ] as const)
    it(`ends soon on ${name}`, () => {
      const from = Date.now();
      assert.equal(blank(text, none, new Map()).text.length, text.length);
      assert.ok(Date.now() - from < 5000, `${Date.now() - from} ms`);
    });
});

describe('conditions', () => {
  const names = new Map([
    ['ONE', { body: '1' }],
    ['VER', { body: '0x0A000005' }],
    ['EMPTY', { body: '' }],
    ['SELF', { body: 'SELF' }],
    ['MAX', { params: ['a', 'b'], body: '((a) > (b) ? (a) : (b))' }],
  ]);
  for (const [text, value] of [
    ['1', true],
    ['UNKNOWN', false],
    ['defined(ONE) && !defined UNKNOWN', true],
    ['VER >= 0x0A000000 && VER < 0x0B000000', true],
    ['MAX(2, 3) == 3', true],
    ['(1 << 40) > 0', true],
    ['-1 < 0 ? 0 : 1', false],
    ['1 / 0', false],
    ['SELF', false],
    ["'A' == 65", true],
    ['100UI64 == 100', true],
    ['__has_include(<x.h>)', false],
    ['1 || (', true],
    ['', false],
  ] as const)
    it(`${JSON.stringify(text)} is ${value}`, () => {
      assert.equal(holds(text, { lookup: (n) => names.get(n) }), value);
    });
});

describe('preprocessing', () => {
  it('records conditions, and asks others only for what it does not know', () => {
    const b = blank(
      '#ifndef OWN_H\n#define OWN_H\n#if FEATURE > 2 && defined(_WIN64)\nint a;\n#endif\n#ifdef DBG\nint b;\n#endif\n#endif\n',
      oracle(['FEATURE 3']),
      new Map([['DBG', '1']]),
    );
    assert.deepEqual(
      [...b.conditions],
      [
        ['FEATURE', '3'],
        ['_WIN64', '1'],
        ['DBG', '1'],
      ],
    );
    assert.deepEqual([...b.consulted], [['macro FEATURE', '=3']]);
    assert.match(b.text, /int a;/);
    assert.match(b.text, /int b;/);
    assert.deepEqual(b.gaps, []);
  });

  it('follows definitions in the order of the text', () => {
    const b = blank(
      '#define A 1\n#if A\nint a;\n#endif\n#undef A\n#if A\nint b;\n#elif !A\nint c;\n#else\nint d;\n#endif\n',
      none,
      new Map(),
    );
    assert.deepEqual(b.text.match(/int \w/g), ['int a', 'int c']);
    assert.equal(b.inactive.length, 2);
  });

  it('follows pack through pragmas and includes', () => {
    const b = blank(
      '#include <pshpack1.h>\n#pragma pack(push, 8)\n#pragma pack(pop)\n#include <poppack.h>\n__pragma(pack(2)) int a;\n',
      none,
      new Map(),
    );
    assert.deepEqual(
      b.packs.map((p) => p.pack),
      [1, 8, 1, undefined, 2],
    );
  });

  it('is not misled by quotes and comment signs in dead text', () => {
    const b = blank("#if 0\nit isn't /* here\n#endif\n*/ live? no\n#endif\nint a; // \"\n'x'; /* # */ int b;\n", none, new Map());
    assert.match(b.text, /int a;/);
    assert.match(b.text, /int b;/);
    assert.doesNotMatch(b.text, /live/);
  });
});
