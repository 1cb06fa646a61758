/**
 * The driver under other `#if` configurations than the default. Owns which functions read differently there, their other text, and what
 * rules said about it; runs nothing again whose text and answers are the same as before. Knows no rule.
 */
import { shareOrdinals } from '../syntax/ordinals';
import type { Analyzer } from '../analysis/analyzer';
import type { Branch } from '../analysis/reruns';
import type { ObserverFactory } from '../analysis/running';
import { key } from '../analysis/names';
import { Bodies, shift } from '../program/bodies';
import { flipsOf, type Flip } from '../program/flips';
import type { Declared, MovedFunction, Program } from '../program/program';
import type { FunctionDecl, Span } from '../syntax/ast';
import type { FileFacts, Gap, Syntax } from '../syntax/facts';
import type { ContextRecord, Drafted } from './decide';
import type { Progress } from './workspace';

/** A function as one configuration has it. */
export interface VariantFunction {
  readonly key: string;
  readonly fn: Declared<FunctionDecl>;
  readonly moved?: MovedFunction;
  /** What rules that read one file said about it, in its coordinates. */
  readonly drafts: readonly Drafted[];
  answers?: readonly object[];
  records?: ReadonlyMap<string, ContextRecord>;
}

/** One file under one configuration. */
export interface VariantFile {
  readonly functions: readonly VariantFunction[];
  /** Functions of the default that are not there. */
  readonly gone: readonly string[];
  /** What was not understood there and is understood in the default; in the coordinates of the analysis. */
  readonly gaps: readonly Gap[];
}

export interface Variant {
  readonly flip: Flip;
  readonly files: ReadonlyMap<string, VariantFile>;
  /** Functions that read as they do in the default, and lead to one that only this configuration has. */
  readonly reached: readonly VariantFunction[];
  /** Functions that were not run because it would have cost too much. */
  readonly skipped: number;
}

/** Functions that one configuration has in another form, or alone. */
export function functionsOf(v: Variant): VariantFunction[] {
  return [...v.files.values()].flatMap((f) => f.functions);
}

export interface VariantInput {
  readonly analyzer: Analyzer;
  readonly files: readonly string[];
  /** Facts in the coordinates of the text. */
  readonly facts: (file: string) => FileFacts | undefined;
  /** The text has errors that it did not have: what is known of it stands. */
  readonly isHalfTyped: (file: string) => boolean;
  /** Observers whose reports go to these records. */
  readonly observers: (records: Map<string, ContextRecord>) => ObserverFactory;
  /** What rules that read one file say about one, in the coordinates of its text. */
  readonly fileRules: (facts: FileFacts) => readonly Drafted[];
}

interface KeptFile extends VariantFile {
  readonly of: FileFacts;
  readonly signature: string;
}

/** All configurations together cost at most this share of the default, in blocks run, and never less than the least. */
const SHARE = 0.25;
const LEAST = 2000;
const MAX_CALLERS = 40;

export class Variants {
  private kept = new Map<string, KeptFile>();
  private readonly bodies = new Bodies(2 ** 45);
  /** Unchanged functions that are run for what they call. */
  private readonly reached = new WeakMap<FunctionDecl, Map<string, VariantFunction>>();
  private list: readonly Variant[] = [];
  private left: readonly string[] = [];

  constructor(
    private readonly syntax: Syntax,
    private readonly program: Program,
  ) {}

  /** Configurations that were looked at. */
  get variants(): readonly Variant[] {
    return this.list;
  }
  /** Configurations beyond the cap, in words. */
  get dropped(): readonly string[] {
    return this.left;
  }

  /** Forgets everything: declarations have changed. */
  reset(): void {
    this.kept = new Map();
    this.list = [];
  }

  /**
   * Brings the configurations up to date; with `work` off, keeps what stands and leaves the rest out.
   * @returns true when something was left out
   */
  *update(input: VariantInput, work: boolean): Generator<Progress, boolean, void> {
    const raws = input.files.flatMap((f) => input.facts(f) ?? []);
    const flips = flipsOf(raws);
    this.left = flips.dropped;
    const answers = flips.chosen.length > 0 ? input.analyzer.answers() : new Map<string, readonly object[]>();
    let budget = LEAST;
    if (answers.size > 0)
      for (const file of input.files)
        for (const decl of this.program.files.get(file)?.functions ?? []) {
          const fn = { file, decl };
          budget += SHARE * (answers.get(key(fn))?.length ?? 0) * input.analyzer.sizeOf(fn);
        }
    const next = new Map<string, KeptFile>();
    const list: Variant[] = [];
    let pending = false;
    for (const flip of flips.chosen) {
      const files = new Map<string, KeptFile>();
      for (const raw of raws) {
        const touching = raw.conditionals.filter((c) => c.names.some((n) => flip.names.has(n)));
        if (touching.length === 0) continue;
        const id = `${flip.on}\0${raw.path}`;
        const halfTyped = input.isHalfTyped(raw.path);
        const kept = this.kept.get(id);
        const file =
          halfTyped && kept
            ? kept
            : (this.current(kept, raw, touching) ?? (work && !halfTyped ? this.read(raw, flip, touching, input) : undefined));
        if (!file && halfTyped) continue;
        if (!file) {
          pending = true;
          continue;
        }
        next.set(id, file);
        this.kept.set(id, file);
        if (file.functions.length + file.gone.length + file.gaps.length > 0) files.set(raw.path, file);
        if (work) yield { done: 1, total: 1, file: raw.path };
      }
      const own = [...files.values()].flatMap((f) => f.functions);
      const reached = this.callers(own, raws, flip);
      const all = [...own, ...reached];
      let branch: Branch | undefined;
      let skipped = 0;
      for (const f of all) {
        const now = answers.get(f.key) ?? [];
        if (f.records && same(f.answers ?? [], now)) continue;
        f.records = undefined;
        budget -= Math.max(1, now.length) * input.analyzer.sizeOf(f.fn);
        if (budget < 0) skipped++;
        else if (!work) pending = true;
        else {
          branch ??= input.analyzer.branch(new Map(all.map((x) => [x.key, x.fn.decl])));
          this.run(f, branch, all, input);
          f.answers = now;
          yield { done: 1, total: 1, file: f.fn.file };
        }
      }
      list.push({ flip, files, reached, skipped });
    }
    this.kept = next;
    this.list = list;
    return pending;
  }

  /** Functions whose text is the same and which name a function that a configuration alone has: it is reached through them. */
  private callers(own: readonly VariantFunction[], raws: readonly FileFacts[], flip: Flip): VariantFunction[] {
    const names = new Set(own.filter((f) => f.moved).map((f) => f.fn.decl.name));
    if (names.size === 0) return [];
    const stale = own.some((f) => f.moved && !f.records);
    const known = new Set(own.map((f) => f.key));
    const out: VariantFunction[] = [];
    const word = new RegExp(`\\b(?:${[...names].join('|')})\\b`);
    for (const raw of raws) {
      if (!word.test(raw.text)) continue;
      const analysed = this.analysed(raw.path);
      raw.functions.forEach((f) => {
        const decl = analysed.get(`${f.name}@${String(f.start)}`);
        if (!decl || !word.test(raw.text.slice(f.start, f.end))) return;
        const fn = { file: raw.path, decl };
        if (known.has(key(fn)) || out.length >= MAX_CALLERS) return;
        const byFlip = this.reached.get(decl) ?? new Map<string, VariantFunction>();
        this.reached.set(decl, byFlip);
        const kept = byFlip.get(flip.on) ?? { key: key(fn), fn, drafts: [] };
        byFlip.set(flip.on, kept);
        if (stale) kept.records = undefined;
        out.push(kept);
      });
    }
    return out;
  }

  private run(f: VariantFunction, branch: Branch, all: readonly VariantFunction[], input: VariantInput): void {
    const records = new Map<string, ContextRecord>();
    this.within(all, () => {
      input.analyzer.runIn(branch, f.fn, input.observers(records));
    });
    f.records = records;
  }

  /** Lets the program know the functions that a configuration alone has, for as long as the work takes. */
  within<T>(functions: readonly VariantFunction[], work: () => T): T {
    const extra = new Map<string, Declared<FunctionDecl>[]>();
    const moved = new Map<string, MovedFunction[]>();
    for (const f of functions) {
      if (!f.moved) continue;
      extra.set(f.fn.decl.name, [...(extra.get(f.fn.decl.name) ?? []), f.fn]);
      moved.set(f.fn.file, [...(moved.get(f.fn.file) ?? []), f.moved]);
    }
    this.program.extra = extra;
    this.program.extraMoved = moved;
    try {
      return work();
    } finally {
      this.program.extra = new Map();
      this.program.extraMoved = new Map();
    }
  }

  /** What is kept of a file, when the text that the configuration concerns is as it was. */
  private current(kept: KeptFile | undefined, raw: FileFacts, touching: readonly Span[]): KeptFile | undefined {
    if (!kept || kept.of === raw) return kept;
    const signature = signatureOf(raw, touching);
    if (signature !== kept.signature || kept.functions.some((f) => f.moved)) return undefined;
    return { ...kept, of: raw };
  }

  /** Functions in the coordinates of the analysis, by name and place in the text. */
  private analysed(path: string): ReadonlyMap<string, FunctionDecl> {
    const all = this.program.files.get(path)?.functions ?? [];
    return new Map(all.map((d) => [`${d.name}@${String(this.program.currentOffset(path, d.start))}`, d]));
  }

  private read(raw: FileFacts, flip: Flip, touching: readonly Span[], input: VariantInput): KeptFile {
    const { path } = raw;
    const facts = this.syntax.read(path, raw.text, this.program.oracle(path), flip.configuration);
    const analysed = this.analysed(path);
    const found: { readonly other: FunctionDecl; readonly decl: FunctionDecl; readonly moved?: MovedFunction }[] = [];
    const gone: string[] = [];
    const gaps: Gap[] = [];
    const byStart = new Map(facts.functions.map((f) => [f.start, f]));
    raw.functions.forEach((f) => {
      if (!touching.some((c) => c.start < f.end && f.start < c.end)) return;
      const like = analysed.get(`${f.name}@${String(f.start)}`);
      const other = byStart.get(f.start);
      byStart.delete(f.start);
      if (!like || other?.name !== f.name) {
        gone.push(key({ file: path, decl: f }));
        if (like) gaps.push(...unread(facts, raw, f, like.start - f.start));
        if (other) byStart.set(f.start, other);
        return;
      }
      if (reading(raw, f) === reading(facts, other)) return;
      const decl = like.start === f.start ? { ...other } : shift(other, like.start - f.start);
      shareOrdinals(decl, like);
      found.push({ other, decl });
    });
    const old = new Set(raw.functions.map((f) => `${f.name}@${String(f.start)}`));
    for (const f of byStart.values()) {
      if (old.has(`${f.name}@${String(f.start)}`)) continue;
      if (!touching.some((c) => c.start < f.end && f.start < c.end)) continue;
      found.push({ other: f, ...this.bodies.place(f, raw.text) });
    }
    const drafts = found.length > 0 ? input.fileRules({ ...facts, functions: found.map((f) => f.other) }) : [];
    const functions = found.map(({ other, decl, moved }): VariantFunction => {
      const delta = decl.start - other.start;
      const inside = (s: Span): boolean => other.start <= s.start && s.end <= other.end;
      gaps.push(...unread(facts, raw, other, delta));
      return {
        key: key({ file: path, decl }),
        fn: { file: path, decl },
        moved,
        drafts: drafts.filter((d) => inside(d.draft.place)).map((d) => shifted(d, delta)),
      };
    });
    return { of: raw, signature: signatureOf(raw, touching), functions, gone, gaps };
  }
}

/** What a configuration alone does not understand of a function, moved. */
function unread(facts: FileFacts, raw: FileFacts, f: Span, delta: number): Gap[] {
  return facts.gaps
    .filter((g) => g.kind === 'error' && f.start <= g.start && g.end <= f.end)
    .filter((g) => !raw.gaps.some((o) => o.start <= g.end && g.start <= o.end))
    .map((g) => by(g, delta));
}

function by<T extends Span>(span: T, delta: number): T {
  return { ...span, start: span.start + delta, end: span.end + delta };
}

/** A draft in the coordinates of its function, without the fix, which would be in those of the text. */
function shifted(d: Drafted, delta: number): Drafted {
  const path = d.draft.path.map((s) => (s.file === d.file ? by(s, delta) : s));
  return { ...d, raw: false, draft: { ...d.draft, place: by(d.draft.place, delta), path, fixes: [] } };
}

/** The parts of a function that a configuration leaves out. */
function reading(facts: FileFacts, f: FunctionDecl): string {
  return facts.inactive
    .filter((d) => d.start < f.end && f.start < d.end)
    .map((d) => `${String(d.start)}-${String(d.end)}`)
    .join();
}

function signatureOf(raw: FileFacts, touching: readonly Span[]): string {
  const parts: string[] = [];
  for (const c of touching) parts.push(raw.text.slice(c.start, c.end));
  for (const f of raw.functions)
    if (touching.some((c) => c.start < f.end && f.start < c.end)) parts.push(raw.text.slice(f.start, f.end));
  return parts.join('\0');
}

function same(a: readonly object[], b: readonly object[]): boolean {
  return a.length === b.length && a.every((x, i) => x === b[i]);
}
