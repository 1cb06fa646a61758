/**
 * The report as SARIF 2.1.0. Paths are relative to the scanned folder (`%SRCROOT%`), columns count UTF-16 units; nothing in it depends
 * on the machine or the time, so equal findings give equal files.
 * Levels: error, warning; information and hints are notes.
 */
import type { Fix, Place, RuleMeta, Severity, Step } from '../rules/finding';
import type { Note, ReportedFinding } from './workspace';
import { unnecessaryRules } from './builtin-rules';
import type { Region } from './lines';
import { Locator, summarise, type Report } from './report';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';
const HOME = 'https://github.com/fencepost/fencepost';
const ROOT = '%SRCROOT%';

export type SarifLevel = 'error' | 'warning' | 'note';

export function sarifLevel(severity: Severity): SarifLevel {
  return severity === 'error' || severity === 'warning' ? severity : 'note';
}

export function formatSarif(report: Report): string {
  return `${JSON.stringify(sarifLog(report), undefined, 1)}\n`;
}

/** The log as plain data. */
export function sarifLog(report: Report): object {
  const run = new Run(report);
  return { $schema: SCHEMA, version: '2.1.0', runs: [run.build()] };
}

class Run {
  readonly #locator: Locator;
  readonly #ruleIndex: ReadonlyMap<string, number>;
  readonly #rules: readonly RuleMeta[];
  readonly #artifacts: ReadonlyMap<string, number>;

  constructor(private readonly report: Report) {
    this.#locator = new Locator(report);
    this.#rules = [...report.rules].sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#ruleIndex = new Map(this.#rules.map((rule, index) => [rule.id, index]));
    this.#artifacts = new Map(report.outcome.files.map((file, index) => [file, index]));
  }

  build(): object {
    const cwes = [...new Set(this.#rules.flatMap((rule) => rule.cwe))].sort((a, b) => a - b);
    const summary = summarise(this.report);
    return {
      tool: {
        driver: {
          name: 'Fencepost',
          version: this.report.version,
          semanticVersion: this.report.version,
          informationUri: HOME,
          supportedTaxonomies: cwes.length > 0 ? [{ name: 'CWE', index: 0 }] : undefined,
          notifications: NOTE_KINDS.map(([id, text]) => ({ id, shortDescription: { text } })),
          rules: this.#rules.map((rule) => ruleDescriptor(rule, this.report.page(rule.id))),
        },
      },
      taxonomies:
        cwes.length > 0
          ? [
              {
                name: 'CWE',
                organization: 'MITRE',
                shortDescription: { text: 'Common Weakness Enumeration' },
                informationUri: 'https://cwe.mitre.org/',
                taxa: cwes.map((cwe) => ({ id: String(cwe) })),
              },
            ]
          : undefined,
      columnKind: 'utf16CodeUnits',
      originalUriBaseIds: { [ROOT]: { description: { text: 'The scanned folder.' } } },
      artifacts: this.report.outcome.files.map((file) => ({
        location: { uri: uriOf(file), uriBaseId: ROOT },
        roles: ['analysisTarget'],
        sourceLanguage: 'c',
      })),
      invocations: [
        {
          executionSuccessful: true,
          toolExecutionNotifications: this.report.outcome.notes
            .filter((note) => note.kind !== 'config')
            .map((note) => this.#notification(note)),
          toolConfigurationNotifications: this.report.outcome.notes
            .filter((note) => note.kind === 'config')
            .map((note) => this.#notification(note)),
        },
      ],
      results: this.report.outcome.findings.map((finding) => this.#result(finding)),
      properties: {
        silencedByFilesOfThisFolder: summary.silenced,
        acceptedByBaseline: summary.byBaseline,
        trusted: summary.trusted,
      },
    };
  }

  #result(finding: ReportedFinding): object {
    const flow = finding.path.filter((step) => step.role === 'origin' || step.role === 'flow' || step.role === 'use');
    const related = finding.path.filter((step) => step.role !== 'flow' && step.role !== 'use');
    const edits = finding.fixes.filter((fix) => fix.edits.length > 0);
    const advice = finding.fixes.filter((fix) => fix.edits.length === 0).map((fix) => fix.title);
    const where = finding.configuration === undefined ? '' : ` (when ${finding.configuration})`;
    return {
      ruleId: finding.rule,
      ruleIndex: this.#ruleIndex.get(finding.rule),
      level: sarifLevel(finding.severity),
      message: { text: `${finding.message}${where}` },
      locations: [
        {
          physicalLocation: this.#physical(finding, true),
          logicalLocations: finding.functionName === undefined ? undefined : [{ name: finding.functionName, kind: 'function' }],
        },
      ],
      codeFlows: flow.length > 0 ? [{ threadFlows: [{ locations: flow.map((step) => this.#flowStep(step)) }] }] : undefined,
      relatedLocations:
        related.length > 0 ? related.map((step, index) => ({ id: index + 1, ...this.#location(step) })) : undefined,
      partialFingerprints: { 'fencepost/v1': finding.fingerprint },
      suppressions: finding.suppression === undefined ? undefined : [this.#suppression(finding.suppression)],
      fixes: edits.length > 0 ? edits.map((fix) => this.#fix(fix)) : undefined,
      properties: {
        confidence: finding.confidence,
        severity: finding.severity,
        configuration: finding.configuration,
        advice: advice.length > 0 ? advice : undefined,
        tags: unnecessaryRules.has(finding.rule) ? ['unnecessary'] : undefined,
      },
    };
  }

  #suppression(by: NonNullable<ReportedFinding['suppression']>): object {
    return {
      kind: by.kind === 'baseline' ? 'external' : 'inSource',
      // A folder that is not trusted may ask, and is refused: such a result counts as not suppressed.
      status: this.report.trusted ? 'accepted' : 'rejected',
      justification: by.reason,
      location: by.place === undefined ? undefined : { physicalLocation: this.#physical(by.place) },
    };
  }

  #flowStep(step: Step): object {
    return { location: this.#location(step), importance: step.role === 'flow' ? 'important' : 'essential', kinds: [step.role] };
  }

  #location(step: Step): object {
    return { physicalLocation: this.#physical(step), message: { text: step.message } };
  }

  #fix(fix: Fix): object {
    const files = [...new Set(fix.edits.map((edit) => edit.file))];
    return {
      description: { text: fix.title },
      artifactChanges: files.map((file) => ({
        artifactLocation: this.#artifact(file),
        replacements: fix.edits
          .filter((edit) => edit.file === file)
          .map((edit) => ({ deletedRegion: this.#region(edit), insertedContent: { text: edit.newText } })),
      })),
      properties: { class: fix.class },
    };
  }

  #physical(place: Place, withSnippet = false): object {
    const text = withSnippet
      ? this.report.text(place.file)?.slice(place.start, Math.min(place.end, place.start + 400))
      : undefined;
    const region = this.#region(place);
    return {
      artifactLocation: this.#artifact(place.file),
      region: text === undefined ? region : { ...region, snippet: { text } },
    };
  }

  #region(place: Place): Region {
    return this.#locator.region(place);
  }

  #artifact(file: string): object {
    return { uri: uriOf(file), uriBaseId: ROOT, index: this.#artifacts.get(file) };
  }

  #notification(note: Note): object {
    const place = { file: note.file, start: note.start ?? 0, end: note.end ?? note.start ?? 0 };
    const physicalLocation = note.start === undefined ? { artifactLocation: this.#artifact(note.file) } : this.#physical(place);
    return {
      descriptor: { id: note.kind },
      level: note.kind === 'config' || note.kind === 'skipped' || note.kind === 'bound' ? 'warning' : 'note',
      message: { text: note.message },
      locations: note.file === '' ? undefined : [{ physicalLocation }],
    };
  }
}

const NOTE_KINDS: readonly (readonly [Note['kind'], string])[] = [
  ['encoding', 'A file was not plain UTF-8'],
  ['skipped', 'A file was not analysed'],
  ['not-understood', 'A region of a file was not understood'],
  ['guess', 'A region of a file was understood by a guess'],
  ['bound', 'A limit was reached'],
  ['config', 'The configuration of the project has a problem'],
];

function ruleDescriptor(rule: RuleMeta, page: string | undefined): object {
  const tags = ['security', ...rule.cwe.map((cwe) => `external/cwe/cwe-${String(cwe).padStart(3, '0')}`)];
  return {
    id: rule.id,
    name: rule.id.replace(/(?:^|-)(\w)/g, (_whole, letter: string) => letter.toUpperCase()),
    shortDescription: { text: rule.title },
    fullDescription: { text: firstParagraph(page) ?? rule.title },
    help: { text: page ?? rule.title, markdown: page ?? rule.title },
    helpUri: `${HOME}/blob/main/docs/rules/${rule.id}.md`,
    defaultConfiguration: { level: sarifLevel(rule.severity), enabled: rule.profile === 'default' },
    relationships:
      rule.cwe.length > 0
        ? rule.cwe.map((cwe) => ({ target: { id: String(cwe), toolComponent: { name: 'CWE', index: 0 } }, kinds: ['superset'] }))
        : undefined,
    properties: {
      tags,
      precision: rule.precision,
      profile: rule.profile,
      'problem.severity': rule.severity === 'error' ? 'error' : rule.severity === 'warning' ? 'warning' : 'recommendation',
      threats: rule.threats.length > 0 ? rule.threats : undefined,
      microsoft: rule.microsoft,
    },
  };
}

/** The first paragraph of a page that is no heading. */
function firstParagraph(page: string | undefined): string | undefined {
  const paragraph = page?.split(/\r?\n\s*\r?\n/).find((part) => part.trim() !== '' && !part.trimStart().startsWith('#'));
  return paragraph?.replace(/\s+/g, ' ').trim();
}

/** A relative URI: each segment escaped, the slashes kept. */
export function uriOf(file: string): string {
  return file.split('/').map(encodeSegment).join('/');
}

function encodeSegment(segment: string): string {
  // A half of a surrogate pair in a file name cannot be written in a URI.
  return encodeURIComponent(segment.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd'));
}
