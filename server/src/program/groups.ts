/**
 * Which files one driver is made of: the folder or project around a `DriverEntry`, the library files that its code refers to, and the
 * headers that all of these include. Code that no driver refers to forms groups of its own. Groups may share files; every file is in one.
 */
import type { FileFacts } from '../syntax/facts';
import type { Expr, Stmt, VarDecl } from '../syntax/ast';
import { partsOf, partsOfStatement } from '../syntax/walk';
import type { Program } from './program';

export interface Group {
  /** The folder or the project file that it is named after; stays while files come and go. */
  readonly id: string;
  /** Sorted. */
  readonly files: readonly string[];
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
  const grow = (start: readonly string[], enters: (home: string) => boolean): Set<string> => {
    const members = new Set<string>();
    const todo = [...start];
    for (let file = todo.pop(); file !== undefined; file = todo.pop()) {
      if (members.has(file)) continue;
      members.add(file);
      for (const other of referred(file, program))
        if (kernel.has(other) && !members.has(other) && enters(program.drivers.of(other))) todo.push(other);
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
  for (const home of [...homes.keys()].sort()) {
    const left = (homes.get(home) ?? []).filter((f) => !taken.has(f));
    if (left.length === 0) continue;
    const members = grow(left, (other) => !drivers.has(other));
    for (const file of members) taken.add(file);
    groups.push({ id: home, files: [...members].sort() });
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
  return [...homes].map(([home, list]) => ({ id: `${home}#headers`, files: list }));
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

/** Every name that stands in an expression of the file. */
function namesIn(facts: FileFacts): ReadonlySet<string> {
  const old = known.get(facts);
  if (old) return old;
  const names = new Set<string>();
  const exprs: Expr[] = [];
  const stmts: Stmt[] = [];
  const variable = (v: VarDecl): void => {
    if (v.init) exprs.push(v.init);
  };
  facts.globals.forEach(variable);
  for (const f of facts.functions) if (f.body) stmts.push(f.body);
  for (let s = stmts.pop(); s !== undefined; s = stmts.pop()) {
    const parts = partsOfStatement(s);
    exprs.push(...parts.exprs);
    parts.vars.forEach(variable);
    stmts.push(...parts.stmts);
  }
  for (let e = exprs.pop(); e !== undefined; e = exprs.pop()) {
    if (e.kind === 'id') names.add(e.name);
    exprs.push(...partsOf(e));
  }
  known.set(facts, names);
  return names;
}
