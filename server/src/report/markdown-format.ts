/**
 * The report as Markdown, for a comment on a change or a page. Text of the scanned folder cannot become markup of the page.
 */
import type { ReportedFinding } from './workspace';
import { chaptersOf, hiddenFindings, Locator, summarise, summaryLines, surfaceKinds, type Report } from './report';

export function formatMarkdown(report: Report): string {
  const locator = new Locator(report);
  const parts = ['# Fencepost report', summaryLines(summarise(report)).map(escapeProse).join('  \n')];
  for (const { title, findings } of chaptersOf(report))
    parts.push(`## ${escapeProse(title)}`, ...findings.map((finding) => findingSection(finding, locator)));
  const kinds = surfaceKinds(report);
  if (kinds.length > 0) parts.push('## Attack surface');
  for (const { title, lines } of kinds) {
    parts.push(`### ${escapeProse(title)}`);
    for (const one of lines)
      parts.push(
        [`- ${code(one.name)} ${place(locator.at(one.place))}`, ...one.facts.map((fact) => `  - ${escapeProse(fact)}`)].join(
          '\n',
        ),
      );
  }
  const hidden = hiddenFindings(report);
  if (hidden.length > 0) {
    parts.push(
      '## Silenced',
      hidden
        .map((one) => `- ${place(locator.at(one))} ${code(one.rule)}: ${escapeProse(one.suppression?.reason ?? '')}`)
        .join('\n'),
    );
  }
  const notes = report.outcome.notes.filter((note) => note.kind !== 'guess');
  if (notes.length > 0) {
    parts.push(
      '## What else is to be said',
      notes
        .map((note) => `- ${note.file === '' ? '' : `${place(noteAt(note, locator))} `}${escapeProse(note.message)}`)
        .join('\n'),
    );
  }
  return `${parts.join('\n\n')}\n`;
}

function noteAt(note: { readonly file: string; readonly start?: number; readonly end?: number }, locator: Locator): string {
  return note.start === undefined ? note.file : locator.at({ file: note.file, start: note.start, end: note.end ?? note.start });
}

function findingSection(finding: ReportedFinding, locator: Locator): string {
  const region = locator.region(finding);
  const source = locator.lines(finding.file).line(region.startLine).trim();
  const where = finding.configuration === undefined ? '' : ` (when ${escapeProse(finding.configuration)})`;
  const parts = [
    `### ${place(locator.at(finding))} ${code(finding.rule)}`,
    `**${finding.severity}**: ${escapeProse(finding.message)}${where}`,
    ...(source === '' ? [] : [fenced(source)]),
  ];
  if (finding.path.length > 0) {
    parts.push(
      finding.path
        .map((step, index) => `${index + 1}. ${step.role}, ${place(locator.at(step))}: ${escapeProse(step.message)}`)
        .join('\n'),
    );
  }
  if (finding.fixes.length > 0)
    parts.push(finding.fixes.map((fix) => `- Fix (${fix.class}): ${escapeProse(fix.title)}`).join('\n'));
  if (finding.suppression) parts.push(`Not silenced by: ${escapeProse(finding.suppression.reason)}`);
  return parts.join('\n\n');
}

/** A code block whose fence is longer than any run of backticks in it. */
function fenced(source: string): string {
  const longest = Math.max(2, ...[...source.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}c\n${source}\n${fence}`;
}

function place(text: string): string {
  return code(text);
}

function code(text: string): string {
  const inner = oneLine(text);
  if (!inner.includes('`')) return `\`${inner}\``;
  const longest = Math.max(...[...inner.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence} ${inner} ${fence}`;
}

/** Prose with identifiers in backticks: what is between them stays code, the rest loses its markup. */
function escapeProse(text: string): string {
  const parts = oneLine(text).split('`');
  // An odd number of backticks pairs nothing at the end.
  return parts
    .map((part, index) =>
      index % 2 === 1 && index < parts.length - 1
        ? `\`${part}\``
        : (index % 2 === 1 ? '\\`' : '') + part.replace(/[\\*_[\]<>#|~!&]/g, '\\$&'),
    )
    .join('');
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
}
