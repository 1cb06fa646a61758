/**
 * One function in one context: runs its control-flow graph to a fixpoint over partitioned states, then once more with observers.
 * Paths are kept apart by the status and flag variables that the function tests, so that `Status = …; goto Exit` stays what it means.
 */
import type { Expr, FunctionDecl, Span, TryStmt, TypeRef, VarDecl } from '../syntax/ast';
import type { Model } from '../model/model';
import type { Program } from '../program/program';
import { wrap, type Constants } from '../program/constants';
import type { Ty, Types } from '../program/types';
import { flagsOf, type Flags } from './flags';
import type { Analyzer } from './analyzer';
import { callOutcomes, type Outcome } from './calls';
import type { Block, Cfg } from './cfg';
import { componentsOf, type Component } from './components';
import { arithmetic, isComparison } from './arithmetic';
import { evaluate } from './evaluate';
import { plain, UNKNOWN, fresh, siteOf } from './made-values';
import { refOf, resolvedRefs, staticType, variable } from './declared-types';
import { store } from './assignments';
import { lvalue } from './lvalue';
import type {
  Access,
  Arith,
  Assertion,
  Branch,
  Call,
  Copy,
  Divide,
  Index,
  Observer,
  OriginHit,
  RequestView,
  View,
} from './events';
import { ofOneMethod } from './origins';
import type { Memory } from './memory';
import { initialise } from './initialisers';
import { Moment } from './moment';
import { key } from './names';
import { Places, type NamedSite } from './ordinals';
import { sign, type Exit } from './outcomes';
import { decided, refine, relate } from './refine';
import type { Regions } from './regions';
import { leaveAccess, leaveArith, leaveBranch, leaveCall, leaveCopy } from './trail';
import { State } from './state';
import { constOf, constant, lin, type Atoms, type Lin } from './term';
import { withTargets, type AllocBase, type GlobalBase, type LocalBase, type Site, type Target, type Val } from './value';

interface Events {
  access: Access;
  copy: Copy;
  call: Call;
  branch: Branch;
  assertion: Assertion;
  index: Index;
  arith: Arith;
  divide: Divide;
}

/** What is kept of an event along the path, whether or not somebody listens. */
const TRAIL: { readonly [K in keyof Events]?: (e: Events[K], s: State, f: Frame) => void } = {
  access: leaveAccess,
  copy: leaveCopy,
  branch: leaveBranch,
  arith: leaveArith,
  call: leaveCall,
};

/** What observers listen to, by kind of event. */
type Listeners = { readonly [K in keyof Events]: ((e: Events[K], v: View) => void)[] } & {
  readonly ret: NonNullable<Observer['ret']>[];
  readonly all: readonly Observer[];
};

function listenersOf(all: readonly Observer[]): Listeners {
  const out: Listeners = {
    all,
    access: [],
    copy: [],
    call: [],
    branch: [],
    assertion: [],
    index: [],
    arith: [],
    divide: [],
    ret: [],
  };
  for (const o of all) {
    if (o.access) out.access.push(o.access.bind(o));
    if (o.copy) out.copy.push(o.copy.bind(o));
    if (o.call) out.call.push(o.call.bind(o));
    if (o.assertion) out.assertion.push(o.assertion.bind(o));
    if (o.branch) out.branch.push(o.branch.bind(o));
    if (o.index) out.index.push(o.index.bind(o));
    if (o.arith) out.arith.push(o.arith.bind(o));
    if (o.divide) out.divide.push(o.divide.bind(o));
    if (o.ret) out.ret.push(o.ret.bind(o));
  }
  return out;
}
const NOBODY = listenersOf([]);

function nowhere(): void {
  // What leaves a block of a loop that is stable has arrived before.
}

/** States that reach one block, by what its flags say. */
type Partitions = Map<string, State>;
type Inputs = Map<number, Partitions>;
type Deliver = (id: number, s: State) => void;

/** Paths kept apart at one place: fewer in a large function. */
function partitionsFor(blocks: number): number {
  return blocks > 300 ? 2 : blocks > 120 ? 3 : 6;
}
const MAX_VISITS = 6;
/** Blocks run for one function, and expressions kept back for each block that observers hear of. */
const MAX_STEPS = 4000;
const RESERVE = 20_000;

export class Frame {
  readonly program: Program;
  readonly types: Types;
  readonly constants: Constants;
  readonly model: Model;
  readonly atoms: Atoms;
  readonly regions: Regions;
  readonly memory: Memory;
  private listeners = NOBODY;
  /** Hears of every value in the last round; for questions about one place. */
  watch: ((e: Expr, v: Val, s: State) => void) | undefined;
  watcher: ((e: Expr, v: Val, s: State) => void) | undefined;
  asserting = 0;
  steps = 0;
  maxSteps = 60_000;
  depthOfExpansion = 0;
  /** True when a bound was hit and the answer is incomplete. */
  bounded = false;
  private readonly localTypes = new Map<string, Ty>();
  private readonly localBases = new Map<string, LocalBase>();
  private readonly namesakes = new Map<string, LocalBase[]>();
  private readonly flags: Flags;
  private block: Block | undefined;
  private readonly maxPartitions: number;
  private readonly places: Places;
  private readonly blockNames: readonly string[];

  constructor(
    readonly analyzer: Analyzer,
    readonly file: string,
    readonly fn: FunctionDecl,
    readonly cfg: Cfg,
    readonly depth: number,
    readonly calledInTry: boolean,
    readonly stack: readonly string[],
  ) {
    this.maxPartitions = partitionsFor(cfg.blocks.length);
    this.places = Places.of(fn, file);
    this.blockNames = this.places.blockNames(cfg);
    this.program = analyzer.program;
    this.types = analyzer.types;
    this.constants = analyzer.constants;
    this.model = analyzer.model;
    this.atoms = analyzer.atoms;
    this.regions = analyzer.regions;
    this.memory = analyzer.memory;
    for (const p of fn.params) if (p.name) this.localTypes.set(p.name, parameterType(this.type(p.type), p.type, file));
    for (const v of cfg.vars) if (!this.localTypes.has(v.name)) this.localTypes.set(v.name, this.type(v.type));
    this.flags = flagsOf(cfg, fn, this.localTypes);
  }

  get observing(): boolean {
    return this.listeners.all.length > 0;
  }
  get inTry(): boolean {
    return this.calledInTry || (this.block?.inTry ?? false);
  }

  // ---- names and types

  localType(name: string): Ty | undefined {
    return this.localTypes.get(name);
  }
  localBase(name: string): LocalBase {
    let b = this.localBases.get(name);
    if (!b) {
      const fn = key({ file: this.file, decl: this.fn });
      const ty = this.localTypes.get(name);
      const size = ty?.k === 'arr' || ty?.k === 'rec' ? this.types.sizeOf(ty) : undefined;
      b = { k: 'local', key: `L:${fn}:${name}`, fn, name, size };
      this.localBases.set(name, b);
    }
    return b;
  }
  /** A variable of another block that has the name and another size is another object. */
  private redeclare(name: string, ty: Ty): void {
    const before = this.localBases.get(name);
    const size = ty.k === 'arr' || ty.k === 'rec' ? this.types.sizeOf(ty) : undefined;
    if (before === undefined || before.size === size) return;
    const others = this.namesakes.get(name) ?? [before];
    let one = others.find((b) => b.size === size);
    if (!one) others.push((one = { ...before, key: `${before.key}:${String(size)}`, size }));
    this.namesakes.set(name, others);
    this.localBases.set(name, one);
  }
  globalBase(name: string, file: string): GlobalBase {
    return this.analyzer.globalBase(name, file);
  }
  allocBase(key: string, api: string, site: Site, what: AllocBase['what'], size: Lin | undefined, zeroed: boolean): AllocBase {
    return this.analyzer.allocBase(key, api, site, what, size, zeroed);
  }
  type(ref: TypeRef): Ty {
    return resolvedRefs.get(ref) ?? this.types.resolve(ref, this.file);
  }
  pointee(ty: Ty | undefined): Ty {
    if (!ty) return UNKNOWN;
    if (ty.k === 'ptr') return resolvedRefs.get(ty.ref) ?? this.types.pointee(ty);
    return ty.k === 'arr' ? ty.of : UNKNOWN;
  }
  named(name: string): Ty {
    return this.types.resolve({ kind: 'name', name }, this.file);
  }
  ref(ty: Ty): TypeRef {
    return refOf(ty);
  }
  staticType(e: Expr): Ty | undefined {
    return staticType(e, this);
  }
  /** A name for a place that stays when the function moves or its layout changes: which expression of the function it is. */
  at(s: Span): string {
    return this.places.site(s).id;
  }
  site(s: Span): NamedSite {
    return this.places.site(s);
  }
  text(span: Span): string {
    return this.program.slice(this.file, span);
  }

  // ---- questions

  origins(targets: readonly Target[], s: State): readonly OriginHit[] {
    const only = targets[0];
    if (!only) return [];
    return targets.length === 1
      ? this.memory.originsOf(s, only)
      : ofOneMethod(targets).flatMap((t) => this.memory.originsOf(s, t));
  }
  noteMdl(key: string): void {
    this.memory.heap.consult(`m:${key}`);
  }
  request(s: State): RequestView {
    const value = (t: Lin): number | undefined => {
      const r = s.bounds.range(t, 0);
      return r.lo === r.hi ? r.lo : undefined;
    };
    const code = value(this.regions.code);
    return {
      mode: value(this.regions.mode),
      code,
      method: code === undefined ? undefined : code % 4,
      major: value(this.regions.major),
      inLen: this.regions.inLen,
      outLen: this.regions.outLen,
    };
  }

  view(s: State): View {
    return new Moment(this, s);
  }
  get tryStatement(): TryStmt | undefined {
    return this.block?.tryStmt;
  }

  tell<K extends keyof Events>(kind: K, e: Events[K], s: State): void {
    const heard = this.listeners[kind] as readonly ((e: Events[K], v: View) => void)[];
    if (heard.length > 0) {
      const v = this.view(s);
      for (const listen of heard) listen(e, v);
    }
    (TRAIL[kind] as ((e: Events[K], s: State, f: Frame) => void) | undefined)?.(e, s, this);
  }

  assume(c: Expr, truth: boolean, s: State): State | undefined {
    return refine(c, truth, s, this);
  }

  /** Runs without telling observers. */
  quiet<T>(work: () => T): T {
    const kept = this.listeners;
    this.listeners = NOBODY;
    try {
      return work();
    } finally {
      this.listeners = kept;
    }
  }

  joinAt(a: State, b: State, place: string): State {
    return State.join(a, b, place, this.atoms);
  }

  // ---- calls

  enter(
    d: { file: string; decl: FunctionDecl },
    e: Expr & { kind: 'call' },
    args: readonly Val[],
    s: State,
  ): Outcome[] | undefined {
    return this.analyzer.enter(d, e, args, s, this);
  }

  // ---- running

  /** Parts without a loop are run once, with observers listening; a loop is run until it is stable, then once more for them. */
  run(initial: State, observers: () => readonly Observer[]): Exit[] {
    const inputs: Inputs = new Map();
    const pending = new Set<number>();
    this.arrive(this.cfg.entry, initial, inputs, pending);
    const listeners = listenersOf(observers());
    const found = new Map<number, Exit[]>();
    const to: Deliver = (id, s) => {
      this.arrive(id, s, inputs, pending);
    };
    let guard = 0;
    const watched = (id: number, deliver: Deliver): void => {
      const b = this.cfg.blocks[id];
      if (!b || !inputs.has(id)) return;
      this.listeners = listeners;
      this.watch = this.watcher;
      const exits: Exit[] = [];
      const spent = this.steps;
      const from = Math.min(spent, this.maxSteps - RESERVE);
      this.steps = from;
      this.transfer(b, inputs.get(id), deliver, exits);
      this.steps = spent + (deliver === nowhere ? 0 : this.steps - from);
      found.set(id, exits);
      this.listeners = NOBODY;
      this.watch = undefined;
    };
    for (const part of componentsOf(this.cfg)) {
      const only = part.blocks[0] ?? -1;
      if (!part.loops) {
        if (!pending.delete(only)) continue;
        const over = ++guard > MAX_STEPS || this.steps > this.maxSteps;
        this.bounded ||= over;
        watched(only, over ? nowhere : to);
        continue;
      }
      guard = this.settle(part, inputs, pending, to, guard);
      for (const id of part.blocks) watched(id, nowhere);
    }
    this.listeners = listeners;
    for (const o of listeners.all) o.done?.();
    return this.cfg.order.flatMap((id) => found.get(id) ?? []);
  }

  /**
   * Runs the blocks of a loop until nothing new arrives at its head. Each round starts from what the head knows by then: what an earlier
   * round knew of the body does not dilute it.
   */
  private settle({ blocks, bodies }: Component, inputs: Inputs, pending: Set<number>, to: Deliver, before: number): number {
    const visits = new Map<number, number>();
    let guard = before;
    for (let at = blocks.find((id) => pending.has(id)); at !== undefined; at = blocks.find((id) => pending.has(id))) {
      pending.delete(at);
      const n = (visits.get(at) ?? 0) + 1;
      visits.set(at, n);
      if (n > MAX_VISITS || ++guard > MAX_STEPS || this.steps > this.maxSteps) {
        this.bounded = true;
        continue;
      }
      for (const id of bodies.get(at) ?? []) {
        inputs.delete(id);
        pending.delete(id);
        visits.delete(id);
      }
      const b = this.cfg.blocks[at];
      if (b) this.transfer(b, inputs.get(at), to, undefined);
    }
    return guard;
  }

  private arrive(to: number, s: State, inputs: Inputs, pending: Set<number>): void {
    s.prune();
    let parts = inputs.get(to);
    if (!parts) inputs.set(to, (parts = new Map()));
    const key = this.partOf(s, parts, parts.size - 1);
    const old = parts.get(key);
    if (!old) {
      parts.set(key, s);
      pending.add(to);
      return;
    }
    const head = this.cfg.blocks[to]?.loopHead ?? false;
    const joined = State.join(old, s, `${this.blockNames[to] ?? String(to)}:${key}`, this.atoms, head);
    if (head) widen(joined, old, this.meetings(parts, key));
    if (joined.equals(old)) return;
    parts.set(key, joined);
    pending.add(to);
  }

  private readonly met = new WeakMap<Map<string, State>, Map<string, number>>();
  /** How often paths have met in one part of what arrives at a place. */
  private meetings(parts: Map<string, State>, key: string): number {
    let counts = this.met.get(parts);
    if (!counts) this.met.set(parts, (counts = new Map()));
    const n = (counts.get(key) ?? 0) + 1;
    counts.set(key, n);
    return n;
  }

  /** The part to which a state belongs; where there are many already, one that at least agrees in the status. */
  private partOf(s: State, parts: ReadonlyMap<string, State>, last: number): string {
    const key = this.partition(s);
    if (parts.has(key) || parts.size < this.maxPartitions) return key;
    const keys = [...parts.keys()];
    const status = statusPart(key);
    return (this.flags.ways.length > 0 ? keys.find((k) => statusPart(k) === status) : undefined) ?? keys[last] ?? key;
  }

  private partition(s: State): string {
    let signs = '';
    for (const name of this.flags.status) {
      const v = s.cell(this.localBase(name), '');
      signs += v ? sign(v, s) : '-';
      signs += ',';
    }
    const m = s.bounds.range(this.regions.mode, 0);
    signs += m.lo === m.hi ? String(m.lo) : '?';
    for (const name of this.flags.ways) signs += `${WAY}${wayOf(s.cell(this.localBase(name), ''), s)}`;
    return signs;
  }

  private transfer(b: Block, parts: Partitions | undefined, to: (id: number, s: State) => void, exits: Exit[] | undefined): void {
    if (!parts) return;
    this.block = b;
    const handler = b.handlers[b.handlers.length - 1];
    for (const start of [...parts.values()]) {
      if (handler !== undefined) to(handler, start.clone());
      let live: State[] = [start.clone()];
      for (const item of b.items) {
        const next: State[] = [];
        for (const s of live)
          for (const o of item.kind === 'eval' ? this.statement(item.x, s) : this.declare(item.v, s)) next.push(o);
        live = next.length > this.maxPartitions ? this.merge(next, b.id) : next;
      }
      for (const s of live) {
        if (handler !== undefined) to(handler, s.clone());
        this.leave(b, s, to, exits);
      }
    }
  }

  private merge(list: readonly State[], block: number): State[] {
    const parts = new Map<string, State>();
    for (const s of list) {
      const key = this.partOf(s, parts, 0);
      const old = parts.get(key);
      parts.set(key, old ? State.join(old, s, `${this.blockNames[block] ?? String(block)}:m${key}`, this.atoms) : s);
    }
    return [...parts.values()];
  }

  /** The states in which a condition holds, and those in which it does not. The given one is used up. */
  *ways(c: Expr, s: State, loop: boolean): Generator<{ readonly yes: State | undefined; readonly no: State | undefined }> {
    const compares = c.kind === 'bin' && isComparison(c.op);
    for (const o of this.fork(compares ? c.l : c, s)) {
      const r = compares ? evaluate(c.r, o.s, this) : undefined;
      this.tell('branch', { c, place: c, vals: r ? [o.v, r] : [o.v], loop }, o.s);
      const yes = compares && r ? relate(c.op, o.v, r, true, o.s.clone()) : decided(o.v, true, o.s.clone());
      const no = compares && r ? relate(c.op, o.v, r, false, o.s) : decided(o.v, false, o.s);
      yield { yes, no };
    }
  }

  private leave(b: Block, s: State, to: (id: number, s: State) => void, exits: Exit[] | undefined): void {
    switch (b.end.kind) {
      case 'jump':
        to(b.end.to, s);
        return;
      case 'branch': {
        for (const { yes, no } of this.ways(b.end.c, s, b.loopHead)) {
          if (yes) to(b.end.yes, yes);
          if (no) to(b.end.no, no);
        }
        return;
      }
      case 'switch': {
        const v = evaluate(b.end.x, s, this);
        this.tell('branch', { c: b.end.x, place: b.end.x, vals: [v], loop: false }, s);
        const other = s.clone();
        const grouped = new Map<number, State>();
        for (const c of b.end.cases) {
          const k = c.value ? this.constants.evaluate(c.value, this.file) : undefined;
          const branch = s.clone();
          if (k !== undefined && c.to === undefined) {
            // The label takes the type of what is switched on: a device type of more than sixteen bits loses the upper ones.
            const u = v.ty?.k === 'int' && v.ty.size >= 4 ? wrap(k, v.ty.size, v.ty.signed) : k;
            const r = s.bounds.range(v.t, 1);
            if (u < r.lo || u > r.hi) continue;
            branch.bounds.add(v.t, u, u);
            branch.setMust({ tag: 'case', path: c.value ? this.text(c.value) : '', site: siteOf(this, c.value ?? b.end.x) });
          }
          branch.compare(v.t);
          const old = grouped.get(c.block);
          grouped.set(
            c.block,
            old ? State.join(old, branch, `${this.blockNames[c.block] ?? String(c.block)}:c`, this.atoms) : branch,
          );
        }
        for (const [block, st] of grouped) to(block, st);
        other.compare(v.t);
        to(b.end.otherwise, other);
        return;
      }
      case 'return': {
        if (!exits) {
          // Evaluated in the last round only; here it may still change what callees are asked.
          if (b.end.x) for (const o of this.fork(b.end.x, s)) void o;
          return;
        }
        const x = b.end.x;
        if (!x) {
          this.tellReturn(undefined, undefined, b.end.at, s);
          exits.push({ ret: undefined, state: s });
          return;
        }
        for (const o of this.fork(x, s)) {
          this.tellReturn(x, o.v, b.end.at, o.s);
          exits.push({ ret: o.v, state: o.s });
        }
        return;
      }
    }
  }

  private tellReturn(x: Expr | undefined, val: Val | undefined, place: Span, s: State): void {
    const heard = this.listeners.ret;
    if (heard.length === 0) return;
    const v = this.view(s);
    for (const listen of heard) listen(x, val, place, v);
  }

  /** Evaluates an expression whose outcomes matter. */
  fork(x: Expr, s: State): Outcome[] {
    switch (x.kind) {
      case 'call': {
        const arg = x.args[0];
        if (x.f.kind === 'id' && (x.f.name === 'NT_SUCCESS' || x.f.name === 'NT_ERROR') && arg)
          return this.fork(arg, s).map((o) => ({ s: o.s, v: success(x.f.kind === 'id' && x.f.name === 'NT_SUCCESS', o, this) }));
        return callOutcomes(x, s, this);
      }
      case 'cast':
        if (this.type(x.type).k === 'int' || this.type(x.type).k === 'void') return this.fork(x.x, s);
        break;
      case 'un':
        if (x.op === '!' && (x.x.kind === 'call' || x.x.kind === 'asg'))
          return this.fork(x.x, s).map((o) => ({
            s: o.s,
            v: o.s.isZero(o.v.t)
              ? plain(constant(1), o.v.ty)
              : o.s.isNonZero(o.v.t)
                ? plain(constant(0), o.v.ty)
                : withTargets(o.v, [], o.v.ty, this.atoms.op('!', [o.v.t], 0, 1)),
          }));
        break;
      case 'bin':
        if ((x.op === '==' || x.op === '!=' || x.op === '<' || x.op === '>=') && (x.l.kind === 'call' || x.l.kind === 'asg')) {
          return this.fork(x.l, s).map((o) => {
            const r = evaluate(x.r, o.s, this);
            const a = constOf(o.v.t);
            const c = constOf(r.t);
            const known =
              a !== undefined && c !== undefined
                ? x.op === '=='
                  ? a === c
                  : x.op === '!='
                    ? a !== c
                    : x.op === '<'
                      ? a < c
                      : a >= c
                : undefined;
            if (known !== undefined) return { s: o.s, v: plain(constant(known ? 1 : 0), r.ty) };
            return { s: o.s, v: plain(this.atoms.op(x.op, [o.v.t, r.t], 0, 1), UNKNOWN) };
          });
        }
        break;
      case 'asg':
        if (x.op === '' && (x.r.kind === 'call' || x.r.kind === 'cast' || x.r.kind === 'asg' || this.choosesFlag(x))) {
          return this.fork(x.r, s).map((o) => {
            const lv = x.l.kind === 'id' ? variable(x.l.name, this) : undefined;
            if (lv) store(lv, o.v, x, o.s, this);
            else this.storeTo(x, o);
            return o;
          });
        }
        // `Status |= f()`: what failed shows in the sum.
        if (x.op === '|' && x.r.kind === 'call' && x.l.kind === 'id') {
          const lv = variable(x.l.name, this);
          if (lv)
            return this.fork(x.r, s).map((o) => {
              const v = arithmetic('|', evaluate(x.l, o.s, this), o.v, x, o.s, this);
              store(lv, v, x, o.s, this);
              return { s: o.s, v };
            });
        }
        break;
      case 'cond': {
        const c = evaluate(x.c, s, this);
        if (s.isZero(c.t)) return this.fork(x.b, s);
        if (s.isNonZero(c.t)) return this.fork(x.a, s);
        const yes = this.assume(x.c, true, s.clone());
        const no = this.assume(x.c, false, s);
        return [...(yes ? this.fork(x.a, yes) : []), ...(no ? this.fork(x.b, no) : [])];
      }
      default:
        break;
    }
    return [{ s, v: evaluate(x, s, this) }];
  }

  /** `Status = c ? a : b`: what the variable says afterwards tells which it was. */
  private choosesFlag(x: Expr & { kind: 'asg' }): boolean {
    return x.r.kind === 'cond' && x.l.kind === 'id' && this.flags.status.includes(x.l.name);
  }

  private storeTo(x: Expr & { kind: 'asg' }, o: Outcome): void {
    store(lvalue(x.l, o.s, this), o.v, x, o.s, this);
    this.watch?.(x.l, o.v, o.s);
  }

  private statement(x: Expr, s: State): State[] {
    if (x.kind === 'call' || x.kind === 'asg' || x.kind === 'cast') return this.fork(x, s).map((o) => o.s);
    evaluate(x, s, this);
    return [s];
  }

  private declare(v: VarDecl, s: State): State[] {
    const ty = this.type(v.type);
    this.localTypes.set(v.name, ty);
    this.redeclare(v.name, ty);
    const base = this.localBase(v.name);
    const root = this.memory.keyOf(ty);
    s.dropUnder(base, '');
    if (!v.init) {
      if (v.storage === 'static') return [s];
      if (ty.k !== 'rec' && ty.k !== 'arr') s.setCell(base, '', plain(lin(this.atoms.atom(`uninit:${this.at(v.nameSpan)}`)), ty));
      return [s];
    }
    if (v.init.kind === 'init') {
      s.setCell(base, '', { ...plain(fresh(this, v.nameSpan, 'zero'), ty), agg: { from: [], taint: [], zero: true } });
      initialise({ base, root, path: '', off: constant(0) }, ty, v.init, s, this);
      return [s];
    }
    return this.fork(v.init, s).map((o) => {
      const x: Expr = { kind: 'id', name: v.name, start: v.nameSpan.start, end: v.nameSpan.end };
      store({ targets: [{ base, root, path: '', off: constant(0) }], ty, volatile: false, bitField: false }, o.v, x, o.s, this);
      return o.s;
    });
  }
}

/** Stands before each way in the name of a part. */
const WAY = '/';
function statusPart(key: string): string {
  return key.slice(0, key.indexOf(WAY));
}
function wayOf(v: Val | undefined, s: State): string {
  if (!v) return '';
  const { lo, hi } = s.bounds.range(v.t, 0);
  return lo === hi ? String(lo) : '';
}

/** Array parameters are pointers. */
function parameterType(ty: Ty, ref: TypeRef, file: string): Ty {
  return ty.k === 'arr' && ref.kind === 'array' ? { k: 'ptr', ref: ref.of, file } : ty;
}

function success(wants: boolean, o: Outcome, f: Frame): Val {
  const r = o.s.bounds.range(o.v.t, 1);
  if (r.lo >= 0) return plain(constant(wants ? 1 : 0), UNKNOWN);
  if (r.hi < 0) return plain(constant(wants ? 0 : 1), UNKNOWN);
  return plain(f.atoms.op(wants ? 'ok' : 'bad', [o.v.t], 0, 1), UNKNOWN);
}

/** Bounds that moved since the last round will go on moving. */
function widen(joined: State, old: State, times: number): void {
  for (const b of joined.bounds.all()) {
    const o = old.bounds.of(b.form);
    if (!o) {
      // What two numbers have to do with each other may come and go: after some rounds nothing more is learned.
      if (times > LEARNING) joined.bounds.weaken(b.form, -Infinity, Infinity);
      continue;
    }
    if (b.lo < o.lo || b.hi > o.hi) joined.bounds.weaken(b.form, b.lo < o.lo ? -Infinity : b.lo, b.hi > o.hi ? Infinity : b.hi);
  }
}
/** Meetings at the head of a loop after which relations are only lost. */
const LEARNING = 2;
