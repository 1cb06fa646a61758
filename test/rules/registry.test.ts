/** What an unchecked length of a registry value is worth, by the type that was asked for. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { run, separateEngine } from '../analysis/analysed';

describe('the length of a registry value', () => {
  it('is a note where the tested type has one length, and an error otherwise', async () => {
    const text = readFileSync('server/src/rules/registry-length-unchecked/fixtures/fires.c', 'utf8');
    const engine = await separateEngine({ 'a.c': text });
    const found = run(engine).findings.filter((f) => f.rule === 'registry-length-unchecked');
    assert.deepEqual(
      found.map((f) => [f.functionName, f.severity]),
      [
        ['ReadMode', 'info'],
        ['ReadTable', 'error'],
      ],
    );
    engine.dispose();
  });
});
