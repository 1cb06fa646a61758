/**
 * What a formatter is given, and the questions that all formatters ask of it: where a place is in lines and columns, what is hidden,
 * how many there are. No text is produced here.
 */
import type { Place, RuleMeta, Severity } from '../rules/finding';
import type { Note, Outcome, ReportedFinding } from './workspace';
import { Lines, type Region } from './lines';
import { isHidden } from './silence';

export interface Report {
  readonly outcome: Outcome;
  /** All rules, built-in ones included. */
  readonly rules: readonly RuleMeta[];
  readonly text: (file: string) => string | undefined;
  /** The page of a rule as Markdown. */
  readonly page: (rule: string) => string | undefined;
  readonly trusted: boolean;
  readonly version: string;
  /** Every way into the driver; absent where nobody asked. */
  readonly surface?: readonly SurfaceLine[] | undefined;
}

/** One way into the driver, as the attack surface lists it. */
export interface SurfaceLine {
  readonly kind: string;
  readonly name: string;
  readonly place: Place;
  readonly facts: readonly string[];
}

export interface Counts {
  readonly error: number;
  readonly warning: number;
  readonly info: number;
  readonly hint: number;
}

export interface Summary {
  /** Findings that are shown. */
  readonly shown: Counts;
  readonly total: number;
  /** Files that hold a shown finding. */
  readonly filesWithFindings: number;
  /** Files that were analysed. */
  readonly files: number;
  /** Findings that comments and pragmas of the scanned folder ask to silence, whether hidden or not. */
  readonly silenced: number;
  readonly byComment: number;
  readonly byPragma: number;
  readonly byBaseline: number;
  /** False when the folder may not silence anything. */
  readonly trusted: boolean;
  readonly notes: Readonly<Record<Note['kind'], number>>;
  /** Files and folders that were not read or not analysed. */
  readonly skippedFiles: number;
  /** Files with a region that was not understood. */
  readonly filesNotUnderstood: number;
}

/** Places of one report in lines and columns; reads the lines of a file once. */
export class Locator {
  readonly #lines = new Map<string, Lines>();

  constructor(private readonly report: Report) {}

  region(place: Place): Region {
    return this.lines(place.file).region(place.start, place.end);
  }

  lines(file: string): Lines {
    const kept = this.#lines.get(file);
    if (kept) return kept;
    const lines = new Lines(this.report.text(file) ?? '');
    this.#lines.set(file, lines);
    return lines;
  }

  /** `file:line:col`, counted from 1. */
  at(place: Place): string {
    const region = this.region(place);
    return `${place.file}:${region.startLine}:${region.startColumn}`;
  }
}

export function shownFindings(report: Report): ReportedFinding[] {
  return report.outcome.findings.filter((finding) => !isHidden(finding, report.trusted));
}

export function hiddenFindings(report: Report): ReportedFinding[] {
  return report.outcome.findings.filter((finding) => isHidden(finding, report.trusted));
}

export interface Chapter {
  /** A heading of the threat model. */
  readonly title: string;
  readonly findings: readonly ReportedFinding[];
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2, hint: 3 };

/** Shown findings by the part of the threat model that their rule answers, the worst part first; in each the worst finding first. */
export function chaptersOf(report: Report): Chapter[] {
  const titles = new Map(report.rules.map((rule) => [rule.id, rule.threats[0]]));
  const chapters = new Map<string, ReportedFinding[]>();
  for (const finding of shownFindings(report)) {
    const title = titles.get(finding.rule) ?? 'Other';
    chapters.set(title, [...(chapters.get(title) ?? []), finding]);
  }
  const worst = (findings: readonly ReportedFinding[]): number => Math.min(...findings.map((one) => RANK[one.severity]));
  return [...chapters]
    .map(([title, findings]) => ({ title, findings: findings.sort((a, b) => RANK[a.severity] - RANK[b.severity]) }))
    .sort((a, b) => worst(a.findings) - worst(b.findings) || (a.title < b.title ? -1 : 1));
}

/** The attack surface by kind, in its own order. */
export function surfaceKinds(report: Report): { readonly title: string; readonly lines: readonly SurfaceLine[] }[] {
  const kinds = new Map<string, SurfaceLine[]>();
  for (const line of report.surface ?? []) kinds.set(line.kind, [...(kinds.get(line.kind) ?? []), line]);
  return [...kinds].map(([kind, lines]) => ({ title: titleOf(kind), lines }));
}

const TITLES: Readonly<Record<string, string>> = {
  ioctl: 'Control codes',
  dispatch: 'Dispatch routines',
  callback: 'Callbacks',
  device: 'Devices and links',
  registry: 'Registry values',
};

function titleOf(kind: string): string {
  return TITLES[kind] ?? `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
}

export function summarise(report: Report): Summary {
  const shown = shownFindings(report);
  const counts: Record<Severity, number> = { error: 0, warning: 0, info: 0, hint: 0 };
  for (const finding of shown) counts[finding.severity]++;
  const kinds = { comment: 0, pragma: 0, baseline: 0 };
  for (const finding of report.outcome.findings) if (finding.suppression) kinds[finding.suppression.kind]++;
  const notes: Record<Note['kind'], number> = { encoding: 0, skipped: 0, 'not-understood': 0, guess: 0, bound: 0, config: 0 };
  for (const note of report.outcome.notes) notes[note.kind]++;
  return {
    shown: counts,
    total: shown.length,
    filesWithFindings: new Set(shown.map((finding) => finding.file)).size,
    files: report.outcome.files.length,
    silenced: kinds.comment + kinds.pragma,
    byComment: kinds.comment,
    byPragma: kinds.pragma,
    byBaseline: kinds.baseline,
    trusted: report.trusted,
    notes,
    skippedFiles: filesWith(report, 'skipped'),
    filesNotUnderstood: filesWith(report, 'not-understood'),
  };
}

function filesWith(report: Report, kind: Note['kind']): number {
  return new Set(report.outcome.notes.filter((note) => note.kind === kind && note.file !== '').map((note) => note.file)).size;
}

/** `1 error`, `2 errors` */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/**
 * The summary in lines of plain English. The first is the result; the second says what the folder silences, always, because a hostile
 * one may try; the others follow where there is something to say.
 */
export function summaryLines(summary: Summary): string[] {
  const { shown } = summary;
  const parts = [count(shown.error, 'error'), count(shown.warning, 'warning'), count(shown.info, 'note')];
  if (shown.hint > 0) parts.push(count(shown.hint, 'hint'));
  const lines = [
    summary.total === 0
      ? `No findings in ${count(summary.files, 'file')}.`
      : `${parts.join(', ')} in ${summary.filesWithFindings} of ${count(summary.files, 'file')}.`,
  ];
  const how = summary.silenced === 0 ? '' : ` (${summary.byComment} by comment, ${summary.byPragma} by pragma)`;
  lines.push(
    `${summary.silenced} silenced by files of this folder${how}${summary.trusted ? '' : ', and shown: the folder is not trusted'}.`,
  );
  if (summary.byBaseline > 0) {
    lines.push(
      `${summary.byBaseline} accepted by the baseline${summary.trusted ? '' : ', and shown: the folder is not trusted'}.`,
    );
  }
  if (summary.skippedFiles > 0) lines.push(`${count(summary.skippedFiles, 'file or folder', 'files or folders')} not analysed.`);
  if (summary.filesNotUnderstood > 0) {
    lines.push(
      `${count(summary.notes['not-understood'], 'region')} in ${count(summary.filesNotUnderstood, 'file')} not understood: \`fencepost inspect\` lists them.`,
    );
  }
  return lines;
}
