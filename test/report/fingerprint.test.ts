import assert from 'node:assert';
import type { Finding } from '../../server/src/rules/finding';
import { emptyProject } from '../../server/src/model';
import { readBaseline, writeBaseline } from '../../server/src/report/baseline';
import { accept, Finisher } from '../../server/src/report/finish';
import type { ReportedFinding } from '../../server/src/report/workspace';

/** Every `Bad` is a finding in the function whose name stands alone before it. */
function reported(
  files: Readonly<Record<string, string>>,
  baseline: ReadonlySet<string> = new Set(),
  finisher = new Finisher(),
): ReportedFinding[] {
  const findings = Object.entries(files).flatMap(([file, text]) =>
    [...text.matchAll(/\bBad\b/g)].map((match): Finding => ({
      rule: 'rule-a',
      severity: 'error',
      message: 'bad',
      file,
      start: match.index,
      end: match.index + 3,
      functionName: [...text.slice(0, match.index).matchAll(/^(\w+)\(\)/gm)].at(-1)?.[1],
      path: [],
      fixes: [],
      confidence: 'certain',
    })),
  );
  return finisher.finish({
    findings,
    files: Object.keys(files),
    text: (file) => files[file],
    metas: [{ id: 'rule-a', title: 'A', threats: [], severity: 'error', precision: 'high', cwe: [], profile: 'default' }],
    settings: { profile: 'default', severities: {}, trusted: true, project: emptyProject, baseline },
  });
}

const prints = (text: string, file = 'src/a.c') => reported({ [file]: text }).map((one) => one.fingerprint);

const BASE = 'F()\n{\n    x = Bad->y + 1; // why\n    z = Bad->y;\n}\nG()\n{\n    x = Bad->y + 1;\n}\n';

describe('fingerprints', () => {
  it('tell findings of one file apart', () => {
    assert.strictEqual(new Set(prints(BASE)).size, 3);
  });

  const same: [string, string, string?][] = [
    ['lines added above', `int before;\n\n${BASE}`],
    ['another end of lines', BASE.replaceAll('\n', '\r\n')],
    ['another indentation', BASE.replaceAll('    ', '\t')],
    ['a statement broken in two lines', BASE.replaceAll('->y + 1', '->y\n        + 1')],
    ['other comments', BASE.replace('// why', '/* because; of { this } */')],
    ['an edit in another statement', BASE.replace('z = Bad->y;', 'z = Bad->y;\n    w = 2;')],
    ['a directive in between', BASE.replace('    z =', '#if 1\n    z =')],
    ['another folder', BASE, 'lib/deep/a.c'],
  ];
  for (const [name, text, file] of same) {
    it(`survive ${name}`, () => {
      assert.deepStrictEqual(prints(text, file), prints(BASE));
    });
  }

  it('change with the statement, the function and the file name', () => {
    const [first] = prints(BASE);
    assert.notStrictEqual(prints(BASE.replace('+ 1', '+ 2'))[0], first);
    assert.notStrictEqual(prints(BASE.replace('F()', 'H()'))[0], first);
    assert.notStrictEqual(prints(BASE, 'src/b.c')[0], first);
  });

  it('tell equal findings apart by their order, over all files', () => {
    const twice = 'F()\n{\n    Bad;\n    Bad;\n}\n';
    const all = reported({ 'x/a.c': twice, 'y/a.c': twice }).map((one) => one.fingerprint);
    assert.strictEqual(new Set(all).size, 4);
  });

  it('do not depend on what was read before', () => {
    const finisher = new Finisher();
    reported({ 'src/a.c': 'G()\n{\n    y = Bad;\n}\n' }, new Set(), finisher);
    assert.deepStrictEqual(reported({ 'src/a.c': BASE }, new Set(), finisher), reported({ 'src/a.c': BASE }));
  });

  it('are had for ranges outside the text, too', () => {
    const odd: Finding = {
      rule: 'r',
      severity: 'error',
      message: '',
      file: 'a.c',
      start: 50,
      end: 3,
      path: [],
      fixes: [],
      confidence: 'certain',
    };
    const [one] = new Finisher().finish({
      findings: [odd],
      files: [],
      text: () => undefined,
      metas: [],
      settings: { profile: 'default', severities: {}, trusted: true, project: emptyProject, baseline: new Set() },
    });
    assert.match(one?.fingerprint ?? '', /^[0-9a-f]{16}$/);
  });
});

describe('baseline', () => {
  it('comes back: what was written is accepted, what is new is not', () => {
    const before = reported({ 'a.c': BASE });
    const read = readBaseline(writeBaseline(before));
    assert.ok(read.entries);
    assert.strictEqual(read.entries.length, 3);
    const accepted = new Set(read.entries.map((entry) => entry.fingerprint));
    const after = reported({ 'a.c': BASE.replace('z = Bad->y;', 'z = Bad->y;\n    n = Bad;') }, accepted);
    assert.deepStrictEqual(
      after.map((one) => one.suppression?.kind),
      ['baseline', 'baseline', undefined, 'baseline'],
    );
    assert.deepStrictEqual(
      accept(before, accepted).map((one) => one.suppression?.kind),
      ['baseline', 'baseline', 'baseline'],
    );
  });

  it('is sorted, one finding a line, with rule and place, and the same for the same findings', () => {
    const findings = reported({ 'b.c': BASE, 'a.c': BASE });
    const text = writeBaseline(findings);
    const lines = text.split('\n').filter((line) => line.includes('fingerprint'));
    assert.strictEqual(lines.length, 6);
    assert.strictEqual(writeBaseline([...findings].reverse()), text);
    const entries = readBaseline(text).entries;
    assert.deepStrictEqual(
      entries?.map((entry) => `${entry.file} ${entry.function ?? ''}`),
      ['a.c F', 'a.c F', 'a.c G', 'b.c F', 'b.c F', 'b.c G'],
    );
    assert.strictEqual(readBaseline(writeBaseline([])).entries?.length, 0);
  });

  it('does not hold what a comment silences', () => {
    const findings = reported({ 'a.c': 'F()\n{\n    Bad; // fencepost-ignore-line rule-a -- fine\n}\n' });
    assert.strictEqual(findings[0]?.suppression?.kind, 'comment');
    assert.strictEqual(readBaseline(writeBaseline(findings)).entries?.length, 0);
  });

  it('is refused when it is wrong, with a reason', () => {
    const wrong: [string, RegExp][] = [
      ['', /not JSON/],
      ['[]', /no baseline of version 1/],
      ['{"version": 2, "findings": []}', /no baseline of version 1/],
      ['{"version": 1}', /no list/],
      ['{"version": 1, "findings": [{"fingerprint": 1, "rule": "r", "file": "f"}]}', /entry 1/],
      ['{"version": 1, "findings": [null]}', /entry 1/],
    ];
    for (const [text, problem] of wrong) assert.match(readBaseline(text).problem ?? '', problem, text);
    assert.deepStrictEqual(readBaseline('\ufeff{"version": 1, "findings": []}').entries, []);
  });
});

describe('severities', () => {
  const one = (changes: { profile?: 'default' | 'audit'; severities?: Record<string, 'error' | 'hint' | 'off'> }) => {
    const finding: Finding = {
      rule: 'r',
      severity: 'hint',
      message: 'm',
      file: 'a.c',
      start: 0,
      end: 1,
      path: [],
      fixes: [],
      confidence: 'certain',
    };
    return new Finisher()
      .finish({
        findings: [finding],
        files: ['a.c'],
        text: () => 'x',
        metas: [],
        settings: { profile: 'default', severities: {}, trusted: true, project: emptyProject, baseline: new Set(), ...changes },
      })
      .map((found) => found.severity);
  };
  it('shows hints in the audit profile only, or when they were asked for', () => {
    assert.deepStrictEqual(one({}), []);
    assert.deepStrictEqual(one({ profile: 'audit' }), ['hint']);
    assert.deepStrictEqual(one({ severities: { r: 'hint' } }), ['hint']);
  });
  it('takes the configured severity, or none', () => {
    assert.deepStrictEqual(one({ severities: { r: 'error' } }), ['error']);
    assert.deepStrictEqual(one({ profile: 'audit', severities: { r: 'off' } }), []);
  });
});
