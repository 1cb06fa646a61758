/** Lines above handlers, over a fake engine: they are right without the editor asking on its own. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ClientCapabilities, CodeLens } from 'vscode-languageserver-protocol/node';
import { inProcess, PULL, until } from './harness';

const LENSES: ClientCapabilities = { ...PULL, workspace: { ...PULL.workspace, codeLens: { refreshSupport: true } } };
const DRIVER = '#include <ntddk.h>\n';
const OPEN = 'HANDLER H(int a) { }\n';

describe('lines above handlers', () => {
  let client: ReturnType<typeof inProcess>;
  const start = (files: Record<string, string>): void => {
    client = inProcess(files);
  };
  afterEach(() => client.dispose());

  const lenses = async (uri: string): Promise<(string | undefined)[]> => {
    const found = await client.connection.sendRequest<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } });
    return found.map(({ command }) => command?.title);
  };
  /** Until what a request looks at again is over. */
  const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));
  const onDisk = async (file: string, text: string, type: 1 | 2): Promise<void> => {
    writeFileSync(path.join(client.folder, file), text);
    const changes = [{ uri: client.uri(file), type }];
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes });
  };

  it('follow another file', async () => {
    start({ 'b.c': DRIVER });
    await client.initialize(LENSES);
    const uri = await client.open('a.c', OPEN);
    assert.deepEqual(await lenses(uri), []);
    await rest();
    await onDisk('b.c', `${DRIVER}ROUTE H IOCTL_ONE`, 2);
    await until('asked to ask', () => client.lensRefreshes === 1);
    assert.deepEqual(await lenses(uri), ['IOCTL_ONE']);
    assert.equal(client.refreshes, 0, 'no finding has changed');
    await onDisk('b.c', `${DRIVER}ROUTE H IOCTL_ONE\n/* a word */`, 2);
    await client.pull(uri);
    await rest();
    assert.equal(client.lensRefreshes, 1, 'the same lines');
  });

  it('appear when a folder turns out to be a driver', async () => {
    start({});
    await client.initialize(LENSES);
    const uri = await client.open('a.c', `${OPEN}/* ROUTE H IOCTL_ONE */`);
    assert.deepEqual(await lenses(uri), []);
    await rest();
    await onDisk('b.c', DRIVER, 1);
    await until('asked to ask', () => client.lensRefreshes > 0);
    assert.deepEqual(await lenses(uri), ['IOCTL_ONE']);
  });

  it('come and go with the setting', async () => {
    start({ 'b.c': `${DRIVER}ROUTE H IOCTL_ONE` });
    client.settings = { codeLens: false };
    await client.initialize({ ...LENSES, workspace: { ...LENSES.workspace, configuration: true } });
    const uri = await client.open('a.c', OPEN);
    assert.deepEqual(await lenses(uri), []);
    await rest();
    client.settings = {};
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: {} });
    await until('asked to ask', () => client.lensRefreshes > 0);
    assert.deepEqual(await lenses(uri), ['IOCTL_ONE']);
  });

  it('are a moment old where the list takes its time, and then right', async () => {
    start({ 'b.c': `${DRIVER}DEAR` });
    await client.initialize(LENSES);
    const uri = await client.open('a.c', OPEN);
    assert.deepEqual(await lenses(uri), []);
    await client.change(uri, `${OPEN}/* ROUTE H IOCTL_ONE */`);
    assert.deepEqual(await lenses(uri), [], 'the older list');
    await until('asked to ask', () => client.lensRefreshes > 0);
    assert.deepEqual(await lenses(uri), ['IOCTL_ONE']);
  });

  it('come back when an analysis that failed works again', async () => {
    start({ 'b.c': `${DRIVER}ROUTE H IOCTL_ONE` });
    await client.initialize(LENSES);
    const uri = await client.open('a.c', OPEN);
    assert.deepEqual(await lenses(uri), ['IOCTL_ONE']);
    await rest();
    await onDisk('b.c', `${DRIVER}CRASH`, 2);
    await until('no lines', () => client.lensRefreshes === 1);
    assert.deepEqual(await lenses(uri), []);
    await rest();
    await onDisk('b.c', `${DRIVER}ROUTE H IOCTL_TWO`, 2);
    await until('new lines', () => client.lensRefreshes === 2);
    assert.deepEqual(await lenses(uri), ['IOCTL_TWO']);
  });
});
