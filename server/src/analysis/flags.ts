/** Status and flag variables that conditions test, or that are returned: paths are told apart by them. */
import type { Expr } from '../syntax/ast';
import type { Ty } from '../program/types';
import type { Cfg } from './cfg';

const TYPES: ReadonlySet<string> = new Set(['NTSTATUS', 'BOOLEAN', 'NDIS_STATUS', 'BOOL', 'HRESULT', 'bool', '_Bool']);
const MOST = 6;

const known = new WeakMap<Cfg, readonly string[]>();

export function flagsOf(cfg: Cfg, types: ReadonlyMap<string, Ty>): readonly string[] {
  let flags = known.get(cfg);
  if (!flags) known.set(cfg, (flags = compute(cfg, types)));
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
  const tested = [...names].sort();
  names.clear();
  // `Status = …; goto Exit`: what is returned is tested by whoever called.
  for (const b of cfg.blocks) if (b.end.kind === 'return' && b.end.x) look(b.end.x);
  return [...new Set([...tested, ...[...names].sort()])].slice(0, MOST);
}

function isFlag(name: string, ty: Ty | undefined): boolean {
  return ty?.k === 'int' && (TYPES.has(ty.name) || /status/i.test(name));
}
