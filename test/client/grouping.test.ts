import assert from 'node:assert/strict';
import { countsOf, groupsOf } from '../../client/src/views/grouping';
import type { FindingRow } from '../../server/src/lsp/protocol';

const range = (line: number) => ({ start: { line, character: 0 }, end: { line, character: 1 } });
function row(changes: Partial<FindingRow>): FindingRow {
  const base = {
    uri: 'file:///d/a.c',
    range: range(1),
    rule: 'rule-a',
    message: 'Read.',
    severity: 'warning',
    threats: [],
    path: [],
  };
  return { ...(base as FindingRow), ...changes };
}
const ROWS: readonly FindingRow[] = [
  row({ threats: ['IOCTLs', 'Local DoS'], functionName: 'Peek' }),
  row({ threats: ['IOCTLs'], severity: 'error', rule: 'rule-b', uri: 'file:///d/b.c' }),
  row({ severity: 'info', range: range(7), silenced: { kind: 'baseline', reason: 'accepted' } }),
];
const nameOf = (uri: string): string => uri.replace('file:///d/', '');
const everything = { text: '', silenced: true };

describe('the Findings view', () => {
  it('groups by the chapter of the threat model, each finding once, the worst first', () => {
    assert.deepEqual(
      groupsOf(ROWS, 'threat', everything, nameOf).map(({ name, rows }) => [name, rows.map(({ severity }) => severity)]),
      [
        ['IOCTLs', ['error', 'warning']],
        ['Other', ['info']],
      ],
    );
  });

  it('groups by file and by rule', () => {
    assert.deepEqual(
      groupsOf(ROWS, 'file', everything, nameOf).map(({ name, rows }) => [name, rows.length]),
      [
        ['b.c', 1],
        ['a.c', 2],
      ],
    );
    assert.deepEqual(
      groupsOf(ROWS, 'rule', everything, nameOf).map(({ name }) => name),
      ['rule-b', 'rule-a'],
    );
  });

  it('filters by words and hides what is silenced only when it is asked to', () => {
    assert.equal(groupsOf(ROWS, 'rule', { text: 'peek', silenced: true }, nameOf)[0]?.rows.length, 1);
    assert.equal(groupsOf(ROWS, 'rule', { text: 'b.c', silenced: true }, nameOf)[0]?.rows.length, 1);
    assert.equal(
      groupsOf(ROWS, 'file', { text: '', silenced: false }, nameOf).find(({ name }) => name === 'a.c')?.rows.length,
      1,
    );
  });

  it('counts silenced findings apart', () => {
    assert.equal(countsOf(ROWS), '1 error, 1 warning, 1 silenced');
  });
});
