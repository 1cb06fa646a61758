/**
 * The report for a terminal: one finding after the other, the source line under it, the path that leads to it, and a summary.
 * Colours only when the caller says so. Text of the scanned folder is printed without its control characters.
 */
import type { Severity, StepRole } from '../rules/finding';
import type { Note, ReportedFinding } from './workspace';
import { Locator, shownFindings, summarise, summaryLines, type Report } from './report';

export interface TextOptions {
  readonly colour: boolean;
}

type Paint = (text: string, style: Style) => string;
type Style = Severity | 'bold' | 'dim';

const CODES: Readonly<Record<Style, string>> = { error: '1;31', warning: '1;33', info: '1;36', hint: '36', bold: '1', dim: '2' };
const ROLES: Readonly<Record<StepRole, string>> = {
  origin: 'origin',
  flow: 'flow',
  use: 'use',
  guard: 'guard',
  related: 'see also',
};
const WIDEST_SOURCE = 160;

export function formatText(report: Report, options: TextOptions): string {
  const paint: Paint = options.colour ? (text, style) => `\u001b[${CODES[style]}m${text}\u001b[0m` : (text) => text;
  const locator = new Locator(report);
  const blocks = shownFindings(report).map((finding) => findingBlock(finding, locator, paint));
  const notes = noteLines(report, locator, paint);
  if (notes.length > 0) blocks.push(notes.join('\n'));
  const summary = summarise(report);
  const [result = '', ...rest] = summaryLines(summary);
  const style: Style = summary.shown.error > 0 ? 'error' : summary.shown.warning > 0 ? 'warning' : 'bold';
  blocks.push([paint(result, style), ...rest].join('\n'));
  return `${blocks.join('\n\n')}\n`;
}

function findingBlock(finding: ReportedFinding, locator: Locator, paint: Paint): string {
  const where = finding.configuration === undefined ? '' : ` (when ${finding.configuration})`;
  const lines = [
    `${paint(plain(locator.at(finding)), 'bold')}: ${paint(finding.severity, finding.severity)} ${finding.rule}: ${plain(finding.message)}${plain(where)}`,
    ...sourceLines(finding, locator, paint),
  ];
  const width = Math.max(0, ...finding.path.map((step) => ROLES[step.role].length));
  for (const step of finding.path) {
    lines.push(`    ${paint(ROLES[step.role].padEnd(width), 'dim')}  ${plain(locator.at(step))}: ${plain(step.message)}`);
  }
  for (const fix of finding.fixes) lines.push(`    ${paint(`fix (${fix.class})`, 'dim')}  ${plain(fix.title)}`);
  if (finding.suppression) lines.push(`    ${paint('not silenced', 'dim')}  ${plain(finding.suppression.reason)}`);
  return lines.join('\n');
}

/** The line of the finding and a mark under the range; long lines are cut around it. */
function sourceLines(finding: ReportedFinding, locator: Locator, paint: Paint): string[] {
  const region = locator.region(finding);
  const raw = locator.lines(finding.file).line(region.startLine);
  if (raw.trim() === '') return [];
  const cut = Math.max(0, Math.min(region.startColumn - 1, raw.length) - WIDEST_SOURCE / 2);
  const source = raw.slice(cut, cut + WIDEST_SOURCE);
  const start = region.startColumn - 1 - cut;
  const end = Math.min(region.endLine === region.startLine ? region.endColumn - 1 - cut : source.length, source.length);
  // Tabs stay tabs under the line, so that the mark stands right at any tab width.
  const indent = source.slice(0, start).replace(/[^\t]/g, ' ');
  return [`    ${plain(source, true)}`, `    ${indent}${paint('^'.repeat(Math.max(1, end - start)), finding.severity)}`];
}

const SAID: readonly Note['kind'][] = ['config', 'bound', 'skipped', 'encoding'];

/** The same said of more files than this is said once. */
const MOST_ALIKE = 3;

/** Notes by kind; what was not understood is only counted, `inspect` lists it. */
function noteLines(report: Report, locator: Locator, paint: Paint): string[] {
  const byMessage = new Map<string, Note[]>();
  for (const kind of SAID) {
    for (const note of report.outcome.notes) {
      if (note.kind === kind) byMessage.set(note.message, [...(byMessage.get(note.message) ?? []), note]);
    }
  }
  return [...byMessage].flatMap(([message, notes]) => {
    const line = (at: string) => `${at === '' ? '' : `${plain(at)}: `}${paint('note', 'dim')}: ${plain(message)}`;
    if (notes.length > MOST_ALIKE) return line(`${notes.length} files`);
    return notes.map((note) =>
      line(
        note.start === undefined ? note.file : locator.at({ file: note.file, start: note.start, end: note.end ?? note.start }),
      ),
    );
  });
}

/** Without what a terminal could obey: control characters, and the marks that reverse the direction of text. */
function plain(text: string, keepTabs = false): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (mark) =>
    mark === '\t' ? (keepTabs ? '\t' : ' ') : '\ufffd',
  );
}
