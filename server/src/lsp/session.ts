/**
 * What a client can do and has asked for, read once from `initialize`. Pure.
 */
import type { InitializeParams, ServerCapabilities } from 'vscode-languageserver-protocol';
import { FIX_ALL_KIND, TEACH_KIND } from './actions';
import type { DiagnosticSupport } from './diagnostics';
import type { InitializationOptions } from './protocol';
import { isRecord } from './settings';
import type { Encoding } from './text';

export interface ActionSupport {
  /** `documentChanges` with versions. */
  readonly versionedEdits: boolean;
  /** An edit may make a file. */
  readonly createsFiles: boolean;
  /** The client has our commands and asks for the reason itself. */
  readonly commands: boolean;
}

export interface Session {
  readonly encoding: Encoding;
  readonly pulls: boolean;
  /** It may ask for the diagnostics of the whole workspace, and opted in. */
  readonly pullsWorkspace: boolean;
  readonly refreshes: boolean;
  readonly configures: boolean;
  readonly watches: boolean;
  readonly createsProgress: boolean;
  readonly folderEvents: boolean;
  readonly diagnostics: DiagnosticSupport;
  readonly actions: ActionSupport;
  /** What the client asks for again when it is told to. */
  readonly refreshesReading: { readonly lenses: boolean; readonly hints: boolean; readonly tokens: boolean };
  readonly options: InitializationOptions;
  /** URIs of the workspace. */
  readonly folders: readonly string[];
}

export function sessionOf(params: InitializeParams): Session {
  const { workspace, textDocument, window, general } = params.capabilities;
  const options: InitializationOptions = isRecord(params.initializationOptions) ? params.initializationOptions : {};
  const pulled = textDocument?.diagnostic;
  const published = textDocument?.publishDiagnostics;
  return {
    // UTF-16 costs us nothing and every client has it; UTF-8 only for those that do not want it.
    encoding: preferredEncoding(general?.positionEncodings),
    pulls: pulled !== undefined,
    pullsWorkspace: pulled !== undefined && options.workspaceDiagnostics === true,
    refreshes: workspace?.diagnostics?.refreshSupport === true,
    configures: workspace?.configuration === true,
    watches: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    createsProgress: window?.workDoneProgress === true,
    folderEvents: workspace?.workspaceFolders === true,
    diagnostics: {
      relatedInformation: (published?.relatedInformation ?? pulled?.relatedInformation) === true,
      codeDescription: (published?.codeDescriptionSupport ?? pulled?.codeDescriptionSupport) === true,
      tags: (published?.tagSupport ?? pulled?.tagSupport) !== undefined,
      data: (published?.dataSupport ?? pulled?.dataSupport) === true,
    },
    actions: {
      versionedEdits: workspace?.workspaceEdit?.documentChanges === true,
      createsFiles: workspace?.workspaceEdit?.resourceOperations?.includes('create') === true,
      commands: options.commands === true,
    },
    refreshesReading: {
      lenses: workspace?.codeLens?.refreshSupport === true,
      hints: workspace?.inlayHint?.refreshSupport === true,
      tokens: workspace?.semanticTokens?.refreshSupport === true,
    },
    options,
    folders: foldersOf(params),
  };
}

function preferredEncoding(offered: readonly string[] | undefined): Encoding {
  if (!offered || offered.includes('utf-16')) return 'utf-16';
  return offered.includes('utf-8') ? 'utf-8' : 'utf-16';
}

function foldersOf(params: InitializeParams): string[] {
  if (params.workspaceFolders) return params.workspaceFolders.map((folder) => folder.uri);
  return params.rootUri ? [params.rootUri] : [];
}

export function capabilitiesOf(session: Session): ServerCapabilities {
  return {
    positionEncoding: session.encoding,
    textDocumentSync: { openClose: true, change: 2, save: { includeText: false } },
    ...(session.pulls
      ? {
          diagnosticProvider: {
            identifier: 'fencepost',
            interFileDependencies: true,
            workspaceDiagnostics: session.pullsWorkspace,
          },
        }
      : {}),
    codeActionProvider: { codeActionKinds: ['quickfix', FIX_ALL_KIND, TEACH_KIND] },
    hoverProvider: true,
    codeLensProvider: { resolveProvider: false },
    inlayHintProvider: true,
    ...(session.options.documentSymbols === true ? { documentSymbolProvider: true, callHierarchyProvider: true } : {}),
    ...(session.options.semanticTokens === true
      ? {
          semanticTokensProvider: {
            legend: { tokenTypes: ['variable'], tokenModifiers: ['untrusted'] },
            full: true,
          },
        }
      : {}),
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  };
}
