/**
 * The analysis of one driver: rounds over all that its roots lead to, until what functions store in memory that outlives them no longer
 * changes, and what is taken back when a declaration changes. Reports nothing itself: observers do.
 */
import type { Expr, FunctionDecl } from '../syntax/ast';
import type { Model } from '../model/model';
import type { Constants } from '../program/constants';
import type { Declared, Program } from '../program/program';
import type { Types } from '../program/types';
import type { Outcome } from './calls';
import { buildCfg, type Cfg } from './cfg';
import { Dependents } from './dependents';
import { Entering } from './entering';
import type { Observer } from './events';
import type { Frame } from './frame';
import { contributionOrder, contributionText, emptyContribution, Heap, isEmpty } from './heap';
import { Memory } from './memory';
import type { Memo } from './memos';
import { key } from './names';
import { ASSERTS, OPERATORS, STAYING } from './operators';
import { wordsOf } from './prints';
import { Regions } from './regions';
import { Reruns, type Branch } from './reruns';
import { RootRuns } from './root-runs';
import { Roots } from './kept-roots';
import { PLENTY, Running, type ObserverFactory } from './running';
import { Seeds } from './seeds';
import type { State } from './state';
import { Atoms, type Lin } from './term';
import type { AllocBase, GlobalBase, Site, Val } from './value';

const MAX_ROUNDS = 7;

export class Analyzer {
  readonly atoms = new Atoms();
  readonly heap = new Heap();
  readonly regions: Regions;
  readonly memory: Memory;
  readonly types: Types;
  private readonly cfgs = new Map<FunctionDecl, Cfg>();
  private readonly globals = new Map<string, GlobalBase>();
  private readonly allocs = new Map<string, AllocBase>();
  readonly roots: Roots;
  private readonly running: Running;
  private readonly entering: Entering;
  private readonly rootRuns: RootRuns;
  private readonly reruns: Reruns;
  /** Facts have been added or taken back that the heap does not hold yet. */
  private isUnsettled = false;
  private readonly seeds: Seeds;
  /** The driver is so large that its functions were not followed in every context, or that the last rounds were left out. */
  hurried = false;
  /** Functions whose analysis hit a bound. */
  readonly boundedFunctions = new Map<string, Declared<FunctionDecl>>();
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
    this.seeds = new Seeds(this);
    this.running = new Running(this);
    this.entering = new Entering(this, this.running);
    this.rootRuns = new RootRuns(this, this.running);
    this.reruns = new Reruns(this, this.running);
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
    this.running.observe = observe;
    this.running.decls.clear();
    for (const file of this.files)
      for (const decl of this.program.files.get(file)?.functions ?? []) this.running.decls.set(key({ file, decl }), decl);
    for (const m of this.running.memos.values()) if (this.running.declared(m.fn) !== m.fn.decl) this.running.memos.doubt(m.key);
    this.running.memos.doubtAskers();
    const first = this.seeds.isFirst;
    const { seeds, reseeded } = this.seeds.now();
    this.running.spent = 0;
    this.hurried = false;
    const retracted = new Set<string>();
    const most = this.running.decls.size > 6000 ? 3 : MAX_ROUNDS;
    this.entering.begin();
    let isAtRest = false;
    for (let round = 1; round <= (first ? most : 2 * most); round++) {
      this.entering.round(round);
      if (this.running.spent > PLENTY) this.hurried = true;
      if (this.running.spent > 2 * PLENTY && round > 2) break;
      this.running.isProvisional = first && round === 1;
      this.heap.immediate = first;
      // An analysis that was broken off has run something.
      this.isUnsettled ||= this.running.ran;
      this.running.ran = false;
      const list = this.roots.of(this.files);
      const live = yield* this.rootRuns.run(list.roots, list.shape);
      const forgotten = this.running.memos.keepOnly(live);
      this.isUnsettled ||= this.running.ran || forgotten;
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
      this.running.ran = false;
      const moved = this.heap.takeChanged();
      changed ||= moved.size > 0;
      if (first && round === 1) this.running.memos.doubtAll();
      else if (changed) this.running.memos.doubtReaders(moved, this.heap);
      isAtRest = !changed && list.shape === this.roots.of(this.files).shape;
      if (isAtRest) break;
    }
    if (!isAtRest) this.running.memos.accept();
    this.boundedFunctions.clear();
    for (const m of this.running.memos.values()) if (m.bounded) this.boundedFunctions.set(m.fnKey, m.fn);
  }

  /** Answers that add to the heap, in an order that does not depend on what was edited before. */
  private contributions(live: ReadonlySet<string>): Memo[] {
    const adding: Memo[] = [];
    for (const id of live) {
      const m = this.running.memos.get(id);
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
      this.running.memos.doubt(m.key);
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
    for (const m of this.running.memos.values()) {
      const depends =
        dependents.isUsedBy(m.fn.file, m.fn.decl) ||
        mentions(wordsOf(m.context)) ||
        [...m.consulted.keys()].some((k) => holding.has(k) || mentions(k)) ||
        [...m.contribution.stores.keys()].some(mentions) ||
        [...m.callees].some((id) => names.has(this.running.memos.get(id)?.fn.decl.name ?? ''));
      if (!depends) continue;
      m.stale = true;
      this.running.memos.doubt(m.key);
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

  /** A call from a running function. Undefined: not followed. */
  enter(
    d: Declared<FunctionDecl>,
    e: Expr & { kind: 'call' },
    args: readonly Val[],
    s: State,
    caller: Frame,
  ): Outcome[] | undefined {
    return this.entering.enter(d, e, args, s, caller);
  }

  /** Ids of the answers that roots lead to; with a prefix, only from roots that start with it. */
  live(prefix = ''): ReadonlySet<string> {
    return this.rootRuns.live(prefix);
  }

  /** See `Reruns.replay`. */
  replay(
    fn: Declared<FunctionDecl>,
    watcher?: (e: Expr, v: Val, s: State, f: Frame) => void,
    observers?: (args: readonly Val[], s: State, f: Frame) => readonly Observer[],
  ): number {
    return this.reruns.replay(fn, watcher, observers);
  }
  /** See `Reruns.branch`. */
  branch(others: ReadonlyMap<string, FunctionDecl>): Branch {
    return this.reruns.branch(others);
  }
  /** See `Reruns.runIn`. */
  runIn(branch: Branch, fn: Declared<FunctionDecl>, observe: ObserverFactory): void {
    this.reruns.runIn(branch, fn, observe);
  }

  /** The answers that stand, by function. The same objects as before mean that nothing that the function reads has changed. */
  answers(): ReadonlyMap<string, readonly object[]> {
    const out = new Map<string, object[]>();
    for (const m of this.running.memos.values()) {
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

  /** What one answer asked for, and the role under which execution entered the driver, when that is known. */
  answer(id: string): { readonly callees: ReadonlySet<string>; readonly role: string | undefined } | undefined {
    const m = this.running.memos.get(id);
    return m && { callees: m.callees, role: m.context.state.hasMust('role')?.data };
  }

  /** Functions run so far, once for each context: what edits have cost. */
  get runs(): number {
    return this.running.runs;
  }
  /** Functions whose analysis broke off, for diagnosis. */
  get failures(): Running['failures'] {
    return this.running.failures;
  }
}
