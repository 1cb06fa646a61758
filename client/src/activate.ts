/**
 * Everything of the extension that is the same on the desktop and in a browser: the client, commands, status. The entries hand in how
 * a server is started.
 */
import {
  commands,
  TabInputText,
  TabInputTextDiff,
  Uri,
  window,
  workspace,
  type Diagnostic,
  type ExtensionContext,
  type LogOutputChannel,
} from 'vscode';
import { State, type BaseLanguageClient, type ConfigurationItem, type LanguageClientOptions } from 'vscode-languageclient';
import {
  Commands,
  Methods,
  type HiddenParams,
  type InitializationOptions,
  type Status,
  type TrustParams,
} from '../../server/src/lsp/protocol';
import type { Connected } from './connected';
import { answerDisk } from './disk';
import { offersOutline } from './other-extensions';
import { changeProject } from './project';
import { registerRulePages, rulePageLink } from './rule-pages';
import { ChangedFiles } from './scan-changed';
import { scanWorkspace } from './scan-command';
import { documentFilters } from './selector';
import { openSample } from './sample';
import { StatusItem } from './status-item';
import { suppress } from './suppress';
import { settingsFor } from './trust';
import { UntrustedMarks } from './untrusted-marks';
import { registerFindings } from './views/findings-tree';
import { registerReport } from './views/report';
import { registerSurface } from './views/surface-tree';

/** Creates a client that is not started yet. */
export type CreateClient = (options: LanguageClientOptions) => Promise<BaseLanguageClient>;

/** What only one platform has. */
export interface Platform {
  readonly createClient: CreateClient;
  readonly initialization: Partial<InitializationOptions>;
}

/** Told by the extension host's tests; nothing else relies on it. */
export interface Exports {
  readonly status: () => Status | undefined;
}

export async function activateOn(context: ExtensionContext, platform: Platform): Promise<Exports> {
  const output = window.createOutputChannel('Fencepost', { log: true });
  const extension = new Extension(platform, output);
  const findings = registerFindings(extension);
  const surface = registerSurface(extension);
  const marks = new UntrustedMarks(extension);
  const changed = new ChangedFiles(extension);
  extension.onFindings = () => {
    marks.refresh();
    findings.refresh();
    surface.refresh();
  };
  context.subscriptions.push(
    output,
    extension,
    commands.registerCommand(Commands.scan, (target: unknown) =>
      scanWorkspace(extension, target instanceof Uri ? target : undefined),
    ),
    commands.registerCommand(Commands.scanChanged, () => changed.scan()),
    changed,
    commands.registerCommand(Commands.restart, () => extension.restart()),
    commands.registerCommand(Commands.output, () => {
      output.show();
    }),
    commands.registerCommand(Commands.suppress, (args: unknown) => suppress(extension, args)),
    commands.registerCommand(Commands.changeProject, (params: unknown) => changeProject(extension, params)),
    commands.registerCommand('fencepost.openSample', () => openSample(context)),
    ...registerRulePages(extension),
    ...registerReport(extension),
    findings,
    surface,
    marks,
    workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('files.exclude')) extension.settingsChanged();
      if (event.affectsConfiguration('fencepost.markUntrusted')) marks.refresh();
    }),
    workspace.onDidGrantWorkspaceTrust(() => {
      const params: TrustParams = { trusted: true };
      void extension.client?.sendNotification(Methods.trust, params);
    }),
    window.tabGroups.onDidChangeTabs(({ closed }) => {
      for (const tab of closed) extension.hidden(uriOf(tab.input));
    }),
  );
  await extension.start();
  return { status: () => extension.status };
}

class Extension implements Connected {
  readonly #item = new StatusItem();
  #client: BaseLanguageClient | undefined;
  #status: Status | undefined;
  #contexts = '';
  #refreshDue: ReturnType<typeof setTimeout> | undefined;
  onFindings: () => void = () => undefined;

  constructor(
    private readonly platform: Platform,
    private readonly output: LogOutputChannel,
  ) {}

  get client(): BaseLanguageClient | undefined {
    return this.#client?.state === State.Running ? this.#client : undefined;
  }
  get status(): Status | undefined {
    return this.#status;
  }

  async start(): Promise<void> {
    try {
      const client = await this.platform.createClient(this.#options());
      this.#client = client;
      answerDisk(client);
      client.onNotification(Methods.status, (status: Status) => {
        this.#status = status;
        this.output.debug(`${status.state}: ${status.message}`);
        this.#item.show(status);
        this.#tellContexts(status);
      });
      client.onNotification(Methods.findingsChanged, () => {
        this.#findingsChanged();
      });
      client.onDidChangeState(({ newState }) => {
        if (newState === State.Stopped) this.#item.stopped();
      });
      await client.start();
      this.output.info('The language server runs.');
    } catch (error) {
      this.output.error(`the server could not be started: ${String(error)}`);
      this.#item.stopped();
    }
  }

  async restart(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    this.#status = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      this.output.warn(`the server did not stop in time: ${String(error)}`);
    }
    await this.start();
  }

  /** Settings of the editor that the server reads, too. */
  settingsChanged(): void {
    void this.client?.sendNotification('workspace/didChangeConfiguration', { settings: null });
  }

  /** The document may stay open for minutes after its last tab is gone; what a scan found in it is shown again at once. */
  hidden(uri: Uri | undefined): void {
    if (!uri || window.tabGroups.all.some((group) => group.tabs.some((tab) => uriOf(tab.input)?.toString() === uri.toString())))
      return;
    const params: HiddenParams = { uri: uri.toString() };
    void this.client?.sendNotification(Methods.hidden, params);
  }

  /** The views appear where there is driver code, and know whether it was looked at. */
  #tellContexts(status: Status): void {
    const active = status.state !== 'idle' && status.state !== 'indexing';
    const contexts = `${String(active)} ${String(status.state === 'ready')}`;
    if (contexts === this.#contexts) return;
    this.#contexts = contexts;
    if (active) void commands.executeCommand('setContext', 'fencepost.active', true);
    void commands.executeCommand('setContext', 'fencepost.analysed', status.state === 'ready');
  }

  /** Trees are drawn anew at most a few times a second while someone types. */
  #findingsChanged(): void {
    this.#refreshDue ??= setTimeout(() => {
      this.#refreshDue = undefined;
      this.onFindings();
    }, 300);
  }

  dispose(): void {
    clearTimeout(this.#refreshDue);
    this.#item.dispose();
    void this.#client?.dispose();
  }

  #options(): LanguageClientOptions {
    const initialization: InitializationOptions = {
      trusted: workspace.isTrusted,
      commands: true,
      files: true,
      visibility: true,
      documentSymbols: offersOutline(),
      settings: settingsFor(undefined),
      ...this.platform.initialization,
    };
    return {
      documentSelector: documentFilters(),
      initializationOptions: initialization,
      outputChannel: this.output,
      diagnosticPullOptions: { onChange: true, onTabs: false },
      middleware: {
        provideDiagnostics: async (document, previousResultId, token, next) => {
          const report = await next(document, previousResultId, token);
          if (report && 'items' in report) report.items.forEach(linkToPage);
          return report;
        },
        handleDiagnostics: (uri, diagnostics, next) => {
          diagnostics.forEach(linkToPage);
          next(uri, diagnostics);
        },
        workspace: {
          configuration: (params) =>
            params.items.map((item: ConfigurationItem) =>
              settingsFor(item.scopeUri === undefined ? undefined : Uri.parse(item.scopeUri)),
            ),
        },
      },
    };
  }
}

/** The rule's page opens in the editor instead of a browser. */
function linkToPage(diagnostic: Diagnostic): void {
  const { code } = diagnostic;
  if (typeof code !== 'object' || typeof code.value !== 'string') return;
  diagnostic.code = { value: code.value, target: rulePageLink(code.value, code.target.toString()) };
}

function uriOf(input: unknown): Uri | undefined {
  return input instanceof TabInputText ? input.uri : input instanceof TabInputTextDiff ? input.modified : undefined;
}
