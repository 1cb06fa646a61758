/**
 * The bundled server over standard input and output, on the sample driver.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CodeAction, Diagnostic, Hover, TextDocumentEdit } from 'vscode-languageserver-protocol/node';
import type { ReportResult, RulePage, ScanResult } from '../../server/src/lsp/protocol';
import { overStdio, PULL, PUSH, until, type TestClient } from './harness';

const SAMPLE = 'samples/ringdrv';
const FILE = 'session.c';
const READ = 'Produced = Ring->Shared->ProducerIndex;';

interface Printed {
  findings: { rule: string; file: string; startLine: number; startColumn: number; severity: string }[];
}

describe('bundled language server over stdio', () => {
  let client: TestClient;
  const text = readFileSync(path.join(SAMPLE, FILE), 'utf8');
  const lineOfRead = text.split('\n').findIndex((one) => one.includes(READ));

  beforeEach(() => {
    const folder = mkdtempSync(path.join(tmpdir(), 'fencepost sample '));
    cpSync(SAMPLE, folder, { recursive: true });
    client = overStdio(folder, ['dist/server.js', '--stdio']);
  });
  afterEach(() => client.dispose());

  const readsOf = (items: readonly Diagnostic[]): Diagnostic[] => items.filter((item) => item.code === 'shared-nonvolatile-read');

  it('finds, explains the way through another file, and fixes', async () => {
    await client.initialize(PULL);
    const uri = await client.open(FILE, text);
    const [finding] = readsOf(await client.items(uri)).filter((item) => item.range.start.line === lineOfRead);
    assert.ok(finding);
    const files = (finding.relatedInformation ?? []).map(({ location }) => location.uri);
    assert.ok(files.includes(client.uri('ring.c')), 'the mapping call is in another file');
    assert.equal(files.at(-1), uri);

    const actions = await client.connection.sendRequest<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri },
      range: finding.range,
      context: { diagnostics: [finding] },
    });
    const fix = actions.find((action) => action.edit && action.title.startsWith('Read '));
    assert.ok(fix, actions.map((action) => action.title).join(', '));
    assert.ok(actions.some((action) => action.kind === 'source.fixAll.fencepost'));

    const [change] = (fix.edit?.documentChanges ?? []) as TextDocumentEdit[];
    await client.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: 50 },
      contentChanges: [...(change?.edits ?? [])]
        .reverse()
        .map((edit) => ({ range: edit.range, text: 'newText' in edit ? edit.newText : '' })),
    });
    const after = readsOf(await client.items(uri));
    assert.ok(!after.some((item) => item.range.start.line === lineOfRead), 'gone once it is fixed');
  });

  it('says `unchanged`, and takes a finding back while the text is edited', async () => {
    await client.initialize(PULL);
    const uri = await client.open(FILE, text);
    const first = await client.pull(uri);
    assert.ok(first.kind === 'full' && first.items.length > 0);
    assert.equal((await client.pull(uri, first.resultId)).kind, 'unchanged');
    await client.change(uri, text.replace(READ, 'Produced = ReadULongNoFence(&Ring->Shared->ProducerIndex);'));
    const second = await client.pull(uri, first.resultId);
    assert.ok(second.kind === 'full');
    const at = (items: readonly Diagnostic[]): number =>
      readsOf(items).filter((item) => item.range.start.line === lineOfRead).length;
    assert.deepEqual([at(first.items), at(second.items)], [1, 0]);
    await client.change(uri, text);
    assert.equal((await client.pull(uri, second.resultId)).resultId, first.resultId);
  });

  it('pushes to a client that cannot pull', async () => {
    await client.initialize(PUSH);
    const uri = await client.open(FILE, text);
    await until('diagnostics', () => readsOf(client.shown(uri) ?? []).length > 0, 20000);
  });

  it('finds in a scan what the command line prints, and what a document pulls', async () => {
    await client.initialize(PULL);
    const scan = await client.connection.sendRequest<ScanResult>('fencepost/scan', {});
    let printed = '';
    try {
      printed = execFileSync(process.execPath, ['dist/cli.js', 'scan', SAMPLE, '--format', 'json'], { encoding: 'utf8' });
    } catch (error) {
      // The sample has findings: exit code 1.
      printed = String((error as { stdout?: unknown }).stdout);
    }
    const keyOf = (rule: unknown, file: string, line: number, column: number): string =>
      `${String(rule)} ${file}:${line}:${column}`;
    const fromScan = scan.results.flatMap(({ uri, diagnostics }) =>
      diagnostics
        .filter((item) => item.severity !== 4)
        .map(({ code, range }) => keyOf(code, path.basename(uri), range.start.line + 1, range.start.character + 1)),
    );
    const { findings } = JSON.parse(printed) as Printed;
    const fromPrint = findings.map((one) => keyOf(one.rule, one.file, one.startLine, one.startColumn));
    assert.ok(fromPrint.length > 2);
    assert.deepEqual(fromScan.sort(), fromPrint.sort());
    const pulled = await client.items(await client.open(FILE, text));
    assert.deepEqual(pulled, scan.results.find(({ uri }) => uri === client.uri(FILE))?.diagnostics);
  });

  it('explains a kernel interface and a control code, shows pages and the report', async () => {
    await client.initialize(PULL);
    const hover = async (file: string, word: string): Promise<string> => {
      const content = readFileSync(path.join(SAMPLE, file), 'utf8');
      const uri = await client.open(file, content);
      const lines = content.slice(0, content.indexOf(word)).split('\n');
      const position = { line: lines.length - 1, character: (lines.at(-1) ?? '').length + 1 };
      const answer = await client.connection.sendRequest<Hover | null>('textDocument/hover', { textDocument: { uri }, position });
      return JSON.stringify(answer?.contents);
    };
    assert.match(await hover('ring.c', 'MmMapLockedPagesSpecifyCache'), /learn\.microsoft\.com.*Raises an exception/);
    assert.match(await hover(FILE, 'ProducerIndex'), /SharedPages.*user mode can write.*MmMapLockedPagesSpecifyCache/);
    const code = /#define\s+(\w+)[^\n]*(?:\\\n[^\n]*)?CTL_CODE/.exec(
      readFileSync(path.join(SAMPLE, 'ringdrv_public.h'), 'utf8'),
    )?.[1];
    assert.match(await hover('ringdrv_public.h', code ?? ''), /Control code.*METHOD_/);
    const page = await client.connection.sendRequest<RulePage | null>('fencepost/rulePage', { rule: 'shared-nonvolatile-read' });
    assert.match(page?.markdown ?? '', /volatile/);
    const { texts } = await client.connection.sendRequest<ReportResult>('fencepost/report', { format: 'html' });
    assert.match(texts[0] ?? '', /default-src 'none'/);
  });

  it('survives texts that are broken in the middle of typing', async () => {
    await client.initialize(PULL);
    const uri = await client.open(FILE, text);
    const whole = (await client.items(uri)).length;
    for (const broken of [
      '',
      '{'.repeat(3000),
      text.slice(0, text.length / 2),
      `${text}\n"`,
      text.replace('{', '{{{('),
      '\0\ufeff\ud800',
    ]) {
      await client.change(uri, broken);
      assert.equal((await client.pull(uri)).kind, 'full');
    }
    await client.change(uri, text);
    assert.equal((await client.items(uri)).length, whole);
  });

  it('ends when it is told to', async () => {
    await client.initialize(PULL);
    const { child } = client;
    const ended = new Promise((resolve) => child?.once('exit', resolve));
    await client.connection.sendRequest('shutdown');
    await client.connection.sendNotification('exit');
    assert.equal(await ended, 0);
  });
});
