/**
 * Findings and notes as LSP diagnostics, and the digest that serves as result id. Pure: same findings, same diagnostics, same order.
 */
import type {
  Diagnostic,
  DiagnosticRelatedInformation,
  DiagnosticSeverity,
  DiagnosticTag,
  Range,
} from 'vscode-languageserver-protocol';
import type { Severity } from '../rules/finding';
import type { Note, ReportedFinding } from '../report/workspace';
import { unnecessaryRules } from '../report/builtin-rules';
import { isHidden } from '../report/silence';
import { uriBelow } from './uri';

export const SOURCE = 'fencepost';

/** What turns offsets into ranges: the text of any file of the folder. */
export interface Ranges {
  /** A range of a file; undefined when the file is not known. */
  rangeIn(path: string, start: number, end: number): Range | undefined;
}

/** What a client understands of diagnostics. */
export interface DiagnosticSupport {
  readonly relatedInformation: boolean;
  readonly codeDescription: boolean;
  readonly tags: boolean;
  readonly data: boolean;
}

/** Rides on a diagnostic to its code action; enough to find the finding again. */
export interface DiagnosticData {
  readonly fingerprint: string;
}

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = { error: 1, warning: 2, info: 3, hint: 4 };
const UNNECESSARY: DiagnosticTag = 1;
const DEPRECATED: DiagnosticTag = 2;

/** Rules whose finding is a call of something that has a successor: drawn struck through. */
const STRUCK: ReadonlySet<string> = new Set(['dangerous-crt', 'pool-deprecated-or-uninitialized']);

/** Where a rule's page is read. */
export function rulePageUrl(rule: string): string {
  return `https://github.com/fencepost/fencepost/blob/main/docs/rules/${encodeURIComponent(rule)}.md`;
}

/**
 * Whether a finding is shown as a problem. Comments and pragmas hide it only where the workspace is trusted; what a baseline
 * accepts is shown as a hint, so that it is not forgotten.
 */
export function isShown(finding: ReportedFinding, trusted: boolean): boolean {
  return !isHidden(finding, trusted) || finding.suppression?.kind === 'baseline';
}

export function shownSeverity(finding: ReportedFinding, trusted: boolean): Severity {
  return trusted && finding.suppression?.kind === 'baseline' ? 'hint' : finding.severity;
}

/** Diagnostics of one file, in the order of its findings, notes last. */
export function diagnosticsOf(
  folder: string,
  findings: readonly ReportedFinding[],
  notes: readonly Note[],
  ranges: Ranges,
  trusted: boolean,
  support: DiagnosticSupport,
): Diagnostic[] {
  const diagnostics: Diagnostic[] = [];
  for (const finding of findings) {
    if (!isShown(finding, trusted)) continue;
    const range = ranges.rangeIn(finding.file, finding.start, finding.end);
    if (range) diagnostics.push(ofFinding(folder, finding, range, ranges, trusted, support));
  }
  for (const note of notes) {
    // A note without a place speaks of the whole file and belongs in the status, not in the text.
    const range = note.start === undefined ? undefined : ranges.rangeIn(note.file, note.start, note.end ?? note.start);
    if (range)
      diagnostics.push({
        range,
        severity: note.kind === 'config' ? 2 : 4,
        source: SOURCE,
        code: note.kind,
        message: note.message,
      });
  }
  return diagnostics;
}

function ofFinding(
  folder: string,
  finding: ReportedFinding,
  range: Range,
  ranges: Ranges,
  trusted: boolean,
  support: DiagnosticSupport,
): Diagnostic {
  const data: DiagnosticData = { fingerprint: finding.fingerprint };
  const related = support.relatedInformation ? relatedOf(folder, finding, ranges) : [];
  const tag = unnecessaryRules.has(finding.rule) ? UNNECESSARY : STRUCK.has(finding.rule) ? DEPRECATED : undefined;
  return {
    range,
    severity: SEVERITIES[shownSeverity(finding, trusted)],
    source: SOURCE,
    code: finding.rule,
    message: messageOf(finding, trusted),
    ...(support.codeDescription ? { codeDescription: { href: rulePageUrl(finding.rule) } } : {}),
    ...(related.length > 0 ? { relatedInformation: related } : {}),
    ...(support.tags && tag !== undefined ? { tags: [tag] } : {}),
    ...(support.data ? { data } : {}),
  };
}

function messageOf(finding: ReportedFinding, trusted: boolean): string {
  const where = finding.configuration === undefined ? '' : ` (when ${finding.configuration})`;
  const silenced = finding.suppression === undefined ? '' : ` [${silencedWord(finding, trusted)}]`;
  return `${finding.message}${where}${silenced}`;
}

function silencedWord(finding: ReportedFinding, trusted: boolean): string {
  if (finding.suppression?.kind === 'baseline' && trusted) return 'in the baseline';
  return 'this folder asks to hide it, and is not trusted';
}

/** The whole path of a finding, step by step; what could not be placed is left out. */
function relatedOf(folder: string, finding: ReportedFinding, ranges: Ranges): DiagnosticRelatedInformation[] {
  const related: DiagnosticRelatedInformation[] = [];
  for (const step of finding.path) {
    const range = ranges.rangeIn(step.file, step.start, step.end);
    if (range) related.push({ location: { uri: uriBelow(folder, step.file), range }, message: step.message });
  }
  return related;
}

/** Findings of a file that lie in or touch a range of offsets. */
export function findingsAt(findings: readonly ReportedFinding[], start: number, end: number): ReportedFinding[] {
  return findings.filter((finding) => finding.start <= end && finding.end >= start);
}

/** A short digest of plain data: equal diagnostics have equal ids, in every run of the server. */
export function digestOf(data: unknown): string {
  const text = JSON.stringify(data);
  // FNV-1a over UTF-16 units, twice with different seeds: 64 bits are enough to tell two results of one file apart.
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b);
  }
  return (a >>> 0).toString(36) + (b >>> 0).toString(36) + text.length.toString(36);
}
