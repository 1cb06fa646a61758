/**
 * The engine: texts in, findings out. Owns the order of the layers and what is kept between runs; does no I/O and knows no face.
 */
import { Analyzer, DEFAULT_ASSERTS } from '../analysis/analyzer';
import { originsAt } from '../analysis/ask';
import type { Observer, OriginHit } from '../analysis/events';
import { surfaceObserver, surfaceRecord, type SurfaceRecord } from '../analysis/surface/record';
import { surfaceOf, type Entry } from '../analysis/surface/surface';
import { createModel } from '../model/index';
import type { Model, Origin } from '../model/model';
import { Constants } from '../program/constants';
import { PRELUDE, Program } from '../program/program';
import { isKernelFile } from '../program/kernel';
import type { Finding, RuleMeta, Step } from '../rules/finding';
import { RULES } from '../rules/index';
import type { Rule, RuleContext } from '../rules/rule';
import { decide, dedupe, Notes, type ContextRecord, type Drafted } from './decide';
import { Reader } from './reader';
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

/** Files of a driver package that rules read as text. */
const PACKAGE = /\.(inf|inx)$/i;

const NO_CONFIGURATION: ReadonlyMap<string, string> = new Map();

export class EngineWorkspace implements Workspace {
  readonly ruleMetas: readonly RuleMeta[] = RULES.map((r) => r.meta);
  private readonly program: Program;
  private readonly reader: Reader;
  private readonly constants: Constants;
  private model: Model;
  private analyzer: Analyzer | undefined;
  private records = new Map<string, ContextRecord>();
  /** Driver package files, which hold no C. */
  private readonly packages = new Map<string, string>();
  private readonly finisher = new Finisher();
  private outcome: Outcome | undefined;

  constructor(
    private readonly syntax: Syntax,
    private settings: Settings,
  ) {
    this.model = createModel(settings.project);
    this.program = new Program((text) => this.syntax.snippet(text));
    this.reader = new Reader(syntax, this.program, NO_CONFIGURATION);
    this.constants = new Constants(this.program);
    this.program.set(this.syntax.read(PRELUDE, this.model.prelude, this.program.oracle(PRELUDE), NO_CONFIGURATION));
    this.syntax.close(PRELUDE);
  }

  set(path: string, text: string): void {
    if (/\.(vcxproj)$|(^|\/)(sources|CMakeLists\.txt)$/i.test(path)) {
      this.program.drivers.removeProject(path);
      this.program.drivers.setProject(path, text);
      this.reader.invalidate();
      this.outcome = undefined;
    } else if (PACKAGE.test(path)) {
      if (this.packages.get(path) === text) return;
      this.packages.set(path, text);
      this.outcome = undefined;
    } else if (this.reader.set(path, text)) this.outcome = undefined;
  }

  remove(path: string): void {
    this.packages.delete(path);
    this.reader.remove(path);
    this.program.drivers.removeProject(path);
    this.finisher.forget(path);
    this.outcome = undefined;
  }

  configure(settings: Settings): void {
    this.settings = settings;
    this.model = createModel(settings.project);
    this.reader.invalidate();
    this.outcome = undefined;
  }

  facts(path: string): FileFacts | undefined {
    return this.reader.facts(path);
  }
  gaps(path: string): readonly Gap[] {
    return this.reader.facts(path)?.gaps ?? [];
  }
  get lastAnalyzer(): Analyzer | undefined {
    return this.analyzer;
  }

  /** What the expression at a place is. Ask after `analyse`. */
  originAt(
    path: string,
    offset: number,
  ):
    | { origins: readonly { origin: Origin; of: 'pointee' | 'value'; certain: boolean; witness?: Step }[]; unknown: boolean }
    | undefined {
    const answer = this.analyzer && originsAt(this.analyzer, path, offset);
    return (
      answer && {
        unknown: answer.unknown,
        origins: answer.origins.map((o) => ({ origin: o.origin, of: o.of, certain: o.certain, witness: o.witness[0] })),
      }
    );
  }

  /** Every way into the driver from outside. Ask after `analyse`. */
  surface(): readonly Entry[] {
    const { analyzer, outcome, program, constants, model } = this;
    if (!analyzer || !outcome) return [];
    const records = new Map<string, SurfaceRecord>(
      [...this.records].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, r]) => [id, r.surface]),
    );
    const findings = outcome.findings.filter((f) => f.suppression === undefined);
    return surfaceOf({ program, constants, model, analyzer, records, files: analyzer.files, findings });
  }

  *analyse(): Generator<Progress, Outcome, void> {
    if (this.outcome) return this.outcome;
    yield* this.reader.update();
    const rules = RULES.filter((r) => isSelected(r.meta, this.settings));
    const files = this.reader.paths.filter((f) => /\.(c|h|inl)$/i.test(f));
    const kernel = files.filter((f) => isKernelFile(f, this.program));
    if (this.reader.takeDeep() || !this.analyzer) {
      this.analyzer = new Analyzer(this.program, this.constants, this.model, { asserts: DEFAULT_ASSERTS });
      this.records = new Map();
    }
    const analyzer = this.analyzer;
    analyzer.files = kernel;
    yield* analyzer.analyse((fn, file, context, joined) =>
      joined ? this.habits(fn, file, context, rules) : this.observers(fn, file, context, rules),
    );
    const live = analyzer.live();
    for (const id of this.records.keys()) if (!live.has(id)) this.records.delete(id);
    const reported = this.finisher.finish({
      findings: this.decide(rules, kernel, analyzer),
      files: [...files, ...this.packages.keys()].sort(),
      text: (f) => this.packages.get(f) ?? this.reader.text(f),
      inactive: (f) => this.reader.facts(f)?.inactive ?? [],
      metas: this.ruleMetas,
      settings: this.settings,
    });
    const outcome: Outcome = { findings: reported, notes: this.notes(files, kernel), files };
    this.outcome = outcome;
    return outcome;
  }

  private observers(fn: FunctionDecl, file: string, context: string, rules: readonly Rule[]): Observer[] {
    const record: ContextRecord = { drafts: [], notes: [], surface: surfaceRecord({ file, decl: fn }) };
    this.records.set(context, record);
    const cx = this.ruleContext(fn, file, record);
    const heard = rules.flatMap((rule): Observer[] =>
      rule.observe
        ? [rule.observe({ ...cx, report: (draft) => record.drafts.push({ rule, draft, fn: { file, decl: fn } }) })]
        : [],
    );
    return [...heard, surfaceObserver(record.surface)];
  }

  /** What is heard of a function where its calls were joined: nothing that accuses. */
  private habits(fn: FunctionDecl, file: string, context: string, rules: readonly Rule[]): Observer[] {
    const record: ContextRecord = { drafts: [], notes: [], surface: surfaceRecord({ file, decl: fn }) };
    this.records.set(context, record);
    const cx: RuleContext = { ...this.ruleContext(fn, file, record), report: () => undefined };
    return [...new Set(rules.map((r) => r.habits))].flatMap((hear) => (hear ? [hear(cx)] : []));
  }

  private ruleContext(fn: FunctionDecl, file: string, record: ContextRecord): Omit<RuleContext, 'report'> {
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
      text: (span) => this.program.slice(file, span),
      step,
      path: (hit: OriginHit | undefined, place, message) => [...dedupe(hit?.witness ?? []), step(place, 'use', message)],
    };
  }

  private decide(rules: readonly Rule[], kernel: readonly string[], analyzer: Analyzer): Finding[] {
    const notes = new Notes();
    const drafts: Drafted[] = [];
    const { program, constants, model } = this;
    for (const id of [...this.records.keys()].sort()) {
      const r = this.records.get(id);
      for (const [tag, key, value] of r?.notes ?? []) notes.add(tag, key, value);
      for (const d of r?.drafts ?? [])
        drafts.push({ rule: d.rule, draft: d.draft, file: d.fn.file, fn: d.fn.decl.name, raw: false });
    }
    for (const rule of rules) {
      if (!rule.file) continue;
      for (const file of kernel) {
        const facts = this.reader.facts(file);
        if (!facts) continue;
        rule.file({
          file,
          text: facts.text,
          facts,
          program,
          constants,
          model,
          note: (tag, key, value = '') => {
            notes.add(tag, key, value);
          },
          report: (draft) => drafts.push({ rule, draft, file, fn: enclosing(facts, draft.place), raw: true }),
        });
      }
    }
    for (const rule of rules) {
      for (const [file, text] of this.packages) {
        rule.file?.({
          file,
          text,
          program,
          constants,
          model,
          note: (tag, key, value = '') => {
            notes.add(tag, key, value);
          },
          report: (draft) => drafts.push({ rule, draft, file, fn: undefined, raw: true }),
        });
      }
    }
    for (const rule of rules) {
      rule.finish?.({
        program,
        constants,
        model,
        heap: analyzer.heap,
        files: kernel,
        facts: notes,
        report: (file, draft) => drafts.push({ rule, draft, file, fn: undefined, raw: false }),
      });
    }
    return decide(drafts, notes, program);
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
        start: this.program.currentOffset(d.file, d.decl.nameSpan.start),
        end: this.program.currentOffset(d.file, d.decl.nameSpan.end),
      });
    return out;
  }

  dispose(): void {
    for (const path of this.reader.paths) this.syntax.close(path);
    this.analyzer = undefined;
    this.outcome = undefined;
  }
}

/** The name of the function that a place stands in. */
function enclosing(facts: FileFacts, place: Span): string | undefined {
  return facts.functions.find((f) => f.start <= place.start && place.end <= f.end)?.name;
}
