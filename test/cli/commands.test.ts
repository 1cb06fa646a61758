import assert from 'node:assert';
import { noProject } from '../../server/src/cli/parts';
import type { FakeEngine } from './fake-engine';
import { fencepost, Folder, type Ran } from './harness';

const TEXT =
  'Use(void)\n{\n    x = Map(1);\n    y = x; // FIND rule-a error: `y` is read plainly.\n    z = x; // FIND rule-b warning: `z` has no check.\n}\n';

interface JsonReport {
  findings: {
    file: string;
    rule: string;
    hidden: boolean;
    severity: string;
    fingerprint: string;
    suppression?: { kind: string; reason: string };
  }[];
  notes: { file: string; kind: string; message: string; startLine?: number }[];
  files: string[];
  summary: { silenced: number; byBaseline: number; total: number };
}

describe('command line: commands', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = new Folder().write('src/a.c', TEXT);
  });
  afterEach(() => {
    folder.remove();
  });
  const run = (...args: string[]): Promise<Ran> => fencepost(args, { cwd: folder.path });
  const json = async (...args: string[]) => JSON.parse((await run('scan', '--format', 'json', ...args)).out) as JsonReport;

  describe('scan', () => {
    it('prints findings as file:line:col, with the path and the source line', async () => {
      const ran = await run('scan', 'src');
      assert.strictEqual(ran.code, 1);
      assert.strictEqual(
        ran.out,
        `a.c:4:5: error rule-a: \`y\` is read plainly.
        y = x; // FIND rule-a error: \`y\` is read plainly.
        ^
    origin  a.c:3:9: Mapped to user mode here.
    use     a.c:4:5: \`y\` is used here.
    fix (suggestion)  Read \`y\` once

a.c:5:5: warning rule-b: \`z\` has no check.
        z = x; // FIND rule-b warning: \`z\` has no check.
        ^
    origin  a.c:3:9: Mapped to user mode here.
    use     a.c:5:5: \`z\` is used here.
    fix (suggestion)  Read \`z\` once

1 error, 1 warning, 0 notes in 1 of 1 file.
0 silenced by files of this folder.
`,
      );
      assert.strictEqual(ran.err, '');
    });

    for (const format of ['text', 'json', 'sarif', 'markdown', 'html']) {
      it(`writes ${format} to a file, the same as to the terminal`, async () => {
        const direct = await run('scan', '--format', format);
        const ran = await run('scan', '--format', format, '--output', 'report.out');
        assert.strictEqual(ran.code, direct.code);
        assert.strictEqual(folder.read('report.out'), direct.out);
        assert.match(ran.out, /^1 error, 1 warning.*\nWritten to report\.out\.\n$/s);
      });
    }

    it('shows progress and colours on a terminal only', async () => {
      const ran = await fencepost(['scan'], { cwd: folder.path, terminal: true });
      const escape = String.fromCharCode(27);
      assert.ok(ran.err.includes('0/1 src/a.c'));
      assert.ok(ran.err.endsWith(`\r${escape}[K`));
      assert.ok(ran.out.includes(`${escape}[1;31merror${escape}[0m`));
      const toFile = await fencepost(['scan', '-o', 'r.txt'], { cwd: folder.path, terminal: true });
      assert.strictEqual(toFile.code, 1);
      assert.ok(!folder.read('r.txt').includes(escape));
    });

    it('runs only the rules that are named', async () => {
      assert.deepStrictEqual(
        (await json('--rules', 'rule-b')).findings.map((one) => one.rule),
        ['rule-b'],
      );
    });

    it('runs the audit rules in the audit profile', async () => {
      folder.write('src/a.c', 'y = x; // FIND rule-audit hint: look\n');
      assert.deepStrictEqual((await json()).findings, []);
      assert.deepStrictEqual(
        (await json('--profile', 'audit')).findings.map((one) => one.severity),
        ['hint'],
      );
      assert.strictEqual((await run('scan', '--profile', 'audit', '--fail-on', 'info')).code, 0);
    });

    it('hides what a comment silences, counts it, and does not fail for it', async () => {
      folder.write('src/a.c', TEXT.replace('    y =', '    // fencepost-ignore-next-line rule-a -- only printed\n    y ='));
      const ran = await run('scan');
      assert.strictEqual(ran.code, 0);
      assert.match(ran.out, /^1 silenced by files of this folder \(1 by comment, 0 by pragma\)\.$/m);
      assert.doesNotMatch(ran.out, /rule-a:/);
      const report = await json();
      assert.deepStrictEqual(
        report.findings.map((one) => [one.rule, one.hidden, one.suppression?.reason]),
        [
          ['rule-a', true, 'only printed'],
          ['rule-b', false, undefined],
        ],
      );
    });

    it('hides nothing of a folder that is not trusted', async () => {
      folder.write('src/a.c', TEXT.replace('    y =', '    // fencepost-ignore-next-line rule-a -- only printed\n    y ='));
      const ran = await run('scan', '--ignore-project-config');
      assert.strictEqual(ran.code, 1);
      assert.match(ran.out, /^1 silenced by files of this folder .*, and shown: the folder is not trusted\.$/m);
      assert.match(ran.out, /rule-a:/);
    });

    it('says when there was nothing to analyse', async () => {
      folder.write('empty/readme.txt', 'x');
      const ran = await run('scan', 'empty');
      assert.strictEqual(ran.code, 0);
      assert.match(ran.err, /no C sources were read below .*empty/);
    });

    it('writes statistics', async () => {
      const ran = await run('scan', '--stats', 'stats.json');
      assert.strictEqual(ran.code, 1);
      const stats = JSON.parse(folder.read('stats.json')) as Record<string, unknown>;
      assert.deepStrictEqual(
        [stats['files'], stats['lines'], stats['bytes'], stats['findings'], stats['rules']],
        [1, 6, Buffer.byteLength(TEXT), { error: 1, warning: 1, info: 0, hint: 0 }, { 'rule-a': 1, 'rule-b': 1 }],
      );
      const times = stats['milliseconds'] as Record<string, number>;
      assert.deepStrictEqual(Object.keys(times), ['read', 'start', 'analyse', 'report', 'total']);
      assert.ok((times['total'] ?? -1) >= (times['analyse'] ?? 0));
    });
  });

  describe('baseline', () => {
    it('comes back: written, accepted, and only what is new is reported', async () => {
      const written = await run('scan', '--write-baseline', '--baseline', 'accepted.json');
      assert.strictEqual(written.code, 0);
      assert.match(written.out, /2 accepted by the baseline/);
      const text = folder.read('accepted.json');
      folder.write('src/a.c', `int added;\n${TEXT.replace('    z =', '    n = x; // FIND rule-a error: new\n    z =')}`);
      const ran = await run('scan', '--baseline', 'accepted.json');
      assert.strictEqual(ran.code, 1);
      assert.match(ran.out, /^1 error, 0 warnings/m);
      assert.match(ran.out, /2 accepted by the baseline/);
      folder.write('src/a.c', TEXT);
      assert.strictEqual((await run('scan', '--baseline', 'accepted.json')).code, 0);
      await run('scan', '--write-baseline', '--baseline', 'accepted.json');
      assert.strictEqual(folder.read('accepted.json'), text);
    });

    it('is found in its usual place, and not asked where the folder is not trusted', async () => {
      await run('scan', '--write-baseline');
      assert.match(folder.read('.fencepost-baseline.json'), /rule-a/);
      assert.strictEqual((await run('scan')).code, 0);
      const untrusted = await run('scan', '--ignore-project-config');
      assert.strictEqual(untrusted.code, 1);
    });

    it('that was named hides nothing either where the folder is not trusted', async () => {
      await run('scan', '--write-baseline', '--baseline', 'b.json');
      const ran = await run('scan', '--baseline', 'b.json', '--ignore-project-config');
      assert.strictEqual(ran.code, 1);
      assert.match(ran.out, /2 accepted by the baseline, and shown: the folder is not trusted/);
    });

    it('that is wrong ends the scan when it was named, and is a note otherwise', async () => {
      folder.write('.fencepost-baseline.json', '{');
      const named = await run('scan', '--baseline', '.fencepost-baseline.json');
      assert.strictEqual(named.code, 2);
      assert.match(named.err, /is not usable: it is not JSON/);
      const report = await json();
      assert.deepStrictEqual(
        report.notes.map((note) => [note.file, note.kind]),
        [['.fencepost-baseline.json', 'config']],
      );
      assert.strictEqual(report.summary.total, 2);
    });
  });

  describe('changed files', () => {
    it('limits what is reported, not what is analysed', async () => {
      folder.write('src/b.c', TEXT).write('changed.txt', 'src/b.c\n');
      const report = await json('--changed-files', 'changed.txt');
      assert.deepStrictEqual([...new Set(report.findings.map((one) => one.file))], ['src/b.c']);
      assert.deepStrictEqual(report.files, ['src/a.c', 'src/b.c']);
    });
    it('come from standard input, too', async () => {
      const ran = await fencepost(['scan', '--changed-files', '-'], { cwd: folder.path, input: 'README.md\n' });
      assert.strictEqual(ran.code, 0);
      assert.match(ran.out, /^No findings in 1 file/);
    });
  });

  describe('fencepost.json', () => {
    const scan = (args: string[], readProject: Parameters<typeof fencepost>[1]['readProject']) =>
      fencepost(['scan', '--format', 'json', ...args], { cwd: folder.path, readProject });

    it('sets severities, profile and files', async () => {
      folder.write('fencepost.json', '{}').write('gen/g.c', TEXT);
      const ran = await scan([], () => ({
        config: { ...noProject, severities: { 'rule-a': 'info', 'rule-b': 'off' }, exclude: ['gen/'] },
        problems: [],
      }));
      const report = JSON.parse(ran.out) as JsonReport;
      assert.strictEqual(ran.code, 0);
      assert.deepStrictEqual(
        report.findings.map((one) => [one.file, one.rule, one.severity]),
        [['src/a.c', 'rule-a', 'info']],
      );
      assert.deepStrictEqual(
        report.notes.map((note) => note.message),
        ['Left out by fencepost.json: 1 files.'],
      );
    });

    it('with mistakes is reported with their lines, and the scan goes on', async () => {
      folder.write('fencepost.json', '{\n  "sharedTypes": 3\n}\n');
      const ran = await scan([], () => ({
        config: noProject,
        problems: [{ message: '`sharedTypes` must be a list.', start: 4, end: 17 }],
      }));
      const report = JSON.parse(ran.out) as JsonReport;
      assert.strictEqual(ran.code, 1);
      assert.deepStrictEqual(
        report.notes.map((note) => [note.file, note.kind, note.startLine]),
        [['fencepost.json', 'config', 2]],
      );
    });

    it('is not read from a folder that is not trusted', async () => {
      folder.write('fencepost.json', '{}');
      let asked = 0;
      const ran = await scan(['--ignore-project-config'], () => {
        asked++;
        return { config: noProject, problems: [] };
      });
      assert.deepStrictEqual([ran.code, asked], [1, 0]);
    });

    it('is found at the top of the repository, but not above it', async () => {
      const asked: string[] = [];
      const readProject = (text: string) => {
        asked.push(text);
        return { config: noProject, problems: [] };
      };
      folder.write('fencepost.json', 'top').write('in/.git/HEAD', '').write('in/src/a.c', TEXT);
      await scan(['in/src'], readProject);
      assert.deepStrictEqual(asked, []);
      folder.write('in/fencepost.json', 'in');
      await scan(['in/src'], readProject);
      assert.deepStrictEqual(asked, ['in']);
    });
  });

  describe('rules and explain', () => {
    it('lists every rule with its metadata', async () => {
      const rules = JSON.parse((await run('rules', '--format', 'json')).out) as Record<string, unknown>[];
      assert.deepStrictEqual(
        rules.map((rule) => rule['id']),
        ['rule-a', 'rule-audit', 'rule-b', 'suppression-unused', 'suppression-without-reason'],
      );
      for (const rule of rules)
        assert.deepStrictEqual(Object.keys(rule), [
          'id',
          'title',
          'threats',
          'severity',
          'precision',
          'cwe',
          'profile',
          'microsoft',
        ]);
      const table = (await run('rules')).out;
      assert.match(table, /^rule-a +error +Plain read of shared memory$/m);
      assert.match(table, /^rule-audit +hint +Worth a look \(audit\)$/m);
    });
    it('explains with the page, and without one', async () => {
      assert.match((await run('explain', 'rule-a')).out, /^# rule-a\n\nReads shared memory `twice`\.[\s\S]*CWE-367/);
      assert.match((await run('explain', 'rule-b')).out, /^# rule-b\n\nLength is not checked\.\n/);
      assert.match((await run('explain', 'suppression-without-reason')).out, /fencepost-ignore-next-line/);
    });
  });

  describe('inspect', () => {
    it('says what was understood of each file, and what was not', async () => {
      folder.write('src/b.c', 'Odd(void)\n{\n    @@@@@@\n}\n').write('src/nul.c', 'a\0b');
      const views = JSON.parse((await run('inspect', 'src', '--format', 'json')).out) as unknown;
      assert.deepStrictEqual(views, [
        { file: 'a.c', errors: [], guesses: [], functions: [{ name: 'Use', first: 1, last: 6 }], notes: [] },
        {
          file: 'b.c',
          errors: [{ first: 3, last: 3, message: 'This text was not understood.' }],
          guesses: [],
          functions: [{ name: 'Odd', first: 1, last: 4 }],
          notes: [],
        },
        { file: 'nul.c', errors: [], guesses: [], functions: [], notes: ['Not analysed: byte 1 is NUL, so this is no text.'] },
      ]);
      const text = (await run('inspect', 'src')).out;
      assert.match(text, /b\.c\n {2}not understood, line 3: This text was not understood\.\n {2}function Odd, lines 1-4/);
      assert.match(text, /1 region in 1 of 3 files not understood\.\n$/);
    });

    const answering = {
      extend: (engine: FakeEngine) =>
        Object.assign(engine, {
          originAt: (file: string, offset: number) =>
            offset === 4
              ? undefined
              : {
                  origins: [
                    {
                      origin: 'SharedPages' as const,
                      of: 'pointee' as const,
                      certain: true,
                      witness: { file, start: 18, end: 19, message: 'mapped' },
                    },
                  ],
                  unknown: false,
                },
          summaryOf: (name: string) =>
            name === 'Use' ? [{ name, place: { file: 'a.c', start: 0, end: 3 }, facts: ['Reads `x` plainly.'] }] : [],
          surface: () => [{ kind: 'ioctl', name: 'IOCTL_X', place: { file: 'a.c', start: 18, end: 19 }, facts: ['Buffered.'] }],
        }),
    };
    const ask = (...args: string[]) => fencepost(args, { cwd: folder.path, ...answering });

    it('says what an expression is, in the order asked', async () => {
      const ran = await ask(
        'inspect',
        'src',
        '--format',
        'json',
        '--origin',
        'a.c:3:5',
        '--origin',
        './a.c:1:5',
        '--origin',
        'z.c:1:1',
      );
      const answers = JSON.parse(ran.out) as Record<string, unknown>[];
      assert.deepStrictEqual(answers[0], {
        file: 'a.c',
        line: 3,
        column: 5,
        origins: [{ origin: 'SharedPages', of: 'pointee', certain: true, witness: { file: 'a.c', line: 3, message: 'mapped' } }],
        unknown: false,
      });
      assert.deepStrictEqual(
        answers.slice(1).map((one) => [one['file'], one['unknown'], one['problem']]),
        [
          ['a.c', true, 'there is no expression'],
          ['z.c', true, 'there is no such file'],
        ],
      );
      assert.match(
        (await ask('inspect', 'src', '--origin', 'a.c:3:5')).out,
        /^a\.c:3:5\n {2}pointee: SharedPages, because of a\.c:3 \(mapped\)\n$/,
      );
    });

    it('says what a function does', async () => {
      assert.strictEqual((await ask('inspect', 'src', '--summary', 'Use')).out, 'a.c:1: Use\n  Reads `x` plainly.\n');
      const unknown = await ask('inspect', 'src', '--summary', 'Other');
      assert.strictEqual(unknown.code, 2);
      assert.match(unknown.err, /no function `Other`/);
    });

    it('lists the surface', async () => {
      assert.strictEqual((await ask('surface', 'src')).out, 'ioctl\n  a.c:3: IOCTL_X\n      Buffered.\n');
      assert.match(
        (await ask('surface', 'src', '--format', 'markdown')).out,
        /^# Attack surface\n\n## ioctl\n\n- \*\*IOCTL_X\*\* \(`a\.c:3`\)\n {2}- Buffered\.\n$/,
      );
      assert.deepStrictEqual(JSON.parse((await ask('surface', 'src', '--format', 'json')).out), [
        { kind: 'ioctl', name: 'IOCTL_X', file: 'a.c', line: 3, facts: ['Buffered.'] },
      ]);
    });
  });
});
