/**
 * The report as one HTML file that needs nothing beside it: no script, no network, works in light and dark. Everything that comes from
 * the scanned folder is escaped.
 */
import type { ReportedFinding } from './workspace';
import { chaptersOf, hiddenFindings, Locator, summarise, summaryLines, surfaceKinds, type Report } from './report';

const STYLE = `
:root { color-scheme: light dark; --rule: #8884; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { font-size: 1rem; margin: 1.25rem 0 .25rem; }
summary { cursor: pointer; padding: .15rem 0; } details ul { margin: .25rem 0 .5rem; }
article { border-top: 1px solid var(--rule); padding: .75rem 0; }
article p { margin: .25rem 0; }
code, pre { font-family: ui-monospace, Consolas, monospace; font-size: .92em; }
pre { background: #8881; padding: .5rem .75rem; overflow-x: auto; margin: .5rem 0; }
mark { background: #fd76; color: inherit; border-bottom: 2px solid #d33; }
ol { margin: .25rem 0 .25rem 1.5rem; padding: 0; }
.severity { font-weight: 600; text-transform: uppercase; font-size: .8em; letter-spacing: .04em; }
.error { color: var(--vscode-errorForeground, #c22); } .warning { color: var(--vscode-editorWarning-foreground, #a60); }
.info, .hint { color: var(--vscode-editorInfo-foreground, #27a); }
@media (prefers-color-scheme: dark) {
  .error { color: var(--vscode-errorForeground, #f77); } .warning { color: var(--vscode-editorWarning-foreground, #fb5); }
  .info, .hint { color: var(--vscode-editorInfo-foreground, #7cf); }
}
.quiet { opacity: .75; }
`;

export function formatHtml(report: Report): string {
  const locator = new Locator(report);
  const hidden = hiddenFindings(report);
  const notes = report.outcome.notes.filter((note) => note.kind !== 'guess');
  const body = [
    '<h1>Fencepost report</h1>',
    `<p>${summaryLines(summarise(report)).map(prose).join('<br>\n')}</p>`,
    ...chaptersOf(report).flatMap(({ title, findings }) => [
      `<h2>${escape(title)}</h2>`,
      ...findings.map((finding) => article(finding, locator)),
    ]),
    ...surface(report, locator),
    ...(hidden.length > 0
      ? [
          '<h2>Silenced</h2>',
          list(
            hidden.map(
              (one) =>
                `<code>${escape(locator.at(one))}</code> <code>${escape(one.rule)}</code>: ${prose(one.suppression?.reason ?? '')}`,
            ),
          ),
        ]
      : []),
    ...(notes.length > 0
      ? [
          '<h2>What else is to be said</h2>',
          list(notes.map((note) => `${note.file === '' ? '' : `<code>${escape(note.file)}</code> `}${prose(note.message)}`)),
        ]
      : []),
    `<p class="quiet">Fencepost ${escape(report.version)}</p>`,
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Fencepost report</title>
<style>${STYLE}</style>
</head>
<body>
${body.join('\n')}
</body>
</html>
`;
}

/** Every way in, and what was found to stand in it. */
function surface(report: Report, locator: Locator): string[] {
  const kinds = surfaceKinds(report);
  if (kinds.length === 0) return [];
  const parts = ['<h2>Attack surface</h2>'];
  for (const { title, lines } of kinds) {
    parts.push(`<h3>${escape(title)}</h3>`);
    for (const { name, place, facts } of lines) {
      parts.push(
        `<details><summary><code>${escape(name)}</code> <span class="quiet">${escape(locator.at(place))}</span></summary>`,
      );
      parts.push(list(facts.map(prose)), '</details>');
    }
  }
  return parts;
}

function list(items: readonly string[]): string {
  return `<ul>\n${items.map((item) => `<li>${item}</li>`).join('\n')}\n</ul>`;
}

function article(finding: ReportedFinding, locator: Locator): string {
  const where = finding.configuration === undefined ? '' : ` <span class="quiet">(when ${prose(finding.configuration)})</span>`;
  const parts = [
    `<p><span class="severity ${finding.severity}">${finding.severity}</span> <code>${escape(locator.at(finding))}</code> <code>${escape(finding.rule)}</code></p>`,
    `<p>${prose(finding.message)}${where}</p>`,
    source(finding, locator),
  ];
  if (finding.path.length > 0) {
    const steps = finding.path.map(
      (step) => `<li>${step.role}, <code>${escape(locator.at(step))}</code>: ${prose(step.message)}</li>`,
    );
    parts.push(`<ol>\n${steps.join('\n')}\n</ol>`);
  }
  for (const fix of finding.fixes) parts.push(`<p class="quiet">Fix (${fix.class}): ${prose(fix.title)}</p>`);
  if (finding.suppression) parts.push(`<p class="quiet">Not silenced by: ${prose(finding.suppression.reason)}</p>`);
  return `<article>\n${parts.filter((part) => part !== '').join('\n')}\n</article>`;
}

function source(finding: ReportedFinding, locator: Locator): string {
  const region = locator.region(finding);
  const line = locator.lines(finding.file).line(region.startLine);
  if (line.trim() === '') return '';
  const start = region.startColumn - 1;
  const end = region.endLine === region.startLine ? region.endColumn - 1 : line.length;
  const indent = /^\s*/.exec(line)?.[0].length ?? 0;
  const before = line.slice(Math.min(indent, start), start);
  return `<pre>${escape(before)}<mark>${escape(line.slice(start, end))}</mark>${escape(line.slice(end))}</pre>`;
}

/** Prose with identifiers in backticks as code elements. */
function prose(text: string): string {
  return escape(text).replace(/`([^`]+)`/g, '<code>$1</code>');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escape(text: string): string {
  return text
    .replace(/[&<>"']/g, (mark) => ENTITIES[mark] ?? mark)
    .replace(/[^\P{Cc}\t\n]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}
