/**
 * Requests of a client about documents: diagnostics, code actions, hover, lenses, symbols, tokens, and our own. Each waits for findings
 * of the text as it is, stops waiting when it is cancelled, and never answers from an old version.
 */
import {
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  ResponseError,
  type CancellationToken,
  type CodeAction,
  type CodeActionParams,
  type CallHierarchyItem,
  type CodeLens,
  type Connection,
  type DocumentDiagnosticParams,
  type DocumentDiagnosticReport,
  type DocumentSymbol,
  type Hover,
  type InlayHint,
  type TextDocumentPositionParams,
} from 'vscode-languageserver';
import { actionsAt, insertionEdit, teachings } from './actions';
import type { Snapshot } from './analyst';
import { digestOf } from './diagnostics';
import {
  Methods,
  type ProjectEditParams,
  type ProjectEditResult,
  type ScanParams,
  type ScanResult,
  type SuppressEditParams,
  type SuppressEditResult,
  type UntrustedParams,
  type UntrustedResult,
} from './protocol';
import { isAnalysed, isBuildFile } from './evidence';
import { incoming, itemsAt, keyOf, outgoing } from './call-hierarchy';
import type { Folder } from './folder';
import { hoverAt } from './hover';
import { lensesOf } from './lenses';
import { projectEdit } from './project-edit';
import type { Located } from './roots';
import { scan, type Scanned, type ScanReport } from './scan';
import { Scope } from './scope';
import type { Running } from './server';
import { suppressionAt } from './suppress';
import { symbolsOf } from './symbols';
import { originHints, untrustedRanges, untrustedTokens } from './untrusted';

type Current = () => Running | undefined;

interface Fresh extends Located {
  readonly running: Running;
  readonly snapshot: Snapshot;
}

export function answerRequests(connection: Connection, current: Current): void {
  connection.languages.diagnostics.on((params, token) => diagnose(current, params, token));
  connection.languages.diagnostics.onWorkspace((params, token) => {
    const running = current();
    if (!running) throw new ResponseError(LSPErrorCodes.RequestFailed, 'the server is not initialised');
    return running.workspacePull.answer(running, params, token);
  });
  connection.onCodeAction((params, token) => actions(current, params, token));
  connection.onHover((params, token) => hover(current, params, token));
  connection.onCodeLens((params, token) => lenses(current, params.textDocument.uri, token));
  connection.onDocumentSymbol((params, token) => symbols(current, params.textDocument.uri, token));
  connection.languages.semanticTokens.on(async (params, token) => {
    const fresh = await freshAt(current, params.textDocument.uri, token);
    return fresh ? untrustedTokens(fresh.folder, fresh.path) : { data: [] };
  });
  connection.languages.inlayHint.on(async ({ textDocument, range }, token): Promise<InlayHint[]> => {
    const fresh = await freshAt(current, textDocument.uri, token);
    return fresh?.folder.settings.originHints === true ? originHints(fresh.folder, fresh.path, range) : [];
  });
  connection.languages.callHierarchy.onPrepare(async ({ textDocument, position }, token) => {
    const fresh = await freshAt(current, textDocument.uri, token);
    if (!fresh) return null;
    const { folder, path } = fresh;
    return itemsAt(folder, path, folder.analysed(path) ?? '', folder.offsetIn(path, position));
  });
  connection.languages.callHierarchy.onIncomingCalls(({ item }, token) => hierarchy(current, item, token, incoming));
  connection.languages.callHierarchy.onOutgoingCalls(({ item }, token) => hierarchy(current, item, token, outgoing));
  connection.onRequest(
    Methods.untrusted,
    async ({ uri }: UntrustedParams, token: CancellationToken): Promise<UntrustedResult> => {
      const fresh = await freshAt(current, uri, token);
      if (!fresh?.folder.settings.markUntrusted) return { version: null, ranges: [] };
      const { folder, path } = fresh;
      return { version: folder.openFiles.get(path)?.version ?? null, ranges: untrustedRanges(folder, path) };
    },
  );
  connection.onRequest(Methods.projectEdit, (params: ProjectEditParams, token: CancellationToken) =>
    changeProject(current, params, token),
  );
  connection.onRequest(Methods.suppressEdit, (params: SuppressEditParams) => suppressEdit(current, params));
  connection.onRequest(Methods.scan, (params: ScanParams | undefined, token: CancellationToken) =>
    scanAll(connection, current, params ?? {}, token),
  );
}

/**
 * The findings of now for a file; undefined for a file that is not analysed. Throws RequestCancelled once the client gave up.
 * @param what `file`: those of this file are enough, and come earlier; `now`: without waiting for a pause in the edits
 */
async function freshAt(
  current: Current,
  uri: string,
  token: CancellationToken,
  what?: 'file' | 'now',
): Promise<Fresh | undefined> {
  const running = current();
  const located = running?.find(uri);
  if (!running || !located) return undefined;
  const { folder, path } = located;
  const wanted = (): boolean => !token.isCancellationRequested;
  const snapshot = await (what === 'file' ? folder.freshOf(path, wanted) : folder.fresh(wanted, what === 'now'));
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
    const fresh = await freshAt(current, uri, token, 'file');
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
  const fresh = await freshAt(current, params.textDocument.uri, token, 'now');
  const lined = fresh?.folder.lined(fresh.path);
  if (!fresh || !lined) return [];
  const { folder, path } = fresh;
  const start = folder.offsetIn(path, params.range.start);
  const end = folder.offsetIn(path, params.range.end);
  const support = fresh.running.session.actions;
  const found = folder.findings(path, fresh.snapshot);
  return [
    ...actionsAt(folder, path, found, start, end, params.context, support),
    ...teachings(folder, path, start, fresh.snapshot.outcome.findings, params.context, support),
  ];
}

async function hover(current: Current, params: TextDocumentPositionParams, token: CancellationToken): Promise<Hover | null> {
  const fresh = await freshAt(current, params.textDocument.uri, token, 'now');
  if (!fresh) return null;
  const { folder, path } = fresh;
  const { engine } = folder;
  const text = folder.analysed(path);
  if (!engine || text === undefined) return null;
  const answer = hoverAt(engine, folder.model, [...folder.paths], path, text, folder.offsetIn(path, params.position));
  const range = answer && folder.rangeIn(path, answer.start, answer.end);
  return answer && range ? { contents: { kind: 'markdown', value: answer.markdown }, range } : null;
}

async function lenses(current: Current, uri: string, token: CancellationToken): Promise<CodeLens[]> {
  try {
    const fresh = await freshAt(current, uri, token);
    if (!fresh) return [];
    const { folder, path, snapshot, running } = fresh;
    const found = folder.settings.codeLens ? lensesOf(folder, path, snapshot, running.session.actions.commands) : [];
    running.lenses.answered(folder, path, found);
    return found;
  } catch (error) {
    // The editor shows none now; when it gave up itself, it asks again itself.
    const located = token.isCancellationRequested ? undefined : current()?.find(uri);
    if (located) current()?.lenses.answered(located.folder, located.path, undefined);
    throw error;
  }
}

async function hierarchy<T>(
  current: Current,
  item: CallHierarchyItem,
  token: CancellationToken,
  calls: (folder: Folder, key: string) => T[],
): Promise<T[]> {
  const fresh = await freshAt(current, item.uri, token);
  const key = keyOf(item);
  return fresh && key !== undefined ? calls(fresh.folder, key) : [];
}

async function changeProject(
  current: Current,
  { uri, change }: ProjectEditParams,
  token: CancellationToken,
): Promise<ProjectEditResult | null> {
  const fresh = await freshAt(current, uri, token, 'now');
  if (!fresh) return null;
  const { folder, running, snapshot } = fresh;
  return projectEdit(folder, change, snapshot.outcome.findings, running.session.actions) ?? null;
}

async function symbols(current: Current, uri: string, token: CancellationToken): Promise<DocumentSymbol[]> {
  const fresh = await freshAt(current, uri, token);
  const facts = fresh?.folder.engine?.facts(fresh.path);
  const { folder, path } = fresh ?? {};
  return facts && folder && path !== undefined ? symbolsOf(facts, (span) => folder.rangeIn(path, span.start, span.end)) : [];
}

function suppressEdit(current: Current, params: SuppressEditParams): SuppressEditResult {
  const running = current();
  const located = running?.find(params.uri);
  const lined = located?.folder.lined(located.path);
  if (!running || !located || !lined) return null;
  const insertion = suppressionAt(lined, lined.offsetAt(params.range.start), params.rule, params.place, params.reason);
  if (!insertion) return null;
  return insertionEdit(located.folder, located.path, lined, insertion, running.session.actions);
}

async function scanAll(
  connection: Connection,
  current: Current,
  params: ScanParams,
  token: CancellationToken,
): Promise<ScanResult> {
  const running = current();
  if (!running) throw new ResponseError(LSPErrorCodes.RequestFailed, 'the server is not initialised');
  const { partialResultToken } = params;
  const progress = await reporter(connection, running, params.workDoneToken);
  const result = await scan({
    parts: partsOf(running, params),
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
    scanned: ({ folder, scope }) => {
      // Who asks for the whole workspace has it already, and would show it twice.
      if (!running.session.pullsWorkspace) running.publisher.scanned(folder, scope);
    },
  });
  if (!result) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
  return result;
}

/** Which folders a scan looks at, and what of them it shows. */
function partsOf({ roots }: Running, { uri, files }: ScanParams): Scanned[] {
  const { workspace } = roots;
  if (files) {
    const byFolder = new Map<Folder, string[]>();
    for (const file of files) {
      const located = roots.find(file);
      if (!located || !(isAnalysed(located.path) || isBuildFile(located.path))) continue;
      byFolder.set(located.folder, [...(byFolder.get(located.folder) ?? []), located.path]);
    }
    return [...byFolder].map(([folder, paths]) => ({ folder, scope: Scope.of(paths) }));
  }
  if (uri === undefined) return workspace.map((folder) => ({ folder, scope: Scope.all() }));
  const inside = roots.find(`${uri.replace(/\/$/, '')}/x`);
  if (!inside || !workspace.includes(inside.folder)) return [];
  const { folder, path } = inside;
  return [{ folder, scope: path === 'x' ? Scope.all() : Scope.below(path.slice(0, -'/x'.length)) }];
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
