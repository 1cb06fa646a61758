/** Operators around a value in parentheses that the grammar takes for the type of a cast. */
import assert from 'node:assert/strict';
import type { Expr } from '../../server/src/syntax/ast';
import { only, oracle, read } from './reading';

/** With everything in parentheses that binds. */
function written(e: Expr): string {
  switch (e.kind) {
    case 'id':
      return e.name;
    case 'num':
      return e.text;
    case 'bin':
      return `(${written(e.l)} ${e.op} ${written(e.r)})`;
    case 'un':
      return `(${e.op}${written(e.x)})`;
    case 'cast':
      return `{${e.type.kind === 'name' ? e.type.name : e.type.kind}}${written(e.x)}`;
    default:
      return e.kind;
  }
}

async function bound(text: string, types: readonly string[] = []): Promise<string> {
  const facts = await read(`void f(void) { x = ${text}; }`, oracle([], types));
  const s = only(facts).body?.body[0];
  assert.ok(s?.kind === 'expr' && s.x.kind === 'asg');
  assert.equal(facts.text.slice(s.x.r.start, s.x.r.end), text);
  return written(s.x.r);
}

describe('a value in parentheses before an operator', () => {
  for (const [text, means] of [
    ['(a) + (b) * 4', '(a + (b * 4))'],
    ['(T *)(a) + (b) * 4', '({pointer}a + (b * 4))'],
    ['(a) & (b) == 0', '(a & (b == 0))'],
    ['x - (a) + (b) * 4', '((x - a) + (b * 4))'],
    ['-(a) + (b) * 4', '((-a) + (b * 4))'],
    ['(a) + (b) + (c) * 4', '((a + b) + (c * 4))'],
    ['y && (a) - (b) * 2 > 3', '(y && ((a - (b * 2)) > 3))'],
    ['(a) * (b) + 1', '((a * b) + 1)'],
  ] as const)
    it(`is a value: ${text}`, async () => {
      assert.equal(await bound(text), means);
    });

  it('is a type where the text or another file says so, and where it is spelled as one', async () => {
    assert.equal(await bound('(number) - (b) * 4', ['number']), '({number}(-b) * 4)');
    assert.equal(await bound('(ULONG)-(b) * 4'), '({ULONG}(-b) * 4)');
    assert.equal(await bound('(count_t)-(b) * 4'), '({count_t}(-b) * 4)');
    assert.equal(await bound('(T)&(b) == 0'), '({T}(&b) == 0)');
  });
});
