/** The attack surface of several drivers as one list. */
import assert from 'node:assert/strict';
import { mergeEntries, type Entry } from '../../server/src/analysis/surface/surface';

function code(file: string, number: string, handlers: readonly string[] = []): Entry {
  return {
    kind: 'ioctl',
    name: 'IOCTL_LAMP_SWITCH',
    place: { file, start: 10, end: 20 },
    facts: [`Control code ${number}`],
    handlers,
  };
}

describe('the surfaces of several drivers', () => {
  it('tell a code where it is handled, and not again where it is defined', () => {
    const merged = mergeEntries([[code('lamp.h', '0x1'), code('lamp.c', '0x1', ['lamp.c:Switch'])]]);
    assert.deepEqual(
      merged.map((e) => e.place.file),
      ['lamp.c'],
    );
  });

  it('keep a code of the same name and another number', () => {
    const merged = mergeEntries([[code('other.h', '0x2')], [code('lamp.c', '0x1', ['lamp.c:Switch'])]]);
    assert.deepEqual(merged.map((e) => e.place.file).sort(), ['lamp.c', 'other.h']);
  });
});
