/**
 * The engine: texts in, findings out. Owns the order of the layers and what is kept between runs; does no I/O and knows no face.
 */
import type { Analyzer } from '../analysis/analyzer';
import { originsAt } from '../analysis/ask';
import { summariesOf, type Summary } from '../analysis/summary/summary';
import type { SurfaceRecord } from '../analysis/surface/record';
import { mergeEntries, surfaceOf, type Entry } from '../analysis/surface/surface';
import { createModel } from '../model/index';
import type { Model } from '../model/model';
import { asAnswer, type OriginAnswer } from './answers';
import { Constants } from '../program/constants';
import { Groups, type Group, type Grouping } from '../program/groups';
import { PRELUDE, Program } from '../program/program';
import { kindOfFile } from '../program/kernel';
import type { Finding, RuleMeta } from '../rules/finding';
import { RULES } from '../rules/index';
import type { Rule } from '../rules/rule';
import { decide, mergeFindings, Notes, type Drafted } from './decide';
import { DriverAnalysis } from './driver';
import { fileDrafts } from './file-rules';
import { Reader } from './reader';
import { count } from './report';
import { sharesOf, type DriverResult, type Share } from './shares';
import type { Span } from '../syntax/ast';
import type { FileFacts, Gap, Syntax } from '../syntax/facts';
import { Finisher, isSelected } from './finish';
import type { Note, Outcome, Progress, ReportedFinding, Settings, Workspace } from './workspace';

export interface EngineOptions {
  readonly syntax: Syntax;
  readonly settings: Settings;
  /**
   * Functions whose analysis is kept for the next edit or question; beyond that, drivers that were not looked at for longest are let go
   * and start over when they change. 0: nothing is kept.
   */
  readonly keep?: number;
}

const KEEP = 6000;

export function createWorkspace(options: EngineOptions): EngineWorkspace {
  return new EngineWorkspace(options.syntax, options.settings, options.keep ?? KEEP);
}

/** Files of a driver package that rules read as text. */
const PACKAGE = /\.(inf|inx)$/i;

const NO_CONFIGURATION: ReadonlyMap<string, string> = new Map();
/** What is assumed of the build. */
const CONFIGURATION = 'x64, free build';

/** Functions that several drivers share are said once; what was left out comes before other remarks, ordered by place. */
function boundsFirst(notes: readonly Note[]): Note[] {
  const bounds = new Map<string, Note>();
  for (const n of notes) if (n.kind === 'bound') bounds.set(`${n.file}:${n.message}`, n);
  const ordered = [...bounds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, n]) => n);
  return [...ordered, ...notes.filter((n) => n.kind !== 'bound')];
}

/** Why a file is not analysed. */
const LEFT_OUT = {
  kernel: 'not kernel code',
  user: 'not kernel code, but a user-mode program',
  umdf: 'not kernel code, but a driver that runs in user mode (UMDF)',
  foreign: 'not kernel code, as far as can be seen: no driver refers to it, and it names nothing of the kernel',
  cpp: 'a C++ header that no C source includes',
} as const;

/** Code that is read without what it refers to. */
function besideOf(groups: readonly Group[]): Note[] {
  return groups.flatMap(({ id, files: [file], beside = 0 }) =>
    beside === 0 || file === undefined
      ? []
      : [
          {
            file,
            kind: 'bound' as const,
            message: `no driver refers to the code in \`${id === '' ? '.' : id}\`: it was analysed without following its calls into ${count(beside, 'file')} of drivers`,
          },
        ],
  );
}

export class EngineWorkspace implements Workspace {
  readonly ruleMetas: readonly RuleMeta[] = RULES.map((r) => r.meta);
  readonly program: Program;
  private readonly reader: Reader;
  readonly constants: Constants;
  model: Model;
  /** By id; those that were analysed or asked last come last. */
  private readonly drivers = new Map<string, DriverAnalysis>();
  /** Driver package files, which hold no C. */
  private readonly packages = new Map<string, string>();
  private readonly finisher = new Finisher();
  private readonly groups: Groups;
  private outcome: Outcome | undefined;

  constructor(
    private readonly syntax: Syntax,
    private settings: Settings,
    private readonly keep: number,
  ) {
    this.model = createModel(settings.project);
    this.program = new Program((text) => this.syntax.snippet(text));
    this.reader = new Reader(syntax, this.program, NO_CONFIGURATION);
    this.constants = new Constants(this.program);
    this.groups = new Groups(this.program, (name) => this.model.api(name) !== undefined);
    this.program.drivers.configure(settings.project.build);
    this.program.set(this.syntax.read(PRELUDE, this.model.prelude, this.program.oracle(PRELUDE), NO_CONFIGURATION));
    this.syntax.close(PRELUDE);
  }

  set(path: string, text: string): void {
    if (/\.(vcxproj)$|(^|\/)(sources|CMakeLists\.txt)$/i.test(path)) {
      this.program.drivers.removeProject(path);
      this.program.drivers.setProject(path, text);
      this.groups.forget();
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
    this.groups.forget();
    this.finisher.forget(path);
    this.outcome = undefined;
  }

  configure(settings: Settings): void {
    this.settings = settings;
    this.model = createModel(settings.project);
    this.program.drivers.configure(settings.project.build);
    this.groups.forget();
    this.reader.invalidate();
    this.drivers.clear();
    this.outcome = undefined;
  }

  facts(path: string): FileFacts | undefined {
    return this.reader.facts(path);
  }
  gaps(path: string): readonly Gap[] {
    return this.reader.facts(path)?.gaps ?? [];
  }
  /** The analysis of the driver that a file belongs to. Ask after `analyse`; runs it again when it was let go. */
  analyzerOf(path: string): Analyzer | undefined {
    const driver = [...this.drivers.values()].find((d) => d.files.includes(path));
    if (!driver) return undefined;
    if (!driver.live) for (const progress of driver.analyse(driver.files, this.rules())) void progress;
    this.used(driver);
    this.letGo();
    return driver.live;
  }

  /** What the expression at a place is, and why. Ask after `analyse`. */
  originAt(path: string, offset: number): OriginAnswer | undefined {
    const analyzer = this.analyzerOf(path);
    const answer = analyzer && originsAt(analyzer, path, offset);
    return answer && { ...asAnswer(answer), configuration: CONFIGURATION };
  }

  /** What the functions of this name do, one sentence each. Ask after `analyse`. */
  summaryOf(functionName: string): readonly Summary[] {
    const files = new Set(this.program.functionsNamed(functionName).map((d) => d.file));
    const all = [...files].sort().flatMap((file) => {
      const analyzer = this.analyzerOf(file);
      return analyzer ? summariesOf(analyzer, functionName).filter((s) => s.place.file === file) : [];
    });
    return all;
  }

  /** Every way into the drivers from outside. Ask after `analyse`. */
  surface(): readonly Entry[] {
    const { outcome, program, constants, model } = this;
    if (!outcome) return [];
    const findings = outcome.findings.filter((f) => f.suppression === undefined);
    return mergeEntries(
      [...this.drivers.values()]
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map((d) => {
          const { surface, answers, roots } = d.answers();
          return surfaceOf({ program, constants, model, answers, roots, records: surface, files: d.files, findings });
        }),
    );
  }

  /** Expressions of a file whose value an attacker chooses, ordered by place. Ask after `analyse`. */
  untrusted(path: string): readonly Span[] {
    const spans = new Map<number, number>();
    for (const { fn, untrusted } of this.heard((driver) => driver.files.includes(path))) {
      if (fn.file !== path) continue;
      for (const [from, to] of untrusted) {
        const start = this.program.currentOffset(path, from);
        spans.set(start, Math.max(spans.get(start) ?? 0, start + (to - from)));
      }
    }
    return [...spans].map(([start, end]) => ({ start, end })).sort((a, b) => a.start - b.start);
  }

  /** Whom each function calls, tables of function pointers resolved; both as `file:name`. Ask after `analyse`. */
  calls(): ReadonlyMap<string, ReadonlySet<string>> {
    const calls = new Map<string, Set<string>>();
    for (const { fn, buckets } of this.heard(() => true)) {
      const key = `${fn.file}:${fn.decl.name}`;
      const callees = calls.get(key) ?? new Set();
      for (const bucket of buckets.values()) for (const callee of bucket.calls) callees.add(callee);
      calls.set(key, callees);
    }
    return calls;
  }

  private *heard(of: (driver: DriverAnalysis) => boolean): Generator<SurfaceRecord, void> {
    for (const driver of this.drivers.values()) if (of(driver)) yield* driver.heard();
  }

  *analyse(
    configurations: 'all' | 'later' = 'all',
    first: () => Iterable<string> = () => [],
  ): Generator<Progress, Outcome, void> {
    const work = configurations === 'all';
    if (this.outcome && !(work && this.outcome.pending === true)) return this.outcome;
    yield* this.reader.update();
    const rules = this.rules();
    const files = this.reader.paths.filter((f) => /\.(c|h|inl)$/i.test(f));
    const changes = this.reader.takeChanges();
    for (const d of this.drivers.values()) {
      if (changes.restart) d.reset();
      else if (changes.names.size > 0) d.forgetUses(changes.names);
    }
    const grouping = this.groups.of(files);
    const { groups } = grouping;
    const ids = new Set(groups.map((g) => g.id));
    for (const id of [...this.drivers.keys()]) if (!ids.has(id)) this.drivers.delete(id);
    const whose =
      this.share &&
      sharesOf(
        groups.map((g) => ({ id: g.id, size: this.sizeOf(g.files) })),
        this.share.count,
      );
    const due = new Map(groups.filter((g) => !whose || whose.get(g.id) === this.share?.index).map((g) => [g, this.driverOf(g)]));
    for (const [g, driver] of due) if (driver.isCurrent(g.files) && !(work && driver.pending)) due.delete(g);
    const told = new Set<string>();
    while (due.size > 0) {
      const looked = new Set(first());
      const early = [...looked].filter((f) => !told.has(f) && this.isSettled(f, due.keys()));
      if (early.length > 0) yield { done: 0, total: due.size, early: this.early(early, grouping) };
      for (const f of early) told.add(f);
      const [g, driver] = [...due].find(([{ files: own }]) => own.some((f) => looked.has(f))) ?? [...due][0] ?? [];
      if (!g || !driver) break;
      due.delete(g);
      if (!driver.isCurrent(g.files)) {
        this.used(driver);
        yield* driver.analyse(g.files, rules);
        yield* driver.lookAround(rules, work);
      } else yield* driver.lookAround(rules, true);
      // What somebody looks at is asked about next.
      for (const d of [...this.drivers.values()]) if (d.files.some((f) => looked.has(f))) this.used(d);
      // What is let go cannot be looked at later.
      for (const d of this.beyond()) if (d.pending) yield* d.lookAround(rules, true);
      this.letGo();
    }
    const reported = this.finish(
      [
        ...groups.map((g) => this.elsewhere.get(g.id)?.findings ?? this.drivers.get(g.id)?.findings ?? []),
        this.packageFindings(rules),
      ],
      [...files, ...this.packages.keys()].sort(),
    );
    const all = groups.flatMap((g) => this.drivers.get(g.id) ?? []);
    const results = [...all.map((d) => this.resultOf(d)), ...this.elsewhere.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    const outcome: Outcome = {
      findings: reported,
      notes: [...this.notes(files, grouping), ...boundsFirst([...besideOf(groups), ...results.flatMap((r) => r.notes)])],
      files,
      configurations: [...new Set(results.flatMap((r) => r.configurations))].sort(),
      ...(all.some((d) => d.pending && d.live) ? { pending: true } : {}),
    };
    this.outcome = outcome;
    return outcome;
  }

  private driverOf(g: Group): DriverAnalysis {
    return this.drivers.get(g.id) ?? new DriverAnalysis(g.id, this.around);
  }

  private finish(findings: readonly (readonly Finding[])[], files: readonly string[]): ReportedFinding[] {
    return this.finisher.finish({
      findings: mergeFindings(findings),
      files,
      text: (f) => this.packages.get(f) ?? this.reader.text(f),
      inactive: (f) => this.reader.facts(f)?.inactive ?? [],
      metas: this.ruleMetas,
      settings: this.settings,
    });
  }

  /** Whether nothing that is still to be done changes what is said of a file. */
  private isSettled(file: string, due: Iterable<Group>): boolean {
    if (this.reader.facts(file) === undefined) return false;
    for (const g of due) if (g.files.includes(file)) return false;
    // Fingerprints tell equal code in files of one name apart by their order, and the baseline knows findings by them.
    const named = (path: string): string => path.slice(path.lastIndexOf('/') + 1).toLowerCase();
    return this.settings.baseline.size === 0 || !this.reader.paths.some((f) => f !== file && named(f) === named(file));
  }

  /** What the outcome will say of these files. */
  private early(files: readonly string[], grouping: Grouping): Outcome {
    const asked = new Set(files);
    const { groups } = grouping;
    const drivers = groups.flatMap((g) => (g.files.some((f) => asked.has(f)) ? (this.drivers.get(g.id) ?? []) : []));
    const notes = boundsFirst([...besideOf(groups), ...drivers.flatMap((d) => this.resultOf(d).notes)]);
    return {
      findings: this.finish(
        drivers.map((d) => d.findings.filter((f) => asked.has(f.file))),
        [...files].sort(),
      ),
      notes: [...this.notes(files, grouping), ...notes.filter((n) => asked.has(n.file))],
      files: [...files].sort(),
      pending: true,
    };
  }

  private share: Share | undefined;
  private elsewhere: ReadonlyMap<string, DriverResult> = new Map();

  /** From here on only this share of the drivers is analysed here. */
  restrict(share: Share): void {
    this.share = share;
    this.outcome = undefined;
  }
  /** What the drivers that were analysed here gave. Ask after `analyse`. */
  results(): readonly DriverResult[] {
    return [...this.drivers.values()].map((d) => this.resultOf(d));
  }
  /** Takes in what other engines found in the rest; the next `analyse` gives the outcome of all. */
  take(results: readonly DriverResult[]): void {
    this.elsewhere = new Map(results.map((r) => [r.id, r]));
    this.outcome = undefined;
  }

  private sizeOf(files: readonly string[]): number {
    return files.reduce((n, f) => n + (this.reader.text(f)?.length ?? 0), 0);
  }

  private resultOf(d: DriverAnalysis): DriverResult {
    const notes: Note[] = [...d.notes];
    const file = d.files[0];
    if (d.hurried && file !== undefined)
      notes.push({
        file,
        kind: 'bound',
        message: `the driver in \`${d.id === '' ? '.' : d.id}\` is so large that its functions were not followed in every calling context`,
      });
    for (const f of d.bounded)
      notes.push({
        file: f.file,
        kind: 'bound',
        message: `\`${f.decl.name}\` is too large to follow completely: part of its paths was not analysed`,
        start: this.program.currentOffset(f.file, f.decl.nameSpan.start),
        end: this.program.currentOffset(f.file, f.decl.nameSpan.end),
      });
    return { id: d.id, findings: d.findings, notes, configurations: d.configurations };
  }

  private rules(): readonly Rule[] {
    return RULES.filter((r) => isSelected(r.meta, this.settings));
  }

  private get around() {
    const { program, constants, model, reader, syntax } = this;
    return {
      syntax,
      program,
      constants,
      model,
      facts: (file: string): FileFacts | undefined => reader.facts(file),
      standing: reader.standing.bind(reader),
    };
  }

  private used(driver: DriverAnalysis): void {
    this.drivers.delete(driver.id);
    this.drivers.set(driver.id, driver);
  }

  /** Frees analyses beyond what is kept, those first that were not used for longest. The last one used stays. */
  private letGo(): void {
    for (const d of this.beyond()) d.letGo();
  }

  private beyond(): readonly DriverAnalysis[] {
    let size = 0;
    return [...this.drivers.values()].reverse().filter((d) => {
      if (!d.live) return false;
      size += d.size;
      return size > this.keep && size > d.size;
    });
  }

  /** What rules say about files of a driver package. */
  private packageFindings(rules: readonly Rule[]): Finding[] {
    const notes = new Notes();
    const drafts: Drafted[] = [];
    for (const [file, text] of this.packages) drafts.push(...fileDrafts(rules, file, text, undefined, this, notes));
    return decide(drafts, notes, this.program);
  }

  private notes(files: readonly string[], grouping: Grouping): Note[] {
    const out: Note[] = [];
    const set = new Set(grouping.kernel);
    for (const file of files) {
      for (const g of this.gaps(file))
        out.push({ file, kind: g.kind === 'error' ? 'not-understood' : 'guess', message: g.message, start: g.start, end: g.end });
      if (!set.has(file))
        out.push({
          file,
          kind: 'skipped',
          message: `${LEFT_OUT[grouping.foreign.get(file) ?? kindOfFile(file, this.program)]}: read for its declarations only`,
        });
    }
    return out;
  }

  dispose(): void {
    for (const path of this.reader.paths) this.syntax.close(path);
    this.drivers.clear();
    this.outcome = undefined;
  }
}
