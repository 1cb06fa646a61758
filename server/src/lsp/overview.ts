/**
 * Requests about the whole workspace, for views and reports: every finding, the attack surface, the report as a document.
 */
import type { CancellationToken, Connection } from 'vscode-languageserver';
import { builtinRules } from '../report/builtin-rules';
import { formatHtml } from '../report/html-format';
import { formatMarkdown } from '../report/markdown-format';
import type { Report } from '../report/report';
import type { Snapshot } from './analyst';
import { isShown } from './diagnostics';
import type { Folder } from './folder';
import {
  Methods,
  type FindingRow,
  type FindingsResult,
  type ReportParams,
  type ReportResult,
  type SurfaceResult,
  type SurfaceRow,
} from './protocol';
import type { Running } from './server';

type Current = () => Running | undefined;

export interface PagesAndVersion {
  readonly page: (rule: string) => string | undefined;
  readonly version: string;
}

export function answerOverview(connection: Connection, current: Current, about: PagesAndVersion): void {
  connection.onRequest(Methods.findings, async (token: CancellationToken): Promise<FindingsResult> => {
    const rows: FindingRow[] = [];
    for await (const { folder, snapshot } of indexed(current, token)) rows.push(...rowsOf(folder, snapshot));
    return { rows };
  });
  connection.onRequest(Methods.surface, async (token: CancellationToken): Promise<SurfaceResult> => {
    const rows: SurfaceRow[] = [];
    let known = false;
    for await (const { folder, snapshot } of indexed(current, token)) {
      known ||= folder.engine?.surface !== undefined;
      for (const { kind, name, facts, place } of folder.surface(snapshot)) {
        const range = folder.rangeIn(place.file, place.start, place.end);
        if (range) rows.push({ kind, name, facts, uri: folder.uriOf(place.file), range });
      }
    }
    return { rows, known };
  });
  connection.onRequest(Methods.report, async ({ format }: ReportParams, token: CancellationToken): Promise<ReportResult> => {
    const texts: string[] = [];
    for await (const { folder, snapshot } of indexed(current, token)) {
      const report = reportOf(folder, snapshot, about);
      texts.push(format === 'html' ? formatHtml(report) : formatMarkdown(report));
    }
    return { texts };
  });
}

/** Folders that were read and hold driver code, with their findings of now. */
async function* indexed(
  current: Current,
  token: CancellationToken,
): AsyncGenerator<{ readonly folder: Folder; readonly snapshot: Snapshot }> {
  for (const folder of current()?.roots.all ?? []) {
    if (!folder.indexed || !folder.isActive) continue;
    const snapshot = await folder.fresh(() => !token.isCancellationRequested);
    if (snapshot) yield { folder, snapshot };
  }
}

function rowsOf(folder: Folder, snapshot: Snapshot): FindingRow[] {
  const metas = new Map(folder.engine?.ruleMetas.map((meta) => [meta.id, meta]));
  return snapshot.outcome.findings.flatMap((finding) => {
    const range = folder.rangeIn(finding.file, finding.start, finding.end);
    if (!range) return [];
    const { kind, reason } = finding.suppression ?? {};
    const row: FindingRow = {
      uri: folder.uriOf(finding.file),
      range,
      rule: finding.rule,
      message: finding.message,
      severity: finding.severity,
      ...(finding.functionName === undefined ? {} : { functionName: finding.functionName }),
      threats: metas.get(finding.rule)?.threats ?? [],
      path: finding.path.flatMap(({ message, file, start, end }) => {
        const place = folder.rangeIn(file, start, end);
        return place ? [{ message, uri: folder.uriOf(file), range: place }] : [];
      }),
      ...(kind && !(isShown(finding, folder.trusted) && kind !== 'baseline') ? { silenced: { kind, reason: reason ?? '' } } : {}),
    };
    return [row];
  });
}

function reportOf(folder: Folder, snapshot: Snapshot, { page, version }: PagesAndVersion): Report {
  return {
    outcome: { ...snapshot.outcome, notes: folder.notes(snapshot) },
    rules: [...(folder.engine?.ruleMetas ?? []), ...builtinRules],
    text: (file) => folder.analysed(file),
    page,
    trusted: folder.trusted,
    version,
    surface: folder.surface(snapshot),
  };
}
