import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { configurationProperties, configurationTexts } from '../../server/src/lsp/settings-table';
import { folderWith, overStdio, PULL } from '../lsp/harness';

interface Manifest {
  main: string;
  browser: string;
  icon: string;
  contributes: {
    commands: { command: string; title: string; category: string }[];
    configuration: { properties: unknown };
    jsonValidation: { url: string }[];
    problemMatchers: { pattern: { regexp: string } }[];
  };
}

const read = (file: string): string => readFileSync(file, 'utf8');
const manifest = (): Manifest => JSON.parse(read('package.json')) as Manifest;
const texts = (): Record<string, string> => JSON.parse(read('package.nls.json')) as Record<string, string>;

/** What a package may hold; anything else is a mistake. */
const ALLOWED = [
  /^package(\.nls)?\.json$/,
  /^(README|CHANGELOG)\.md$/,
  /^LICENSE$/,
  /^dist\/(client|server)\.js$/,
  /^dist\/(web-tree-sitter|tree-sitter-c)\.wasm$/,
  /^media\/(icon\.png|fencepost\.svg|walkthrough\/\w+\.md)$/,
  /^schemas\/fencepost\.schema\.json$/,
  /^samples\/ringdrv\/[\w.]+$/,
];
const LARGEST = 1_000_000;

describe('the packaged extension', () => {
  let staged: string;
  let files: string[];

  before(() => {
    execFileSync(process.execPath, ['build.mjs', '--quiet', '--production'], { stdio: 'inherit' });
    const vsce = path.resolve('node_modules/@vscode/vsce/vsce');
    files = execFileSync(process.execPath, [vsce, 'ls', '--no-dependencies'], { encoding: 'utf8' }).trim().split('\n').sort();
    staged = mkdtempSync(path.join(tmpdir(), 'fencepost package '));
    for (const file of files) {
      mkdirSync(path.dirname(path.join(staged, file)), { recursive: true });
      cpSync(file, path.join(staged, file));
    }
  });
  after(() => {
    rmSync(staged, { recursive: true, force: true });
    execFileSync(process.execPath, ['build.mjs', '--quiet'], { stdio: 'inherit' });
  });

  it('holds what the allow-list names, and all that the manifest refers to', () => {
    assert.deepEqual(
      files.filter((file) => !ALLOWED.some((pattern) => pattern.test(file))),
      [],
    );
    const { main, browser, icon, contributes } = manifest();
    for (const file of [main, browser, icon, ...contributes.jsonValidation.map(({ url }) => url)]) {
      assert.ok(files.includes(path.posix.normalize(file)), file);
    }
    for (const name of ['web-tree-sitter', 'tree-sitter-c']) assert.ok(files.includes(`dist/${name}.wasm`));
  });

  it('is small', () => {
    const size = files.reduce((sum, file) => sum + deflateRawSync(readFileSync(file), { level: 9 }).length, 0);
    assert.ok(size < LARGEST, `${size} bytes`);
  });

  it('names no folder of the machine that built it', () => {
    for (const file of files.filter((name) => name.endsWith('.js'))) {
      assert.ok(!read(file).includes(process.cwd()), file);
    }
  });

  it('serves from the folder where it was unpacked', async () => {
    const client = overStdio(folderWith({}), [path.join(staged, 'dist/server.js'), '--stdio']);
    try {
      const { serverInfo } = await client.initialize(PULL);
      assert.equal(serverInfo?.name, 'Fencepost');
      const uri = await client.open('a.c', '#include <ntddk.h>\nint Sum(int a) { return a + 1; }\n');
      assert.equal((await client.pull(uri)).kind, 'full');
    } finally {
      await client.dispose();
    }
  });

  it('runs the command line for its task', () => {
    const output = execFileSync(process.execPath, [path.join(staged, 'dist/server.js'), 'rules'], {
      encoding: 'utf8',
      cwd: staged,
    });
    assert.match(output, /shared-nonvolatile-read/);
  });

  it('loads its client, which registers every command of the manifest', async () => {
    const stub = path.join(staged, 'node_modules/vscode/index.js');
    mkdirSync(path.dirname(stub), { recursive: true });
    writeFileSync(stub, VSCODE_STUB);
    const load = createRequire(path.join(staged, 'dist/client.js'));
    const client = load('./client.js') as { activate(context: object): Promise<{ stop(): Promise<void> }> };
    const { registered } = load('vscode') as { registered: string[] };
    const subscriptions: unknown[] = [];
    const extensionUri = { path: staged };
    await client.activate({ subscriptions, extensionUri, asAbsolutePath: (file: string) => path.join(staged, 'missing', file) });
    const declared = manifest().contributes.commands.map(({ command }) => command);
    assert.deepEqual([...registered].sort(), [...declared].sort());
    rmSync(path.join(staged, 'node_modules'), { recursive: true });
  });
});

/** As much of the editor's interface as activation touches: anything is a function that answers more of the same. */
const VSCODE_STUB = `
const registered = [];
const more = () => new Proxy(function () {}, {
  get: (_, key) => key === Symbol.toPrimitive ? () => '' : key === 'then' ? undefined : key === Symbol.iterator ? function* () {} : more(),
  set: () => true, apply: () => more(), construct: () => more(), has: () => true,
});
const known = {
  registered,
  commands: { registerCommand: (name) => { registered.push(name); return { dispose() {} }; }, executeCommand: async () => undefined },
  version: '1.91.0',
};
module.exports = new Proxy(known, { get: (target, key) => key in target ? target[key] : more() });
`;

describe('the manifest', () => {
  it('has the settings of the table, in package.json and package.nls.json', () => {
    if (process.env['UPDATE'] === '1') {
      const data = manifest();
      data.contributes.configuration.properties = configurationProperties();
      writeFileSync('package.json', `${JSON.stringify(data, null, 2)}\n`);
      const others = Object.entries(texts()).filter(([key]) => !key.startsWith('settings.'));
      writeFileSync(
        'package.nls.json',
        `${JSON.stringify({ ...Object.fromEntries(others), ...configurationTexts() }, null, 2)}\n`,
      );
    }
    assert.deepEqual(manifest().contributes.configuration.properties, configurationProperties());
    for (const [key, text] of Object.entries(configurationTexts())) assert.equal(texts()[key], text);
  });

  it('has a text for every key, and a key for every text', () => {
    const used = new Set([...read('package.json').matchAll(/"%([\w.]+)%"/g)].map((match) => match[1] ?? ''));
    assert.deepEqual([...used].sort(), Object.keys(texts()).sort());
  });

  it('puts a category on every command', () => {
    for (const { command, category } of manifest().contributes.commands) assert.equal(category, 'Fencepost', command);
  });

  it('has a problem matcher that reads what the command line prints', () => {
    assert.ok(existsSync('dist/cli.js') && statSync('samples/ringdrv').isDirectory());
    const [matcher] = manifest().contributes.problemMatchers;
    let output = '';
    try {
      output = execFileSync(process.execPath, ['dist/cli.js', 'scan', 'samples/ringdrv'], { encoding: 'utf8' });
    } catch (error) {
      // Findings make it exit with 1.
      output = String((error as { stdout?: unknown }).stdout);
    }
    const pattern = new RegExp(matcher?.pattern.regexp ?? '');
    const matches = output.split('\n').flatMap((line) => pattern.exec(line) ?? []);
    assert.ok(matches.length > 0, output);
  });
});
