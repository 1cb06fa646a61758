/**
 * What one sees while reading, from the bundled server on the sample driver: lines above entry points, marks, hints, hovers, calls.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type {
  CallHierarchyIncomingCall,
  CallHierarchyItem,
  CallHierarchyOutgoingCall,
  CodeLens,
  DocumentSymbol,
  Hover,
  InlayHint,
  Range,
  SemanticTokens,
} from 'vscode-languageserver-protocol/node';
import type { UntrustedResult } from '../../server/src/lsp/protocol';
import { overStdio, PULL, type TestClient } from './harness';

const SAMPLE = 'samples/ringdrv';
const sample = (file: string): string => readFileSync(path.join(SAMPLE, file), 'utf8');
const WHOLE_FILE: Range = { start: { line: 0, character: 0 }, end: { line: 9999, character: 0 } };

describe('reading aids', () => {
  let client: TestClient;
  beforeEach(() => {
    const folder = mkdtempSync(path.join(tmpdir(), 'fencepost reading '));
    cpSync(SAMPLE, folder, { recursive: true });
    client = overStdio(folder, ['dist/server.js', '--stdio']);
  });
  afterEach(() => client.dispose());

  const textAt = (text: string, range: Range): string =>
    text.split('\n')[range.start.line]?.slice(range.start.character, range.end.character) ?? '';

  it('puts the control code, its method and access, and the findings above its handler', async () => {
    await client.initialize(PULL, { commands: true });
    const text = sample('control.c');
    const uri = await client.open('control.c', text);
    const lenses = await client.connection.sendRequest<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } });
    const above = (name: string): (string | undefined)[] =>
      lenses.filter(({ range }) => textAt(text, range) === name).map(({ command }) => command?.title);
    assert.deepEqual(above('ControlSetWatermark'), [
      'IOCTL_RING_SET_WATERMARK · METHOD_BUFFERED · FILE_WRITE_ACCESS',
      '1 finding',
    ]);
    assert.match(above('ControlSetFilter')[0] ?? '', /METHOD_NEITHER/);
    assert.deepEqual(above('ControlQueryLayout').length, 1, 'nothing was found there');
    const found = lenses.find(({ command }) => command?.title === '1 finding');
    assert.equal(found?.command?.command, 'fencepost.showFindings');
  });

  it('shows no lines where they are switched off', async () => {
    client.settings = { codeLens: false, markUntrusted: false };
    await client.initialize({ ...PULL, workspace: { ...PULL.workspace, configuration: true } });
    const uri = await client.open('control.c', sample('control.c'));
    assert.deepEqual(await client.connection.sendRequest('textDocument/codeLens', { textDocument: { uri } }), []);
    const marks = await client.connection.sendRequest<UntrustedResult>('fencepost/untrusted', { uri });
    assert.deepEqual(marks.ranges, []);
  });

  it('marks what user mode can choose, for the version that is open', async () => {
    const { capabilities } = await client.initialize(PULL, { semanticTokens: true });
    assert.deepEqual((capabilities.semanticTokensProvider as { legend?: unknown } | undefined)?.legend, {
      tokenTypes: ['variable'],
      tokenModifiers: ['untrusted'],
    });
    const text = sample('session.c');
    const uri = await client.open('session.c', text);
    const { ranges, version } = await client.connection.sendRequest<UntrustedResult>('fencepost/untrusted', { uri });
    assert.equal(version, 1);
    const marked = ranges.map((range) => textAt(text, range));
    assert.ok(
      marked.some((one) => one.includes('ProducerIndex')),
      marked.join(' | '),
    );
    assert.ok(!marked.some((one) => one.includes('ConsumerIndex') && !one.includes('Shared')), marked.join(' | '));
    const tokens = await client.connection.sendRequest<SemanticTokens>('textDocument/semanticTokens/full', {
      textDocument: { uri },
    });
    assert.equal(tokens.data.length, ranges.length * 5);
    assert.ok(tokens.data.every((number) => number >= 0));
  });

  it('hints at origins only where the user wants it', async () => {
    client.settings = {};
    await client.initialize({ ...PULL, workspace: { ...PULL.workspace, configuration: true } });
    const uri = await client.open('session.c', sample('session.c'));
    const hints = (): Promise<InlayHint[]> =>
      client.connection.sendRequest('textDocument/inlayHint', { textDocument: { uri }, range: WHOLE_FILE });
    assert.deepEqual(await hints(), []);
    client.settings = { originHints: true };
    await client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    let found: InlayHint[] = [];
    for (let i = 0; i < 100 && found.length === 0; i++) found = await hints();
    assert.ok(
      found.some(({ label }) => label === ': SharedPages'),
      JSON.stringify(found),
    );
  });

  it('says what a driver says of its own functions', async () => {
    await client.initialize(PULL);
    const text = `#include <ntddk.h>
_IRQL_requires_max_(DISPATCH_LEVEL)
_Requires_lock_held_(Ring->Lock)
VOID RingReset(_Inout_ PRING Ring, _In_reads_bytes_(Length) PVOID Buffer, ULONG Length)
{
    Ring->Head = 0;
}
`;
    const uri = await client.open('own.c', text);
    const hover = await client.connection.sendRequest<Hover | null>('textDocument/hover', {
      textDocument: { uri },
      position: { line: 3, character: 8 },
    });
    const said = (hover?.contents as { value?: string } | undefined)?.value ?? '';
    assert.match(said, /May be called up to IRQL `DISPATCH_LEVEL`/);
    assert.match(said, /Needs the lock `Ring->Lock`/);
    assert.match(said, /`Buffer`: `_In_reads_bytes_\(Length\)`/);
  });

  it('follows calls through the dispatch table, for clients without another C server', async () => {
    const { capabilities } = await client.initialize(PULL, { documentSymbols: true });
    assert.equal(capabilities.callHierarchyProvider, true);
    const text = sample('control.c');
    const uri = await client.open('control.c', text);
    const lines = text.split('\n');
    const line = lines.findIndex((one) => one.startsWith('ControlDispatch('));
    const [item] = await client.connection.sendRequest<CallHierarchyItem[]>('textDocument/prepareCallHierarchy', {
      textDocument: { uri },
      position: { line, character: 3 },
    });
    assert.equal(item?.name, 'ControlDispatch');
    const incoming = await client.connection.sendRequest<CallHierarchyIncomingCall[]>('callHierarchy/incomingCalls', { item });
    assert.deepEqual(
      incoming.map(({ from }) => [from.name, path.basename(from.uri)]),
      [['RingDrvDeviceControl', 'driver.c']],
    );
    const outgoing = await client.connection.sendRequest<CallHierarchyOutgoingCall[]>('callHierarchy/outgoingCalls', { item });
    const names = outgoing.map(({ to }) => to.name);
    assert.ok(names.includes('ControlSetFilter') && names.includes('SessionDrain'), names.join());
    const place = outgoing.find(({ to }) => to.name === 'ControlSetFilter')?.fromRanges[0];
    assert.equal(place && textAt(text, place), 'ControlSetFilter');
    const symbols = await client.connection.sendRequest<DocumentSymbol[]>('textDocument/documentSymbol', {
      textDocument: { uri },
    });
    assert.ok(symbols.some(({ name }) => name === 'ControlDispatch'));
  });

  it('leaves outlines and calls to other C servers unless it is asked', async () => {
    const { capabilities } = await client.initialize(PULL);
    assert.equal(capabilities.documentSymbolProvider, undefined);
    assert.equal(capabilities.callHierarchyProvider, undefined);
    assert.equal(capabilities.semanticTokensProvider, undefined);
  });
});
