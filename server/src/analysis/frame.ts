/**
 * One function in one context: what its names mean, what is asked about the state of a moment, and who is told of what happens. Runs in a
 * fixpoint of its own.
 */
import type { Expr, FunctionDecl, Span, TryStmt, TypeRef } from '../syntax/ast';
import type { Model } from '../model/model';
import type { Program } from '../program/program';
import type { Constants } from '../program/constants';
import type { Ty, Types } from '../program/types';
import type { Analyzer } from './analyzer';
import type { Outcome } from './calls';
import type { Block, Cfg } from './cfg';
import { refOf, resolvedRefs, staticType } from './declared-types';
import type { Observer, OriginHit, RequestView, View } from './events';
import { Fixpoint } from './fixpoint';
import { flagsOf, type Flags } from './flags';
import { ways } from './forks';
import { NOBODY, TRAIL, type Events, type Listeners } from './listeners';
import { UNKNOWN } from './made-values';
import type { Memory } from './memory';
import { Moment } from './moment';
import { key } from './names';
import { Places, type NamedSite } from './ordinals';
import { ofOneMethod } from './origins';
import type { Exit } from './outcomes';
import { refine } from './refine';
import type { Regions } from './regions';
import { State } from './state';
import type { Atoms, Lin } from './term';
import type { AllocBase, GlobalBase, LocalBase, Site, Target, Val } from './value';

export class Frame {
  readonly program: Program;
  readonly types: Types;
  readonly constants: Constants;
  readonly model: Model;
  readonly atoms: Atoms;
  readonly regions: Regions;
  readonly memory: Memory;
  listeners: Listeners = NOBODY;
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
  readonly flags: Flags;
  /** The block that is being run. */
  block: Block | undefined;
  private readonly places: Places;
  readonly blockNames: readonly string[];

  constructor(
    readonly analyzer: Analyzer,
    readonly file: string,
    readonly fn: FunctionDecl,
    readonly cfg: Cfg,
    readonly depth: number,
    readonly calledInTry: boolean,
    readonly stack: readonly string[],
  ) {
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
  /** A declaration is reached. A variable of another block that has the name and another size is another object. */
  redeclare(name: string, ty: Ty): void {
    this.localTypes.set(name, ty);
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

  run(initial: State, observers: () => readonly Observer[]): Exit[] {
    return new Fixpoint(this).run(initial, observers);
  }

  /** The states in which a condition holds, and those in which it does not. The given one is used up. */
  ways(c: Expr, s: State, loop: boolean): ReturnType<typeof ways> {
    return ways(c, s, loop, this);
  }
}

/** Array parameters are pointers. */
function parameterType(ty: Ty, ref: TypeRef, file: string): Ty {
  return ty.k === 'arr' && ref.kind === 'array' ? { k: 'ptr', ref: ref.of, file } : ty;
}
