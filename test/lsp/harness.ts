/**
 * A language client for tests, over a server in this process with a fake engine, or over a child process. Collects what the server
 * pushes; answers what the server asks.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type ClientCapabilities,
  type Diagnostic,
  type DocumentDiagnosticReport,
  type InitializeResult,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
} from 'vscode-languageserver-protocol/node';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { NodeFiles } from '../../server/src/lsp/node-files';
import { readProjectFile } from '../../server/src/lsp/project-files';
import { serve, type Host } from '../../server/src/lsp/server';
import { platformTurns } from '../../server/src/lsp/turns';
import type { InitializationOptions, Status } from '../../server/src/lsp/protocol';
import { fakeEngine, type FakeLog } from './fake-engine';

export const PULL: ClientCapabilities = {
  textDocument: {
    diagnostic: { dynamicRegistration: false, relatedDocumentSupport: false },
    publishDiagnostics: {
      relatedInformation: true,
      codeDescriptionSupport: true,
      dataSupport: true,
      tagSupport: { valueSet: [1, 2] },
    },
  },
  workspace: { diagnostics: { refreshSupport: true }, workspaceEdit: { documentChanges: true } },
};
export const PUSH: ClientCapabilities = { textDocument: { publishDiagnostics: { relatedInformation: true } } };

export class TestClient {
  readonly published: PublishDiagnosticsParams[] = [];
  readonly statuses: Status[] = [];
  refreshes = 0;
  lensRefreshes = 0;
  settings: unknown = {};
  #version = 1;

  constructor(
    readonly connection: ProtocolConnection,
    readonly folder: string,
    private readonly end: () => void,
    readonly child?: ChildProcess,
  ) {
    connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
      this.published.push(params);
    });
    connection.onNotification('fencepost/status', (status: Status) => {
      this.statuses.push(status);
    });
    connection.onRequest('workspace/diagnostic/refresh', () => {
      this.refreshes++;
      return null;
    });
    connection.onRequest('workspace/codeLens/refresh', () => {
      this.lensRefreshes++;
      return null;
    });
    connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) => items.map(() => this.settings));
    connection.onRequest('client/registerCapability', () => null);
    connection.listen();
  }

  async initialize(capabilities: ClientCapabilities, options: InitializationOptions = {}): Promise<InitializeResult> {
    const uri = pathToFileURL(this.folder).href;
    const result = await this.connection.sendRequest<InitializeResult>('initialize', {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: 'test' }],
      capabilities,
      initializationOptions: { debounce: 5, ...options },
    });
    await this.connection.sendNotification('initialized', {});
    return result;
  }

  uri(file: string): string {
    return pathToFileURL(path.join(this.folder, file)).href;
  }

  async open(file: string, text: string): Promise<string> {
    const uri = this.uri(file);
    await this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'c', version: this.#version++, text },
    });
    return uri;
  }

  /** Replaces the whole text; returns the new version. */
  async change(uri: string, text: string): Promise<number> {
    const version = this.#version++;
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [{ text }],
    });
    return version;
  }

  async close(uri: string): Promise<void> {
    await this.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
  }

  pull(uri: string, previousResultId?: string): Promise<DocumentDiagnosticReport> {
    return this.connection.sendRequest('textDocument/diagnostic', {
      textDocument: { uri },
      ...(previousResultId ? { previousResultId } : {}),
    });
  }

  async items(uri: string): Promise<Diagnostic[]> {
    const report = await this.pull(uri);
    return report.kind === 'full' ? report.items : [];
  }

  /** What a client would show as pushed for a file now. */
  shown(uri: string): Diagnostic[] | undefined {
    return this.published.findLast((params) => params.uri === uri)?.diagnostics;
  }

  async dispose(): Promise<void> {
    if (!this.child || this.child.exitCode === null) {
      await this.connection.sendRequest('shutdown').catch(() => undefined);
      // A server in this process would end the tests.
      if (this.child) await this.connection.sendNotification('exit').catch(() => undefined);
    }
    this.connection.dispose();
    this.end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A scratch folder with these files. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'fencepost lsp '));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  }
  return folder;
}

export function inProcess(
  files: Readonly<Record<string, string | Uint8Array>>,
  overrides: Partial<Host> = {},
): TestClient & { readonly log: FakeLog } {
  const log: FakeLog = { created: 0, runs: 0, slices: 0, disposed: 0, configurations: [] };
  const up = new PassThrough();
  const down = new PassThrough();
  const server = createConnection(ProposedFeatures.all, new StreamMessageReader(up), new StreamMessageWriter(down));
  serve(server, {
    engines: () => () => Promise.resolve(fakeEngine(log)),
    turns: platformTurns(),
    disk: new NodeFiles(),
    readProject: (text) => readProjectFile(text, []),
    rulePage: (rule) => (rule === 'bad-word' ? { title: 'A bad word', markdown: '# bad-word' } : undefined),
    version: 'test',
    ...overrides,
  });
  server.listen();
  const connection = createProtocolConnection(new StreamMessageReader(down), new StreamMessageWriter(up));
  return Object.assign(new TestClient(connection, folderWith(files), () => undefined), { log });
}

export function overStdio(folder: string, command: readonly string[]): TestClient {
  // Nothing of one test is known in another one, nor in the cache of whoever runs it.
  const own = `${folder}-cache`;
  const child = spawn(process.execPath, [...command], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, XDG_CACHE_HOME: own },
  });
  const connection = createProtocolConnection(new StreamMessageReader(child.stdout), new StreamMessageWriter(child.stdin));
  const end = (): void => {
    child.kill();
    rmSync(own, { recursive: true, force: true });
  };
  return new TestClient(connection, folder, end, child);
}

/** Waits until a condition holds; fails with the words after five seconds. */
export async function until(what: string, condition: () => boolean, limit = 5000): Promise<void> {
  const end = Date.now() + limit;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited ${limit} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
