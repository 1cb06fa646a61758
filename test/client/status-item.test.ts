import assert from 'node:assert/strict';
// First: what comes next is loaded with it.
import { shown } from './vscode-stub';
import { StatusItem } from '../../client/src/status-item';
import type { Status } from '../../server/src/lsp/protocol';

const status = (state: Status['state'], message = ''): Status => ({
  state,
  message,
  files: 3,
  findings: 2,
  silenced: 0,
  notAnalysed: 1,
  lastRunMs: 40,
});

describe('the status item', () => {
  it('says what is done, what was found, and what was left out', () => {
    const item = new StatusItem();
    const [own] = shown.slice(-1);
    item.show(status('analysing', 'Analysing ring.c (1 of 3).'));
    assert.deepEqual([own?.busy, own?.text], [true, 'Fencepost: Analysing ring.c (1 of 3).']);
    item.show(status('ready'));
    assert.deepEqual([own?.busy, own?.text], [false, 'Fencepost: 2 findings']);
    assert.equal(own?.detail, '3 files in 40 ms, 1 places not understood or left out');
    item.dispose();
  });

  it('says of C++ that it is not analysed, once the folder holds a driver', () => {
    const item = new StatusItem();
    const before = shown.length;
    item.show(status('idle', 'No Windows driver code here.'));
    assert.equal(shown.length, before, 'other C++ stays unmarked');
    item.show(status('ready'));
    item.show(status('ready'));
    const added = shown.slice(before);
    assert.deepEqual(
      added.map(({ text, filters }) => [text, filters[0]?.pattern]),
      [['Fencepost: not analysed', '**/*.{cpp,cc,cxx,hpp}']],
    );
    item.dispose();
  });
});
