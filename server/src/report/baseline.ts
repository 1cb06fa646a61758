/**
 * The baseline file: findings that were accepted, by fingerprint. Its text in and out; who reads and writes the file is a face's
 * business. Lines are left out on purpose and every entry stands on one line of its own, so that two branches merge.
 */
import type { ReportedFinding } from './workspace';

/** Where every face looks for it, at the root of the workspace, unless it is told otherwise. */
export const BASELINE_FILE = '.fencepost-baseline.json';

export interface BaselineEntry {
  readonly fingerprint: string;
  readonly rule: string;
  readonly file: string;
  readonly function?: string;
}

export type BaselineRead =
  | { readonly entries: readonly BaselineEntry[]; readonly problem?: undefined }
  | { readonly entries?: undefined; readonly problem: string };

/** Reads a baseline; a wrong one is said in one phrase, never half obeyed. */
export function readBaseline(text: string): BaselineRead {
  let data: unknown;
  try {
    data = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (error) {
    return { problem: `it is not JSON (${error instanceof Error ? error.message : String(error)})` };
  }
  if (!isRecord(data) || data['version'] !== 1) return { problem: 'it is no baseline of version 1' };
  const list = data['findings'];
  if (!Array.isArray(list)) return { problem: '`findings` is no list' };
  const entries: BaselineEntry[] = [];
  for (const [index, item] of list.entries()) {
    const entry = entryOf(item);
    if (!entry) return { problem: `entry ${index + 1} of \`findings\` has no fingerprint, rule or file` };
    entries.push(entry);
  }
  return { entries };
}

function entryOf(item: unknown): BaselineEntry | undefined {
  if (!isRecord(item)) return undefined;
  const { fingerprint, rule, file, function: name } = item;
  if (typeof fingerprint !== 'string' || typeof rule !== 'string' || typeof file !== 'string') return undefined;
  return { fingerprint, rule, file, ...(typeof name === 'string' ? { function: name } : {}) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text of a baseline that accepts these findings; those that a comment or pragma silences need no acceptance. */
export function writeBaseline(findings: readonly ReportedFinding[]): string {
  return baselineText(
    findings.filter((finding) => finding.suppression === undefined || finding.suppression.kind === 'baseline').map(baselineEntry),
  );
}

export function baselineEntry({ rule, file, functionName, fingerprint }: ReportedFinding): BaselineEntry {
  return { rule, file, ...(functionName === undefined ? {} : { function: functionName }), fingerprint };
}

/** The text of a baseline with these entries, in an order of its own. */
export function baselineText(entries: readonly BaselineEntry[]): string {
  const lines = entries
    .map(({ rule, file, function: name, fingerprint }) => ({
      rule,
      file,
      ...(name === undefined ? {} : { function: name }),
      fingerprint,
    }))
    .sort(
      (a, b) =>
        compare(a.rule, b.rule) ||
        compare(a.file, b.file) ||
        compare(a.function ?? '', b.function ?? '') ||
        compare(a.fingerprint, b.fingerprint),
    )
    .map((entry) => `    ${JSON.stringify(entry)}`);
  const list = lines.length === 0 ? '[]' : `[\n${lines.join(',\n')}\n  ]`;
  return `{\n  "version": 1,\n  "tool": "fencepost",\n  "findings": ${list}\n}\n`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
