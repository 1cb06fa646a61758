import assert from 'node:assert';
import { fencepost, Folder } from './harness';

const ERROR = 'Use(void)\n{\n    x = Map(1);\n    y = x; // FIND rule-a error: `y` is read plainly.\n}\n';
const WARNING = 'Use(void)\n{\n    y = x; // FIND rule-b warning: `y` has no check.\n}\n';
const INFO = 'Use(void)\n{\n    y = x; // FIND rule-b info: look at `y`.\n}\n';

describe('command line: exit codes and usage', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = new Folder();
  });
  afterEach(() => {
    folder.remove();
  });
  const scan = (...args: string[]) => fencepost(['scan', ...args], { cwd: folder.path });

  it('is 0 for a clean folder and says so', async () => {
    folder.write('a.c', 'int x;\n');
    const ran = await scan();
    assert.strictEqual(ran.code, 0);
    assert.match(ran.out, /^No findings in 1 file\.\n0 silenced by files of this folder\.\n$/);
    assert.strictEqual(ran.err, '');
    assert.strictEqual(ran.engines[0]?.disposed, 1);
  });

  it('is 1 at or above --fail-on, error by default', async () => {
    folder.write('a.c', WARNING);
    assert.strictEqual((await scan()).code, 0);
    assert.strictEqual((await scan('--fail-on', 'warning')).code, 1);
    assert.strictEqual((await scan('--fail-on', 'info')).code, 1);
    folder.write('a.c', INFO);
    assert.strictEqual((await scan('--fail-on', 'warning')).code, 0);
    assert.strictEqual((await scan('--fail-on', 'info')).code, 1);
    folder.write('a.c', ERROR);
    assert.strictEqual((await scan()).code, 1);
    assert.strictEqual((await scan('--fail-on=never')).code, 0);
  });

  const wrong: [string, string[], RegExp][] = [
    ['an unknown command', ['scna'], /there is no command `scna`/],
    ['an unknown option', ['scan', '--colour'], /unknown option '--colour'.*`fencepost scan --help`/i],
    ['an unknown option before the command', ['--colour'], /there is no option `--colour`/],
    ['an option without its value', ['scan', '--format'], /--format/],
    ['an unknown format', ['scan', '--format', 'xml'], /--format takes text, json, sarif, markdown or html, not `xml`/],
    ['an unknown severity', ['scan', '--fail-on', 'fatal'], /--fail-on takes error, warning, info or never/],
    ['an unknown profile', ['scan', '--profile', 'all'], /--profile takes default or audit/],
    ['an unknown rule', ['scan', '--rules', 'rule-a,rule-z'], /no rule `rule-z`; `fencepost rules`/],
    ['an empty list of rules', ['scan', '--rules', ','], /--rules names no rule/],
    ['no number of jobs', ['scan', '--jobs', 'many'], /--jobs takes a number/],
    ['zero jobs', ['scan', '--jobs', '0'], /--jobs takes a number/],
    ['a path that is not there', ['scan', 'nowhere'], /there is no file or folder `nowhere`/],
    ['a baseline that is not there', ['scan', '--baseline', 'none.json'], /baseline `none.json` cannot be read \(ENOENT\)/],
    [
      '--write-baseline for a part',
      ['scan', '--write-baseline', '--baseline', 'b', '--changed-files', 'c'],
      /leave --changed-files out/,
    ],
    ['a list of changed files that is not there', ['scan', '--changed-files', 'none.txt'], /`none.txt` cannot be read/],
    ['an output that cannot be written', ['scan', '--output', 'no/such/folder.txt'], /cannot be written \(ENOENT\).*--output/],
    ['statistics that cannot be written', ['scan', '--stats', 'no/such/folder.txt'], /cannot be written \(ENOENT\).*--stats/],
    ['explain without a rule', ['explain'], /takes one rule/],
    ['explain of an unknown rule', ['explain', 'rule-z'], /no rule `rule-z`/],
    ['inspect without a path', ['inspect'], /needs a folder or a file/],
    ['a place that is none', ['inspect', '.', '--origin', 'a.c:12'], /--origin takes FILE:LINE:COL/],
    ['a place that counts from 0', ['inspect', '.', '--origin', 'a.c:0:1'], /numbers from 1/],
    ['an origin that this engine cannot say', ['inspect', '.', '--origin', 'a.c:1:1'], /cannot answer --origin/],
    ['a surface that this engine cannot say', ['surface', '.'], /cannot list the attack surface/],
    ['lsp without --stdio', ['lsp'], /fencepost lsp --stdio/],
  ];
  for (const [name, args, message] of wrong) {
    it(`is 2, with one line that says what to do, for ${name}`, async () => {
      folder.write('a.c', 'int x;\n');
      const ran = await fencepost(args, { cwd: folder.path });
      assert.strictEqual(ran.code, 2);
      assert.match(ran.err, message);
      assert.match(ran.err, /^fencepost: [^\n]+\n$/);
    });
  }

  it('is 2 for an engine that cannot be made', async () => {
    const ran = await fencepost(['rules'], {
      cwd: folder.path,
      extend: () => {
        throw new Error('no\nwasm');
      },
    });
    assert.strictEqual(ran.code, 2);
    assert.match(ran.err, /^fencepost: internal error: no wasm; [^\n]+\n$/);
  });

  it('goes on without a file that makes the engine fail', async () => {
    folder.write('a.c', 'CRASH\n').write('b.c', WARNING);
    const ran = await scan('--format', 'json');
    assert.strictEqual(ran.code, 0);
    const report = JSON.parse(ran.out) as {
      findings: { file: string }[];
      notes: { file: string; kind: string; message: string }[];
    };
    assert.deepStrictEqual(
      report.findings.map((one) => one.file),
      ['b.c'],
    );
    assert.deepStrictEqual(
      report.notes.map((one) => [one.file, one.kind]),
      [['a.c', 'skipped']],
    );
    assert.match(report.notes[0]?.message ?? '', /the engine stumbled/);
    assert.deepStrictEqual(
      ran.engines.map((one) => one.disposed),
      [1, 1],
    );
  });

  it('says its version and its help', async () => {
    assert.deepStrictEqual((await fencepost(['--version'], { cwd: folder.path })).out, '1.2.3\n');
    for (const args of [[], ['--help'], ['-h'], ['help']]) {
      const ran = await fencepost(args, { cwd: folder.path });
      assert.strictEqual(ran.code, 0);
      assert.match(ran.out, /Usage: fencepost COMMAND/);
    }
    for (const args of [
      ['scan', '--help'],
      ['help', 'scan'],
    ]) {
      const ran = await fencepost(args, { cwd: folder.path });
      assert.strictEqual(ran.code, 0);
      assert.match(ran.out, /--fail-on SEVERITY/);
    }
  });

  it('accepts --jobs and --no-cache, and leaves the result alone', async () => {
    folder.write('a.c', ERROR);
    const plain = await scan('--format', 'json');
    const other = await scan('--format', 'json', '--jobs', '2', '--no-cache');
    assert.strictEqual(other.code, 1);
    assert.strictEqual(other.out, plain.out);
  });

  it('starts the language server', async () => {
    const ran = await fencepost(['lsp', '--stdio'], { cwd: folder.path });
    assert.strictEqual(ran.code, undefined);
    assert.strictEqual(ran.out, 'language server');
  });
});
