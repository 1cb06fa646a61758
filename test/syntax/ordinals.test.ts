/** Names of places: what an edit changes, and what it leaves alone. */
import assert from 'node:assert/strict';
import type { FunctionDecl } from '../../server/src/syntax/ast';
import { areMovedBy, ordinalsOf } from '../../server/src/syntax/ordinals';
import { offsetsAfter } from '../../server/src/program/bodies';
import { oracle, syntax } from './reading';

const BODY = `static int Count(int *p, int n) {
  int i;
  int sum = 0;
  for (i = 0; i < n; i++) {
    sum += p[i];
    Use(sum);
  }
  Use(sum);
  return sum;
}
`;

async function read(text: string): Promise<FunctionDecl> {
  const reader = await syntax();
  const [fn] = reader.read('a.c', text, oracle([]), new Map()).functions;
  reader.close('a.c');
  assert.ok(fn?.body);
  return fn;
}

/** Text to name of every place. */
function named(fn: FunctionDecl, text: string): Map<string, string> {
  const out = new Map<string, string>();
  for (const [start, ends] of ordinalsOf(fn)) for (const [end, name] of ends) out.set(name, text.slice(start, end));
  return out;
}

describe('names of places', () => {
  it('stay when other statements change', async () => {
    const before = named(await read(BODY), BODY);
    const edited = BODY.replace('  int sum', '  Log("begin");\n  int sum').replace('return sum', 'return sum + 1');
    const after = named(await read(edited), edited);
    const kept = [...before].filter(([name, text]) => after.get(name) === text).map(([, text]) => text);
    for (const text of ['sum += p[i]', 'p[i]', 'i < n', 'i++']) assert.ok(kept.includes(text), text);
    assert.ok(!kept.includes('return sum;'));
    assert.ok(before.size > 20);
  });

  it('do not follow comments and layout', async () => {
    const other = BODY.replace('sum += p[i];', 'sum   +=\n  p[ /* the next */ i ];');
    const names = (fn: FunctionDecl): string[] => [...ordinalsOf(fn).values()].flatMap((ends) => [...ends.values()]).sort();
    assert.deepEqual(names(await read(other)), names(await read(BODY)));
  });

  it('tell statements apart that say the same', async () => {
    const all = named(await read(BODY), BODY);
    const calls = [...all].filter(([, text]) => text === 'Use(sum)').map(([name]) => name);
    assert.equal(calls.length, 2);
    assert.notEqual(calls[0], calls[1]);
  });

  it('are followed through an edit that leaves everything in its order, and not through one that does not', async () => {
    const moved = async (to: string): Promise<boolean> => areMovedBy(await read(BODY), await read(to), offsetsAfter(BODY, to));
    assert.ok(await moved(BODY.replace('  int sum', '  Log("begin");\n  int sum')));
    assert.ok(await moved(BODY.replace('    sum += p[i];\n', '')));
    // A third call before the two others takes the name of the first.
    assert.ok(!(await moved(BODY.replace('  int sum = 0;', '  int sum = 0; Use(sum);'))));
    // Two statements that change places lie inside the text that was edited.
    assert.ok(!(await moved(BODY.replace('  int i;\n  int sum = 0;\n', '  int sum = 0;\n  int i;\n'))));
  });
});
