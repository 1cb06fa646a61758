/**
 * Texts into the program: reads what changed, reads again what a changed macro or type of another file concerns, and keeps apart edits
 * that only touch function bodies, so that the analysis can keep what it knows.
 */
import { answer } from '../dialect/consult';
import { Bodies, errorsOf, offsetsAfter } from '../program/bodies';
import type { Program } from '../program/program';
import type { Configuration, FileFacts, Syntax } from '../syntax/facts';
import type { Progress } from './workspace';

const MAX_PASSES = 3;

export class Reader {
  private readonly texts = new Map<string, string>();
  private readonly dirty = new Set<string>();
  private readonly bodies = new Bodies();
  /** Errors of each file when it was last read without new ones. */
  private readonly accepted = new Map<string, ReadonlySet<string>>();
  /** Facts of each file as they were then. */
  private readonly good = new Map<string, FileFacts>();
  private changes = new Changes();
  /** A project file changed, and with it what it defines. */
  private projects = false;

  constructor(
    private readonly syntax: Syntax,
    private readonly program: Program,
    private readonly configuration: Configuration,
  ) {}

  set(path: string, text: string): boolean {
    if (this.texts.get(path) === text) return false;
    this.texts.set(path, text);
    this.dirty.add(path);
    return true;
  }

  remove(path: string): void {
    this.texts.delete(path);
    this.dirty.delete(path);
    const facts = this.program.files.get(path);
    if (facts) {
      for (const name of namesOf(facts)) this.changes.names.add(name);
      this.changes.restart ||= this.isIncluded(path) || facts.includes.length > 0;
      this.gone = true;
    }
    this.program.written.delete(path);
    this.accepted.delete(path);
    this.good.delete(path);
    this.program.moved.delete(path);
    this.program.retired.delete(path);
    this.program.remove(path);
    this.syntax.close(path);
  }
  /** A file went: what others were told by it has to be asked again. */
  private gone = false;

  /** Somebody includes a file of this name. */
  private isIncluded(path: string): boolean {
    const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
    for (const f of this.program.files.values())
      for (const i of f.includes) if (i.path.replace(/^.*[\\/]/, '').toLowerCase() === name) return true;
    return false;
  }

  get paths(): readonly string[] {
    return [...this.texts.keys()].sort();
  }
  text(path: string): string | undefined {
    return this.texts.get(path);
  }
  facts(path: string): FileFacts | undefined {
    return this.program.written.get(path);
  }

  /**
   * The facts by which rules that read one file judge it: those of the last text without new errors, and where an offset of that text is now.
   * The same facts as `facts` while nothing is half-typed.
   */
  standing(path: string): { readonly facts: FileFacts; readonly now?: (offset: number) => number } | undefined {
    const facts = this.facts(path);
    const good = this.good.get(path);
    if (!facts || !good || good === facts) return facts && { facts };
    return { facts: good, now: offsetsAfter(good.text, facts.text) };
  }

  /** What declarations changed since it was last asked. */
  takeChanges(): Changes {
    const { changes } = this;
    this.changes = new Changes();
    return changes;
  }
  invalidate(): void {
    this.changes.restart = true;
    this.projects = true;
  }

  /** Brings the program up to date. */
  *update(): Generator<Progress, void, void> {
    const total = this.dirty.size;
    let done = 0;
    // Headers first: sources ask about their macros.
    const order = [...this.dirty].sort((a, b) => Number(/\.c$/i.test(a)) - Number(/\.c$/i.test(b)) || (a < b ? -1 : 1));
    let declarations = this.gone;
    this.gone = false;
    for (const path of order) {
      this.dirty.delete(path);
      if (this.readOne(path)) declarations = true;
      yield { done: ++done, total, file: path };
    }
    if (!declarations && !this.projects) return;
    this.projects = false;
    for (let pass = 0; pass < MAX_PASSES; pass++) {
      let again = 0;
      for (const path of this.paths) {
        const facts = this.program.written.get(path);
        if (!facts || this.stands(facts)) continue;
        this.readOne(path);
        again++;
        yield { done: total, total, file: path };
      }
      if (again === 0) break;
    }
  }

  private stands(facts: FileFacts): boolean {
    const oracle = this.program.oracle(facts.path);
    for (const [question, was] of facts.consulted) if (answer(question, oracle) !== was) return false;
    return true;
  }

  /** Answers whether declarations changed. */
  private readOne(path: string): boolean {
    const text = this.texts.get(path);
    if (text === undefined) return false;
    const now = this.syntax.read(path, text, this.program.oracle(path), this.configuration);
    const before = this.program.files.get(path);
    const raw = this.program.written.get(path);
    this.program.written.set(path, now);
    const errors = errorsOf(now.gaps, now.text);
    if (!before) {
      this.accepted.set(path, errors);
      this.good.set(path, now);
      this.bodies.remember(now);
      this.program.set(now);
      for (const name of namesOf(now)) this.changes.names.add(name);
      this.changes.restart ||= this.isIncluded(path) || now.includes.length > 0;
      return true;
    }
    const known = this.accepted.get(path);
    const worse = [...errors].some((e) => known?.has(e) !== true);
    if (!worse) {
      this.accepted.set(path, errors);
      this.good.set(path, now);
    }
    const asked = raw === undefined || !sameAnswers(raw, now);
    const { facts, moved, retired, changed } = this.bodies.merge(before, now, { asked, worse });
    this.program.moved.set(path, moved);
    this.program.retire(path, retired);
    const includes = includesText(before) !== includesText(now);
    if (changed.size === 0 && !includes) {
      this.program.setBodies(facts);
      return false;
    }
    this.program.set(facts);
    for (const name of changed) this.changes.names.add(name);
    this.changes.restart ||= includes;
    return true;
  }
}

/** Declarations that changed. */
export class Changes {
  readonly names = new Set<string>();
  /** What files mean to each other has changed: nothing of the analysis stands. */
  restart = false;
}

function includesText(facts: FileFacts): string {
  return facts.includes.map((i) => i.path).join();
}

function* namesOf(facts: FileFacts): Generator<string> {
  for (const list of [facts.functions, facts.prototypes, facts.records, facts.enums, facts.typedefs, facts.globals, facts.macros])
    for (const d of list) yield d.name;
  for (const e of facts.enums) for (const m of e.members) yield m.name;
}

function sameAnswers(a: FileFacts, b: FileFacts): boolean {
  for (const [q, x] of b.consulted) if (a.consulted.has(q) && a.consulted.get(q) !== x) return false;
  return true;
}
