/** The pages that are generated from the rules, and the example in the README. `UPDATE=1` writes the pages. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { RULES } from '../../server/src/rules/index';
import { parseProject } from '../../server/src/model/project';

const metas = RULES.map((r) => r.meta).sort((a, b) => (a.id < b.id ? -1 : 1));

function rulesPage(): string {
  const rows = metas.map(
    (m) =>
      `| [\`${m.id}\`](../server/src/rules/${m.id}/page.md) | ${m.title} | ${m.severity} | ${m.profile} | ${m.cwe.join(', ')} |`,
  );
  return [
    '# Rules',
    '',
    'Generated from the rules.',
    '',
    '| rule | finds | severity | profile | CWE |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function coveragePage(): string {
  const threats = [...new Set(metas.flatMap((m) => m.threats))].sort();
  const rows = threats.map(
    (t) =>
      `| ${t} | ${metas
        .filter((m) => m.threats.includes(t))
        .map((m) => `\`${m.id}\`${m.profile === 'audit' ? ' (audit)' : ''}`)
        .join(', ')} |`,
  );
  return [
    '# Coverage of the threat model',
    '',
    'Generated from the rules. `(audit)`: only in the profile `audit`.',
    '',
    '| part of the threat model | rules |',
    '| --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

describe('generated pages', () => {
  for (const [file, page] of [
    ['docs/rules.md', rulesPage()],
    ['docs/coverage.md', coveragePage()],
  ] as const) {
    it(`${file} is what the rules say`, () => {
      if (process.env['UPDATE']) writeFileSync(file, page);
      assert.equal(readFileSync(file, 'utf8'), page);
    });
  }

  it('the README’s fencepost.json is a right one', () => {
    const block = /```json\n([^]*?)```/.exec(readFileSync('README.md', 'utf8'))?.[1];
    assert.ok(block);
    assert.deepEqual(parseProject(block, new Set(metas.map((m) => m.id))).problems, []);
  });
});
