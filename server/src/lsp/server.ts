/**
 * The language server: life cycle, documents, settings and files of one connection. Wires parts that do the work; the requests
 * themselves are in requests.ts. Independent of the platform: node.ts and browser.ts hand in a host.
 */
import {
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  type Connection,
  type DidChangeTextDocumentParams,
  type DidChangeWatchedFilesParams,
  type Disposable,
  type InitializeParams,
  type InitializeResult,
} from 'vscode-languageserver';
import type { Snapshot } from './analyst';
import { ClientFiles } from './client-files';
import type { EngineFactory, ProjectAnswer } from './engine';
import { BUILD_GLOB, isAnalysed, PROJECT_FILE, SOURCE_GLOB } from './evidence';
import type { FileSource } from './files';
import type { KeptOutcomes } from './kept';
import { BASELINE_FILE } from '../report/baseline';
import { Folder } from './folder';
import {
  Methods,
  type HiddenParams,
  type InitializationOptions,
  type ListFilesResult,
  type ReadFileResult,
  type RulePage,
  type RulePageParams,
  type TrustParams,
} from './protocol';
import { answerOverview } from './overview';
import { LensWatch } from './lens-watch';
import { Publisher } from './publisher';
import type { Turns } from './pump';
import { answerRequests } from './requests';
import { Roots, type Located } from './roots';
import { capabilitiesOf, sessionOf, type Session } from './session';
import { isRecord, readSettings } from './settings';
import { StatusLine } from './status';
import { applyChanges } from './text';
import { normalUri } from './uri';
import { WorkspacePull } from './workspace-pull';

/** What the platform gives. */
export interface Host {
  /** Called once, with what the client sent: the wasm files may be in it. */
  engines(options: InitializationOptions): EngineFactory;
  readonly turns: Turns;
  /** The server's own disk; absent in a worker. */
  readonly disk?: FileSource;
  /** Outcomes of earlier sessions; absent where there is no place for them. */
  readonly kept?: KeptOutcomes;
  readonly readProject: (text: string) => ProjectAnswer;
  readonly rulePage: (rule: string) => RulePage | undefined;
  readonly version: string;
}

/** Everything that belongs to one initialised connection. */
export interface Running {
  readonly session: Session;
  readonly roots: Roots;
  readonly publisher: Publisher;
  readonly status: StatusLine;
  readonly lenses: LensWatch;
  readonly workspacePull: WorkspacePull;
  readonly turns: Turns;
  /** The folder and path of an open or indexed file that is analysed. */
  find(uri: string): Located | undefined;
}

const DEFAULT_DEBOUNCE_MS = 150;

/** Registers every handler on a connection; the caller makes it listen. */
export function serve(connection: Connection, host: Host): void {
  let running: (Running & Server) | undefined;
  connection.onInitialize((params: InitializeParams): InitializeResult => {
    running = new Server(connection, host, params);
    return { capabilities: capabilitiesOf(running.session), serverInfo: { name: 'Fencepost', version: host.version } };
  });
  connection.onInitialized(() => void running?.initialized());
  connection.onShutdown(() => running?.dispose());
  connection.onDidOpenTextDocument(({ textDocument: { uri, version, text } }) => running?.opened(uri, version, text));
  connection.onDidChangeTextDocument((params) => running?.changed(params));
  connection.onDidCloseTextDocument(({ textDocument }) => void running?.closed(textDocument.uri));
  connection.onDidSaveTextDocument(({ textDocument }) => running?.saved(textDocument.uri));
  connection.onDidChangeConfiguration(
    ({ settings }) => void running?.reconfigure(isRecord(settings) ? settings['fencepost'] : undefined),
  );
  connection.onDidChangeWatchedFiles((params) => void running?.diskChanged(params));
  connection.onNotification(Methods.hidden, ({ uri }: HiddenParams) => running?.hidden(uri));
  connection.onNotification(Methods.trust, ({ trusted }: TrustParams) => void running?.trust(trusted));
  answerRequests(connection, () => running);
  answerOverview(connection, () => running, { page: (rule) => host.rulePage(rule)?.markdown, version: host.version });
  connection.onRequest(Methods.rulePage, ({ rule }: RulePageParams): RulePage | null => host.rulePage(rule) ?? null);
}

class Server implements Running {
  readonly session: Session;
  readonly roots: Roots;
  readonly publisher: Publisher;
  readonly status: StatusLine;
  readonly lenses: LensWatch;
  readonly workspacePull = new WorkspacePull();
  readonly turns: Turns;
  readonly #engines: EngineFactory;
  readonly #registrations: Disposable[] = [];
  #trusted: boolean;
  /** Settings of clients that cannot be asked. */
  #given: unknown;
  #disposed = false;

  constructor(
    private readonly connection: Connection,
    private readonly host: Host,
    params: InitializeParams,
  ) {
    this.session = sessionOf(params);
    this.turns = host.turns;
    this.#trusted = this.session.options.trusted !== false;
    this.#given = this.session.options.settings;
    this.#engines = host.engines(this.session.options);
    this.roots = new Roots((uri, loose) => this.#folder(uri, loose));
    this.publisher = new Publisher({
      pulls: this.session.pulls,
      refreshes: this.session.refreshes,
      support: () => this.session.diagnostics,
      turns: host.turns,
      send: (uri, version, diagnostics) => {
        if (!this.#disposed) void connection.sendDiagnostics({ uri, diagnostics, ...(version === undefined ? {} : { version }) });
      },
      refresh: () => {
        connection.languages.diagnostics.refresh();
        this.#refreshMarks();
      },
    });
    this.lenses = new LensWatch({
      turns: host.turns,
      commands: this.session.actions.commands,
      refresh: () => {
        this.#refreshLenses();
      },
    });
    this.status = new StatusLine(
      () => this.roots.all,
      host.turns,
      (status) => {
        if (!this.#disposed) void connection.sendNotification(Methods.status, status);
      },
    );
    for (const uri of this.session.folders) this.roots.add(uri);
  }

  async initialized(): Promise<void> {
    if (this.session.folderEvents) {
      this.connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        for (const { uri } of removed) this.#removeFolder(uri);
        for (const { uri } of added) this.roots.add(uri);
        this.workspacePull.changed();
      });
    }
    if (this.session.watches) {
      const watchers = [SOURCE_GLOB, BUILD_GLOB, `**/${PROJECT_FILE}`, `**/${BASELINE_FILE}`].map((globPattern) => ({
        globPattern,
      }));
      this.#registrations.push(await this.connection.client.register(DidChangeWatchedFilesNotification.type, { watchers }));
    }
    if (this.session.configures)
      this.#registrations.push(
        await this.connection.client.register(DidChangeConfigurationNotification.type, { section: 'fencepost' }),
      );
  }

  find(uri: string): Located | undefined {
    const located = this.roots.find(uri);
    return located && (isAnalysed(located.path) || located.path === PROJECT_FILE) ? located : undefined;
  }

  opened(uri: string, version: number, text: string): void {
    const located = this.roots.locate(uri);
    if (!located || !this.find(uri)) return;
    const { folder, path } = located;
    folder.opened(path, uri, version, text);
    if (!this.session.options.visibility) this.publisher.takeOver(uri);
    this.refresh(folder);
  }

  changed({ textDocument, contentChanges }: DidChangeTextDocumentParams): void {
    const located = this.find(textDocument.uri);
    const file = located?.folder.openFiles.get(located.path);
    if (!located || !file) return;
    const { text } = applyChanges(file.text, contentChanges, this.session.encoding);
    located.folder.changed(located.path, textDocument.version, text);
    this.refresh(located.folder);
  }

  saved(uri: string): void {
    const located = this.find(uri);
    if (!located?.folder.holds) return;
    located.folder.saved(located.path);
    this.refresh(located.folder);
  }

  async closed(uri: string): Promise<void> {
    const located = this.find(uri);
    if (!located?.folder.openFiles.has(located.path)) return;
    const { folder, path } = located;
    await folder.closed(path);
    this.publisher.closed(folder, path);
    this.lenses.closed(folder, path);
    this.roots.release(folder);
    if (this.roots.all.includes(folder)) this.refresh(folder);
    else {
      this.status.forget(folder);
      this.lenses.forget(folder);
    }
  }

  hidden(uri: string): void {
    const located = this.find(uri);
    if (located) this.publisher.giveBack(located.folder, located.path);
  }

  async trust(trusted: boolean): Promise<void> {
    if (trusted === this.#trusted) return;
    this.#trusted = trusted;
    await this.reconfigure(undefined);
  }

  async reconfigure(given: unknown): Promise<void> {
    if (given !== undefined) this.#given = given;
    for (const folder of this.roots.all) {
      // Other settings may want other files read, and then it is not indexed for a while.
      const wasIndexed = folder.indexed;
      await this.#configure(folder);
      if (wasIndexed) this.refresh(folder);
    }
    // What is shown while reading may have been switched on or off, which changes no finding.
    this.#refreshMarks();
  }

  async diskChanged({ changes }: DidChangeWatchedFilesParams): Promise<void> {
    const byFolder = new Map<Folder, string[]>();
    for (const { uri } of changes) {
      const located = this.roots.find(uri);
      if (!located) continue;
      byFolder.set(located.folder, [...(byFolder.get(located.folder) ?? []), located.path]);
    }
    for (const [folder, paths] of byFolder) {
      if (!folder.indexed) continue;
      await folder.diskChanged(paths);
      this.refresh(folder);
    }
  }

  /** Brings a folder up to date without anyone asking, so that pushed results and other open files follow. */
  refresh(folder: Folder): void {
    if (!folder.indexed) this.status.set(folder, 'indexing', 'Reading files.');
    void folder
      .fresh(() => !this.#disposed)
      .then((snapshot) => {
        if (snapshot && folder.isActive) {
          // Nothing was analysed, and yet the findings of a document lie elsewhere than before.
          if (folder.holds) this.publisher.fresh(folder, snapshot);
          this.status.changed();
          return;
        }
        if (folder.failure !== undefined) this.status.set(folder, 'failed', folder.failure);
        else if (!folder.isActive) this.status.set(folder, 'idle', 'No Windows driver code here.');
        if (snapshot) this.publisher.fresh(folder, snapshot);
      });
  }

  #refreshLenses(): void {
    if (this.#disposed || !this.session.refreshesReading.lenses) return;
    this.connection.sendRequest('workspace/codeLens/refresh').catch(() => undefined);
  }

  #refreshMarks(): void {
    const { hints, tokens } = this.session.refreshesReading;
    if (hints) this.connection.languages.inlayHint.refresh().catch(() => undefined);
    if (tokens) this.connection.languages.semanticTokens.refresh();
  }

  dispose(): void {
    this.#disposed = true;
    for (const registration of this.#registrations) registration.dispose();
    this.roots.dispose();
  }

  #removeFolder(uri: string): void {
    const folder = this.roots.workspace.find((candidate) => normalUri(candidate.uri) === normalUri(uri).replace(/\/$/, ''));
    if (!folder) return;
    this.publisher.forget(folder);
    this.lenses.forget(folder);
    const open = [...folder.openFiles.values()];
    this.roots.remove(uri);
    this.status.forget(folder);
    for (const file of open) this.opened(file.uri, file.version, file.text.text);
  }

  #folder(uri: string, loose: boolean): Folder {
    const folder: Folder = new Folder({
      uri,
      create: this.#engines,
      ...(loose ? {} : { source: this.#sourceOf(uri), ...(this.host.kept ? { kept: this.host.kept } : {}) }),
      turns: this.host.turns,
      debounce: this.session.options.debounce ?? DEFAULT_DEBOUNCE_MS,
      encoding: this.session.encoding,
      ready: () => this.#configure(folder),
      readProject: this.host.readProject,
      events: {
        fresh: (snapshot: Snapshot) => {
          this.status.set(folder, 'ready', 'Up to date.');
          this.publisher.fresh(folder, snapshot);
          this.lenses.fresh(folder);
          this.workspacePull.changed();
          if (this.session.options.commands) void this.connection.sendNotification(Methods.findingsChanged);
        },
        early: (snapshot: Snapshot) => {
          this.publisher.early(folder, snapshot);
        },
        running: (progress) => {
          if (!progress) return;
          const { done, total, file } = progress;
          // What is counted are files while they are read, then functions: a name says more than a unit that changes.
          const step = `${file?.slice(file.lastIndexOf('/') + 1) ?? ''} (${done} of ${total}).`;
          const message = folder.openAreKnown ? `Open files are up to date; analysing ${step}` : `Analysing ${step}`;
          this.status.set(folder, 'analysing', message, Math.round((100 * done) / Math.max(1, total)));
        },
        log: (message) => {
          this.connection.console.error(message);
        },
      },
    });
    return folder;
  }

  #sourceOf(uri: string): FileSource | undefined {
    if (this.host.disk && uri.startsWith('file:')) return this.host.disk;
    if (!this.session.options.files) return undefined;
    return new ClientFiles({
      list: (params) => this.connection.sendRequest<ListFilesResult>(Methods.listFiles, params),
      read: (params) => this.connection.sendRequest<ReadFileResult | null>(Methods.readFile, params),
    });
  }

  async #configure(folder: Folder): Promise<void> {
    let section = this.#given;
    if (this.session.configures) {
      try {
        section = await this.connection.workspace.getConfiguration({ scopeUri: folder.uri, section: 'fencepost' });
      } catch (error) {
        this.connection.console.warn(`settings could not be read: ${String(error)}`);
      }
    }
    folder.configure(readSettings(section), this.#trusted);
  }
}
