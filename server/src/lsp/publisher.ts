/**
 * Who shows the diagnostics of a file. A client keeps pushed and pulled ones in two collections and would show a finding twice, so
 * every file has one owner: `pull` while the client asks for it, `push` otherwise (clients that cannot pull, and results of a scan).
 * Sends nothing that is not from the current snapshot.
 */
import type { Diagnostic } from 'vscode-languageserver-protocol';
import type { Snapshot } from './analyst';
import { digestOf, type DiagnosticSupport } from './diagnostics';
import type { Folder } from './folder';
import type { Turns } from './pump';
import type { Scope } from './scope';
import { normalUri } from './uri';

export interface PublisherOptions {
  /** The client asks for diagnostics itself. */
  readonly pulls: boolean;
  /** The client takes `workspace/diagnostic/refresh`. */
  readonly refreshes: boolean;
  readonly support: () => DiagnosticSupport;
  readonly turns: Turns;
  send(uri: string, version: number | undefined, diagnostics: Diagnostic[]): void;
  refresh(): void;
}

/** Milliseconds after an analysis in which the client's own requests are awaited, before it is asked to ask again. */
const REFRESH_AFTER_MS = 60;

export class Publisher {
  /** Files that the client shows pushed diagnostics of, with their digest. */
  readonly #pushed = new Map<
    string,
    { readonly digest: string; readonly uri: string; readonly folder: Folder; readonly version?: number }
  >();
  /** Files that the client pulls, with the id of the last answer. */
  readonly #pulled = new Map<string, string>();
  readonly #waiting = new Map<string, number>();
  /** What scans have shown of each folder. */
  readonly #scanned = new Map<Folder, Scope>();
  #refreshDue = false;

  constructor(private readonly options: PublisherOptions) {}

  /** A pull request came in: from now on the pushed set of this file is empty. */
  pullStarted(uri: string): void {
    const key = normalUri(uri);
    this.#waiting.set(key, (this.#waiting.get(key) ?? 0) + 1);
    this.takeOver(uri);
  }

  /** A pull request was answered with this id; undefined when it was cancelled. */
  pullEnded(uri: string, resultId: string | undefined): void {
    const key = normalUri(uri);
    const left = (this.#waiting.get(key) ?? 1) - 1;
    if (left > 0) this.#waiting.set(key, left);
    else this.#waiting.delete(key);
    if (resultId !== undefined && this.#pulled.has(key)) this.#pulled.set(key, resultId);
  }

  /** Pull owns the file from now on. */
  takeOver(uri: string): void {
    const key = normalUri(uri);
    if (!this.options.pulls) return;
    if (!this.#pulled.has(key)) this.#pulled.set(key, '');
    const pushed = this.#pushed.get(key);
    if (!pushed) return;
    this.#pushed.delete(key);
    this.options.send(pushed.uri, undefined, []);
  }

  /** The client no longer shows pulled diagnostics of the file: what a scan found comes back. */
  giveBack(folder: Folder, path: string): void {
    const uri = folder.uriOf(path);
    this.#pulled.delete(normalUri(uri));
    const snapshot = folder.current;
    if (snapshot && this.#scanned.get(folder)?.covers(path)) this.#push(folder, path, snapshot);
  }

  /** A document was closed in a client that cannot pull. */
  closed(folder: Folder, path: string): void {
    if (this.options.pulls) {
      this.giveBack(folder, path);
      return;
    }
    if (!this.#scanned.get(folder)?.covers(path)) this.#clear(normalUri(folder.uriOf(path)));
  }

  /** From now on the results of this part of the folder are shown and kept right. */
  scanned(folder: Folder, scope: Scope): void {
    const before = this.#scanned.get(folder);
    if (before) before.add(scope);
    else this.#scanned.set(folder, scope);
    if (folder.current) this.fresh(folder, folder.current);
  }

  /** A folder has new findings. */
  fresh(folder: Folder, snapshot: Snapshot): void {
    const paths = new Set<string>(this.options.pulls ? [] : folder.openFiles.keys());
    const scope = this.#scanned.get(folder);
    if (scope) for (const path of folder.reported(snapshot)) if (scope.covers(path)) paths.add(path);
    const kept = new Set<string>();
    for (const path of paths) kept.add(this.#push(folder, path, snapshot));
    for (const [key, pushed] of this.#pushed) if (pushed.folder === folder && !kept.has(key)) this.#clear(key);
    if (this.options.pulls) void this.#refreshIfStale(folder);
  }

  /** Some open files are known before the rest of the folder: nothing else is touched. */
  early(folder: Folder, snapshot: Snapshot): void {
    if (this.options.pulls) return;
    for (const path of snapshot.files) if (folder.openFiles.has(path)) this.#push(folder, path, snapshot);
  }

  /** Takes back everything that was pushed for a folder. */
  forget(folder: Folder): void {
    this.#scanned.delete(folder);
    for (const [key, pushed] of this.#pushed) if (pushed.folder === folder) this.#clear(key);
  }

  /** Sends the diagnostics of a file where push owns it and they differ from what was sent; answers its key. */
  #push(folder: Folder, path: string, snapshot: Snapshot): string {
    const uri = folder.uriOf(path);
    const key = normalUri(uri);
    if (this.#pulled.has(key)) return key;
    const version = folder.openFiles.get(path)?.version;
    const diagnostics = folder.diagnostics(path, snapshot, this.options.support());
    const digest = digestOf(diagnostics);
    const before = this.#pushed.get(key);
    if (before?.digest === digest && before.version === version) return key;
    if (!before && diagnostics.length === 0 && version === undefined) return key;
    this.#pushed.set(key, { digest, uri, folder, version });
    this.options.send(uri, version, diagnostics);
    return key;
  }

  #clear(key: string): void {
    const pushed = this.#pushed.get(key);
    if (!pushed) return;
    this.#pushed.delete(key);
    this.options.send(pushed.uri, undefined, []);
  }

  /** Asks the client to ask again when what it shows of another file has changed: after indexing, settings, edits elsewhere. */
  async #refreshIfStale(folder: Folder): Promise<void> {
    if (this.#refreshDue || !this.options.refreshes) return;
    this.#refreshDue = true;
    await this.options.turns.sleep(REFRESH_AFTER_MS);
    this.#refreshDue = false;
    const current = folder.current;
    if (!current) return;
    for (const [path, file] of folder.openFiles) {
      const key = normalUri(file.uri);
      const shown = this.#pulled.get(key);
      // An empty id is a file that was never answered: its first request is on the way, or was cancelled.
      if (shown === undefined || shown === '' || this.#waiting.has(key)) continue;
      if (digestOf(folder.diagnostics(path, current, this.options.support())) === shown) continue;
      this.options.refresh();
      return;
    }
  }
}
