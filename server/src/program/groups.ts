/**
 * Which files one driver is made of: the folder or project around a `DriverEntry`, the library files that its code refers to, and the
 * headers that all of these include. Code that no driver refers to forms groups of its own, which leave out what a driver took. Drivers may
 * share files; every file is in a group.
 */
import type { FileFacts } from '../syntax/facts';
import type { Expr, FunctionDecl, Stmt } from '../syntax/ast';
import { partsOf, partsOfStatement } from '../syntax/walk';
import { isCpp, namesKernel, type Foreign } from './foreign';
import { isKernelFile } from './kernel';
import type { Program } from './program';

export interface Group {
  /** The folder or the project file that it is named after; stays while files come and go. */
  readonly id: string;
  /** Sorted. */
  readonly files: readonly string[];
  /** Code that no driver refers to: how many files of drivers it refers to, which are not read again for it. */
  readonly beside?: number;
}

/** Functions in which a driver starts. */
const ENTRY: ReadonlySet<string> = new Set(['DriverEntry', 'DllInitialize', 'GsDriverEntry']);

/** @param files kernel code, sorted */
export function driverGroups(program: Program, files: readonly string[]): readonly Group[] {
  const homes = new Map<string, string[]>();
  const drivers = new Set<string>();
  for (const file of files) {
    const home = program.drivers.of(file);
    const list = homes.get(home);
    if (list) list.push(file);
    else homes.set(home, [file]);
    if (program.files.get(file)?.functions.some((f) => ENTRY.has(f.name) && f.body)) drivers.add(home);
  }
  const kernel = new Set(files);
  const taken = new Set<string>();
  const grow = (start: readonly string[], enters: (home: string, file: string) => boolean): Set<string> => {
    const members = new Set<string>();
    const todo = [...start];
    for (let file = todo.pop(); file !== undefined; file = todo.pop()) {
      if (members.has(file)) continue;
      members.add(file);
      for (const other of referred(file, program))
        if (kernel.has(other) && !members.has(other) && enters(program.drivers.of(other), other)) todo.push(other);
      for (const header of program.includes.closure(file)) if (kernel.has(header)) members.add(header);
    }
    return members;
  };
  const groups: Group[] = [];
  for (const home of [...drivers].sort()) {
    const members = grow(homes.get(home) ?? [], (other) => other === home || !drivers.has(other));
    for (const file of members) taken.add(file);
    groups.push({ id: home, files: [...members].sort() });
  }
  const driven = new Set(taken);
  for (const home of [...homes.keys()].sort()) {
    const left = (homes.get(home) ?? []).filter((f) => !taken.has(f));
    if (left.length === 0) continue;
    const beside = new Set<string>();
    const members = grow(left, (other, file) => {
      if (drivers.has(other)) return false;
      if (driven.has(file)) beside.add(file);
      return !driven.has(file);
    });
    for (const file of members) taken.add(file);
    groups.push({ id: home, files: [...members].sort(), beside: beside.size });
  }
  return [...groups, ...loose(program, files)];
}

/** Headers of inline functions that no source file names: they are looked at by themselves, where nothing is known about their fields. */
function loose(program: Program, files: readonly string[]): Group[] {
  const named = new Set<string>();
  for (const file of files) {
    const facts = /\.c$/i.test(file) ? program.files.get(file) : undefined;
    if (facts) for (const name of namesIn(facts)) named.add(name);
  }
  const left = files.filter((file) => {
    const own = isHeader(file) ? (program.files.get(file)?.functions ?? []) : [];
    return own.length > 0 && own.every((f) => (f.static || f.inline) && !named.has(f.name));
  });
  const homes = new Map<string, string[]>();
  for (const file of left) {
    const home = program.drivers.of(file);
    homes.set(home, [...(homes.get(home) ?? []), file]);
  }
  return [...homes].map(([home, list]) => ({ id: `${home}#headers`, files: list, beside: 0 }));
}

export function isHeader(file: string): boolean {
  return /\.(h|inl)$/i.test(file);
}

/** Files that define functions which this file names. */
function referred(file: string, program: Program): Set<string> {
  const facts = program.files.get(file);
  const out = new Set<string>();
  if (!facts) return out;
  for (const name of namesIn(facts)) {
    const macro = program.macro(name, file);
    for (const n of macro ? [name, ...(macro.decl.body.match(/[A-Za-z_]\w*/g) ?? [])] : [name]) {
      const fn = program.function(n, file);
      if (fn && fn.file !== file) out.add(fn.file);
    }
  }
  return out;
}

const known = new WeakMap<FileFacts, ReadonlySet<string>>();
const ofFunctions = new WeakMap<FunctionDecl, readonly string[]>();

/** Every name that stands in an expression of the file. */
function namesIn(facts: FileFacts): ReadonlySet<string> {
  const old = known.get(facts);
  if (old) return old;
  const names = new Set<string>();
  for (const g of facts.globals) if (g.init) collect([g.init], [], names);
  for (const f of facts.functions) {
    let own = ofFunctions.get(f);
    if (!own) {
      const found = new Set<string>();
      collect([], f.body ? [f.body] : [], found);
      ofFunctions.set(f, (own = [...found]));
    }
    for (const name of own) names.add(name);
  }
  known.set(facts, names);
  return names;
}

function collect(exprs: Expr[], stmts: Stmt[], names: Set<string>): void {
  for (let s = stmts.pop(); s !== undefined; s = stmts.pop()) {
    const parts = partsOfStatement(s);
    exprs.push(...parts.exprs);
    for (const v of parts.vars) if (v.init) exprs.push(v.init);
    stmts.push(...parts.stmts);
  }
  for (let e = exprs.pop(); e !== undefined; e = exprs.pop()) {
    if (e.kind === 'id') names.add(e.name);
    exprs.push(...partsOf(e));
  }
}

/** What the sources of a workspace are made into. */
export interface Grouping {
  readonly kernel: readonly string[];
  readonly groups: readonly Group[];
  /** Files that are left out although nothing says that they run in user mode. */
  readonly foreign: ReadonlyMap<string, Foreign>;
}

/** Keeps the groups of a workspace over edits that only touch what functions do inside. */
export class Groups {
  private kept:
    | {
        readonly all: readonly string[];
        readonly version: number;
        readonly kernel: readonly string[];
        readonly cpp: readonly string[];
        readonly names: readonly (ReadonlySet<string> | undefined)[];
        readonly groups: readonly Group[];
      }
    | undefined;

  /** @param isInterface whether a name is one of the kernel's */
  constructor(
    private readonly program: Program,
    private readonly isInterface: (name: string) => boolean,
  ) {}

  /** Project files changed. */
  forget(): void {
    this.kept = undefined;
  }

  /** @param all sources of the workspace, sorted */
  of(all: readonly string[]): Grouping {
    const { program, kept } = this;
    const wasSame = kept?.version === program.version && kept.all.length === all.length && kept.all.every((f, i) => f === all[i]);
    const cpp = this.cppHeaders(all);
    const isSame = wasSame && kept.cpp.length === cpp.length && kept.cpp.every((f, i) => f === cpp[i]);
    const left = new Set(cpp);
    const kernel = isSame ? kept.kernel : all.filter((f) => !left.has(f) && isKernelFile(f, program));
    const names = kernel.map((f) => {
      const facts = program.files.get(f);
      return facts && namesIn(facts);
    });
    const groups =
      isSame && names.every((now, i) => this.leadsNoFurther(kept.names[i], now)) ? kept.groups : driverGroups(program, kernel);
    this.kept = { all, version: program.version, kernel, cpp, names, groups };
    return this.withoutForeign(kernel, groups, new Map(cpp.map((f) => [f, 'cpp'])));
  }

  /** Headers that no C source includes, and no C compiler takes. */
  private cppHeaders(all: readonly string[]): readonly string[] {
    const { program } = this;
    const candidates = all.filter((f) => {
      const facts = isHeader(f) ? program.files.get(f) : undefined;
      return facts !== undefined && isCpp(facts);
    });
    if (candidates.length === 0) return candidates;
    const included = new Set<string>();
    for (const f of all) if (!isHeader(f)) for (const header of program.includes.closure(f)) included.add(header);
    return candidates.filter((f) => !included.has(f));
  }

  /**
   * Beside drivers, code that none of them refers to and that names nothing of the kernel is no kernel code. What includes nothing at all is
   * a piece of code whose surroundings nobody knows.
   */
  private withoutForeign(kernel: readonly string[], all: readonly Group[], foreign: Map<string, Foreign>): Grouping {
    if (!all.some((g) => g.beside === undefined)) return { kernel, groups: all, foreign };
    const groups = all.filter(
      (g) =>
        g.beside === undefined ||
        g.files.every((f) => (this.program.files.get(f)?.includes.length ?? 0) === 0) ||
        g.files.some((f) => namesKernel(f, this.program, this.isInterface)),
    );
    if (groups.length === all.length && foreign.size === 0) return { kernel, groups, foreign };
    const held = new Set(groups.flatMap((g) => g.files));
    for (const g of all) for (const f of g.files) if (!held.has(f)) foreign.set(f, 'foreign');
    return { kernel: kernel.filter((f) => !foreign.has(f)), groups, foreign };
  }

  /** Names that came or went name no code. */
  private leadsNoFurther(before: ReadonlySet<string> | undefined, now: ReadonlySet<string> | undefined): boolean {
    if (before === now) return true;
    if (!before || !now) return false;
    const { program } = this;
    const isOther = (name: string, there: ReadonlySet<string>): boolean =>
      !there.has(name) && (program.functionsNamed(name).length > 0 || program.isMacro(name));
    for (const name of before) if (isOther(name, now)) return false;
    for (const name of now) if (isOther(name, before)) return false;
    return true;
  }
}
