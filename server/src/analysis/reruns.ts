/**
 * Functions run once more when all is known: for somebody who watches, and as another configuration has them. What such a run finds out changes
 * no answer of the analysis and adds nothing to the heap.
 */
import type { Expr, FunctionDecl } from '../syntax/ast';
import type { Declared } from '../program/program';
import type { Analyzer } from './analyzer';
import type { Observer } from './events';
import type { Frame } from './frame';
import { emptyContribution } from './heap';
import type { Memo, Memos } from './memos';
import { key } from './names';
import { rootContext } from './root-runs';
import { rootsOf } from './roots';
import type { ObserverFactory, Running } from './running';
import { State } from './state';
import type { Val } from './value';

/** See `branch`. */
export interface Branch {
  readonly others: ReadonlyMap<string, FunctionDecl>;
  readonly memos: Memos;
  /** What the functions of the branch were asked in the default configuration. */
  readonly asked: ReadonlyMap<string, readonly Memo[]>;
}

export class Reruns {
  constructor(
    private readonly analyzer: Analyzer,
    private readonly running: Running,
  ) {}

  /**
   * Runs a function once more in every context in which it was analysed, for a watcher or for observers. Changes no answer.
   * @param observers asked once per context, with the values of the parameters there
   * @returns the number of contexts
   */
  replay(
    fn: Declared<FunctionDecl>,
    watcher?: (e: Expr, v: Val, s: State, f: Frame) => void,
    observers?: (args: readonly Val[], s: State, f: Frame) => readonly Observer[],
  ): number {
    const fnKey = key(fn);
    const kept = this.analyzer.heap.collector;
    this.analyzer.heap.collector = emptyContribution();
    this.analyzer.heap.immediate = false;
    const observe = this.running.observe;
    this.running.observe = () => [];
    let n = 0;
    for (const m of [...this.running.memos.values()].filter((x) => x.fnKey === fnKey)) {
      const { frame, start } = this.running.prepare(fn, m.context, m.depth, m.stack);
      if (watcher)
        frame.watcher = (e, v, s) => {
          watcher(e, v, s, frame);
        };
      const listeners = observers?.(m.context.args, start, frame) ?? [];
      this.running.frames.push({ callees: new Set() });
      this.running.making.add(m.key);
      frame.run(start, () => listeners);
      this.running.making.delete(m.key);
      this.running.frames.pop();
      n++;
    }
    this.running.observe = observe;
    this.analyzer.heap.collector = kept;
    return n;
  }

  /** A state of the analysis in which some functions are others. What the driver stores stays as it is. */
  branch(others: ReadonlyMap<string, FunctionDecl>): Branch {
    const asked = new Map<string, Memo[]>();
    for (const m of this.running.memos.values()) if (others.has(m.fnKey)) asked.set(m.fnKey, [...(asked.get(m.fnKey) ?? []), m]);
    return { others, memos: this.running.memos.without(others), asked };
  }

  /**
   * Runs one function of a branch in the contexts in which it is known, or, when it is not, as a function that nobody calls.
   * Changes no answer outside of the branch.
   */
  runIn(branch: Branch, fn: Declared<FunctionDecl>, observe: ObserverFactory): void {
    const fnKey = key(fn);
    const kept = {
      memos: this.running.memos,
      others: this.running.others,
      observe: this.running.observe,
      ran: this.running.ran,
      immediate: this.analyzer.heap.immediate,
      collector: this.analyzer.heap.collector,
      consulted: this.analyzer.heap.consulted,
      bounded: [...this.analyzer.boundedFunctions],
    };
    this.running.memos = branch.memos;
    this.running.others = branch.others;
    this.running.observe = observe;
    this.analyzer.heap.immediate = false;
    this.analyzer.heap.collector = emptyContribution();
    this.running.frames.push({ callees: new Set() });
    try {
      const known = branch.asked.get(fnKey) ?? [];
      if (known.length > 0) for (const m of known) this.running.execute(fn, m.context, m.depth, m.stack);
      else
        for (const r of rootsOf(fn, this.analyzer.program, this.analyzer.model, this.analyzer.files)) {
          const state = new State();
          this.running.execute(fn, { args: r.seed(state, this.analyzer), state, key: rootContext(r), inTry: false }, 0, []);
        }
    } finally {
      this.running.frames.pop();
      this.running.memos = kept.memos;
      this.running.others = kept.others;
      this.running.observe = kept.observe;
      this.running.ran = kept.ran;
      this.analyzer.heap.immediate = kept.immediate;
      this.analyzer.heap.collector = kept.collector;
      this.analyzer.heap.consulted = kept.consulted;
      this.analyzer.boundedFunctions.clear();
      for (const [k, d] of kept.bounded) this.analyzer.boundedFunctions.set(k, d);
    }
  }
}
