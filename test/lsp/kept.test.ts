/** What an earlier session found, over a fake engine: shown at once where nothing has changed, and nowhere else. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { DocumentDiagnosticReport } from 'vscode-languageserver-protocol/node';
import { keptOutcomes, type KeptOutcomes } from '../../server/src/lsp/kept';
import { inProcess, PULL, PUSH, until, type TestClient } from './harness';

const DRIVER = '#include <ntddk.h>\n';
const FILES = { 'a.c': `${DRIVER}BAD`, 'b.c': 'BAD SLOW' };

describe('outcomes of an earlier session', () => {
  let folder: string;
  let kept: KeptOutcomes;
  const clients: TestClient[] = [];
  const entries = (): string[] => {
    const own = path.join(folder, 'editor');
    return existsSync(own) ? readdirSync(own) : [];
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'fencepost kept '));
    const place = keptOutcomes({ folder, build: () => 'this build' });
    assert.ok(place);
    kept = { ...place, after: 30 };
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const session = async (
    files: Record<string, string>,
    settings: unknown = {},
    capabilities = PULL,
  ): Promise<ReturnType<typeof inProcess>> => {
    const client = inProcess(files, { kept });
    clients.push(client);
    client.settings = settings;
    await client.initialize({ ...capabilities, workspace: { ...capabilities.workspace, configuration: true } });
    return client;
  };
  const ready = (client: TestClient): Promise<void> => until('all of it', () => client.statuses.at(-1)?.state === 'ready', 20000);
  const count = (report: DocumentDiagnosticReport): number => (report.kind === 'full' ? report.items.length : -1);

  /** One session from the beginning to the entry. */
  const before = async (): Promise<void> => {
    const client = await session(FILES);
    await client.open('a.c', FILES['a.c']);
    await ready(client);
    await until('an entry', () => entries().length === 1);
  };

  it('are shown at once, and the analysis says the same', async () => {
    await before();
    const client = await session(FILES);
    const uri = await client.open('b.c', FILES['b.c']);
    const first = await client.pull(uri);
    assert.equal(count(first), 1);
    assert.ok(client.log.slices < 20, 'most of the analysis is to come');
    await until('the work is said', () => client.statuses.at(-1)?.state === 'analysing');
    await ready(client);
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal(client.refreshes, 0);
    assert.equal((await client.pull(uri, first.resultId)).kind, 'unchanged');
    assert.equal(entries().length, 1, 'it is kept already');
  });

  it('hold other configurations, which do not go while the default is analysed again', async () => {
    const files = { 'a.c': `${DRIVER}BAD IF BAD` };
    const first = await session(files);
    await first.open('a.c', files['a.c']);
    await until('an entry', () => entries().length === 1);
    const client = await session(files, {}, PUSH);
    await client.open('a.c', files['a.c']);
    await until('both runs', () => client.log.configurations.length === 2);
    await ready(client);
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.deepEqual(client.log.configurations, ['later', 'all']);
    assert.deepEqual(
      client.published.map(({ diagnostics }) => diagnostics.length),
      [2],
      'nothing went or came',
    );
  });

  it('are not those of a text that has changed', async () => {
    await before();
    const client = await session({ ...FILES, 'a.c': `${DRIVER}BAD BAD` });
    const uri = await client.open('b.c', `${FILES['b.c']} `);
    const report = client.pull(uri);
    await until('the analysis runs', () => client.log.slices > 20);
    assert.ok(!client.statuses.some(({ state }) => state === 'ready'));
    assert.equal(count(await report), 1);
    assert.ok(client.log.slices > 100, 'it was waited for');
  });

  it('end with the first edit', async () => {
    await before();
    const client = await session(FILES);
    const uri = await client.open('b.c', FILES['b.c']);
    assert.equal(count(await client.pull(uri)), 1);
    await client.change(uri, 'BAD BAD');
    assert.equal(count(await client.pull(uri)), 2);
    assert.equal(client.log.configurations.at(-1), 'all', 'nothing less than what was shown');
  });

  it('are neither read nor written where the user does not want it', async () => {
    await before();
    const client = await session(FILES, { keepFindings: false });
    const uri = await client.open('a.c', `${DRIVER}BAD BAD BAD`);
    assert.equal(count(await client.pull(uri)), 3);
    await ready(client);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(entries().length, 1);
  });

  it('are not kept while a file is set aside', async () => {
    const client = await session({ 'a.c': `${DRIVER}BAD`, 'b.c': 'CRASH' });
    await client.open('a.c', `${DRIVER}BAD`);
    await ready(client);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(entries(), []);
  });
});
