/**
 * The report as JSON of our own, for scripts: everything that is known about each finding, places in lines and columns from 1
 * (columns in UTF-16 units) and as offsets. `version` rises when a field changes its meaning.
 */
import type { Fix, Place, Step } from '../rules/finding';
import type { Note, ReportedFinding } from './workspace';
import { isHidden } from './silence';
import { Locator, summarise, type Report } from './report';

export function formatJson(report: Report): string {
  const locator = new Locator(report);
  const place = (at: Place) => ({ file: at.file, ...locator.region(at), start: at.start, end: at.end });
  const step = (at: Step) => ({ role: at.role, message: at.message, ...place(at) });
  const fix = (one: Fix) => ({
    title: one.title,
    class: one.class,
    edits: one.edits.map((edit) => ({ ...place(edit), newText: edit.newText })),
  });
  const finding = (one: ReportedFinding) => ({
    rule: one.rule,
    severity: one.severity,
    message: one.message,
    ...place(one),
    function: one.functionName,
    confidence: one.confidence,
    configuration: one.configuration,
    fingerprint: one.fingerprint,
    hidden: isHidden(one, report.trusted),
    suppression: one.suppression && {
      kind: one.suppression.kind,
      reason: one.suppression.reason,
      place: one.suppression.place && place(one.suppression.place),
    },
    path: one.path.map(step),
    fixes: one.fixes.map(fix),
  });
  const note = (one: Note) => ({
    kind: one.kind,
    message: one.message,
    ...(one.start === undefined ? { file: one.file } : place({ file: one.file, start: one.start, end: one.end ?? one.start })),
  });
  const data = {
    version: 1,
    tool: { name: 'fencepost', version: report.version },
    findings: report.outcome.findings.map(finding),
    notes: report.outcome.notes.map(note),
    files: report.outcome.files,
    summary: summarise(report),
  };
  return `${JSON.stringify(data, undefined, 2)}\n`;
}
