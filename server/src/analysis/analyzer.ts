/**
 * Runs functions in the contexts in which they are called, remembers the answers, and repeats until what functions store in memory that
 * outlives them no longer changes. Reports nothing itself: observers do.
 */
import type { Expr, FunctionDecl } from '../syntax/ast';
import type { Model } from '../model/model';
import type { Constants } from '../program/constants';
import type { Declared, Program } from '../program/program';
import type { Types } from '../program/types';
import { isHeader } from '../program/groups';
import { buildCfg, type Cfg } from './cfg';
import { checks } from './checkers';
import { GENERAL_CONTEXT, type Context } from './context';
import type { Observer } from './events';
import { evaluate } from './evaluate';
import { siteOf } from './made-values';
import { Frame } from './frame';
import { limitExits, limitOutcomes, type Exit } from './outcomes';
import { argumentsOf } from './passing';
import { Dependents } from './dependents';
import {
  contributionOrder,
  contributionText,
  emptyContribution,
  Heap,
  isEmpty,
  sameContribution,
  type Contribution,
} from './heap';
import { initialise } from './initialisers';
import { Memory } from './memory';
import { key } from './names';
import { Memos, type Asking, type Memo } from './memos';
import { ASSERTS, OPERATORS, STAYING } from './operators';
import { exitsDigest, wordsOf } from './prints';
import { Regions } from './regions';
import { outcomesOf, trimExit } from './returning';
import { Roots } from './kept-roots';
import { rootsOf, type Root } from './roots';
import { State } from './state';
import { Atoms, constant, type Lin } from './term';
import type { Outcome } from './calls';
import { withType, type AllocBase, type GlobalBase, type Site, type Val } from './value';

/** @param joined the context stands for calls that it does not describe: it may excuse, but it accuses nobody */
export type ObserverFactory = (fn: FunctionDecl, file: string, context: string, joined: boolean) => readonly Observer[];

/** See `Analyzer.branch`. */
export interface Branch {
  readonly others: ReadonlyMap<string, FunctionDecl>;
  readonly memos: Memos;
  /** What the functions of the branch were asked in the default configuration. */
  readonly asked: ReadonlyMap<string, readonly Memo[]>;
}

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
const MAX_ROUNDS = 7;
/** From this round on a function that is full stays full. */
const SETTLING = 4;
/**
 * Expressions that the analysis of one driver evaluates before it takes short cuts: more than a driver of 30,000 lines takes. What an edit
 * runs again is counted anew, so that a driver beyond it may show other findings after an edit than in a scan.
 */
const PLENTY = 800_000;

export class Analyzer {
  readonly atoms = new Atoms();
  readonly heap = new Heap();
  readonly regions: Regions;
  readonly memory: Memory;
  readonly types: Types;
  private readonly cfgs = new Map<FunctionDecl, Cfg>();
  private readonly globals = new Map<string, GlobalBase>();
  private readonly allocs = new Map<string, AllocBase>();
  private memos = new Memos();
  /** Functions as another configuration has them, by key, while one of them runs. */
  private others: ReadonlyMap<string, FunctionDecl> = new Map();
  private readonly running = new Set<string>();
  private frames: (Asking & { readonly seen?: Map<string, number> })[] = [];
  private rootIds = new Set<string>();
  readonly roots: Roots;
  /** The answers that roots of some shape led to, and the roots that nothing else had reached. */
  private reach:
    { readonly shape: object; readonly live: ReadonlySet<string>; readonly unreached: ReadonlySet<string> } | undefined;
  /** Facts have been added or taken back that the heap does not hold yet. */
  private isUnsettled = false;
  private readonly decls = new Map<string, FunctionDecl>();
  private seeds: Contribution | undefined;
  /** Version of the program for which the seeds hold. */
  private seeded = -1;
  /** Expressions evaluated since the analysis was last asked for: what it has cost, whatever the machine. */
  private spent = 0;
  /** The driver is so large that its functions were not followed in every context, or that the last rounds were left out. */
  hurried = false;
  /** The first round of a first analysis: facts are still few, and answers are not asked whether they hold. */
  private isProvisional = false;
  /** Facts ought to come to rest: contexts take turns no more. */
  private isSettling = false;
  private readonly full = new Set<string>();
  private readonly admitted = new Map<string, Set<string>>();
  /** Functions run so far, once for each context: what edits have cost. */
  runs = 0;
  /** Something was run and added other facts than before. */
  private ran = false;
  /** Functions whose analysis hit a bound. */
  readonly boundedFunctions = new Map<string, Declared<FunctionDecl>>();
  private observe: ObserverFactory = () => [];
  /** Files whose functions are analysed on their own. */
  files: readonly string[] = [];

  constructor(
    readonly program: Program,
    readonly constants: Constants,
    readonly model: Model,
  ) {
    this.types = constants.types;
    this.regions = new Regions(model, this.atoms);
    this.memory = new Memory(this.heap, this.regions, this.types, this.atoms, model);
    this.roots = new Roots(program, model, this.heap, this.memory);
  }

  globalBase(name: string, file: string): GlobalBase {
    const key = `G:${file}:${name}`;
    let b = this.globals.get(key);
    if (!b) this.globals.set(key, (b = { k: 'global', key, name, file }));
    return b;
  }

  allocBase(key: string, api: string, site: Site, what: AllocBase['what'], size: Lin | undefined, zeroed: boolean): AllocBase {
    const id = size ? `${key}:${size.key}:${String(size.c)}` : key;
    let b = this.allocs.get(id);
    if (b?.site.start !== site.start) this.allocs.set(id, (b = { k: 'alloc', key, api, site, what, size, zeroed }));
    return b;
  }
  /** What a helper allocated for one call of it: another call gets another object. */
  allocatedFor(place: string, b: AllocBase, size: Lin | undefined): AllocBase {
    const key = `${b.key}^${place}`;
    const id = size ? `${key}:${size.key}:${String(size.c)}` : key;
    let own = this.allocs.get(id);
    if (own?.within !== b) this.allocs.set(id, (own = { ...b, key, size, within: b }));
    return own;
  }

  cfg(fn: FunctionDecl, file: string): Cfg {
    let c = this.cfgs.get(fn);
    if (!c) {
      c = buildCfg(
        fn,
        file,
        this.program,
        (name) =>
          OPERATORS.has(name) ||
          ASSERTS.has(name) ||
          STAYING.has(name) ||
          this.model.project.assertsThatStay?.has(name) === true ||
          this.model.api(name) !== undefined,
      );
      this.cfgs.set(fn, c);
    }
    return c;
  }

  /** Analyses everything. Yields between functions. */
  *analyse(observe: ObserverFactory): Generator<{ done: number; total: number; file: string }, void, void> {
    this.observe = observe;
    this.decls.clear();
    for (const file of this.files)
      for (const decl of this.program.files.get(file)?.functions ?? []) this.decls.set(key({ file, decl }), decl);
    for (const m of this.memos.values()) if (this.declared(m.fn) !== m.fn.decl) this.memos.doubt(m.key);
    this.memos.doubtAskers();
    const first = this.seeds === undefined;
    let { seeds } = this;
    let reseeded = false;
    if (seeds === undefined || this.seeded !== this.program.version) {
      const before = seeds;
      seeds = emptyContribution();
      this.heap.collector = seeds;
      this.heap.immediate = first;
      this.seedGlobals();
      this.seeds = seeds;
      this.seeded = this.program.version;
      reseeded = before !== undefined && !sameContribution(before, seeds);
    }
    this.spent = 0;
    this.hurried = false;
    const retracted = new Set<string>();
    const most = this.decls.size > 6000 ? 3 : MAX_ROUNDS;
    this.full.clear();
    this.admitted.clear();
    let isAtRest = false;
    for (let round = 1; round <= (first ? most : 2 * most); round++) {
      this.isSettling = round >= SETTLING;
      if (this.spent > PLENTY) this.hurried = true;
      if (this.spent > 2 * PLENTY && round > 2) break;
      this.isProvisional = first && round === 1;
      this.heap.immediate = first;
      // An analysis that was broken off has run something.
      this.isUnsettled ||= this.ran;
      this.ran = false;
      const list = this.roots.of(this.files);
      const live = yield* this.runRoots(list.roots, list.shape);
      const forgotten = this.memos.keepOnly(live);
      this.isUnsettled ||= this.ran || forgotten;
      isAtRest = !this.isUnsettled && !(first && round === 1) && !(reseeded && round === 1);
      if (isAtRest) break;
      const adding = this.contributions(live);
      let { changed, lost } = this.heap.rebuild([seeds, ...adding.map((m) => m.contribution)], !first);
      while (lost.size > 0) {
        const doubtful = this.standOn(lost, adding, retracted);
        if (doubtful === 0) break;
        changed = true;
        ({ lost } = this.heap.rebuild([seeds, ...adding.map((m) => m.contribution)], true));
      }
      this.isUnsettled = false;
      this.ran = false;
      const moved = this.heap.takeChanged();
      changed ||= moved.size > 0;
      if (first && round === 1) this.memos.doubtAll();
      else if (changed) this.memos.doubtReaders(moved, this.heap);
      isAtRest = !changed && list.shape === this.roots.of(this.files).shape;
      if (isAtRest) break;
    }
    if (!isAtRest) this.memos.accept();
    this.boundedFunctions.clear();
    for (const m of this.memos.values()) if (m.bounded) this.boundedFunctions.set(m.fnKey, m.fn);
  }

  /** Answers that add to the heap, in an order that does not depend on what was edited before. */
  private contributions(live: ReadonlySet<string>): Memo[] {
    const adding: Memo[] = [];
    for (const id of live) {
      const m = this.memos.get(id);
      if (m && !isEmpty(m.contribution)) adding.push(m);
    }
    return adding.sort((a, b) =>
      a.fnKey < b.fnKey ? -1 : a.fnKey > b.fnKey ? 1 : contributionOrder(a.contribution) - contributionOrder(b.contribution),
    );
  }

  /** Takes back what answers add that may have stood on what is lost alone: they are run again. */
  private standOn(lost: ReadonlySet<string>, adding: readonly Memo[], retracted: Set<string>): number {
    const fresh = [...lost].filter((name) => !retracted.has(name));
    for (const name of fresh) retracted.add(name);
    let n = 0;
    if (fresh.length === 0) return n;
    for (const m of adding) {
      const text = contributionText(m.contribution);
      if (!fresh.some((name) => text.includes(name))) continue;
      m.stale = true;
      m.contribution = emptyContribution();
      this.memos.doubt(m.key);
      n++;
    }
    return n;
  }

  /** Declarations of these names have changed: what depends on them is run again. */
  forgetUses(changed: ReadonlySet<string>): void {
    const dependents = new Dependents(this.program, changed);
    const { names, typeKeys } = dependents;
    const isNamed = (word: string): boolean => names.has(word) || typeKeys.has(word);
    const mentions = (text: string): boolean => (text.match(/[A-Za-z_]\w*/g) ?? []).some(isNamed);
    const holding = new Set<string>();
    for (const [field, stores] of this.heap.entries())
      for (const s of stores.values()) if (s.fns.some((f) => names.has(f))) holding.add(`f:${field}`);
    for (const m of this.memos.values()) {
      const depends =
        dependents.isUsedBy(m.fn.file, m.fn.decl) ||
        mentions(wordsOf(m.context)) ||
        [...m.consulted.keys()].some((k) => holding.has(k) || mentions(k)) ||
        [...m.contribution.stores.keys()].some(mentions) ||
        [...m.callees].some((id) => names.has(this.memos.get(id)?.fn.decl.name ?? ''));
      if (!depends) continue;
      m.stale = true;
      this.memos.doubt(m.key);
      this.cfgs.delete(m.fn.decl);
    }
    for (const fn of [...this.cfgs.keys()]) {
      const file = this.fileOf(fn);
      if (file === undefined || dependents.isUsedBy(file, fn)) this.cfgs.delete(fn);
    }
    for (const k of [...this.memory.recs.keys()]) if (mentions(k)) this.memory.recs.delete(k);
  }

  private fileOf(fn: FunctionDecl): string | undefined {
    for (const d of this.program.functionsNamed(fn.name)) if (d.decl === fn) return d.file;
    return undefined;
  }

  /**
   * Runs what the roots lead to: first those that are known, then functions that are reached from none of them.
   * @returns ids of the answers that they lead to
   */
  private *runRoots(
    list: readonly Root[],
    shape: object,
  ): Generator<{ done: number; total: number; file: string }, ReadonlySet<string>, void> {
    let done = 0;
    let strong = list.filter(isCertain);
    const others = [...list.filter((x) => x.weak), ...list.filter((x) => x.role === 'any')];
    this.rootIds = new Set();
    for (const r of strong) {
      if (this.runRoot(r)) yield { done, total: list.length, file: r.fn.file };
      done++;
    }
    // What these register are roots themselves: functions run with what calls them, before they are run as ones that nobody calls.
    while (this.isProvisional) {
      const now = this.roots.of(this.files);
      const fresh = now.roots.filter((r) => isCertain(r) && !this.rootIds.has(idOf(r)));
      if (fresh.length === 0) break;
      ({ roots: list, shape } = now);
      strong = list.filter(isCertain);
      for (const r of fresh) if (this.runRoot(r)) yield { done, total: list.length, file: r.fn.file };
    }
    const total = list.length;
    // Most edits change nothing of who reaches whom.
    const before = this.reach?.shape === shape ? this.reach : undefined;
    if (before && !this.memos.isRewired) {
      for (const r of others) {
        done++;
        if (before.unreached.has(idOf(r)) && this.runRoot(r)) yield { done, total, file: r.fn.file };
      }
      if (!this.wasRewired()) return before.live;
    }
    this.memos.isRewired = false;
    this.reach = undefined;
    this.rootIds = new Set(strong.map(idOf));
    const unreached = new Set<string>();
    const live = new Set(this.memos.reachedFrom(this.rootIds));
    const names = new Set([...live].map((id) => this.memos.get(id)?.fnKey));
    done = strong.length;
    for (const r of others) {
      done++;
      if (names.has(key(r.fn))) continue;
      unreached.add(idOf(r));
      const ran = this.runRoot(r);
      for (const id of this.memos.reachedFrom([idOf(r)], live)) names.add(this.memos.get(id)?.fnKey);
      if (ran) yield { done, total, file: r.fn.file };
    }
    // What was run late may have changed what was reached early.
    const all = this.wasRewired() ? new Set(this.memos.reachedFrom(this.rootIds)) : live;
    this.reach = { shape, live: all, unreached };
    return all;
  }
  private wasRewired(): boolean {
    return this.memos.isRewired;
  }

  /** Ids of the answers that roots lead to; with a prefix, only from roots that start with it. */
  live(prefix = ''): ReadonlySet<string> {
    if (prefix === '' && this.reach && !this.memos.isRewired) return this.reach.live;
    const from = [...this.rootIds].filter((id) => id.startsWith(prefix));
    return new Set(this.memos.reachedFrom(from));
  }

  /** Answers whether anything had to be run. */
  private runRoot(r: Root): boolean {
    const id = idOf(r);
    this.rootIds.add(id);
    const known = this.memos.get(id);
    if (known && !known.isDoubted && known.stale !== true && !this.isProvisional) return false;
    const before = this.ran;
    this.ran = false;
    const state = new State();
    const args = r.seed(state, this);
    const context = { args, state, key: rootContext(r), inTry: r.handed === true };
    this.execute(r.fn, context, 0, []);
    const ran = this.ran;
    this.ran ||= before;
    return ran;
  }

  private seedGlobals(): void {
    for (const file of this.files) {
      const facts = this.program.files.get(file);
      for (const g of facts?.globals ?? []) {
        if (!g.init) continue;
        const fn = SEED_FUNCTION(g.name, g.start, g.end);
        const f = new Frame(
          this,
          file,
          fn,
          { blocks: [], entry: 0, order: [], locals: new Set(), vars: [], holes: [] },
          0,
          false,
          [],
        );
        const ty = this.types.resolve(g.type, file);
        const base = this.globalBase(g.name, g.storage === 'static' ? file : '');
        const state = new State();
        if (g.init.kind === 'init')
          initialise({ base, root: this.memory.keyOf(ty), path: '', off: constant(0) }, ty, g.init, state, f);
        else {
          const v = evaluate(g.init, state, f);
          this.memory.store(state, [{ base, root: this.memory.keyOf(ty), path: '', off: constant(0) }], v, siteOf(f, g.init));
        }
      }
    }
  }

  /** The definition as it is now; inline functions of headers may lie outside the files of the driver. */
  private declared(fn: Declared<FunctionDecl>): FunctionDecl | undefined {
    return (
      this.others.get(key(fn)) ??
      this.decls.get(key(fn)) ??
      (isHeader(fn.file) ? this.program.files.get(fn.file)?.functions.find((f) => f.name === fn.decl.name) : undefined)
    );
  }

  /** Code of this driver; sources of another one are not linked into it. */
  private isWithin(fn: Declared<FunctionDecl>): boolean {
    return this.decls.has(key(fn)) || this.others.has(key(fn)) || isHeader(fn.file);
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
    const other = this.others.get(fnKey);
    if (other) d = { file: d.file, decl: other };
    if (
      caller.depth >= (this.decls.size > 6000 ? 5 : MAX_DEPTH) ||
      caller.stack.includes(fnKey) ||
      !d.decl.body ||
      !this.isWithin(d)
    )
      return undefined;
    const context = argumentsOf(d, args, s, caller, this);
    const set = this.memos.contextsOf(fnKey);
    const cfg = this.cfg(d.decl, d.file);
    const blocks = cfg.blocks.length;
    const keeps = blocks <= SMALL && (args.some((v) => v.fns !== undefined) || checks(cfg, d.decl));
    const most = this.spent > PLENTY ? 1 : keeps ? ENTRIES : contextsFor(blocks, this.decls.size);
    if (this.admits(fnKey, context.key, set, most)) return this.call(d, context, e, s, caller);
    const general = argumentsOf(d, args, s, caller, this, true);
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
    const memo = this.execute(d, context, caller.depth + 1, caller.stack);
    if (!memo) return undefined;
    return limitOutcomes(
      memo.exits.map((x) => outcomesOf(x, context, e, s, caller, d)),
      e,
      caller,
    );
  }

  private execute(fn: Declared<FunctionDecl>, context: Context, depth: number, stack: readonly string[]): Memo | undefined {
    const fnKey = key(fn);
    const id = `${fnKey}#${context.key}`;
    const asking = this.frames[this.frames.length - 1];
    this.memos.ask(id, fnKey, context.key, asking);
    const known = this.memos.get(id);
    const usable = known !== undefined && this.valid(known);
    if (!usable && this.running.has(id)) return undefined;
    const memo = usable ? known : this.run(id, fn, context, depth, stack);
    asking?.seen?.set(id, memo.digest);
    return memo;
  }

  private run(id: string, fn: Declared<FunctionDecl>, context: Context, depth: number, stack: readonly string[]): Memo {
    const fnKey = key(fn);
    const before = this.memos.get(id);
    if (before) this.memos.release(before);
    this.running.add(id);
    const outer = this.heap.consulted;
    this.heap.consulted = new Map();
    const callees = new Set<string>();
    const seen = new Map<string, number>();
    this.frames.push({ id, callees, seen });
    const collector = this.heap.collector;
    const contribution = emptyContribution();
    this.heap.collector = contribution;
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
      consulted: this.heap.consulted,
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
    this.running.delete(id);
    this.heap.collector = collector;
    this.heap.consulted = outer;
    return memo;
  }

  /** One function's trouble is not another's: what goes wrong in it is said, and the analysis goes on. */
  private guarded(frame: Frame, work: () => Exit[]): Exit[] {
    const frames = this.frames.length;
    const running = new Set(this.running);
    try {
      return work();
    } catch (error) {
      this.frames.length = frames;
      for (const id of this.running) if (!running.has(id)) this.running.delete(id);
      frame.bounded = true;
      this.failures.push({
        file: frame.file,
        name: frame.fn.name,
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
      return [];
    }
  }
  /** Functions whose analysis broke off, for diagnosis. */
  readonly failures: { readonly file: string; readonly name: string; readonly message: string }[] = [];

  private prepare(
    fn: Declared<FunctionDecl>,
    context: Context,
    depth: number,
    stack: readonly string[],
  ): { frame: Frame; start: State } {
    const start = context.state.clone();
    const frame = new Frame(this, fn.file, fn.decl, this.cfg(fn.decl, fn.file), depth, context.inTry, [...stack, key(fn)]);
    fn.decl.params.forEach((p, i) => {
      const v = context.args[i];
      if (p.name && v) {
        const ty = frame.localType(p.name);
        start.setCell(frame.localBase(p.name), '', withType(v, ty && ty.k !== 'unknown' ? ty : v.ty));
      }
    });
    return { frame, start };
  }

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
    const kept = this.heap.collector;
    this.heap.collector = emptyContribution();
    this.heap.immediate = false;
    const observe = this.observe;
    this.observe = () => [];
    let n = 0;
    for (const m of [...this.memos.values()].filter((x) => x.fnKey === fnKey)) {
      const { frame, start } = this.prepare(fn, m.context, m.depth, m.stack);
      if (watcher)
        frame.watcher = (e, v, s) => {
          watcher(e, v, s, frame);
        };
      const listeners = observers?.(m.context.args, start, frame) ?? [];
      this.frames.push({ callees: new Set() });
      this.running.add(m.key);
      frame.run(start, () => listeners);
      this.running.delete(m.key);
      this.frames.pop();
      n++;
    }
    this.observe = observe;
    this.heap.collector = kept;
    return n;
  }

  /** The answers that stand, by function. The same objects as before mean that nothing that the function reads has changed. */
  answers(): ReadonlyMap<string, readonly object[]> {
    const out = new Map<string, object[]>();
    for (const m of this.memos.values()) {
      const list = out.get(m.fnKey);
      if (list) list.push(m);
      else out.set(m.fnKey, [m]);
    }
    return out;
  }

  /** Blocks of a function: what one run of it costs, roughly. */
  sizeOf(fn: Declared<FunctionDecl>): number {
    return this.cfg(fn.decl, fn.file).blocks.length;
  }

  /** A state of the analysis in which some functions are others. What the driver stores stays as it is. */
  branch(others: ReadonlyMap<string, FunctionDecl>): Branch {
    const asked = new Map<string, Memo[]>();
    for (const m of this.memos.values()) if (others.has(m.fnKey)) asked.set(m.fnKey, [...(asked.get(m.fnKey) ?? []), m]);
    return { others, memos: this.memos.without(others), asked };
  }

  /**
   * Runs one function of a branch in the contexts in which it is known, or, when it is not, as a function that nobody calls.
   * Changes no answer outside of the branch.
   */
  runIn(branch: Branch, fn: Declared<FunctionDecl>, observe: ObserverFactory): void {
    const fnKey = key(fn);
    const kept = {
      memos: this.memos,
      others: this.others,
      observe: this.observe,
      ran: this.ran,
      immediate: this.heap.immediate,
      collector: this.heap.collector,
      consulted: this.heap.consulted,
      bounded: [...this.boundedFunctions],
    };
    this.memos = branch.memos;
    this.others = branch.others;
    this.observe = observe;
    this.heap.immediate = false;
    this.heap.collector = emptyContribution();
    this.frames.push({ callees: new Set() });
    try {
      const known = branch.asked.get(fnKey) ?? [];
      if (known.length > 0) for (const m of known) this.execute(fn, m.context, m.depth, m.stack);
      else
        for (const r of rootsOf(fn, this.program, this.model, this.files)) {
          const state = new State();
          this.execute(fn, { args: r.seed(state, this), state, key: rootContext(r), inTry: false }, 0, []);
        }
    } finally {
      this.frames.pop();
      this.memos = kept.memos;
      this.others = kept.others;
      this.observe = kept.observe;
      this.ran = kept.ran;
      this.heap.immediate = kept.immediate;
      this.heap.collector = kept.collector;
      this.heap.consulted = kept.consulted;
      this.boundedFunctions.clear();
      for (const [k, d] of kept.bounded) this.boundedFunctions.set(k, d);
    }
  }

  /** Whether an answer still holds: what it read is unchanged, and what its callees answer is, too. */
  private valid(m: Memo): boolean {
    if (m.stale === true) return false;
    // In the first round everything is provisional: the next rounds run again what was read too early.
    if (!m.isDoubted || this.isProvisional) return true;
    if (this.declared(m.fn) !== m.fn.decl) return false;
    for (const [k, v] of m.consulted) if (this.heap.version(k) !== v) return false;
    m.isDoubted = false; // for cycles: assumed while it is checked
    for (const id of m.callees) {
      const callee = this.memos.get(id);
      if (!callee || this.running.has(id)) continue;
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

  /** What one answer asked for, and the role under which execution entered the driver, when that is known. */
  answer(id: string): { readonly callees: ReadonlySet<string>; readonly role: string | undefined } | undefined {
    const m = this.memos.get(id);
    return m && { callees: m.callees, role: m.context.state.hasMust('role')?.data };
  }
}

/** Something is known of who calls it. */
function isCertain(r: Root): boolean {
  return r.role !== 'any' && !r.weak;
}

/** Name of the answer that a root asks for. */
function idOf(r: Root): string {
  return `${key(r.fn)}#${rootContext(r)}`;
}
function rootContext(r: Root): string {
  return `root:${r.role}:${r.tag}`;
}

/** A joined context stands for calls that it does not describe: it answers and notes, but it accuses nobody. */
export function isJoined(id: string): boolean {
  return id.includes(`#${GENERAL_CONTEXT}`);
}

function SEED_FUNCTION(name: string, start: number, end: number): FunctionDecl {
  return {
    name,
    start,
    end,
    nameSpan: { start, end },
    returns: { kind: 'name', name: 'void' },
    params: [],
    variadic: false,
    static: true,
    inline: false,
    annotations: [],
  };
}
