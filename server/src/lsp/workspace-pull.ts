/**
 * `workspace/diagnostic`, for clients that opt in: answered when something differs from what the client has, and held back until then,
 * because a client asks again two seconds after every answer.
 */
import {
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  ResponseError,
  type CancellationToken,
  type WorkspaceDiagnosticParams,
  type WorkspaceDiagnosticReport,
  type WorkspaceDocumentDiagnosticReport,
} from 'vscode-languageserver';
import { digestOf } from './diagnostics';
import type { Folder } from './folder';
import type { Running } from './server';
import { normalUri } from './uri';

export class WorkspacePull {
  readonly #waiting = new Set<() => void>();

  /** Findings or folders may have changed: those who wait look again. */
  changed(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  async answer(
    running: Running,
    { previousResultIds }: WorkspaceDiagnosticParams,
    token: CancellationToken,
  ): Promise<WorkspaceDiagnosticReport> {
    const known = new Map(previousResultIds.map(({ uri, value }) => [normalUri(uri), { uri, value }]));
    for (;;) {
      // Before the look, so that nothing falls between it and the wait.
      const changed = this.#change(token);
      const items: WorkspaceDocumentDiagnosticReport[] = [];
      for (const folder of running.roots.workspace) items.push(...(await differences(running, folder, known, token)));
      if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
      if (items.length > 0) return { items };
      await changed;
    }
  }

  #change(token: CancellationToken): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        listening.dispose();
        resolve();
      };
      const listening = token.onCancellationRequested(wake);
      this.#waiting.add(wake);
    });
  }
}

async function differences(
  running: Running,
  folder: Folder,
  known: ReadonlyMap<string, { readonly uri: string; readonly value: string }>,
  token: CancellationToken,
): Promise<WorkspaceDocumentDiagnosticReport[]> {
  const snapshot = await folder.fresh(() => !token.isCancellationRequested);
  if (!snapshot) return [];
  const paths = new Set(folder.reported(snapshot));
  for (const { uri } of known.values()) {
    const located = running.roots.find(uri);
    if (located?.folder === folder) paths.add(located.path);
  }
  return [...paths].sort().flatMap((path): WorkspaceDocumentDiagnosticReport[] => {
    const uri = folder.uriOf(path);
    const items = folder.diagnostics(path, snapshot, running.session.diagnostics);
    const resultId = digestOf(items);
    const before = known.get(normalUri(uri))?.value;
    if (before === undefined ? items.length === 0 : before === resultId) return [];
    const version = folder.openFiles.get(path)?.version ?? null;
    return [{ kind: DocumentDiagnosticReportKind.Full, uri, version, resultId, items }];
  });
}
