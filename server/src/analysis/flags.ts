/**
 * Variables by which the paths of a function are told apart: status and flag variables that conditions test or that are returned, optional
 * arguments that conditions ask for again, and variables that say which way was taken, because nothing but different constants is ever put
 * into them.
 */
import type { Expr, FunctionDecl, Stmt } from '../syntax/ast';
import { partsOf, statements } from '../syntax/walk';
import type { Ty } from '../program/types';
import type { Cfg } from './cfg';

const TYPES: ReadonlySet<string> = new Set(['NTSTATUS', 'BOOLEAN', 'NDIS_STATUS', 'BOOL', 'HRESULT', 'bool', '_Bool']);
const MOST = 6;
const MOST_OPTIONAL = 2;

export interface Flags {
  /** What they say is told apart as success, failure and the like. */
  readonly status: readonly string[];
  /** Each of their values is a way of its own. */
  readonly ways: readonly string[];
  /** The request whose own status conditions test in the place of a variable: `NT_SUCCESS(Irp->IoStatus.Status)`. */
  readonly answer?: string;
}

const known = new WeakMap<Cfg, Flags>();

export function flagsOf(cfg: Cfg, fn: FunctionDecl, types: ReadonlyMap<string, Ty>): Flags {
  let flags = known.get(cfg);
  if (!flags) known.set(cfg, (flags = compute(cfg, fn, types)));
  return flags;
}

function compute(cfg: Cfg, fn: FunctionDecl, types: ReadonlyMap<string, Ty>): Flags {
  const names = new Set<string>();
  const tested = new Set<string>();
  let answer: string | undefined;
  const look = (e: Expr): void => {
    if (e.kind === 'id') {
      if (isFlag(e.name, types.get(e.name))) names.add(e.name);
      else if (types.get(e.name)?.k === 'int') tested.add(e.name);
    } else if (e.kind === 'call') e.args.forEach(look);
    else if (e.kind === 'fld') answer ??= answered(e);
    else if (e.kind === 'bin') {
      look(e.l);
      look(e.r);
    } else if (e.kind === 'un' || e.kind === 'cast') look(e.x);
  };
  for (const { end } of cfg.blocks) {
    if (end.kind === 'branch') look(end.c);
    else if (end.kind === 'switch' && end.x.kind === 'id' && types.get(end.x.name)?.k === 'int') tested.add(end.x.name);
  }
  // A function that also puts a status there says with it how its ways differ.
  if (answer !== undefined && !puts(cfg, answer)) answer = undefined;
  const status = [...names].sort();
  status.push(...optional(fn, types));
  for (const name of nulledByHandler(fn, types, cfg)) if (!status.includes(name)) status.push(name);
  const numbers = new Set(tested);
  // `Status = …; goto Exit`: what is returned is tested by whoever called.
  names.clear();
  for (const { end } of cfg.blocks) if (end.kind === 'return' && end.x) look(end.x);
  for (const name of [...names].sort()) if (!status.includes(name)) status.push(name);
  for (const name of status) numbers.delete(name);
  return {
    status: status.slice(0, MOST),
    answer,
    ways: numbers.size > 0 ? waysOf(cfg, numbers).slice(0, Math.max(0, MOST - status.length)) : [],
  };
}

/** The variable `Irp` of `Irp->IoStatus.Status`. */
function answered(e: Expr): string | undefined {
  const outer = e.kind === 'fld' && e.name === 'Status' ? e.x : undefined;
  return outer?.kind === 'fld' && outer.name === 'IoStatus' && outer.arrow && outer.x.kind === 'id' ? outer.x.name : undefined;
}

function puts(cfg: Cfg, irp: string): boolean {
  const does = (e: Expr): boolean => (e.kind === 'asg' && answered(e.l) === irp) || partsOf(e).some(does);
  return cfg.blocks.some((b) => b.items.some((item) => item.kind === 'eval' && does(item.x)));
}

/**
 * Pointers that callers may leave out: one condition asks whether it is there and, inside, turns away what it does not like; a later one asks
 * again. What the first one let through holds in the later one.
 */
function optional(fn: FunctionDecl, types: ReadonlyMap<string, Ty>): readonly string[] {
  const pointers = fn.params.flatMap((p) => (p.name && types.get(p.name)?.k === 'ptr' ? [p.name] : []));
  if (pointers.length === 0) return [];
  const validated = new Set<string>();
  const again = new Set<string>();
  for (const s of statements(fn.body)) {
    const name = s.kind === 'if' ? presence(s.c) : undefined;
    if (s.kind !== 'if' || name === undefined) continue;
    if (validated.has(name)) again.add(name);
    else if (turnsAway(s.then)) validated.add(name);
  }
  return pointers.filter((name) => again.has(name)).slice(0, MOST_OPTIONAL);
}

/**
 * Pointers that a handler of `__except` sets to NULL, and a condition asks for afterwards: with which of the two the paths meet tells
 * whether what stands in the `__try` was done.
 */
function nulledByHandler(fn: FunctionDecl, types: ReadonlyMap<string, Ty>, cfg: Cfg): readonly string[] {
  const lost = new Set<string>();
  for (const s of statements(fn.body)) {
    if (s.kind !== 'try' || !s.handler) continue;
    for (const inner of statements(s.handler)) {
      const x = inner.kind === 'expr' ? inner.x : undefined;
      if (x?.kind !== 'asg' || x.op !== '' || x.l.kind !== 'id' || !isNull(x.r)) continue;
      if (types.get(x.l.name)?.k === 'ptr') lost.add(x.l.name);
    }
  }
  if (lost.size === 0) return [];
  const asked = new Set(cfg.blocks.flatMap(({ end }) => (end.kind === 'branch' ? (asks(end.c) ?? []) : [])));
  return [...lost].filter((name) => asked.has(name)).slice(0, MOST_OPTIONAL);
}

/** The variable of which a condition asks whether it is there, or whether it is not. */
function asks(c: Expr): string | undefined {
  if (c.kind === 'un' && c.op === '!') return asks(c.x);
  if (c.kind !== 'bin' || c.op !== '==') return presence(c);
  return isNull(c.r) ? presence(c.l) : isNull(c.l) ? presence(c.r) : undefined;
}

/** A branch inside that leaves. */
function turnsAway(s: Stmt): boolean {
  return statements(s).some(
    (inner) => inner.kind === 'if' && statements(inner.then).some((x) => x.kind === 'return' || x.kind === 'goto'),
  );
}

/** The variable of which a condition asks whether it is there. */
function presence(c: Expr): string | undefined {
  if (c.kind === 'id') return c.name;
  if (c.kind !== 'bin' || c.op !== '!=') return undefined;
  return isNull(c.r) ? presence(c.l) : isNull(c.l) ? presence(c.r) : undefined;
}

function isNull(x: Expr): boolean {
  return x.kind === 'cast' ? isNull(x.x) : (x.kind === 'num' && x.value === 0) || (x.kind === 'id' && x.name === 'NULL');
}

function isFlag(name: string, ty: Ty | undefined): boolean {
  return ty?.k === 'int' && (TYPES.has(ty.name) || /status/i.test(name));
}

/** Variables, of these, into which different constants are put, and nothing else. */
function waysOf(cfg: Cfg, tested: Set<string>): readonly string[] {
  const given = new Map<string, Set<string>>();
  const put = (name: string, x: Expr | undefined): void => {
    if (!tested.has(name)) return;
    const constant = x && constantName(x, cfg);
    if (constant === undefined) tested.delete(name);
    else given.set(name, (given.get(name) ?? new Set()).add(constant));
  };
  const visit = (e: Expr): void => {
    if (e.kind === 'asg' && e.l.kind === 'id') put(e.l.name, e.op === '' ? e.r : undefined);
    else if (e.kind === 'upd' && e.x.kind === 'id') tested.delete(e.x.name);
    else if (e.kind === 'un' && e.op === '&' && e.x.kind === 'id') tested.delete(e.x.name);
    partsOf(e).forEach(visit);
  };
  for (const b of cfg.blocks) {
    for (const item of b.items)
      if (item.kind === 'eval') visit(item.x);
      else if (item.v.init) {
        put(item.v.name, item.v.init);
        visit(item.v.init);
      }
    if (b.end.kind === 'branch') visit(b.end.c);
    else if ((b.end.kind === 'switch' || b.end.kind === 'return') && b.end.x) visit(b.end.x);
  }
  return [...given].flatMap(([name, values]) => (tested.has(name) && values.size > 1 ? [name] : [])).sort();
}

/** A constant as it is written: a number, or a name that is no variable of the function. */
function constantName(x: Expr, cfg: Cfg): string | undefined {
  while (x.kind === 'cast') x = x.x;
  if (x.kind === 'num') return String(x.value);
  return x.kind === 'id' && !cfg.locals.has(x.name) && /^[A-Z][A-Za-z0-9_]*$/.test(x.name) ? x.name : undefined;
}
