/**
 * From what the rules found to what every face shows: severities as configured, order, fingerprints, suppressions, baseline.
 * The same for editor and command line, by being the only place. No I/O; keeps what it read from a text until the text changes.
 */
import type { Finding, RuleMeta, Severity } from '../rules/finding';
import type { Span } from '../syntax/ast';
import type { ReportedFinding, Settings, Suppression } from './workspace';
import { builtinRules, isBuiltin } from './builtin-rules';
import { foldCauses, withRelated } from './causes';
import { readDirectives, type Directive } from './directives';
import { fingerprintKey, fingerprintsOf, SnippetReader } from './fingerprint';
import { lineStartsOf } from './lines';
import { ruleKnowledge, silence } from './silence';

export interface FinishInput {
  /** All findings of all rules that ran, in any order. */
  readonly findings: readonly Finding[];
  /** All files that were analysed. */
  readonly files: readonly string[];
  readonly text: (file: string) => string | undefined;
  /** Ranges that no configuration read: a suppression there is not called unused. */
  readonly inactive?: (file: string) => readonly Span[];
  /** The rules of the catalogue; the built-in ones are added here. */
  readonly metas: readonly RuleMeta[];
  readonly settings: Settings;
}

/** Whether a rule runs under these settings. */
export function isSelected(meta: RuleMeta, settings: Settings): boolean {
  if (settings.severities[meta.id] === 'off') return false;
  if (settings.rules) return settings.rules.includes(meta.id);
  if (settings.severities[meta.id] !== undefined) return true;
  return meta.profile === 'default' || settings.profile === 'audit';
}

/** The severity to show, or undefined when it is not shown at all: hints belong to the audit profile. */
function shownSeverity(finding: Finding, settings: Settings): Severity | undefined {
  const configured = settings.severities[finding.rule];
  if (configured === 'off') return undefined;
  const severity = configured ?? finding.severity;
  return severity === 'hint' && configured === undefined && settings.profile !== 'audit' ? undefined : severity;
}

export function compareFindings(a: Finding, b: Finding): number {
  return (
    compare(a.file, b.file) || a.start - b.start || a.end - b.end || compare(a.rule, b.rule) || compare(a.message, b.message)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

interface ReadText {
  readonly text: string;
  readonly lineStarts: readonly number[];
  readonly directives: readonly Directive[];
  /** Snippets by `start:end`. */
  readonly snippets: Map<string, string>;
}

/** Keep one per workspace: texts that did not change are not read again. */
export class Finisher {
  readonly #read = new Map<string, ReadText>();

  /** Forgets what was read of a file. */
  forget(file: string): void {
    this.#read.delete(file);
  }

  /** The findings to show, ordered by file, position, rule; silenced ones are marked, not left out. */
  finish(input: FinishInput): ReportedFinding[] {
    const { settings } = input;
    const knowledge = ruleKnowledge([...input.metas, ...builtinRules], (meta) => isSelected(meta, settings));
    const byFile = new Map<string, Finding[]>(input.files.map((file) => [file, []]));
    for (const finding of input.findings) {
      const severity = shownSeverity(finding, settings);
      if (severity === undefined) continue;
      const list = byFile.get(finding.file) ?? [];
      list.push(severity === finding.severity ? finding : { ...finding, severity });
      byFile.set(finding.file, list);
    }
    const marked: { finding: Finding; suppression?: Suppression; key: string }[] = [];
    for (const file of [...byFile.keys()].sort(compare)) {
      const read = this.#of(file, input.text(file) ?? '');
      const findings = byFile.get(file) ?? [];
      const { suppressions, extra } = silence(
        file,
        findings,
        read.directives,
        read.lineStarts,
        knowledge,
        input.inactive?.(file),
      );
      const { kept, under } = foldCauses(findings, read.lineStarts);
      const silencedBy = new Map(findings.map((finding, index) => [finding, suppressions[index]]));
      const all = [
        ...kept.map((finding) => ({
          finding: withRelated(finding, under.get(finding) ?? []),
          suppression: silencedBy.get(finding),
        })),
        ...extra.flatMap((finding) => {
          const severity = this.#wanted(finding, settings);
          return severity === undefined ? [] : [{ finding: { ...finding, severity }, suppression: undefined }];
        }),
      ].sort((a, b) => compareFindings(a.finding, b.finding));
      const reader = new SnippetReader(read.text);
      for (const one of all) marked.push({ ...one, key: fingerprintKey(one.finding, snippetOf(read, reader, one.finding)) });
    }
    const fingerprints = fingerprintsOf(marked.map((one) => one.key));
    return marked.map(({ finding, suppression }, index): ReportedFinding => {
      const fingerprint = fingerprints[index] ?? '';
      const by = suppression ?? acceptedBy(settings.baseline, fingerprint, finding);
      return { ...finding, fingerprint, ...(by ? { suppression: by } : {}) };
    });
  }

  #wanted(finding: Finding, settings: Settings): Severity | undefined {
    if (settings.rules && !settings.rules.includes(finding.rule)) return undefined;
    return shownSeverity(finding, settings);
  }

  #of(file: string, text: string): ReadText {
    const kept = this.#read.get(file);
    if (kept?.text === text) return kept;
    const lineStarts = lineStartsOf(text);
    const read: ReadText = { text, lineStarts, directives: readDirectives(text, lineStarts), snippets: new Map() };
    this.#read.set(file, read);
    return read;
  }
}

function snippetOf(read: ReadText, reader: SnippetReader, finding: Finding): string {
  const place = `${finding.start}:${finding.end}`;
  const kept = read.snippets.get(place);
  if (kept !== undefined) return kept;
  const snippet = reader.snippet(finding.start, finding.end);
  read.snippets.set(place, snippet);
  return snippet;
}

function acceptedBy(baseline: ReadonlySet<string>, fingerprint: string, finding: Finding): Suppression | undefined {
  // What a comment lacks is not accepted by a list.
  return baseline.has(fingerprint) && !isBuiltin(finding.rule)
    ? { kind: 'baseline', reason: 'accepted by the baseline' }
    : undefined;
}

/** Marks findings that a baseline accepts, after the fact. */
export function accept(findings: readonly ReportedFinding[], baseline: ReadonlySet<string>): ReportedFinding[] {
  return findings.map((finding) => {
    const by = finding.suppression ?? acceptedBy(baseline, finding.fingerprint, finding);
    return by ? { ...finding, suppression: by } : finding;
  });
}
