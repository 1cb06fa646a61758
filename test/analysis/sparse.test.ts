/** Maps that share what they have in common. */
import assert from 'node:assert/strict';
import { Sparse } from '../../server/src/analysis/sparse';

function of(owner: number, entries: Record<string, number>): Sparse<number> {
  const map = Sparse.empty<number>(owner);
  for (const [name, value] of Object.entries(entries)) map.set(name, value);
  return map;
}

const pairs = (a: Sparse<number>, b: Sparse<number>): string[] => {
  const out: string[] = [];
  Sparse.pairs(a, b, (x, y, name) => out.push(`${name} ${String(x)} ${String(y)}`));
  return out;
};

describe('sparse maps', () => {
  it('are copied for another owner, and only then', () => {
    const a = of(1, { x: 1, y: 2 });
    assert.equal(a.ownedBy(1), a);
    const b = a.ownedBy(2);
    b.set('x', 5);
    b.set('z', 6);
    b.delete('y');
    assert.deepEqual(
      [...a],
      [
        ['x', 1],
        ['y', 2],
      ],
    );
    assert.deepEqual(
      [...b],
      [
        ['x', 5],
        ['z', 6],
      ],
    );
    assert.equal(a.size, 2);
    assert.equal(b.size, 2);
    assert.equal(a.has('z'), false);
  });

  it('count a name once, however often it is set or deleted', () => {
    const a = of(1, { x: 1 });
    a.set('x', 2);
    a.delete('none');
    assert.equal(a.size, 1);
    a.delete('x');
    a.delete('x');
    assert.equal(a.size, 0);
    assert.deepEqual(a.keys(), []);
  });

  it('say where they differ, of one family and of two', () => {
    const a = of(1, { x: 1, y: 2 });
    const b = a.ownedBy(2);
    b.set('y', 3);
    b.set('z', 4);
    assert.deepEqual(pairs(a, b), ['y 2 3', 'z undefined 4']);
    assert.deepEqual(pairs(a, a.ownedBy(3)), []);
    const stranger = of(9, { y: 3, w: 1 });
    assert.deepEqual(pairs(a, stranger), ['x 1 undefined', 'y 2 3', 'w undefined 1']);
  });

  it('are equal when names and values are, whatever their family', () => {
    const same = (x: number, y: number): boolean => x === y;
    const a = of(1, { x: 1, y: 2 });
    const b = a.ownedBy(2);
    b.set('z', 1);
    assert.equal(Sparse.equal(a, b, same), false);
    b.delete('z');
    assert.equal(Sparse.equal(a, b, same), true);
    assert.equal(Sparse.equal(a, of(3, { y: 2, x: 1 }), same), true);
    assert.equal(Sparse.equal(a, of(3, { y: 2, x: 7 }), same), false);
  });
});
