/**
 * Lines above handlers that a client shows, kept right. An editor asks for them after its own edits and when it is told to; an edit in
 * another file, a setting, the end of the first analysis or a list that was a moment old change them without that.
 */
import type { CodeLens } from 'vscode-languageserver';
import type { Folder } from './folder';
import { lensesOf } from './lenses';
import type { Turns } from './pump';

export interface LensWatchOptions {
  readonly turns: Turns;
  /** The client has our commands. */
  readonly commands: boolean;
  /** Has the client ask again. */
  refresh(): void;
}

/** Milliseconds after an analysis in which the client's own requests are awaited. */
const AFTER_MS = 60;

/** What was answered when there was nothing to answer from. */
const NOTHING = '[]';

export class LensWatch {
  /** By folder and path: what the client shows. */
  readonly #shown = new Map<Folder, Map<string, string>>();
  readonly #due = new Set<Folder>();

  constructor(private readonly options: LensWatchOptions) {}

  /** What a client is answered; `undefined` when the analysis failed it. */
  answered(folder: Folder, path: string, lenses: readonly CodeLens[] | undefined): void {
    const ofFolder = this.#shown.get(folder) ?? new Map<string, string>();
    this.#shown.set(folder, ofFolder.set(path, lenses ? digest(lenses) : NOTHING));
    // What was answered may be a moment old.
    this.fresh(folder);
  }

  closed(folder: Folder, path: string): void {
    this.#shown.get(folder)?.delete(path);
  }

  forget(folder: Folder): void {
    this.#shown.delete(folder);
  }

  /** A folder may have other lines now. */
  fresh(folder: Folder): void {
    if (this.#due.has(folder) || !this.#shown.get(folder)?.size) return;
    this.#due.add(folder);
    void this.#look(folder);
  }

  async #look(folder: Folder): Promise<void> {
    await this.options.turns.sleep(AFTER_MS);
    for (let wait = this.#wait(folder); wait > 0; wait = this.#wait(folder)) await this.options.turns.sleep(wait);
    this.#due.delete(folder);
    // An edit on the way: its own analysis comes back to this.
    const snapshot = folder.current;
    if (!snapshot) return;
    for (const [path, shown] of this.#shown.get(folder) ?? []) {
      if (!folder.openFiles.has(path)) continue;
      const now = folder.settings.codeLens ? lensesOf(folder, path, snapshot, this.options.commands) : [];
      if (digest(now) === shown) continue;
      this.options.refresh();
      return;
    }
  }

  /** Milliseconds until the attack surface of now may be put together. */
  #wait(folder: Folder): number {
    const snapshot = folder.current;
    return snapshot && folder.settings.codeLens && this.#shown.has(folder) ? folder.surfaceWait(snapshot) : 0;
  }
}

/** Places do not count: the editor moves lines with the text, and asks again where it does not. */
function digest(lenses: readonly CodeLens[]): string {
  return JSON.stringify(lenses.map(({ command }) => command));
}
