/**
 * One driver under analysis: its files, its analyzer, what rules said about it, and what is kept when the analyzer is let go. Knows
 * nothing of other drivers.
 */
import { Analyzer } from '../analysis/analyzer';
import type { Observer, OriginHit } from '../analysis/events';
import { Places } from '../analysis/ordinals';
import type { Root } from '../analysis/roots';
import { surfaceObserver, surfaceRecord, type SurfaceRecord } from '../analysis/surface/record';
import type { Model } from '../model/model';
import type { Constants } from '../program/constants';
import type { Declared, Program } from '../program/program';
import type { Finding, Step } from '../rules/finding';
import type { Rule, RuleContext } from '../rules/rule';
import type { FunctionDecl, Span } from '../syntax/ast';
import type { FileFacts, Syntax } from '../syntax/facts';
import { decideVariant, merge } from './configurations';
import { decide, dedupe, Notes, type ContextRecord, type Drafted } from './decide';
import { fileDrafts } from './file-rules';
import { FileRules } from './kept-file-rules';
import { variantNotes } from './variant-notes';
import { functionsOf, Variants } from './variants';
import type { Note, Progress } from './workspace';

/** What all drivers of a workspace share. */
export interface Surroundings {
  readonly program: Program;
  readonly constants: Constants;
  readonly model: Model;
  readonly syntax: Syntax;
  /** Facts in the coordinates of the text as it is. */
  facts(file: string): FileFacts | undefined;
  /** The same, but the last good ones of a text that is half-typed. */
  standing(file: string): { readonly facts: FileFacts; readonly now?: (offset: number) => number } | undefined;
}

/** What one answer of the analysis asked for, and the role under which execution came in. */
export interface Answered {
  readonly callees: ReadonlySet<string>;
  readonly role: string | undefined;
}

/** What is kept of a driver whose analyzer is gone. */
interface Remains {
  readonly surface: ReadonlyMap<string, SurfaceRecord>;
  readonly answers: ReadonlyMap<string, Answered>;
  readonly roots: readonly Root[];
}

export class DriverAnalysis {
  files: readonly string[] = [];
  findings: readonly Finding[] = [];
  /** Functions whose analysis hit a bound. */
  bounded: readonly Declared<FunctionDecl>[] = [];
  /** The driver was too large to be followed in every context. */
  hurried = false;
  /** Functions that the analysis knows; what keeping it costs. */
  size = 0;
  private analyzer: Analyzer | undefined;
  private records = new Map<string, ContextRecord>();
  /** The answers that have records. */
  private heardOf: ReadonlySet<string> | undefined;
  private readonly fileRules = new FileRules();
  private facts = new Facts();
  private remains: Remains | undefined;
  /** What the default configuration says. */
  private base: { readonly findings: readonly Finding[]; readonly notes: Notes } | undefined;
  private readonly variants: Variants;
  /** Other configurations are not up to date. */
  pending = false;
  /** Configurations that were looked at beside the default, in words. */
  configurations: readonly string[] = [];
  /** What there is to say about them. */
  notes: readonly Note[] = [];
  /** Facts of the files, and the version of all declarations, for which the findings stand. */
  private stand: { readonly facts: readonly (FileFacts | undefined)[]; readonly version: number } | undefined;

  constructor(
    readonly id: string,
    private readonly around: Surroundings,
  ) {
    this.variants = new Variants(around.syntax, around.program);
  }

  /** The analysis itself, for questions; undefined when it was let go. */
  get live(): Analyzer | undefined {
    return this.analyzer;
  }

  /** Whether the findings are those of the files as they are. */
  isCurrent(files: readonly string[]): boolean {
    const { stand, around } = this;
    return (
      stand?.version === around.program.version &&
      files.length === this.files.length &&
      files.every((f, i) => f === this.files[i] && around.program.files.get(f) === stand.facts[i])
    );
  }

  /** Forgets what was analysed: declarations, the model or the rules changed. */
  reset(): void {
    this.analyzer = undefined;
    this.records = new Map();
    this.facts = new Facts();
    this.remains = undefined;
    this.stand = undefined;
    this.variants.reset();
  }

  /** Declarations of these names have changed: what depends on them is analysed again. */
  forgetUses(names: ReadonlySet<string>): void {
    this.analyzer?.forgetUses(names);
    this.variants.reset();
    this.stand = undefined;
  }

  /** Brings the findings up to date. */
  *analyse(files: readonly string[], rules: readonly Rule[]): Generator<Progress, void, void> {
    const { program, constants, model } = this.around;
    if (!this.analyzer) {
      this.records = new Map();
      this.analyzer = new Analyzer(program, constants, model);
    }
    const analyzer = this.analyzer;
    analyzer.files = files;
    this.files = files;
    this.stand = undefined;
    yield* analyzer.analyse((fn, file, context, joined) =>
      joined ? this.habits(fn, file, context, rules) : this.observers(fn, file, context, rules),
    );
    const live = analyzer.live();
    if (live !== this.heardOf) for (const id of this.records.keys()) if (!live.has(id)) this.records.delete(id);
    this.heardOf = live;
    this.base = this.decide(rules, analyzer);
    this.findings = this.base.findings;
    this.pending = true;
    this.bounded = [...analyzer.boundedFunctions.values()];
    this.hurried = analyzer.hurried;
    this.size = files.reduce((n, f) => n + (program.files.get(f)?.functions.length ?? 0), 0);
    this.remains = undefined;
    this.stand = { facts: files.map((f) => program.files.get(f)), version: program.version };
  }

  /**
   * Looks at functions that read differently under other `#if` configurations, and says of each finding where it holds.
   * @param work off: what is known is shown, and nothing is run
   */
  *lookAround(rules: readonly Rule[], work: boolean): Generator<Progress, void, void> {
    const { analyzer, base, around, variants } = this;
    if (!analyzer || !base) return;
    this.pending = yield* variants.update(
      {
        analyzer,
        files: this.files,
        facts: around.facts,
        isHalfTyped: (file) => around.standing(file)?.now !== undefined,
        observers: (records) => (fn, file, context) => this.observers(fn, file, context, rules, records),
        fileRules: (facts) => fileDrafts(rules, facts.path, facts.text, facts, around, new Notes()),
      },
      work,
    );
    const judged = new Set(rules.filter((r) => r.observe ?? r.file ?? r.each).map((r) => r.meta.id));
    const others = variants.variants.map((v) =>
      variants.within(functionsOf(v), () => decideVariant(v, new Notes(base.notes), around.program)),
    );
    this.findings = merge(base.findings, others, judged, (file) => around.facts(file)?.inactive ?? []);
    this.configurations = variants.variants.map((v) => v.flip.on);
    this.notes = variantNotes(variants, around.program);
  }

  /** Frees the analysis and keeps what was found. A change in the driver makes it start over. */
  letGo(): void {
    this.remains = this.answers();
    this.analyzer = undefined;
    this.records = new Map();
    this.facts = new Facts();
    this.base = undefined;
    this.variants.reset();
  }

  /** What every function showed of the attack surface, in each of its contexts. */
  heard(): SurfaceRecord[] {
    return this.remains ? [...this.remains.surface.values()] : [...this.records.values()].map(({ surface }) => surface);
  }

  /** What the attack surface is built from. */
  answers(): Remains {
    if (this.remains) return this.remains;
    const { analyzer } = this;
    if (!analyzer) return { surface: new Map(), answers: new Map(), roots: [] };
    const ids = [...this.records.keys()].sort();
    return {
      surface: new Map(ids.flatMap((id) => (this.records.get(id) ? [[id, this.records.get(id)?.surface as SurfaceRecord]] : []))),
      answers: new Map(
        [...analyzer.live()].flatMap((id) => {
          const a = analyzer.answer(id);
          return a ? [[id, a] as const] : [];
        }),
      ),
      roots: analyzer.roots.of(this.files).roots,
    };
  }

  private observers(fn: FunctionDecl, file: string, context: string, rules: readonly Rule[], records = this.records): Observer[] {
    const record: ContextRecord = { drafts: [], notes: [], surface: surfaceRecord({ file, decl: fn }) };
    records.set(context, record);
    const cx = this.ruleContext(fn, file, record);
    const place = { file, decl: fn };
    const heard: Observer[] = [];
    for (const rule of rules) if (rule.observe) heard.push(rule.observe(reporting(cx, rule, record, place)));
    heard.push(surfaceObserver(record.surface));
    return heard;
  }

  /** What is heard of a function where its calls were joined: nothing that accuses. */
  private habits(fn: FunctionDecl, file: string, context: string, rules: readonly Rule[]): Observer[] {
    const record: ContextRecord = { drafts: [], notes: [], surface: surfaceRecord({ file, decl: fn }) };
    this.records.set(context, record);
    const cx: RuleContext = { ...this.ruleContext(fn, file, record), report: () => undefined };
    return [...new Set(rules.map((r) => r.habits))].flatMap((hear) => (hear ? [hear(cx)] : []));
  }

  private ruleContext(fn: FunctionDecl, file: string, record: ContextRecord): Omit<RuleContext, 'report'> {
    const { program, constants, model } = this.around;
    const facts = program.files.get(file);
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
      program,
      constants,
      model,
      note: (tag, key, value = '') => record.notes.push([tag, key, value]),
      text: (span) => program.slice(file, span),
      placeName: (place) => Places.of(fn, file).site(place).at,
      step,
      path: (hit: OriginHit | undefined, place, message) => [...dedupe(hit?.witness ?? []), step(place, 'use', message)],
    };
  }

  private decide(rules: readonly Rule[], analyzer: Analyzer): { readonly findings: readonly Finding[]; readonly notes: Notes } {
    const { notes } = this.facts;
    const drafts: Drafted[] = [];
    const { program, constants, model } = this.around;
    const said = new Map<string, Noted>();
    for (const [id, r] of this.records) {
      said.set(id, r);
      for (const d of r.drafts) drafts.push({ rule: d.rule, draft: d.draft, file: d.fn.file, fn: d.fn.decl.name, raw: false });
    }
    for (const file of this.files) {
      const one = this.fileRules.saidAbout(file, rules, this.around);
      said.set(file, one);
      drafts.push(...one.drafts);
    }
    this.facts.sum(said);
    for (const rule of rules) {
      rule.finish?.({
        program,
        constants,
        model,
        heap: analyzer.heap,
        files: this.files,
        facts: notes,
        report: (file, draft) => drafts.push({ rule, draft, file, fn: undefined, raw: false }),
      });
    }
    return { findings: decide(drafts, notes, program), notes };
  }
}

interface Noted {
  readonly notes: readonly (readonly [tag: string, key: string, value: string])[];
}

/** What all functions and files of a driver note, kept up to date. */
class Facts {
  readonly notes = new Notes();
  private summed: ReadonlyMap<string, Noted> = new Map();

  sum(said: ReadonlyMap<string, Noted>): void {
    for (const [id, old] of this.summed)
      if (said.get(id) !== old) for (const [tag, key, value] of old.notes) this.notes.remove(tag, key, value);
    for (const [id, one] of said)
      if (this.summed.get(id) !== one) for (const [tag, key, value] of one.notes) this.notes.add(tag, key, value);
    this.summed = said;
  }
}

/** One function in one context as one rule sees it: what all rules share, and where this one reports. */
function reporting(cx: Omit<RuleContext, 'report'>, rule: Rule, record: ContextRecord, fn: Declared<FunctionDecl>): RuleContext {
  return {
    fn: cx.fn,
    file: cx.file,
    facts: cx.facts,
    program: cx.program,
    constants: cx.constants,
    model: cx.model,
    note: cx.note,
    text: cx.text,
    placeName: cx.placeName,
    step: cx.step,
    path: cx.path,
    report: (draft) => record.drafts.push({ rule, draft, fn }),
  };
}
