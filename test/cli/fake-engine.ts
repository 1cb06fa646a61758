/**
 * A small engine for tests of everything around the engine: it "finds" what the text itself says, in lines such as
 * `value = x; // FIND rule-a error: message` and nothing else. It passes its findings through the real `Finisher`.
 */
import type { Finding, RuleMeta, Severity, Step } from '../../server/src/rules/finding';
import { Finisher, isSelected } from '../../server/src/report/finish';
import { lineStartsOf } from '../../server/src/report/lines';
import type { Note, Outcome, Progress, Settings } from '../../server/src/report/workspace';
import type { Engine } from '../../server/src/cli/parts';
import { emptyProject } from '../../server/src/model';
import type { FileFacts, Gap } from '../../server/src/syntax/facts';

export const metas: readonly RuleMeta[] = [
  {
    id: 'rule-a',
    title: 'Plain read of shared memory',
    threats: ['Memory mapped in shared user/kernel buffers'],
    severity: 'error',
    precision: 'high',
    cwe: [367, 125],
    profile: 'default',
    microsoft: ['C28126', 'cpp/drivers/ob-reference-mode'],
  },
  {
    id: 'rule-b',
    title: 'Length is not checked',
    threats: ['IOCTLs'],
    severity: 'warning',
    precision: 'medium',
    cwe: [],
    profile: 'default',
    microsoft: ['28193'],
  },
  { id: 'rule-audit', title: 'Worth a look', threats: [], severity: 'hint', precision: 'low', cwe: [], profile: 'audit' },
];

const MARK = /(\w+) = [^;\n]*; \/\/ FIND ([\w-]+) (error|warning|info|hint): ([^\r\n]*)/g;

export class FakeEngine implements Engine {
  readonly ruleMetas = metas;
  readonly texts = new Map<string, string>();
  readonly #finisher = new Finisher();
  disposed = 0;
  settings: Settings = { profile: 'default', severities: {}, trusted: true, project: emptyProject, baseline: new Set() };

  set(path: string, text: string): void {
    this.texts.set(path, text);
  }

  remove(path: string): void {
    this.texts.delete(path);
  }

  configure(settings: Settings): void {
    this.settings = settings;
  }

  *analyse(): Generator<Progress, Outcome, void> {
    const files = [...this.texts.keys()].sort();
    const found: Finding[] = [];
    const notes: Note[] = [];
    for (const [index, file] of files.entries()) {
      yield { done: index, total: files.length, file };
      const text = this.texts.get(file) ?? '';
      if (text.includes('CRASH')) throw new Error('the engine stumbled');
      found.push(...findingsIn(file, text));
      for (const gap of this.gaps(file))
        notes.push({ file, kind: 'not-understood', message: gap.message, start: gap.start, end: gap.end });
    }
    const selected = found.filter((one) => metas.some((meta) => meta.id === one.rule && isSelected(meta, this.settings)));
    const findings = this.#finisher.finish({
      findings: selected,
      files,
      text: (file) => this.texts.get(file),
      metas,
      settings: this.settings,
    });
    return { findings, notes, files };
  }

  facts(path: string): FileFacts | undefined {
    const text = this.texts.get(path);
    if (text === undefined) return undefined;
    const functions = [...text.matchAll(/^(\w+)\(void\)\n\{[\s\S]*?^\}/gm)].map((match) => ({
      start: match.index,
      end: match.index + match[0].length,
      name: match[1] ?? '',
      nameSpan: { start: match.index, end: match.index + (match[1] ?? '').length },
      returns: { kind: 'name' as const, name: 'void' },
      params: [],
      variadic: false,
      static: false,
      inline: false,
      annotations: [],
    }));
    return {
      path,
      text,
      lineStarts: lineStartsOf(text),
      functions,
      prototypes: [],
      records: [],
      enums: [],
      typedefs: [],
      globals: [],
      macros: [],
      includes: [],
      gaps: this.gaps(path),
      comments: [],
      conditions: new Map(),
      conditionals: [],
      inactive: [],
      consulted: new Map(),
    };
  }

  gaps(path: string): readonly Gap[] {
    return [...(this.texts.get(path) ?? '').matchAll(/@@@+/g)].map((match) => ({
      start: match.index,
      end: match.index + match[0].length,
      kind: 'error' as const,
      message: 'This text was not understood.',
    }));
  }

  dispose(): void {
    this.disposed++;
  }
}

/** The findings that a text asks for. The function is the last name that stands alone before a `(void)`. */
function findingsIn(file: string, text: string): Finding[] {
  return [...text.matchAll(MARK)].map((match): Finding => {
    const before = text.slice(0, match.index);
    const functionName = [...before.matchAll(/^(\w+)\(void\)/gm)].at(-1)?.[1];
    const origin = before.lastIndexOf('Map(');
    const end = match.index + (match[1] ?? '').length;
    const use: Step = { role: 'use', message: `\`${match[1] ?? ''}\` is used here.`, file, start: match.index, end };
    const path: Step[] =
      origin < 0 ? [] : [{ role: 'origin', message: 'Mapped to user mode here.', file, start: origin, end: origin + 3 }, use];
    return {
      rule: match[2] ?? '',
      severity: (match[3] ?? 'error') as Severity,
      message: match[4] ?? '',
      file,
      start: match.index,
      end,
      functionName,
      path,
      fixes:
        origin < 0
          ? []
          : [
              {
                title: `Read \`${match[1] ?? ''}\` once`,
                class: 'suggestion',
                edits: [{ file, start: match.index, end, newText: 'Once' }],
              },
            ],
      confidence: 'certain',
    };
  });
}
