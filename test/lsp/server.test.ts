import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  CancellationTokenSource,
  type CodeAction,
  type Hover,
  type WorkspaceDiagnosticReport,
  type WorkspaceEdit,
} from 'vscode-languageserver-protocol/node';
import type { FindingsResult, ScanPartialResult, ScanResult } from '../../server/src/lsp/protocol';
import { readProjectFile } from '../../server/src/lsp/project-files';
import type { RuleMeta } from '../../server/src/rules/finding';
import { inProcess, PULL, PUSH, until, type TestClient } from './harness';

const DRIVER = '#include <ntddk.h>\n';
const META: RuleMeta = {
  id: 'bad-word',
  title: 'A bad word',
  threats: [],
  severity: 'error',
  precision: 'high',
  cwe: [],
  profile: 'default',
};

describe('language server over a fake engine', () => {
  let client: TestClient & { readonly log: { created: number; runs: number; slices: number } };
  const start = (...args: Parameters<typeof inProcess>) => (client = inProcess(...args));
  afterEach(() => client.dispose());

  describe('pull', () => {
    it('answers with the path, the page and the data of a finding', async () => {
      start({ 'inc/map.h': 'ORIGIN\n' });
      const { capabilities } = await client.initialize(PULL);
      assert.equal(capabilities.positionEncoding, 'utf-16');
      const uri = await client.open('a.c', `${DRIVER}x = BAD;\n`);
      const [item, ...rest] = await client.items(uri);
      assert.deepEqual(rest, []);
      assert.deepEqual(item?.range, { start: { line: 1, character: 4 }, end: { line: 1, character: 7 } });
      assert.equal(item.severity, 1);
      assert.equal(item.code, 'bad-word');
      assert.equal(item.source, 'fencepost');
      assert.match(item.codeDescription?.href ?? '', /bad-word/);
      assert.deepEqual(
        item.relatedInformation?.map(({ location, message }) => [location.uri, message]),
        [
          [client.uri('inc/map.h'), 'It comes from here.'],
          [uri, 'It is read here.'],
        ],
      );
      assert.ok(item.data);
    });

    it('answers `unchanged` for the same findings, and anew after an edit', async () => {
      start({});
      await client.initialize(PULL);
      const uri = await client.open('a.c', `${DRIVER}BAD\n`);
      const first = await client.pull(uri);
      assert.ok(first.kind === 'full' && first.resultId);
      assert.deepEqual(await client.pull(uri, first.resultId), { kind: 'unchanged', resultId: first.resultId });
      await client.change(uri, `${DRIVER}fine\n`);
      const second = await client.pull(uri, first.resultId);
      assert.ok(second.kind === 'full');
      assert.deepEqual(second.items, []);
      await client.change(uri, `${DRIVER}BAD\n`);
      assert.equal((await client.pull(uri, second.resultId)).resultId, first.resultId);
    });

    it('applies incremental edits, those outside the text too', async () => {
      start({});
      await client.initialize(PULL);
      const uri = await client.open('a.c', `${DRIVER}x\r\ny\n`);
      const change = (version: number, ...contentChanges: object[]): Promise<void> =>
        client.connection.sendNotification('textDocument/didChange', { textDocument: { uri, version }, contentChanges });
      const at = (line: number, character: number) => ({ line, character });
      await change(
        2,
        { range: { start: at(1, 0), end: at(1, 99) }, text: 'BAD' },
        { range: { start: at(99, 9), end: at(99, 9) }, text: 'BAD' },
      );
      assert.deepEqual(
        (await client.items(uri)).map((item) => item.range.start),
        [at(1, 0), at(3, 0)],
      );
    });

    it('speaks UTF-8 to a client that wants it', async () => {
      start({});
      const { capabilities } = await client.initialize({ ...PULL, general: { positionEncodings: ['utf-8'] } });
      assert.equal(capabilities.positionEncoding, 'utf-8');
      const uri = await client.open('a.c', `${DRIVER}/* ä€😀 */ BAD\n`);
      assert.equal((await client.items(uri))[0]?.range.start.character, 3 + 2 + 3 + 4 + 4);
      const end = { line: 1, character: 3 + 2 + 3 + 4 };
      await client.connection.sendNotification('textDocument/didChange', {
        textDocument: { uri, version: 9 },
        contentChanges: [{ range: { start: { line: 1, character: 3 }, end }, text: '' }],
      });
      assert.equal((await client.items(uri))[0]?.range.start.character, 7);
    });

    it('stops when it is cancelled, while other requests are answered', async () => {
      start({});
      await client.initialize(PULL);
      const uri = await client.open('a.c', `${DRIVER}SLOW BAD\n`);
      const source = new CancellationTokenSource();
      const pulled = client.connection.sendRequest('textDocument/diagnostic', { textDocument: { uri } }, source.token);
      await until('the analysis runs', () => client.log.slices > 3);
      assert.equal(await client.connection.sendRequest('fencepost/rulePage', { rule: 'nothing' }), null);
      source.cancel();
      await assert.rejects(pulled, (error: { code?: number }) => error.code === -32800);
    });

    it('never answers from an old version', async () => {
      start({});
      await client.initialize(PULL);
      const uri = await client.open('a.c', `${DRIVER}SLOW BAD\n`);
      const pulled = client.pull(uri);
      await until('the analysis runs', () => client.log.slices > 3);
      await client.change(uri, `${DRIVER}\n\nBAD\n`);
      const report = await pulled;
      assert.ok(report.kind === 'full');
      assert.equal(report.items[0]?.range.start.line, 3);
    });

    it('answers for the open file first, and says the same once all is known', async () => {
      start({ 'b.c': 'BAD SLOW' });
      await client.initialize(PULL);
      const uri = await client.open('a.c', `${DRIVER}BAD`);
      const first = await client.pull(uri);
      assert.ok(first.kind === 'full' && first.items.length === 1);
      assert.ok(client.log.slices < 20, 'most of the analysis is to come');
      await until('the work is said', () => client.statuses.at(-1)?.state === 'analysing');
      await until('what is known is said', () =>
        /^Open files are up to date; analysing b\.c \(/.test(client.statuses.at(-1)?.message ?? ''),
      );
      assert.ok(!client.statuses.some(({ state }) => state === 'ready'));
      await client.change(uri, `${DRIVER}BAD BAD`);
      const second = await client.pull(uri);
      assert.equal(second.kind === 'full' && second.items.length, 2, 'never from an old version');
      assert.ok(!client.statuses.some(({ state }) => state === 'ready'));
      await until('all of it', () => client.statuses.at(-1)?.state === 'ready');
      await new Promise((resolve) => setTimeout(resolve, 100));
      assert.equal(client.refreshes, 0, 'nothing to ask again');
      assert.equal((await client.pull(uri, second.resultId)).kind, 'unchanged');
    });

    it('asks the client to ask again when an edit changes another file', async () => {
      start({});
      await client.initialize(PULL);
      const a = await client.open('a.c', `${DRIVER}BAD\n`);
      const b = await client.open('b.c', 'no\n');
      assert.equal((await client.items(a))[0]?.relatedInformation, undefined);
      await client.pull(b);
      assert.equal(client.refreshes, 0);
      await client.change(b, 'ORIGIN\n');
      await client.pull(b);
      await until('a refresh', () => client.refreshes === 1);
      assert.equal((await client.items(a))[0]?.relatedInformation?.length, 2);
    });

    it('stays idle where nothing is driver code', async () => {
      start({ 'b.c': 'int main(void) { return 0; }\n' });
      await client.initialize(PULL);
      const uri = await client.open('a.c', 'BAD\n');
      assert.deepEqual(await client.items(uri), []);
      assert.equal(client.log.runs, 0);
      await until('the status', () =>
        client.statuses.some((status) => status.state === 'idle' && status.message.includes('No Windows driver')),
      );
    });

    it('looks at .c, .h and .inl only', async () => {
      start({ 'driver.c': DRIVER });
      await client.initialize(PULL);
      assert.deepEqual(await client.items(await client.open('a.cpp', 'BAD\n')), []);
      assert.equal((await client.items(await client.open('a.inl', 'BAD\n'))).length, 1);
    });
  });

  describe('push', () => {
    it('publishes what is open first, and does not publish it again when all is known', async () => {
      start({ 'b.c': 'BAD SLOW' });
      await client.initialize(PUSH);
      const uri = await client.open('a.c', `${DRIVER}BAD`);
      await until('the open file', () => client.shown(uri)?.length === 1);
      assert.ok(client.log.slices < 20, 'most of the analysis is to come');
      await until('all of it', () => client.statuses.at(-1)?.state === 'ready');
      await new Promise((resolve) => setTimeout(resolve, 100));
      assert.equal(client.published.length, 1);
    });

    it('publishes with the version, and again after an edit', async () => {
      start({ 'b.c': 'ORIGIN BAD\n' });
      const { capabilities } = await client.initialize(PUSH);
      assert.equal(capabilities.diagnosticProvider, undefined);
      const uri = await client.open('a.c', `${DRIVER}BAD\n`);
      await until('diagnostics', () => client.shown(uri)?.length === 1);
      const version = await client.change(uri, DRIVER);
      await until('none', () => client.shown(uri)?.length === 0);
      assert.equal(client.published.at(-1)?.version, version);
      assert.equal(client.shown(client.uri('b.c')), undefined, 'only what is open');
      await client.change(uri, `${DRIVER}BAD\n`);
      await until('diagnostics', () => client.shown(uri)?.length === 1);
      await client.close(uri);
      await until('none after closing', () => client.shown(uri)?.length === 0);
    });
  });

  describe('failures', () => {
    it('sets a file aside that ends the analysis, says so, and takes it back', async () => {
      start({ 'b.c': 'CRASH\n' });
      await client.initialize(PULL);
      const a = await client.open('a.c', `${DRIVER}BAD\n`);
      assert.equal((await client.items(a)).length, 1);
      const b = await client.open('b.c', 'CRASH\n');
      const [note] = await client.items(b);
      assert.match(String(note?.message), /Not analysed/);
      assert.equal(note?.severity, 4);
      await client.change(b, 'BAD\n');
      assert.equal((await client.items(b))[0]?.code, 'bad-word');
    });

    it('keeps the answers of a client when no engine can be had', async () => {
      start({}, { engines: () => () => Promise.reject(new Error('no wasm')) });
      await client.initialize(PULL);
      const uri = await client.open('a.c', DRIVER);
      await assert.rejects(client.pull(uri), /no wasm/);
      await until('the status', () => client.statuses.at(-1)?.state === 'failed');
    });

    it('survives messages that make no sense', async () => {
      start({});
      await client.initialize(PULL);
      await client.change(client.uri('never-opened.c'), 'x');
      await client.close(client.uri('never-opened.c'));
      await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: 'x:%%%', type: 1 }] });
      await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: 3 });
      assert.deepEqual(await client.items('%%%'), []);
      assert.equal(
        await client.connection.sendRequest('textDocument/hover', {
          textDocument: { uri: 'untitled:x' },
          position: { line: -1, character: 1e9 },
        }),
        null,
      );
      const uri = await client.open('a.c', `${DRIVER}BAD\0\ud800\n`);
      assert.equal((await client.items(uri)).length, 1);
    });

    it('notes a file that is no text, and analyses the others', async () => {
      start({ 'nul.c': 'int a;\0BAD', 'latin.c': Uint8Array.from([0x2f, 0x2f, 0xe4, 0x0a, 0x42, 0x41, 0x44]), 'd.c': DRIVER });
      await client.initialize(PULL);
      const result = await client.connection.sendRequest<ScanResult>('fencepost/scan', {});
      assert.equal(result.findings, 1);
      assert.deepEqual(
        result.results.map(({ uri, diagnostics }) => [path.basename(uri), diagnostics.map((item) => item.code)]),
        [
          ['latin.c', ['bad-word', 'encoding']],
          ['nul.c', ['skipped']],
        ],
      );
    });
  });

  describe('scan', () => {
    it('finds in files that are not open, and gives them to push', async () => {
      start({ 'a.c': `${DRIVER}BAD BAD`, 'sub dir/b.h': 'BAD ORIGIN', 'c.txt': 'BAD', 'node_modules/d.c': 'BAD' });
      await client.initialize(PULL);
      const progress: unknown[] = [];
      client.connection.onNotification('$/progress', (params: unknown) => {
        progress.push(params);
      });
      const result = await client.connection.sendRequest<ScanResult>('fencepost/scan', {
        workDoneToken: 'w',
        partialResultToken: 'p',
      });
      assert.deepEqual([result.files, result.findings, result.errors, result.results], [2, 3, 3, []]);
      const kinds = progress as { token: string; value: { kind?: string } & Partial<ScanPartialResult> }[];
      assert.deepEqual(
        kinds
          .filter(({ token }) => token === 'p')
          .flatMap(({ value }) => value.results ?? [])
          .map(({ uri }) => uri),
        [client.uri('a.c'), client.uri('sub dir/b.h')],
      );
      assert.equal(kinds.find(({ token }) => token === 'w')?.value.kind, 'begin');
      assert.equal(kinds.findLast(({ token }) => token === 'w')?.value.kind, 'end');
      await until(
        'pushed',
        () => client.shown(client.uri('a.c'))?.length === 2 && client.shown(client.uri('sub dir/b.h'))?.length === 1,
      );
    });

    it('shows what is in the files that changed, and looks at the others all the same', async () => {
      start({ 'a.c': `${DRIVER}BAD`, 'sub/b.h': 'BAD BAD', 'c.c': 'BAD ORIGIN' });
      await client.initialize(PULL);
      const [a, b, c] = ['a.c', 'sub/b.h', 'c.c'].map((file) => client.uri(file)) as [string, string, string];
      const files = [a, client.uri('gone.c'), client.uri('notes.txt'), 'file:///elsewhere/x.c'];
      const result = await client.connection.sendRequest<ScanResult>('fencepost/scan', { files });
      assert.deepEqual([result.files, result.findings], [1, 1]);
      assert.deepEqual(
        result.results.map(({ uri }) => uri),
        [a],
      );
      const [origin] = result.results[0]?.diagnostics[0]?.relatedInformation ?? [];
      assert.equal(origin?.location.uri, c, 'the path leads into a file that did not change');
      await until('pushed', () => client.shown(a)?.length === 1);

      writeFileSync(path.join(client.folder, 'a.c'), `${DRIVER}BAD BAD`);
      writeFileSync(path.join(client.folder, 'c.c'), 'BAD BAD BAD ORIGIN');
      const changes = [a, c].map((uri) => ({ uri, type: 2 }));
      await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes });
      await until('kept right', () => client.shown(a)?.length === 2);
      assert.deepEqual([client.shown(b), client.shown(c)], [undefined, undefined], 'what was not asked for is not shown');

      await client.connection.sendRequest('fencepost/scan', { files: [b] });
      await until('more of it', () => client.shown(b)?.length === 2);
      assert.equal(client.shown(a)?.length, 2, 'what was shown stays');
      assert.equal((await client.connection.sendRequest<ScanResult>('fencepost/scan', { files: [] })).files, 0);
      await client.connection.sendRequest('fencepost/scan', {});
      await until('all of it', () => client.shown(c)?.length === 3);
    });

    it('shows what is below a folder', async () => {
      start({ 'a.c': `${DRIVER}BAD`, 'sub/b.h': 'BAD BAD', 'subway/c.c': 'BAD' });
      await client.initialize(PULL);
      const result = await client.connection.sendRequest<ScanResult>('fencepost/scan', { uri: client.uri('sub') });
      assert.deepEqual([result.files, result.findings], [1, 2]);
      assert.equal((await client.connection.sendRequest<ScanResult>('fencepost/scan', { uri: client.uri('') })).files, 3);
    });

    it('has one owner per file: opening clears what was pushed, closing brings it back', async () => {
      start({ 'a.c': `${DRIVER}BAD` });
      await client.initialize(PULL);
      await client.connection.sendRequest('fencepost/scan', {});
      const uri = client.uri('a.c');
      assert.equal(client.shown(uri)?.length, 1);
      await client.open('a.c', `${DRIVER}BAD`);
      assert.equal((await client.items(uri)).length, 1);
      assert.deepEqual(client.shown(uri), []);
      await client.change(uri, `${DRIVER}BAD BAD`);
      assert.equal((await client.items(uri)).length, 2);
      assert.deepEqual(client.shown(uri), []);
      await client.close(uri);
      await until('restored, from the disk', () => client.shown(uri)?.length === 1);
    });

    it('gives a hidden file back to push for a client that says what it shows', async () => {
      start({ 'a.c': `${DRIVER}BAD` });
      await client.initialize(PULL, { visibility: true });
      await client.connection.sendRequest('fencepost/scan', {});
      const uri = await client.open('a.c', `${DRIVER}BAD`);
      assert.equal(client.shown(uri)?.length, 1, 'opened in the background');
      assert.equal((await client.items(uri)).length, 1);
      assert.deepEqual(client.shown(uri), []);
      await client.connection.sendNotification('fencepost/hidden', { uri });
      await until('restored', () => client.shown(uri)?.length === 1);
    });

    it('follows the disk', async () => {
      start({ 'a.c': `${DRIVER}BAD`, 'b.c': 'BAD' });
      await client.initialize(PULL);
      await client.connection.sendRequest('fencepost/scan', {});
      writeFileSync(path.join(client.folder, 'a.c'), DRIVER);
      rmSync(path.join(client.folder, 'b.c'));
      writeFileSync(path.join(client.folder, 'c.c'), 'BAD BAD');
      const changes = [1, 2, 3].map((type, i) => ({ uri: client.uri(`${'cab'[i] ?? ''}.c`), type }));
      await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes });
      await until('new results', () => client.shown(client.uri('c.c'))?.length === 2);
      assert.deepEqual([client.shown(client.uri('a.c')), client.shown(client.uri('b.c'))], [[], []]);
    });

    it('is cancelled', async () => {
      start({ 'a.c': `${DRIVER}BAD SLOW` });
      await client.initialize(PULL);
      const source = new CancellationTokenSource();
      const scanned = client.connection.sendRequest('fencepost/scan', {}, source.token);
      await until('the analysis runs', () => client.log.slices > 3);
      source.cancel();
      await assert.rejects(scanned, (error: { code?: number }) => error.code === -32800);
      const { slices } = client.log;
      await new Promise((resolve) => setTimeout(resolve, 100));
      assert.ok(client.log.slices <= slices + 2, 'nobody waits, so nothing runs');
    });
  });

  describe('pull of the whole workspace', () => {
    type Known = { uri: string; value: string }[];
    const ask = (previousResultIds: Known, source = new CancellationTokenSource()): Promise<WorkspaceDiagnosticReport> =>
      client.connection.sendRequest('workspace/diagnostic', { previousResultIds }, source.token);

    it('answers what differs, and holds the answer back while nothing does', async () => {
      start({ 'a.c': `${DRIVER}BAD`, 'b.c': 'BAD BAD', 'c.c': 'GOOD' });
      const { capabilities } = await client.initialize(PULL, { workspaceDiagnostics: true });
      assert.equal((capabilities.diagnosticProvider as { workspaceDiagnostics?: boolean }).workspaceDiagnostics, true);
      const first = await ask([]);
      const counts = ({ items }: WorkspaceDiagnosticReport): [string, number][] =>
        items.map((item) => [item.uri, item.kind === 'full' ? item.items.length : -1]);
      const [a, b] = [client.uri('a.c'), client.uri('b.c')];
      assert.deepEqual(counts(first), [
        [a, 1],
        [b, 2],
      ]);
      const known: Known = first.items.map(({ uri, resultId }) => ({ uri, value: resultId ?? '' }));
      let answered = false;
      const second = ask(known).finally(() => (answered = true));
      await new Promise((resolve) => setTimeout(resolve, 150));
      assert.ok(!answered, 'nothing differs');
      writeFileSync(path.join(client.folder, 'b.c'), 'GOOD');
      await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: b, type: 2 }] });
      assert.deepEqual(counts(await second), [[b, 0]]);

      const source = new CancellationTokenSource();
      const third = ask([known[0] ?? { uri: a, value: '' }], source);
      await new Promise((resolve) => setTimeout(resolve, 50));
      source.cancel();
      await assert.rejects(third, (error: { code?: number }) => error.code === -32800);
    });

    it('leaves nothing to push for a scan', async () => {
      start({ 'a.c': `${DRIVER}BAD` });
      await client.initialize(PULL, { workspaceDiagnostics: true });
      const { findings } = await client.connection.sendRequest<ScanResult>('fencepost/scan', {});
      assert.equal(findings, 1);
      assert.deepEqual(client.published, []);
    });
  });

  describe('code actions', () => {
    const ask = async (uri: string, line: number, only?: string[]): Promise<CodeAction[]> => {
      const range = { start: { line, character: 0 }, end: { line, character: 99 } };
      const diagnostics = await client.items(uri);
      return client.connection.sendRequest('textDocument/codeAction', {
        textDocument: { uri },
        range,
        context: { diagnostics, ...(only ? { only } : {}) },
      });
    };

    it('offers fixes, all of the rule, suppressions and the page', async () => {
      start({});
      await client.initialize(PULL, { commands: true });
      const uri = await client.open('a.c', `${DRIVER}BADSAFE\nBADSAFE\nBAD\n`);
      const actions = await ask(uri, 1, ['quickfix']);
      assert.deepEqual(
        actions.map(({ title }) => title),
        [
          'Replace `BAD` with `GOOD`',
          'Fix all bad-word problems in this file',
          'Suppress bad-word on this line…',
          'Suppress bad-word with a comment above…',
          'Suppress bad-word in this file…',
          'Accept this bad-word problem in the baseline',
          'Accept all bad-word problems of this file in the baseline',
          'Show documentation for bad-word',
        ],
      );
      assert.equal(actions[0]?.isPreferred, true);
      assert.equal(actions[0].diagnostics?.length, 1);
      assert.equal(JSON.stringify(actions[1]?.edit).match(/GOOD/g)?.length, 2);
      assert.equal(actions[2]?.command?.command, 'fencepost.suppress');
    });

    it('fixes all that is safe, and nothing else', async () => {
      start({});
      await client.initialize(PULL);
      const uri = await client.open('a.c', `${DRIVER}BADSAFE\nBADSAFE\nBAD\n`);
      const [action, ...rest] = await ask(uri, 0, ['source.fixAll']);
      assert.deepEqual(rest, []);
      assert.equal(action?.kind, 'source.fixAll.fencepost');
      const [change] = action.edit?.documentChanges ?? [];
      assert.ok(change && 'edits' in change);
      assert.equal(change.edits.length, 2);
      assert.equal(change.textDocument.version, 1);
    });

    it('leaves the reason to the user of a client without our commands', async () => {
      start({});
      await client.initialize({ ...PULL, workspace: {} });
      const uri = await client.open('a.c', `${DRIVER}BAD\n`);
      const line = (await ask(uri, 1)).find(({ title }) => title.includes('on this line'));
      assert.equal(line?.edit?.changes?.[uri]?.[0]?.newText, ' // fencepost-ignore-line bad-word -- ');
    });

    it('writes a suppression with its reason', async () => {
      start({});
      await client.initialize(PULL, { commands: true });
      const uri = await client.open('a.c', `${DRIVER}  BAD;\n`);
      const range = { start: { line: 1, character: 2 }, end: { line: 1, character: 5 } };
      const ask = (place: string): Promise<WorkspaceEdit> =>
        client.connection.sendRequest('fencepost/suppressEdit', {
          uri,
          rule: 'bad-word',
          range,
          place,
          reason: ' known\n to be fine \\',
        });
      assert.match(JSON.stringify(await ask('line')), /"newText":" \/\/ fencepost-ignore-line bad-word -- known to be fine ?"/);
      assert.match(
        JSON.stringify(await ask('next-line')),
        /" {2}\/\/ fencepost-ignore-next-line bad-word -- known to be fine ?\\n"/,
      );
      assert.match(JSON.stringify(await ask('file')), /"\/\/ fencepost-ignore-file bad-word -- known to be fine ?\\n"/);
    });
  });

  it('answers hovers, and lists findings with those that are silenced', async () => {
    start({});
    await client.initialize(PULL);
    const uri = await client.open('a.c', `${DRIVER}ORIGIN\nBAD // fencepost-ignore-line bad-word -- why\n`);
    const hover = await client.connection.sendRequest<Hover>('textDocument/hover', {
      textDocument: { uri },
      position: { line: 1, character: 2 },
    });
    assert.deepEqual(hover.contents, { kind: 'markdown', value: '**SharedPages**' });
    assert.deepEqual(await client.items(uri), []);
    const { rows } = await client.connection.sendRequest<FindingsResult>('fencepost/findings');
    assert.deepEqual(
      rows.map(({ rule, silenced, threats }) => [rule, silenced?.kind, threats]),
      [['bad-word', 'comment', ['Words']]],
    );
  });

  it('hides nothing in an untrusted workspace, until it is trusted', async () => {
    start({});
    await client.initialize(PULL, { trusted: false });
    const uri = await client.open('a.c', `${DRIVER}BAD // fencepost-ignore-line bad-word -- why\n`);
    assert.match(String((await client.items(uri))[0]?.message), /is not trusted/);
    await until('the status', () => client.statuses.at(-1)?.silenced === 1);
    await client.connection.sendNotification('fencepost/trust', { trusted: true });
    await until('a refresh', () => client.refreshes === 1);
    assert.deepEqual(await client.items(uri), []);
  });

  it('takes settings from a client that can be asked, and asks again', async () => {
    start({});
    client.settings = { severities: { 'bad-word': 'warning' } };
    await client.initialize({ ...PULL, workspace: { ...PULL.workspace, configuration: true } });
    const uri = await client.open('a.c', `${DRIVER}BAD\n`);
    assert.equal((await client.items(uri))[0]?.severity, 2);
    client.settings = {};
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await until('a refresh', () => client.refreshes === 1);
    assert.equal((await client.items(uri))[0]?.severity, 1);
  });

  it('takes severities from fencepost.json, and those of the settings over them', async () => {
    start(
      { 'fencepost.json': '{ "rules": { "bad-word": "warning" } }' },
      { readProject: (text) => readProjectFile(text, [META]) },
    );
    await client.initialize({ ...PULL, workspace: { ...PULL.workspace, configuration: true } });
    const uri = await client.open('a.c', `${DRIVER}BAD\n`);
    assert.equal((await client.items(uri))[0]?.severity, 2);
    client.settings = { severities: { 'bad-word': 'error' } };
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await until('a refresh', () => client.refreshes === 1);
    assert.equal((await client.items(uri))[0]?.severity, 1);
  });

  it('leaves out what .gitignore and files.exclude name, and says how much', async () => {
    start({ 'a.c': `${DRIVER}BAD`, 'gen/b.c': 'BAD', 'old/c.c': 'BAD', '.gitignore': 'gen/\n' });
    client.settings = { filesExclude: ['**/old'] };
    await client.initialize({ ...PULL, workspace: { ...PULL.workspace, configuration: true } });
    const scanned = async (): Promise<string[]> =>
      (await client.connection.sendRequest<ScanResult>('fencepost/scan', {})).results.map(({ uri }) => path.basename(uri));
    assert.deepEqual(await scanned(), ['a.c']);
    client.settings = {};
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await until('the other file', () => client.shown(client.uri('old/c.c'))?.length === 1);
    assert.deepEqual(await scanned(), ['a.c', 'c.c']);
  });

  it('reads everything in a workspace that is not trusted, whatever it ignores', async () => {
    start({ 'a.c': `${DRIVER}BAD`, 'gen/b.c': 'BAD', '.gitignore': 'gen/\n' });
    await client.initialize(PULL, { trusted: false });
    const { results } = await client.connection.sendRequest<ScanResult>('fencepost/scan', {});
    assert.equal(results.length, 2);
  });

  it('says what the caps left out', async () => {
    start({ 'a.c': `${DRIVER}BAD`, 'b.c': `BAD ${' '.repeat(3000)}`, 'c.c': 'BAD', 'd.c': 'BAD' });
    client.settings = { scan: { maxFiles: 3, maxFileSizeKB: 2 } };
    await client.initialize({ ...PULL, workspace: { ...PULL.workspace, configuration: true } });
    const result = await client.connection.sendRequest<ScanResult>('fencepost/scan', {});
    assert.equal(result.findings, 2);
    assert.equal(result.notAnalysed, 2, 'one file is too large, one too many');
  });

  it('keeps the settings of two folders apart, and takes a third one up and away', async () => {
    start({ 'one/a.c': `${DRIVER}BAD`, 'two/b.c': `${DRIVER}BAD`, 'three/c.c': `${DRIVER}BAD` });
    const folder = (name: string): { uri: string; name: string } => ({ uri: client.uri(name), name });
    client.connection.onRequest('workspace/configuration', ({ items }: { items: { scopeUri: string }[] }) =>
      items.map(({ scopeUri }) => (scopeUri.endsWith('two') ? { severities: { 'bad-word': 'warning' } } : {})),
    );
    await client.connection.sendRequest('initialize', {
      processId: process.pid,
      rootUri: null,
      workspaceFolders: [folder('one'), folder('two')],
      capabilities: { ...PULL, workspace: { ...PULL.workspace, configuration: true, workspaceFolders: true } },
      initializationOptions: { debounce: 5 },
    });
    await client.connection.sendNotification('initialized', {});
    const severity = async (file: string): Promise<number | undefined> =>
      (await client.items(await client.open(file, `${DRIVER}BAD`)))[0]?.severity;
    assert.deepEqual([await severity('one/a.c'), await severity('two/b.c')], [1, 2]);
    const scanned = async (): Promise<number> => (await client.connection.sendRequest<ScanResult>('fencepost/scan', {})).findings;
    assert.equal(await scanned(), 2);
    const event = (added: object[], removed: object[]): Promise<void> =>
      client.connection.sendNotification('workspace/didChangeWorkspaceFolders', { event: { added, removed } });
    await event([folder('three')], []);
    assert.equal(await scanned(), 3);
    assert.equal(client.shown(client.uri('three/c.c'))?.length, 1);
    await event([], [folder('three')]);
    await until('its results gone', () => client.shown(client.uri('three/c.c'))?.length === 0);
    assert.equal(await scanned(), 2);
  });
});
