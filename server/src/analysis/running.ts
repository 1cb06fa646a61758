/**
 * Answers: what a function does in one context. Runs it when nobody has asked yet, and again when something that it read, or an answer that it
 * was made of, is another one. Says nothing of which functions are to be run.
 */
import type { FunctionDecl } from '../syntax/ast';
import { isHeader } from '../program/groups';
import type { Declared } from '../program/program';
import type { Analyzer } from './analyzer';
import { GENERAL_CONTEXT, type Context } from './context';
import type { Observer } from './events';
import { Frame } from './frame';
import { emptyContribution, sameContribution } from './heap';
import { Memos, type Asking, type Memo } from './memos';
import { key } from './names';
import { limitExits, type Exit } from './outcomes';
import { exitsDigest } from './prints';
import { trimExit } from './returning';
import type { State } from './state';
import { withType } from './value';

/** @param joined the context stands for calls that it does not describe: it may excuse, but it accuses nobody */
export type ObserverFactory = (fn: FunctionDecl, file: string, context: string, joined: boolean) => readonly Observer[];

/**
 * Expressions that the analysis of one driver evaluates before it takes short cuts: more than a driver of 30,000 lines takes. What an edit
 * runs again is counted anew, so that a driver beyond it may show other findings after an edit than in a scan.
 */
export const PLENTY = 800_000;

export class Running {
  memos = new Memos();
  /** Definitions of the driver, by key. */
  readonly decls = new Map<string, FunctionDecl>();
  /** Functions as another configuration has them, by key, while one of them runs. */
  others: ReadonlyMap<string, FunctionDecl> = new Map();
  /** Ids of the answers that are being made. */
  readonly making = new Set<string>();
  /** Who asks, innermost last. */
  frames: (Asking & { readonly seen?: Map<string, number> })[] = [];
  /** Expressions evaluated since the analysis was last asked for: what it has cost, whatever the machine. */
  spent = 0;
  /** The first round of a first analysis: facts are still few, and answers are not asked whether they hold. */
  isProvisional = false;
  /** Functions run so far, once for each context: what edits have cost. */
  runs = 0;
  /** Something was run and added other facts than before. */
  ran = false;
  observe: ObserverFactory = () => [];

  constructor(private readonly analyzer: Analyzer) {}

  execute(fn: Declared<FunctionDecl>, context: Context, depth: number, stack: readonly string[]): Memo | undefined {
    const fnKey = key(fn);
    const id = `${fnKey}#${context.key}`;
    const asking = this.frames[this.frames.length - 1];
    this.memos.ask(id, fnKey, context.key, asking);
    const known = this.memos.get(id);
    const usable = known !== undefined && this.valid(known);
    if (!usable && this.making.has(id)) return undefined;
    const memo = usable ? known : this.run(id, fn, context, depth, stack);
    asking?.seen?.set(id, memo.digest);
    return memo;
  }

  private run(id: string, fn: Declared<FunctionDecl>, context: Context, depth: number, stack: readonly string[]): Memo {
    const fnKey = key(fn);
    const before = this.memos.get(id);
    if (before) this.memos.release(before);
    this.making.add(id);
    const outer = this.analyzer.heap.consulted;
    this.analyzer.heap.consulted = new Map();
    const callees = new Set<string>();
    const seen = new Map<string, number>();
    this.frames.push({ id, callees, seen });
    const collector = this.analyzer.heap.collector;
    const contribution = emptyContribution();
    this.analyzer.heap.collector = contribution;
    const { frame, start } = this.prepare(fn, context, depth, stack);
    const raw = this.guarded(frame, () => frame.run(start, () => this.observe(fn.decl, fn.file, id, isJoined(id))));
    this.spent += frame.steps;
    this.runs++;
    const exits = limitExits(raw, frame);
    for (const x of exits) trimExit(x, context, fn);
    const memo: Memo = {
      key: id,
      fnKey,
      exits,
      consulted: this.analyzer.heap.consulted,
      callees,
      seen,
      bounded: frame.bounded,
      contribution,
      fn,
      context,
      depth,
      stack,
      digest: exitsDigest(exits),
      isDoubted: false,
    };
    if (this.isProvisional || before === undefined || !sameContribution(before.contribution, contribution)) this.ran = true;
    this.memos.set(memo);
    this.frames.pop();
    this.making.delete(id);
    this.analyzer.heap.collector = collector;
    this.analyzer.heap.consulted = outer;
    return memo;
  }

  /** One function's trouble is not another's: what goes wrong in it is said, and the analysis goes on. */
  private guarded(frame: Frame, work: () => Exit[]): Exit[] {
    const frames = this.frames.length;
    const making = new Set(this.making);
    try {
      return work();
    } catch (error) {
      this.frames.length = frames;
      for (const id of this.making) if (!making.has(id)) this.making.delete(id);
      frame.bounded = true;
      this.failures.push({
        file: frame.file,
        name: frame.fn.name,
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
      return [];
    }
  }

  prepare(fn: Declared<FunctionDecl>, context: Context, depth: number, stack: readonly string[]): { frame: Frame; start: State } {
    const start = context.state.clone();
    const frame = new Frame(this.analyzer, fn.file, fn.decl, this.analyzer.cfg(fn.decl, fn.file), depth, context.inTry, [
      ...stack,
      key(fn),
    ]);
    fn.decl.params.forEach((p, i) => {
      const v = context.args[i];
      if (p.name && v) {
        const ty = frame.localType(p.name);
        start.setCell(frame.localBase(p.name), '', withType(v, ty && ty.k !== 'unknown' ? ty : v.ty));
      }
    });
    return { frame, start };
  }

  /** Whether an answer still holds: what it read is unchanged, and what its callees answer is, too. */
  private valid(m: Memo): boolean {
    if (m.stale === true) return false;
    // In the first round everything is provisional: the next rounds run again what was read too early.
    if (!m.isDoubted || this.isProvisional) return true;
    if (this.declared(m.fn) !== m.fn.decl) return false;
    for (const [k, v] of m.consulted) if (this.analyzer.heap.version(k) !== v) return false;
    m.isDoubted = false; // for cycles: assumed while it is checked
    for (const id of m.callees) {
      const callee = this.memos.get(id);
      if (!callee || this.making.has(id)) continue;
      let { digest } = callee;
      if (!this.valid(callee)) {
        const decl = this.declared(callee.fn);
        const again = decl && this.run(id, { file: callee.fn.file, decl }, callee.context, callee.depth, callee.stack);
        if (!again) {
          m.isDoubted = true;
          return false;
        }
        digest = again.digest;
      }
      // It may have been run again for somebody else meanwhile.
      if (digest !== (m.seen.get(id) ?? digest)) {
        m.isDoubted = true;
        return false;
      }
    }
    return true;
  }

  /** The definition as it is now; inline functions of headers may lie outside the files of the driver. */
  declared(fn: Declared<FunctionDecl>): FunctionDecl | undefined {
    return (
      this.others.get(key(fn)) ??
      this.decls.get(key(fn)) ??
      (isHeader(fn.file) ? this.analyzer.program.files.get(fn.file)?.functions.find((f) => f.name === fn.decl.name) : undefined)
    );
  }

  /** Code of this driver; sources of another one are not linked into it. */
  isWithin(fn: Declared<FunctionDecl>): boolean {
    return this.decls.has(key(fn)) || this.others.has(key(fn)) || isHeader(fn.file);
  }
  /** Functions whose analysis broke off, for diagnosis. */
  readonly failures: { readonly file: string; readonly name: string; readonly message: string }[] = [];
}

/** A joined context stands for calls that it does not describe: it answers and notes, but it accuses nobody. */
export function isJoined(id: string): boolean {
  return id.includes(`#${GENERAL_CONTEXT}`);
}
