/**
 * The scan request: whole folders, with progress, partial results and cancellation. What was found stays in the Problems view and
 * is kept right afterwards by the publisher.
 */
import type { CancellationToken } from 'vscode-languageserver-protocol';
import type { Note } from '../report/workspace';
import type { Snapshot } from './analyst';
import { isShown, shownSeverity, type DiagnosticSupport } from './diagnostics';
import type { Folder } from './folder';
import type { Turns } from './pump';
import type { ScanResult, ScannedFile } from './protocol';
import { Scope } from './scope';

export interface ScanReport {
  begin(title: string): void;
  /** Percentage 0 to 100. */
  report(message: string, percentage: number): void;
  /** True when the user stopped it at the progress itself. */
  cancelled(): boolean;
  end(): void;
}

/** A folder, and the part of it that is shown. */
export interface Scanned {
  readonly folder: Folder;
  readonly scope: Scope;
}

export interface ScanOptions {
  readonly parts: readonly Scanned[];
  readonly support: DiagnosticSupport;
  readonly token: CancellationToken;
  readonly turns: Turns;
  readonly progress: ScanReport;
  /** What is being done for a folder right now. */
  readonly work: (folder: Folder) => { readonly message: string; readonly percentage: number } | undefined;
  /** Takes results as they come; absent: they are part of the answer. */
  readonly partial?: (results: readonly ScannedFile[]) => void;
  /** A folder is complete. */
  readonly scanned: (part: Scanned) => void;
}

/** Files in one partial result. */
const BATCH = 50;
/** Milliseconds between two words on the progress. */
const REPORT_MS = 100;

/**
 * Scans folder by folder. Undefined when it was cancelled: folders that were complete by then stay shown.
 */
export async function scan(options: ScanOptions): Promise<ScanResult | undefined> {
  const { parts, token, turns, progress } = options;
  const wanted = (): boolean => !token.isCancellationRequested && !progress.cancelled();
  const started = turns.now();
  const sum = { files: 0, findings: 0, errors: 0, warnings: 0, silenced: 0, notAnalysed: 0 };
  const results: ScannedFile[] = [];
  progress.begin('Fencepost');
  try {
    for (const part of parts) {
      const { folder, scope } = part;
      progress.report('reading files', 0);
      folder.force();
      const snapshot = await watched(options, folder, wanted);
      if (!wanted()) return undefined;
      if (!snapshot) throw new Error(folder.failure ?? 'the analysis did not finish');
      options.scanned(part);
      count(folder, snapshot, sum, scope);
      const files = resultsOf(part, snapshot, options.support);
      for (let i = 0; i < files.length; i += BATCH) {
        const batch = files.slice(i, i + BATCH);
        if (options.partial) options.partial(batch);
        else results.push(...batch);
        await turns.turn();
        if (!wanted()) return undefined;
      }
    }
    return { ...sum, milliseconds: Math.round(turns.now() - started), results };
  } finally {
    progress.end();
  }
}

async function watched(options: ScanOptions, folder: Folder, wanted: () => boolean): Promise<Snapshot | undefined> {
  let over = false;
  const fresh = folder.fresh(wanted, true).finally(() => (over = true));
  void (async () => {
    for (;;) {
      await options.turns.sleep(REPORT_MS);
      if (over || !wanted()) return;
      const work = options.work(folder);
      if (work) options.progress.report(work.message, work.percentage);
    }
  })();
  return fresh;
}

type Sum = Record<'files' | 'findings' | 'errors' | 'warnings' | 'silenced' | 'notAnalysed', number>;

/** Adds the figures of a folder, or of a part of it. */
export function count(folder: Folder, snapshot: Snapshot, sum: Sum, scope = Scope.all()): void {
  sum.files += snapshot.files.filter((path) => scope.covers(path)).length;
  sum.notAnalysed += folder.notes(snapshot).filter((note) => isLeftOut(note) && scope.covers(note.file)).length;
  for (const [path, findings] of snapshot.findings) {
    if (!scope.covers(path)) continue;
    for (const finding of findings) {
      if (finding.suppression) sum.silenced++;
      if (!isShown(finding, folder.trusted)) continue;
      sum.findings++;
      const severity = shownSeverity(finding, folder.trusted);
      if (severity === 'error') sum.errors++;
      else if (severity === 'warning') sum.warnings++;
    }
  }
}

/** Headers of user mode and the like are read and have nothing to report: their notes have no place. */
function isLeftOut(note: Note): boolean {
  return note.kind === 'not-understood' || note.kind === 'bound' || (note.kind === 'skipped' && note.start !== undefined);
}

function resultsOf({ folder, scope }: Scanned, snapshot: Snapshot, support: DiagnosticSupport): ScannedFile[] {
  const results: ScannedFile[] = [];
  for (const path of folder.reported(snapshot)) {
    if (!scope.covers(path)) continue;
    const diagnostics = folder.diagnostics(path, snapshot, support);
    if (diagnostics.length > 0) results.push({ uri: folder.uriOf(path), diagnostics });
  }
  return results;
}
