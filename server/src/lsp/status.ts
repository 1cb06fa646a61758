/**
 * The one-line state of the server, summed over folders, sent when it changes and at most ten times a second.
 */
import type { Folder } from './folder';
import type { ServerState, Status } from './protocol';
import type { Turns } from './pump';
import { count } from './scan';

/** Milliseconds between two notifications while the server works. */
const EVERY_MS = 100;

export class StatusLine {
  readonly #states = new Map<Folder, { readonly state: ServerState; readonly message: string; readonly percentage: number }>();
  #sent = '';
  #due = false;

  constructor(
    private readonly folders: () => readonly Folder[],
    private readonly turns: Turns,
    private readonly send: (status: Status) => void,
  ) {}

  /** `percentage` of the work that is under way, 0 to 100. */
  set(folder: Folder, state: ServerState, message: string, percentage = 0): void {
    this.#states.set(folder, { state, message, percentage });
    this.changed();
  }

  /** What is being done for a folder, for a progress bar; undefined while nothing is. */
  work(folder: Folder): { readonly message: string; readonly percentage: number } | undefined {
    const entry = this.#states.get(folder);
    return entry?.state === 'indexing' || entry?.state === 'analysing' ? entry : undefined;
  }

  forget(folder: Folder): void {
    this.#states.delete(folder);
    this.changed();
  }

  changed(): void {
    if (this.#due) return;
    this.#due = true;
    void this.turns.sleep(EVERY_MS).then(() => {
      this.#due = false;
      const status = this.now();
      const text = JSON.stringify(status);
      if (text === this.#sent) return;
      this.#sent = text;
      this.send(status);
    });
  }

  now(): Status {
    const sum = { files: 0, findings: 0, errors: 0, warnings: 0, silenced: 0, notAnalysed: 0 };
    let lastRunMs = 0;
    for (const folder of this.folders()) {
      const snapshot = folder.current;
      if (!snapshot || !folder.isActive) continue;
      count(folder, snapshot, sum);
      lastRunMs = Math.max(lastRunMs, Math.round(snapshot.milliseconds));
    }
    const { state, message } = this.#worst();
    return {
      state,
      message,
      files: sum.files,
      findings: sum.findings,
      silenced: sum.silenced,
      notAnalysed: sum.notAnalysed,
      lastRunMs,
    };
  }

  #worst(): { readonly state: ServerState; readonly message: string } {
    const order: readonly ServerState[] = ['failed', 'indexing', 'analysing', 'ready', 'idle'];
    const states = [...this.#states.values()];
    for (const state of order) {
      const found = states.find((entry) => entry.state === state);
      if (found) return found;
    }
    return { state: 'idle', message: 'Nothing opened yet.' };
  }
}
