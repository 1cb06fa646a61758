/** Status and flag variables that conditions test, and optional arguments that they ask for again: paths are told apart by them. */
import type { Expr, FunctionDecl, Stmt } from '../syntax/ast';
import { statements } from '../syntax/walk';
import type { Ty } from '../program/types';
import type { Cfg } from './cfg';

const TYPES: ReadonlySet<string> = new Set(['NTSTATUS', 'BOOLEAN', 'NDIS_STATUS', 'BOOL', 'HRESULT', 'bool', '_Bool']);
const MOST = 6;
const MOST_OPTIONAL = 2;

const known = new WeakMap<Cfg, readonly string[]>();

export function flagsOf(cfg: Cfg, fn: FunctionDecl, types: ReadonlyMap<string, Ty>): readonly string[] {
  let flags = known.get(cfg);
  if (!flags) known.set(cfg, (flags = [...compute(cfg, types), ...optional(fn, types)].slice(0, MOST)));
  return flags;
}

function compute(cfg: Cfg, types: ReadonlyMap<string, Ty>): readonly string[] {
  const names = new Set<string>();
  const look = (e: Expr): void => {
    if (e.kind === 'id') {
      if (isFlag(e.name, types.get(e.name))) names.add(e.name);
    } else if (e.kind === 'call') e.args.forEach(look);
    else if (e.kind === 'bin') {
      look(e.l);
      look(e.r);
    } else if (e.kind === 'un' || e.kind === 'cast') look(e.x);
  };
  for (const b of cfg.blocks) if (b.end.kind === 'branch') look(b.end.c);
  return [...names].sort().slice(0, MOST);
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
