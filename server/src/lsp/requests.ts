/**
 * Requests of a client about documents: diagnostics, code actions, hover, lenses, symbols, tokens, and our own. Each waits for findings
 * of the text as it is, stops waiting when it is cancelled, and never answers from an old version.
 */
import {
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  ResponseError,
  SemanticTokensBuilder,
  type CancellationToken,
  type CodeAction,
  type CodeActionParams,
  type CodeLens,
  type Connection,
  type DocumentDiagnosticParams,
  type DocumentDiagnosticReport,
  type DocumentSymbol,
  type Hover,
  type TextDocumentPositionParams,
} from 'vscode-languageserver';
import { actionsAt, editOf } from './actions';
import type { Snapshot } from './analyst';
import { digestOf } from './diagnostics';
import { Methods, type ScanParams, type ScanResult, type SuppressEditParams, type SuppressEditResult } from './protocol';
import { hoverAt } from './hover';
import type { Located } from './roots';
import { scan, type ScanReport } from './scan';
import type { Running } from './server';
import { suppressionAt } from './suppress';
import { symbolsOf } from './symbols';

type Current = () => Running | undefined;

interface Fresh extends Located {
  readonly running: Running;
  readonly snapshot: Snapshot;
}

export function answerRequests(connection: Connection, current: Current): void {
  connection.languages.diagnostics.on((params, token) => diagnose(current, params, token));
  connection.onCodeAction((params, token) => actions(current, params, token));
  connection.onHover((params, token) => hover(current, params, token));
  connection.onCodeLens((params, token) => lenses(current, params.textDocument.uri, token));
  connection.onDocumentSymbol((params, token) => symbols(current, params.textDocument.uri, token));
  connection.languages.semanticTokens.on(async (params, token) => {
    const builder = new SemanticTokensBuilder();
    const fresh = await freshAt(current, params.textDocument.uri, token);
    const lined = fresh?.folder.lined(fresh.path);
    for (const span of fresh?.folder.engine?.untrusted?.(fresh.path) ?? []) {
      const range = lined?.range(span.start, span.end);
      if (range?.start.line !== range?.end.line || !range) continue;
      builder.push(range.start.line, range.start.character, range.end.character - range.start.character, 0, 1);
    }
    return builder.build();
  });
  connection.onRequest(Methods.suppressEdit, (params: SuppressEditParams) => suppressEdit(current, params));
  connection.onRequest(Methods.scan, (params: ScanParams | undefined, token: CancellationToken) =>
    scanAll(connection, current, params ?? {}, token),
  );
}

/** The findings of now for a file; undefined for a file that is not analysed. Throws RequestCancelled once the client gave up. */
async function freshAt(current: Current, uri: string, token: CancellationToken, urgent = false): Promise<Fresh | undefined> {
  const running = current();
  const located = running?.find(uri);
  if (!running || !located) return undefined;
  const snapshot = await located.folder.fresh(() => !token.isCancellationRequested, urgent);
  if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
  if (snapshot) return { ...located, running, snapshot };
  // Whoever asks keeps what it has: an empty answer would look like a clean file.
  throw new ResponseError(LSPErrorCodes.ServerCancelled, located.folder.failure ?? 'the folder was closed', {
    retriggerRequest: false,
  });
}

async function diagnose(
  current: Current,
  params: DocumentDiagnosticParams,
  token: CancellationToken,
): Promise<DocumentDiagnosticReport> {
  const { uri } = params.textDocument;
  const publisher = current()?.find(uri) ? current()?.publisher : undefined;
  publisher?.pullStarted(uri);
  let resultId: string | undefined;
  try {
    const fresh = await freshAt(current, uri, token);
    if (!fresh) return { kind: DocumentDiagnosticReportKind.Full, items: [] };
    const items = fresh.folder.diagnostics(fresh.path, fresh.snapshot, fresh.running.session.diagnostics);
    resultId = digestOf(items);
    return params.previousResultId === resultId
      ? { kind: DocumentDiagnosticReportKind.Unchanged, resultId }
      : { kind: DocumentDiagnosticReportKind.Full, resultId, items };
  } finally {
    publisher?.pullEnded(uri, resultId);
  }
}

async function actions(current: Current, params: CodeActionParams, token: CancellationToken): Promise<CodeAction[]> {
  const fresh = await freshAt(current, params.textDocument.uri, token, true);
  const lined = fresh?.folder.lined(fresh.path);
  if (!fresh || !lined) return [];
  const start = lined.offsetAt(params.range.start);
  const end = lined.offsetAt(params.range.end);
  const found = fresh.folder.findings(fresh.path, fresh.snapshot);
  return actionsAt(fresh.folder, fresh.path, found, start, end, params.context, fresh.running.session.actions);
}

async function hover(current: Current, params: TextDocumentPositionParams, token: CancellationToken): Promise<Hover | null> {
  const fresh = await freshAt(current, params.textDocument.uri, token, true);
  const lined = fresh?.folder.lined(fresh.path);
  if (!fresh || !lined) return null;
  const { folder, path } = fresh;
  if (!folder.engine) return null;
  const answer = hoverAt(folder.engine, folder.model, folder.paths, path, lined.text, lined.offsetAt(params.position));
  if (!answer) return null;
  return { contents: { kind: 'markdown', value: answer.markdown }, range: lined.range(answer.start, answer.end) };
}

async function lenses(current: Current, uri: string, token: CancellationToken): Promise<CodeLens[]> {
  const fresh = await freshAt(current, uri, token);
  const lined = fresh?.folder.lined(fresh.path);
  if (!fresh || !lined || !fresh.folder.settings.codeLens) return [];
  const answers = fresh.folder.engine?.lenses?.(fresh.path) ?? [];
  return answers.map(({ start, end, title }) => ({ range: lined.range(start, end), command: { title, command: '' } }));
}

async function symbols(current: Current, uri: string, token: CancellationToken): Promise<DocumentSymbol[]> {
  const fresh = await freshAt(current, uri, token);
  const facts = fresh?.folder.engine?.facts(fresh.path);
  const lined = fresh?.folder.lined(fresh.path);
  return facts && lined ? symbolsOf(facts, lined) : [];
}

function suppressEdit(current: Current, params: SuppressEditParams): SuppressEditResult {
  const running = current();
  const located = running?.find(params.uri);
  const lined = located?.folder.lined(located.path);
  if (!running || !located || !lined) return null;
  const insertion = suppressionAt(lined, lined.offsetAt(params.range.start), params.rule, params.place, params.reason);
  if (!insertion) return null;
  const edit = { file: located.path, start: insertion.offset, end: insertion.offset, newText: insertion.text };
  return editOf(located.folder, [edit], running.session.actions) ?? null;
}

async function scanAll(
  connection: Connection,
  current: Current,
  params: ScanParams,
  token: CancellationToken,
): Promise<ScanResult> {
  const running = current();
  if (!running) throw new ResponseError(LSPErrorCodes.RequestFailed, 'the server is not initialised');
  const { uri, partialResultToken } = params;
  const folders = running.roots.workspace.filter(
    (folder) => uri === undefined || running.roots.find(`${uri}/x`)?.folder === folder,
  );
  const progress = await reporter(connection, running, params.workDoneToken);
  const result = await scan({
    folders,
    support: running.session.diagnostics,
    token,
    turns: running.turns,
    progress,
    work: (folder) => running.status.work(folder),
    ...(partialResultToken === undefined
      ? {}
      : {
          partial: (results) => void connection.sendNotification('$/progress', { token: partialResultToken, value: { results } }),
        }),
    scanned: (folder) => {
      running.publisher.scanned(folder);
    },
  });
  if (!result) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
  return result;
}

/** Progress over the client's token; one of our own where the client gave none and can take one; else none. */
async function reporter(connection: Connection, running: Running, token: string | number | undefined): Promise<ScanReport> {
  if (token === undefined && running.session.createsProgress) {
    const own = await connection.window.createWorkDoneProgress();
    return {
      begin: (title) => {
        own.begin(title, 0, undefined, true);
      },
      report: (message, percentage) => {
        own.report(percentage, message);
      },
      end: () => {
        own.done();
      },
      cancelled: () => own.token.isCancellationRequested,
    };
  }
  const send = (value: object): void => {
    if (token !== undefined) void connection.sendNotification('$/progress', { token, value });
  };
  return {
    begin: (title) => {
      send({ kind: 'begin', title, percentage: 0, cancellable: true });
    },
    report: (message, percentage) => {
      send({ kind: 'report', message, percentage });
    },
    end: () => {
      send({ kind: 'end' });
    },
    cancelled: () => false,
  };
}
