/**
 * The engine: texts in, findings out. Owns the order of the layers and what is kept between runs; does no I/O and knows no face.
 */
import { Analyzer, DEFAULT_ASSERTS } from '../analysis/analyzer';
import { originsAt } from '../analysis/ask';
import type { Observer, OriginHit } from '../analysis/events';
import { createModel } from '../model/index';
import type { Model, Origin } from '../model/model';
import { Constants } from '../program/constants';
import { PRELUDE, Program, type Declared } from '../program/program';
import { isKernelFile } from '../program/kernel';
import type { Finding, RuleMeta, Step } from '../rules/finding';
import { RULES } from '../rules/index';
import type { Draft, DriverFacts, Rule, RuleContext } from '../rules/rule';
import type { FunctionDecl, Span } from '../syntax/ast';
import type { FileFacts, Gap, Syntax } from '../syntax/facts';
import { Finisher, isSelected } from './finish';
import type { Note, Outcome, Progress, Settings, Workspace } from './workspace';

export interface EngineOptions {
  readonly syntax: Syntax;
  readonly settings: Settings;
}

export function createWorkspace(options: EngineOptions): EngineWorkspace {
  return new EngineWorkspace(options.syntax, options.settings);
}

/** What rules said about one function in one context. */
interface Record {
  readonly drafts: { readonly rule: Rule; readonly draft: Draft; readonly fn: Declared<FunctionDecl> }[];
  readonly notes: [string, string, string][];
}

const NO_CONFIGURATION: ReadonlyMap<string, string> = new Map();

export class EngineWorkspace implements Workspace {
  readonly ruleMetas: readonly RuleMeta[] = RULES.map((r) => r.meta);
  private readonly texts = new Map<string, string>();
  private readonly dirty = new Set<string>();
  private program: Program;
  private constants: Constants;
  private model: Model;
  private analyzer: Analyzer | undefined;
  private readonly finisher = new Finisher();
  private outcome: Outcome | undefined;

  constructor(
    private readonly syntax: Syntax,
    private settings: Settings,
  ) {
    this.model = createModel(settings.project);
    this.program = new Program((text) => this.syntax.snippet(text));
    this.constants = new Constants(this.program);
    this.program.set(this.syntax.read(PRELUDE, this.model.prelude, this.program.oracle(PRELUDE), NO_CONFIGURATION));
    this.syntax.close(PRELUDE);
  }

  set(path: string, text: string): void {
    if (/\.(vcxproj)$|(^|\/)(sources|CMakeLists\.txt)$/i.test(path)) {
      this.program.drivers.removeProject(path);
      this.program.drivers.setProject(path, text);
      this.outcome = undefined;
      return;
    }
    if (this.texts.get(path) === text) return;
    this.texts.set(path, text);
    this.dirty.add(path);
    this.outcome = undefined;
  }

  remove(path: string): void {
    this.texts.delete(path);
    this.dirty.delete(path);
    this.program.remove(path);
    this.program.drivers.removeProject(path);
    this.syntax.close(path);
    this.finisher.forget(path);
    this.outcome = undefined;
  }

  configure(settings: Settings): void {
    this.settings = settings;
    this.model = createModel(settings.project);
    this.outcome = undefined;
  }

  facts(path: string): FileFacts | undefined {
    return this.program.files.get(path);
  }
  gaps(path: string): readonly Gap[] {
    return this.program.files.get(path)?.gaps ?? [];
  }
  get lastAnalyzer(): Analyzer | undefined {
    return this.analyzer;
  }

  /** What the expression at a place is. Ask after `analyse`. */
  originAt(path: string, offset: number): { origins: readonly { origin: Origin; of: 'pointee' | 'value'; certain: boolean; witness?: Step }[]; unknown: boolean } | undefined {
    const answer = this.analyzer && originsAt(this.analyzer, path, offset);
    return answer && { unknown: answer.unknown, origins: answer.origins.map((o) => ({ origin: o.origin, of: o.of, certain: o.certain, witness: o.witness[0] })) };
  }

  *analyse(): Generator<Progress, Outcome, void> {
    if (this.outcome) return this.outcome;
    yield* this.read();
    const rules = RULES.filter((r) => isSelected(r.meta, this.settings));
    const files = [...this.texts.keys()].filter((f) => /\.(c|h|inl)$/i.test(f)).sort();
    const kernel = files.filter((f) => isKernelFile(f, this.program));
    const analyzer = new Analyzer(this.program, this.constants, this.model, { asserts: DEFAULT_ASSERTS });
    analyzer.files = kernel;
    this.analyzer = analyzer;
    const records = new Map<string, Record>();
    for (const step of analyzer.analyse((fn, file, context) => {
      const record: Record = { drafts: [], notes: [] };
      records.set(context, record);
      const cx = this.ruleContext(fn, file, record);
      return rules.flatMap((rule): Observer[] =>
        rule.observe
          ? [rule.observe({ ...cx, report: (draft) => record.drafts.push({ rule, draft, fn: { file, decl: fn } }) })]
          : [],
      );
    }))
      yield step;
    const live = analyzer.live();
    for (const id of records.keys()) if (!live.has(id)) records.delete(id);
    const findings = this.decide(records, rules, kernel);
    const reported = this.finisher.finish({
      findings,
      files,
      text: (f) => this.texts.get(f),
      inactive: (f) => this.program.files.get(f)?.inactive ?? [],
      metas: this.ruleMetas,
      settings: this.settings,
    });
    const outcome: Outcome = { findings: reported, notes: this.notes(files, kernel), files };
    this.outcome = outcome;
    return outcome;
  }

  private *read(): Generator<Progress, void, void> {
    const total = this.dirty.size;
    let done = 0;
    for (const path of [...this.dirty].sort((a, b) => Number(/\.c$/i.test(a)) - Number(/\.c$/i.test(b)) || (a < b ? -1 : 1))) {
      const text = this.texts.get(path);
      this.dirty.delete(path);
      if (text === undefined) continue;
      this.program.set(this.syntax.read(path, text, this.program.oracle(path), NO_CONFIGURATION));
      yield { done: ++done, total, file: path };
    }
  }

  private ruleContext(fn: FunctionDecl, file: string, record: Record): Omit<RuleContext, 'report'> {
    const facts = this.program.files.get(file);
    const step = (place: Span, role: Step['role'], message: string): Step => ({
      file,
      start: place.start,
      end: place.end,
      role,
      message,
    });
    return {
      fn,
      file,
      facts: facts as FileFacts,
      program: this.program,
      constants: this.constants,
      model: this.model,
      note: (tag, key, value = '') => record.notes.push([tag, key, value]),
      text: (span) => facts?.text.slice(span.start, span.end) ?? '',
      step,
      path: (hit: OriginHit | undefined, place, message) => [...dedupe(hit?.witness ?? []), step(place, 'use', message)],
    };
  }

  private decide(records: ReadonlyMap<string, Record>, rules: readonly Rule[], kernel: readonly string[]): Finding[] {
    const all = new Map<string, Map<string, Set<string>>>();
    const note = (tag: string, key: string, value: string): void => {
      const byKey = all.get(tag) ?? new Map<string, Set<string>>();
      const values = byKey.get(key) ?? new Set<string>();
      values.add(value);
      byKey.set(key, values);
      all.set(tag, byKey);
    };
    for (const r of records.values()) for (const [tag, key, value] of r.notes) note(tag, key, value);
    const drafts = [...records.values()].flatMap((r) =>
      r.drafts.map((d) => ({ rule: d.rule, draft: d.draft, file: d.fn.file, fn: d.fn.decl.name as string | undefined })),
    );
    for (const rule of rules) {
      if (!rule.file) continue;
      for (const file of kernel) {
        const facts = this.program.files.get(file);
        if (!facts) continue;
        rule.file({
          file,
          text: facts.text,
          facts,
          program: this.program,
          constants: this.constants,
          model: this.model,
          note: (t, k, v = '') => {
            note(t, k, v);
          },
          report: (draft) => drafts.push({ rule, draft, file, fn: undefined }),
        });
      }
    }
    const facts: DriverFacts = {
      has: (tag, key) => all.get(tag)?.has(key) ?? false,
      values: (tag, key) => [...(all.get(tag)?.get(key) ?? [])].sort(),
      count: (tag) => all.get(tag)?.size ?? 0,
      keys: (tag) => [...(all.get(tag)?.keys() ?? [])].sort(),
    };
    const analyzer = this.analyzer;
    if (analyzer)
      for (const rule of rules)
        rule.finish?.({
          program: this.program,
          constants: this.constants,
          model: this.model,
          heap: analyzer.heap,
          files: kernel,
          facts,
          report: (file, draft) => drafts.push({ rule, draft, file, fn: undefined }),
        });
    return merge(drafts, facts);
  }

  private notes(files: readonly string[], kernel: readonly string[]): Note[] {
    const out: Note[] = [];
    const set = new Set(kernel);
    for (const file of files) {
      for (const g of this.gaps(file))
        out.push({ file, kind: g.kind === 'error' ? 'not-understood' : 'guess', message: g.message, start: g.start, end: g.end });
      if (!set.has(file)) out.push({ file, kind: 'skipped', message: 'not kernel code: read for its declarations only' });
    }
    for (const d of this.analyzer?.boundedFunctions.values() ?? [])
      out.push({
        file: d.file,
        kind: 'bound',
        message: `\`${d.decl.name}\` is too large to follow completely: part of its paths was not analysed`,
        start: d.decl.nameSpan.start,
        end: d.decl.nameSpan.end,
      });
    return out;
  }

  dispose(): void {
    for (const path of this.texts.keys()) this.syntax.close(path);
    this.texts.clear();
    this.analyzer = undefined;
    this.outcome = undefined;
  }
}

function dedupe(steps: readonly Step[]): Step[] {
  const seen = new Set<string>();
  return steps.filter((s) => {
    const key = `${s.file}:${String(s.start)}:${s.message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

const ORDER = { error: 0, warning: 1, info: 2, hint: 3 } as const;

/** One finding per rule and place: the most severe, and of equals the one with the longest path. */
function merge(
  drafts: readonly { rule: Rule; draft: Draft; file: string; fn: string | undefined }[],
  facts: DriverFacts,
): Finding[] {
  const best = new Map<string, Finding>();
  for (const { rule, draft, file, fn } of drafts) {
    const decided = draft.decide ? draft.decide(facts) : {};
    if (!decided) continue;
    const f: Finding = {
      rule: rule.meta.id,
      file,
      start: draft.place.start,
      end: draft.place.end,
      severity: decided.severity ?? draft.severity,
      message: decided.message ?? draft.message,
      functionName: fn,
      path: decided.path ?? draft.path,
      fixes: decided.fixes ?? draft.fixes ?? [],
      confidence: draft.confidence ?? 'certain',
    };
    const key = `${f.rule}|${f.file}|${String(f.start)}|${String(f.end)}`;
    const old = best.get(key);
    if (!old || better(f, old)) best.set(key, f);
  }
  return [...best.values()];
}

function better(a: Finding, b: Finding): boolean {
  return (
    ORDER[a.severity] - ORDER[b.severity] < 0 ||
    (a.severity === b.severity && (a.path.length > b.path.length || (a.path.length === b.path.length && a.message < b.message)))
  );
}
