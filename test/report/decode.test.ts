import assert from 'node:assert';
import { decode, MAX_FILE_BYTES } from '../../server/src/report/decode';
import { Lines, lineStartsOf } from '../../server/src/report/lines';

const C = 'int caf\u00e9 = 1; // \ud83d\ude00\r\n';
const ASCII = 'int main(void)\n{\n    return 0;\n}\n';
const le = (text: string) => Buffer.from(text, 'utf16le');
const be = (text: string) => Buffer.from(text, 'utf16le').swap16();
const bytes = (...parts: (number[] | Uint8Array)[]) => Buffer.concat(parts.map((part) => Buffer.from(part)));

function text(input: Uint8Array): { text: string; encoding: string; note?: string } {
  const decoded = decode(input);
  assert.ok('text' in decoded, 'skipped' in decoded ? decoded.skipped : '');
  return decoded;
}

describe('decoding', () => {
  const cases: [string, Uint8Array, string, string, RegExp | undefined][] = [
    ['UTF-8', Buffer.from(C), C, 'utf-8', undefined],
    ['UTF-8 with a byte order mark', bytes([0xef, 0xbb, 0xbf], Buffer.from(C)), C, 'utf-8', undefined],
    ['UTF-16 LE with a byte order mark', bytes([0xff, 0xfe], le(C)), C, 'utf-16le', /little endian/],
    ['UTF-16 BE with a byte order mark', bytes([0xfe, 0xff], be(C)), C, 'utf-16be', /big endian/],
    ['UTF-16 LE without a byte order mark', le(ASCII), ASCII, 'utf-16le', /no byte order mark/],
    ['UTF-16 BE without a byte order mark', be(ASCII), ASCII, 'utf-16be', /no byte order mark/],
    [
      'Windows-1252',
      bytes(Buffer.from('// caf'), [0xe9, 0x20, 0x80], Buffer.from('\n')),
      '// caf\u00e9 \u20ac\n',
      'windows-1252',
      /Windows-1252/,
    ],
    [
      'Windows-1252 that ends with an accent',
      bytes(Buffer.from('// caf'), [0xe9]),
      '// caf\u00e9',
      'windows-1252',
      /Windows-1252/,
    ],
    [
      'UTF-8 cut in the middle of a character',
      bytes(Buffer.from('\u00e9 x '), [0xf0, 0x9f, 0x98]),
      '\u00e9 x ',
      'utf-8',
      /ends in the middle/,
    ],
    ['UTF-16 cut in the middle of a character', bytes([0xff, 0xfe], le('abc'), [0x64]), 'abc', 'utf-16le', /ends in the middle/],
    ['nothing', new Uint8Array(), '', 'utf-8', undefined],
    ['only a byte order mark', Buffer.from([0xef, 0xbb, 0xbf]), '', 'utf-8', undefined],
  ];
  for (const [name, input, expected, encoding, note] of cases) {
    it(`reads ${name}`, () => {
      const decoded = text(input);
      assert.strictEqual(decoded.text, expected);
      assert.strictEqual(decoded.encoding, encoding);
      if (note) assert.match(decoded.note ?? '', note);
      else assert.strictEqual(decoded.note, undefined);
    });
  }

  const skipped: [string, Uint8Array, RegExp][] = [
    ['NUL bytes', bytes(Buffer.from('int x;'), [0], Buffer.from('\n')), /byte 6 is NUL/],
    ['zeros alone', new Uint8Array(64), /NUL/],
    ['a program', bytes(Buffer.from('MZ'), [0x90, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0xff, 0xff]), /NUL/],
    ['NUL in UTF-16', bytes([0xff, 0xfe], le('a\0b')), /character 1 is NUL/],
    ['more than the limit', new Uint8Array(MAX_FILE_BYTES + 1), /9 MB, and the limit is 8 MB/],
  ];
  for (const [name, input, why] of skipped) {
    it(`skips ${name}, with the reason`, () => {
      const decoded = decode(input);
      assert.ok('skipped' in decoded);
      assert.match(decoded.skipped, why);
    });
  }

  it('never throws, whatever the bytes', () => {
    let state = 7;
    const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24;
    let read = 0;
    for (let round = 0; round < 500; round++) {
      const decoded = decode(Uint8Array.from({ length: round % 40 }, random));
      if ('text' in decoded) read++;
    }
    assert.ok(read > 50);
  });
});

describe('lines', () => {
  it('end at LF, CRLF and CR', () => {
    assert.deepStrictEqual(lineStartsOf('a\nb\r\nc\rd'), [0, 2, 5, 7]);
    assert.deepStrictEqual(lineStartsOf(''), [0]);
    assert.deepStrictEqual(lineStartsOf('\r\r\n\n'), [0, 1, 3, 4]);
  });
  it('give regions from 1, in UTF-16 units, clamped to the text', () => {
    const lines = new Lines('ab\n\ud83d\ude00x\nlast');
    assert.deepStrictEqual(lines.region(5, 6), { startLine: 2, startColumn: 3, endLine: 2, endColumn: 4 });
    assert.deepStrictEqual(lines.region(1, 9), { startLine: 1, startColumn: 2, endLine: 3, endColumn: 3 });
    assert.deepStrictEqual(lines.region(-4, 400), { startLine: 1, startColumn: 1, endLine: 3, endColumn: 5 });
    assert.deepStrictEqual(lines.region(9, 2), { startLine: 3, startColumn: 3, endLine: 3, endColumn: 3 });
    assert.strictEqual(lines.line(2), '\ud83d\ude00x');
    assert.strictEqual(lines.line(9), '');
  });
  it('find the offset of a place again', () => {
    const lines = new Lines('ab\r\ncd\n');
    assert.deepStrictEqual([lines.offset(2, 2), lines.offset(1, 99), lines.offset(0, 1), lines.offset(9, 1)], [5, 2, 0, 7]);
  });
});
