/**
 * What must stay true over hours: no tree and no memory is left behind by edits, nothing runs while nobody asks, and all faces say the
 * same.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Diagnostic } from 'vscode-languageserver-protocol/node';
import { createWorkspace } from '../../server/src/report/engine';
import type { FindingsResult, ScanResult } from '../../server/src/lsp/protocol';
import { emptyProject } from '../../server/src/model';
import { createSyntax } from '../../server/src/syntax';
import type { Syntax } from '../../server/src/syntax/facts';
import { inProcess, overStdio, PULL, PUSH, until, type TestClient } from './harness';

const SAMPLE = 'samples/ringdrv';
const FILES = ['control.c', 'driver.c', 'ring.c', 'session.c', 'ringdrv.h', 'ringdrv_public.h'];
const sample = (file: string): string => readFileSync(path.join(SAMPLE, file), 'utf8');

function sampleCopy(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'fencepost endurance '));
  cpSync(SAMPLE, folder, { recursive: true });
  return folder;
}

describe('five hundred edits', () => {
  let client: TestClient;
  afterEach(() => client.dispose());

  it('leave the number of live trees and the memory where they were', async function () {
    this.timeout(240_000);
    const wasm = (name: string): Promise<Uint8Array> => Promise.resolve(readFileSync(path.join('dist', name)));
    let syntax: Syntax | undefined;
    // One file and its headers: it is the number of edits that counts.
    const files = ['ring.c', 'ringdrv.h', 'ringdrv_public.h'];
    client = inProcess(Object.fromEntries(files.map((file) => [file, sample(file)])), {
      engines: () => async () => {
        syntax = await createSyntax(await wasm('web-tree-sitter.wasm'), await wasm('tree-sitter-c.wasm'));
        const settings = {
          profile: 'default',
          severities: {},
          trusted: false,
          project: emptyProject,
          baseline: new Set<string>(),
        } as const;
        return createWorkspace({ syntax, settings });
      },
    });
    await client.initialize(PULL, { debounce: 0 });
    const text = sample('ring.c');
    const uri = await client.open('ring.c', text);
    const first = await client.pull(uri);
    assert.ok(first.kind === 'full' && first.items.length > 0);
    const edit = async (i: number): Promise<void> => {
      // A statement in a function, a brace that is open for a moment, a comment above everything, and back.
      const kind = i % 4;
      const now =
        kind === 0
          ? text.replace('ULONG Available;', `ULONG Available; ULONG Extra${i} = ${i};`)
          : kind === 1
            ? text.replace('{', '{{')
            : kind === 2
              ? `/* ${i} */\n${text}`
              : text;
      await client.change(uri, now);
      await client.pull(uri);
    };
    for (let i = 0; i < 40; i++) await edit(i);
    const trees = syntax?.liveTrees;
    const memory = heap();
    for (let i = 0; i < 500; i++) await edit(i);
    assert.ok(trees !== undefined && trees > 0);
    assert.equal(syntax?.liveTrees, trees);
    const grown = heap() - memory;
    assert.ok(grown < 12 * 1024 * 1024, `${Math.round(grown / 1024)} KB more`);
    const last = await client.pull(uri, first.resultId);
    assert.equal(last.kind, 'unchanged');
  });
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes of live objects. */
function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

describe('a server that nobody asks', () => {
  it('says nothing and takes no processor time', async function () {
    if (process.platform !== 'linux') this.skip();
    const client = overStdio(sampleCopy(), ['dist/server.js', '--stdio']);
    try {
      await client.initialize(PULL);
      await client.items(await client.open('session.c', sample('session.c')));
      await client.connection.sendRequest('fencepost/scan', {});
      await until('the status', () => client.statuses.at(-1)?.state === 'ready', 20_000);
      // The collector may tidy up for a moment.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      let messages = 0;
      client.connection.onUnhandledNotification(() => messages++);
      const said = (): number => messages + client.published.length + client.statuses.length + client.refreshes;
      const before = said();
      const ticks = ticksOf(client.child?.pid);
      await new Promise((resolve) => setTimeout(resolve, 2000));
      assert.equal(said(), before);
      assert.ok(ticksOf(client.child?.pid) - ticks <= 3, 'at most 30 ms of two seconds');
    } finally {
      await client.dispose();
    }
  });
});

/** Hundredths of a second of processor time that a process has used. */
function ticksOf(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid ?? 0}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

interface Printed {
  findings: { rule: string; file: string; startLine: number; startColumn: number; fingerprint: string; suppression?: object }[];
}
interface Sarif {
  runs: {
    results: {
      ruleId: string;
      suppressions?: object[];
      locations: {
        physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number; startColumn: number } };
      }[];
    }[];
  }[];
}

describe('all faces', () => {
  let pulls: TestClient;
  let pushes: TestClient;
  const ignored = '\n/* fencepost-ignore-file user-map-rwx -- the page holds counters and nothing else */\n';

  before(() => {
    pulls = overStdio(sampleCopy(), ['dist/server.js', '--stdio']);
    pushes = overStdio(sampleCopy(), ['dist/server.js', '--stdio']);
    for (const { folder } of [pulls, pushes]) appendFileSync(path.join(folder, 'ring.c'), ignored);
  });
  after(async () => {
    await pulls.dispose();
    await pushes.dispose();
  });

  it('find the same in the sample driver, what is suppressed included', async () => {
    const print = (format: string): string => {
      try {
        return execFileSync(process.execPath, ['dist/cli.js', 'scan', pulls.folder, '--format', format], { encoding: 'utf8' });
      } catch (error) {
        // The sample has findings: exit code 1.
        return String((error as { stdout?: unknown }).stdout);
      }
    };
    const key = (rule: unknown, file: string, line: number, column: number): string =>
      `${String(rule)} ${path.posix.basename(file)}:${line}:${column}`;
    const ofDiagnostics = (file: string, items: readonly Diagnostic[]): string[] =>
      items
        .filter(({ code }) => code !== 'not-understood' && code !== 'bound' && code !== 'guess')
        .map(({ code, range }) => key(code, file, range.start.line + 1, range.start.character + 1));

    const json = (JSON.parse(print('json')) as Printed).findings;
    const sarif = (JSON.parse(print('sarif')) as Sarif).runs[0]?.results ?? [];
    const ofSarif = sarif.map(({ ruleId, locations, suppressions }) => {
      const at = locations[0]?.physicalLocation;
      const place = key(ruleId, at?.artifactLocation.uri ?? '', at?.region.startLine ?? 0, at?.region.startColumn ?? 0);
      return { place, silenced: (suppressions ?? []).length > 0 };
    });
    const shown = ofSarif.filter(({ silenced }) => !silenced).map(({ place }) => place);
    const silenced = ofSarif.filter((one) => one.silenced).map(({ place }) => place);
    assert.equal(silenced.length, 1);
    assert.ok(shown.length > 5);

    const ofPrint = json
      .filter(({ suppression }) => !suppression)
      .map((one) => key(one.rule, one.file, one.startLine, one.startColumn));
    assert.deepEqual(ofPrint.sort(), shown.sort(), 'command line');

    await pulls.initialize(PULL);
    const pulled: string[] = [];
    for (const file of FILES) {
      const text = readFileSync(path.join(pulls.folder, file), 'utf8');
      pulled.push(...ofDiagnostics(file, await pulls.items(await pulls.open(file, text))));
    }
    assert.deepEqual(pulled.sort(), shown, 'pull');
    const scan = await pulls.connection.sendRequest<ScanResult>('fencepost/scan', {});
    assert.deepEqual(scan.results.flatMap(({ uri, diagnostics }) => ofDiagnostics(uri, diagnostics)).sort(), shown, 'scan');
    assert.equal(scan.silenced, 1);
    const { rows } = await pulls.connection.sendRequest<FindingsResult>('fencepost/findings');
    const ofRows = (hidden: boolean): string[] =>
      rows
        .filter((row) => Boolean(row.silenced) === hidden)
        .map(({ rule, uri, range }) => key(rule, uri, range.start.line + 1, range.start.character + 1))
        .sort();
    assert.deepEqual([ofRows(false), ofRows(true)], [shown, silenced], 'view');

    await pushes.initialize(PUSH);
    for (const file of FILES) await pushes.open(file, readFileSync(path.join(pushes.folder, file), 'utf8'));
    const pushed = (): string[] => FILES.flatMap((file) => ofDiagnostics(file, pushes.shown(pushes.uri(file)) ?? []));
    await until('what is pushed', () => pushed().length >= shown.length, 20_000);
    assert.deepEqual(pushed().sort(), shown, 'push');
  });
});
