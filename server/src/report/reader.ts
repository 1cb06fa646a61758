/**
 * Texts into the program: reads what changed, reads again what a changed macro or type of another file concerns, and keeps apart edits
 * that only touch function bodies, so that the analysis can keep what it knows.
 */
import { answer } from '../dialect/consult';
import { Bodies, outline } from '../program/bodies';
import type { Program } from '../program/program';
import type { Configuration, FileFacts, Syntax } from '../syntax/facts';
import type { Progress } from './workspace';

const MAX_PASSES = 3;

export class Reader {
  private readonly texts = new Map<string, string>();
  private readonly dirty = new Set<string>();
  /** Facts as read, in the coordinates of the text. */
  private readonly read = new Map<string, FileFacts>();
  private readonly outlines = new Map<string, string>();
  private readonly bodies = new Bodies();
  /** True when more than function bodies changed since it was last taken. */
  private deep = true;

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
    this.read.delete(path);
    this.outlines.delete(path);
    this.program.moved.delete(path);
    this.program.remove(path);
    this.syntax.close(path);
    this.deep = true;
  }

  get paths(): readonly string[] {
    return [...this.texts.keys()].sort();
  }
  text(path: string): string | undefined {
    return this.texts.get(path);
  }
  facts(path: string): FileFacts | undefined {
    return this.read.get(path);
  }

  /** Whether more than bodies changed; asking resets it. */
  takeDeep(): boolean {
    const deep = this.deep;
    this.deep = false;
    return deep;
  }
  invalidate(): void {
    this.deep = true;
    this.projects = true;
  }

  /** Brings the program up to date. */
  *update(): Generator<Progress, void, void> {
    const total = this.dirty.size;
    let done = 0;
    // Headers first: sources ask about their macros.
    const order = [...this.dirty].sort((a, b) => Number(/\.c$/i.test(a)) - Number(/\.c$/i.test(b)) || (a < b ? -1 : 1));
    let declarations = false;
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
        const facts = this.read.get(path);
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
    const shape = outline(now);
    this.read.set(path, now);
    if (before && this.outlines.get(path) === shape && sameAnswers(before, now)) {
      const { facts, moved } = this.bodies.merge(before, now);
      this.program.moved.set(path, moved);
      this.program.setBodies(facts);
      return false;
    }
    this.outlines.set(path, shape);
    this.bodies.remember(now);
    this.program.moved.delete(path);
    this.program.set(now);
    this.deep = true;
    return true;
  }
}

function sameAnswers(a: FileFacts, b: FileFacts): boolean {
  for (const [q, x] of b.consulted) if (a.consulted.has(q) && a.consulted.get(q) !== x) return false;
  return true;
}
