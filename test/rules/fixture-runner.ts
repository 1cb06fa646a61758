/**
 * Runs the real engine over a fixture and says what is wrong with it, as sentences. Owns the meaning of the markers:
 *   // expect: rule-id[, rule-id]   exactly these findings start on this line (an id stands twice for two findings)
 *   // ok: reason                   the folder's rule is silent on this line, although it is tempting
 * In text that is no C the marker stands after `;`. Knows nothing of mocha, so that the markers themselves can be tested.
 */
import { createWorkspace, type EngineWorkspace } from '../../server/src/report/engine';
import type { ReportedFinding, Settings } from '../../server/src/report/workspace';
import { emptyProject } from '../../server/src/model/index';
import { syntax } from '../syntax/reading';
import { applyFixes, linesOf, type Edited } from './fix-application';

/** Names below the fixture's own root, with their texts. */
export type Texts = ReadonlyMap<string, string>;

const SETTINGS: Settings = {
  profile: 'audit',
  severities: {},
  trusted: true,
  project: emptyProject,
  baseline: new Set(),
};

export interface Seen {
  readonly findings: readonly ReportedFinding[];
  readonly gaps: readonly string[];
}

export class FixtureRunner {
  private constructor(private readonly workspace: EngineWorkspace) {}

  static async create(): Promise<FixtureRunner> {
    return new FixtureRunner(createWorkspace({ syntax: await syntax(), settings: { ...SETTINGS } }));
  }

  /** All findings of all rules over these texts alone, and the places that were not understood. */
  run(texts: Texts): Seen {
    for (const [name, text] of texts) this.workspace.set(name, text);
    try {
      const steps = this.workspace.analyse();
      let step = steps.next();
      while (!step.done) step = steps.next();
      const gaps = [...texts].flatMap(([name, text]) =>
        this.workspace
          .gaps(name)
          .filter((g) => g.kind === 'error')
          .map((g) => `${name}:${lineOf(text, g.start)}: not understood: ${g.message}`),
      );
      return { findings: step.value.findings, gaps };
    } finally {
      for (const name of texts.keys()) this.workspace.remove(name);
    }
  }

  dispose(): void {
    this.workspace.dispose();
  }

  /** What is wrong with a fixture of a rule; empty when nothing is. */
  check(rule: string, texts: Texts, fixed?: Texts): string[] {
    const seen = this.run(texts);
    const problems = [...seen.gaps, ...[...texts].flatMap(([name, text]) => markers(rule, name, text, seen.findings))];
    if (![...texts.values()].some((t) => MARKER.test(t))) problems.push('no marker: say `// expect: id` or `// ok: reason`');
    return [...problems, ...this.checkFixes(rule, texts, seen.findings, fixed)];
  }

  private checkFixes(rule: string, texts: Texts, findings: readonly ReportedFinding[], golden: Texts | undefined): string[] {
    const edited = applyFixes(rule, texts, findings);
    if (!edited) return golden ? ['a fixed text is there, but no finding of the rule offers an edit'] : [];
    const problems: string[] = [];
    if (golden)
      for (const [name, text] of edited.texts)
        if (withoutMarkers(text) !== withoutMarkers(golden.get(name) ?? ''))
          problems.push(`${name}: the fixed text differs:\n${difference(golden.get(name) ?? '', text)}`);
    const after = this.run(edited.texts);
    problems.push(...after.gaps.map((g) => `after the fix: ${g}`));
    problems.push(...newFindings(rule, texts, findings, edited, after.findings));
    if (applyFixes(rule, edited.texts, after.findings)) problems.push('a second run of the fix changes the text again');
    return problems;
  }

  /** The text after the first edit of every finding, or undefined where none offers one. */
  fixedTexts(rule: string, texts: Texts): Texts | undefined {
    return applyFixes(rule, texts, this.run(texts).findings)?.texts;
  }
}

const MARKER = /(?:\/\/|;)\s*(expect|ok):\s*(.*?)\s*$/m;

function markers(rule: string, name: string, text: string, findings: readonly ReportedFinding[]): string[] {
  const problems: string[] = [];
  const byLine = new Map<number, ReportedFinding[]>();
  for (const f of findings) {
    if (f.file !== name || f.suppression) continue;
    const line = lineOf(text, f.start);
    byLine.set(line, [...(byLine.get(line) ?? []), f]);
  }
  text.split('\n').forEach((content, index) => {
    const line = index + 1;
    const at = `${name}:${line}`;
    const here = byLine.get(line) ?? [];
    const own = here.filter((f) => f.rule === rule);
    const marker = MARKER.exec(content.replace(/\r$/, ''));
    const words = marker?.[2] ?? '';
    if (marker?.[1] === 'expect') {
      const wanted = words.split(',').map((id) => id.trim());
      for (const id of new Set([...wanted, rule])) {
        const want = wanted.filter((w) => w === id).length;
        const got = here.filter((f) => f.rule === id && (f.severity !== 'hint' || id === rule));
        if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id)) problems.push(`${at}: \`${id}\` is no rule id`);
        else if (got.length !== want) problems.push(`${at}: ${want} of \`${id}\` expected, ${got.length} found${said(got)}`);
      }
    } else {
      if (marker && words === '') problems.push(`${at}: \`ok:\` without a reason`);
      for (const f of own) problems.push(`${at}: unexpected \`${f.rule}\`${said([f])}`);
    }
  });
  return problems;
}

function said(findings: readonly ReportedFinding[]): string {
  return findings.map((f) => `\n      ${f.severity}: ${f.message}`).join('');
}

/** Findings on edited lines that were not there before, of any rule; of the fixed rule none may be left where it was fixed. */
function newFindings(
  rule: string,
  texts: Texts,
  before: readonly ReportedFinding[],
  edited: Edited,
  after: readonly ReportedFinding[],
): string[] {
  const problems: string[] = [];
  for (const [name, text] of edited.texts) {
    const old = before.filter((f) => f.file === name && edited.linesBefore(name).has(lineOf(texts.get(name) ?? '', f.start)));
    const left = old.map((f) => f.rule).filter((id) => id !== rule);
    for (const f of after) {
      const line = lineOf(text, f.start);
      if (f.file !== name || !edited.linesAfter(name).has(line) || f.severity === 'hint') continue;
      const at = left.indexOf(f.rule);
      if (at >= 0) left.splice(at, 1);
      else problems.push(`${name}:${line} after the fix: \`${f.rule}\`: ${f.message}`);
    }
  }
  return problems;
}

/** 1-based line of an offset in UTF-16 units. */
export function lineOf(text: string, offset: number): number {
  return linesOf(text, 0, offset).length;
}

export function withoutMarkers(text: string): string {
  return text.replace(/[ \t]*(?:\/\/|;)[ \t]*(?:expect|ok):[^\n]*/g, '').replace(/\s+$/, '');
}

function difference(want: string, got: string): string {
  const a = withoutMarkers(want).split('\n');
  const b = withoutMarkers(got).split('\n');
  const at = b.findIndex((line, i) => line !== a[i]);
  const from = at < 0 ? b.length : at;
  return `      line ${from + 1}\n      wanted: ${a[from] ?? '(end)'}\n      got:    ${b[from] ?? '(end)'}`;
}

/** The first fenced block under a heading of a page; undefined when there is none. */
export function example(page: string, heading: string): { readonly language: string; readonly text: string } | undefined {
  const section = page.split(/^## /m).find((s) => s.split('\n')[0]?.trim() === heading);
  const block = section && /^```(\w+)\n([\s\S]*?)^```/m.exec(section);
  return block?.[1] && block[2] !== undefined ? { language: block[1], text: block[2] } : undefined;
}
