/**
 * Calls from a function that is running: whether they are followed, and in which context. Contexts are bounded: a function that has as many as
 * are kept apart is run in a joined one.
 */
import type { Expr, FunctionDecl } from '../syntax/ast';
import type { Declared } from '../program/program';
import type { Analyzer } from './analyzer';
import type { Outcome } from './calls';
import { checks } from './checkers';
import type { Context } from './context';
import type { Frame } from './frame';
import { key } from './names';
import { limitOutcomes } from './outcomes';
import { argumentsOf } from './passing';
import { outcomesOf } from './returning';
import { PLENTY, type Running } from './running';
import type { State } from './state';
import type { Val } from './value';

/**
 * Contexts that a function is analysed in before they are joined: fewer for a large one, whose every context is dear, and fewer in a
 * workspace of many drivers.
 */
function contextsFor(blocks: number, functions: number): number {
  const most = blocks > 300 ? 3 : blocks > 120 ? 5 : 8;
  return functions > 6000 ? Math.min(most, 2) : functions > 2500 ? Math.min(most, 4) : most;
}

/**
 * A short function that is given functions puts them into a table: each of its calls fills an entry. One that compares a length with what
 * it is given checks for whoever calls: each of its calls is a check of its own.
 */
const ENTRIES = 96;
const SMALL = 16;
/** Joined contexts of one function: they differ only in the shared memory and the objects of callers that they are given. */
const GENERAL = 3;
const MAX_DEPTH = 20;

/** From this round on a function that is full stays full. */
const SETTLING = 4;

export class Entering {
  /** Facts ought to come to rest: contexts take turns no more. */
  private isSettling = false;
  private readonly full = new Set<string>();
  private readonly admitted = new Map<string, Set<string>>();

  constructor(
    private readonly analyzer: Analyzer,
    private readonly running: Running,
  ) {}

  /** An analysis begins: there is room again. */
  begin(): void {
    this.full.clear();
    this.admitted.clear();
  }
  round(n: number): void {
    this.isSettling = n >= SETTLING;
  }

  /** A call from a running function. Undefined: not followed. */
  enter(
    d: Declared<FunctionDecl>,
    e: Expr & { kind: 'call' },
    args: readonly Val[],
    s: State,
    caller: Frame,
  ): Outcome[] | undefined {
    const fnKey = key(d);
    const other = this.running.others.get(fnKey);
    if (other) d = { file: d.file, decl: other };
    if (
      caller.depth >= (this.running.decls.size > 6000 ? 5 : MAX_DEPTH) ||
      caller.stack.includes(fnKey) ||
      !d.decl.body ||
      !this.running.isWithin(d)
    )
      return undefined;
    const context = argumentsOf(d, args, s, caller, this.analyzer);
    const set = this.running.memos.contextsOf(fnKey);
    const cfg = this.analyzer.cfg(d.decl, d.file);
    const blocks = cfg.blocks.length;
    const keeps = blocks <= SMALL && (args.some((v) => v.fns !== undefined) || checks(cfg, d.decl));
    const most = this.running.spent > PLENTY ? 1 : keeps ? ENTRIES : contextsFor(blocks, this.running.decls.size);
    if (this.admits(fnKey, context.key, set, most)) return this.call(d, context, e, s, caller);
    const general = argumentsOf(d, args, s, caller, this.analyzer, true);
    if (!set.has(general.key) && set.size >= most + GENERAL) return undefined;
    return this.call(d, general, e, s, caller);
  }

  /**
   * Whether a function is run in one more context. While facts come to rest, one that had no room for a context has none for another new
   * one either, though the first is no longer asked for.
   */
  private admits(fnKey: string, contextKey: string, asked: ReadonlyMap<string, number>, most: number): boolean {
    if (asked.has(contextKey)) return true;
    if (!this.isSettling) return asked.size < most;
    let known = this.admitted.get(fnKey);
    if (!known) this.admitted.set(fnKey, (known = new Set()));
    if (asked.size >= most || (this.full.has(fnKey) && !known.has(contextKey))) {
      this.full.add(fnKey);
      return false;
    }
    known.add(contextKey);
    return true;
  }

  private call(
    d: Declared<FunctionDecl>,
    context: Context,
    e: Expr & { kind: 'call' },
    s: State,
    caller: Frame,
  ): Outcome[] | undefined {
    const memo = this.running.execute(d, context, caller.depth + 1, caller.stack);
    if (!memo) return undefined;
    return limitOutcomes(
      memo.exits.map((x) => outcomesOf(x, context, e, s, caller, d)),
      e,
      caller,
    );
  }
}
