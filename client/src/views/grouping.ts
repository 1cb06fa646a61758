/**
 * Findings in groups, filtered and sorted: what the Findings view shows, without any part of the editor. Pure.
 */
import type { FindingRow } from '../../../server/src/lsp/protocol';

export type Grouping = 'threat' | 'file' | 'rule';

export interface Filter {
  /** Part of a rule, message, file or function; lower case. Empty: everything. */
  readonly text: string;
  /** Show what comments, pragmas and the baseline silence. */
  readonly silenced: boolean;
}

export interface Group {
  readonly name: string;
  readonly rows: readonly FindingRow[];
}

const SEVERITIES = ['error', 'warning', 'info', 'hint'];
const NO_THREAT = 'Other';

/** Groups in the order of their worst finding, then by name; rows by severity, file and place. */
export function groupsOf(
  rows: readonly FindingRow[],
  grouping: Grouping,
  filter: Filter,
  nameOf: (uri: string) => string,
): Group[] {
  const groups = new Map<string, FindingRow[]>();
  for (const row of rows) {
    if (!passes(row, filter, nameOf)) continue;
    const key = keyOf(row, grouping, nameOf);
    const list = groups.get(key);
    if (list) list.push(row);
    else groups.set(key, [row]);
  }
  return [...groups]
    .map(([name, list]) => ({ name, rows: list.sort((a, b) => compareRows(a, b, nameOf)) }))
    .sort((a, b) => worst(a) - worst(b) || compare(a.name, b.name));
}

/** `2 errors, 1 warning`, silenced ones apart. */
export function countsOf(rows: readonly FindingRow[]): string {
  const parts: string[] = [];
  const open = rows.filter((row) => !row.silenced);
  for (const severity of SEVERITIES) {
    const count = open.filter((row) => row.severity === severity).length;
    if (count > 0) parts.push(`${count} ${severity === 'info' ? 'note' : severity}${count === 1 ? '' : 's'}`);
  }
  const silenced = rows.length - open.length;
  if (silenced > 0) parts.push(`${silenced} silenced`);
  return parts.join(', ');
}

function keyOf(row: FindingRow, grouping: Grouping, nameOf: (uri: string) => string): string {
  if (grouping === 'file') return nameOf(row.uri);
  if (grouping === 'rule') return row.rule;
  // The first one is the chapter that the rule answers; in the others a finding would be counted again.
  return row.threats[0] ?? NO_THREAT;
}

function passes(row: FindingRow, { text, silenced }: Filter, nameOf: (uri: string) => string): boolean {
  if (row.silenced && !silenced) return false;
  if (text === '') return true;
  return [row.rule, row.message, row.functionName ?? '', nameOf(row.uri)].some((part) => part.toLowerCase().includes(text));
}

function worst({ rows }: Group): number {
  return Math.min(...rows.map((row) => SEVERITIES.indexOf(row.severity) + (row.silenced ? SEVERITIES.length : 0)));
}

function compareRows(a: FindingRow, b: FindingRow, nameOf: (uri: string) => string): number {
  return (
    Number(a.silenced !== undefined) - Number(b.silenced !== undefined) ||
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    compare(nameOf(a.uri), nameOf(b.uri)) ||
    a.range.start.line - b.range.start.line ||
    a.range.start.character - b.range.start.character
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
