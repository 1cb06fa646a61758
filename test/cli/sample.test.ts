/**
 * The bundled command line, as a process, on the sample driver: every line marked `Wrong (rule)` is found, and nothing else is an error or
 * warning. Rules of the sample that do not exist yet are left out, by asking the catalogue.
 */
import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const CLI = path.resolve('dist/cli.js');
const SAMPLE = path.resolve('samples/ringdrv');

function cli(...args: string[]) {
  return spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8', timeout: 60_000 });
}

interface Sarif {
  runs: {
    results: {
      ruleId: string;
      level: string;
      codeFlows?: object[];
      locations: { physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } } }[];
    }[];
  }[];
}

describe('the sample driver', () => {
  it('holds each kind of defect once, and all that exist are found where they are marked', () => {
    const known = new Set((JSON.parse(cli('rules', '--format', 'json').stdout) as { id: string }[]).map((rule) => rule.id));
    const expected: string[] = [];
    const marked = new Set<string>();
    for (const file of fs.readdirSync(SAMPLE).filter((name) => /\.[ch]$/.test(name))) {
      const lines = fs.readFileSync(path.join(SAMPLE, file), 'utf8').split('\n');
      for (const [index, line] of lines.entries()) {
        for (const rule of /\* Wrong \(([\w, -]+)\):/.exec(line)?.[1]?.split(', ') ?? []) {
          marked.add(rule);
          // The marked line is the next one.
          if (known.has(rule)) expected.push(`${file}:${index + 2} ${rule}`);
        }
      }
    }
    assert.ok(marked.size >= 8, `${marked.size} kinds are marked`);
    assert.ok(expected.length >= 4);
    const ran = cli('scan', SAMPLE, '--format', 'sarif');
    assert.strictEqual(ran.status, 1, ran.stderr);
    const { results } = (JSON.parse(ran.stdout) as Sarif).runs[0] ?? { results: [] };
    const found = results
      .filter((result) => result.level !== 'note')
      .map((result) => {
        const at = result.locations[0]?.physicalLocation;
        return `${at?.artifactLocation.uri ?? ''}:${at?.region.startLine ?? 0} ${result.ruleId}`;
      });
    assert.deepStrictEqual(found.sort(), expected.sort());
    for (const result of results.filter((one) => one.ruleId.startsWith('shared-')))
      assert.ok(result.codeFlows, `${result.ruleId} has no path`);
  });

  it('is understood completely', () => {
    const views = JSON.parse(cli('inspect', SAMPLE, '--format', 'json').stdout) as {
      file: string;
      errors: object[];
      functions: object[];
    }[];
    assert.deepStrictEqual(
      views.map((view) => view.file),
      ['control.c', 'driver.c', 'ring.c', 'ringdrv.h', 'ringdrv_public.h', 'session.c'],
    );
    for (const view of views) assert.deepStrictEqual(view.errors, [], view.file);
    assert.ok(views.reduce((sum, view) => sum + view.functions.length, 0) > 30);
  });

  it('gives the same report twice, in a pipe without colours or progress', () => {
    const [first, second] = [cli('scan', SAMPLE), cli('scan', SAMPLE)];
    assert.strictEqual(first.stdout, second.stdout);
    assert.strictEqual(first.stderr, '');
    assert.ok(!first.stdout.includes(String.fromCharCode(27)));
  });
});

describe('the bundled command line', () => {
  it('says its version and refuses nonsense with one line and 2', () => {
    const { version } = JSON.parse(fs.readFileSync('package.json', 'utf8')) as { version: string };
    assert.strictEqual(cli('--version').stdout, `${version}\n`);
    const wrong = cli('scan', '--format', 'xml');
    assert.strictEqual(wrong.status, 2);
    assert.match(wrong.stderr, /^fencepost: [^\n]+\n$/);
  });
  it('explains rules by their pages', () => {
    const rules = (JSON.parse(cli('rules', '--format', 'json').stdout) as { id: string }[]).map((rule) => rule.id);
    assert.ok(rules.length >= 5);
    for (const rule of ['registry-direct-without-typecheck', 'suppression-unused']) {
      assert.ok(rules.includes(rule), rule);
      const ran = cli('explain', rule);
      assert.strictEqual(ran.status, 0, rule);
      assert.ok(ran.stdout.startsWith(`# ${rule}`), `${rule}: ${ran.stdout.slice(0, 60)}`);
    }
  });
  it('reports a mistake in fencepost.json with its line and goes on', () => {
    const folder = fs.mkdtempSync(path.join(path.resolve('out'), 'config-'));
    try {
      fs.writeFileSync(path.join(folder, 'a.c'), 'int x;\n');
      fs.writeFileSync(path.join(folder, 'fencepost.json'), '{\n  "sharedTypes": ["A"],\n  "profile": "loud"\n}\n');
      const ran = cli('scan', folder);
      assert.strictEqual(ran.status, 0, ran.stderr);
      assert.match(ran.stdout, /^fencepost\.json:3:\d+: note: /m);
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});
