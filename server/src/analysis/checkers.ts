/** Functions that check for whoever calls them: a condition of theirs compares a number with one that they are given. */
import type { Expr, FunctionDecl } from '../syntax/ast';
import type { Cfg } from './cfg';

const known = new WeakMap<Cfg, boolean>();

export function checks(cfg: Cfg, fn: FunctionDecl): boolean {
  let answer = known.get(cfg);
  if (answer === undefined) known.set(cfg, (answer = compute(cfg, fn)));
  return answer;
}

function compute(cfg: Cfg, fn: FunctionDecl): boolean {
  const given = new Set(fn.params.flatMap((p) => p.name ?? []));
  const isGiven = (e: Expr): boolean => (e.kind === 'cast' ? isGiven(e.x) : e.kind === 'id' && given.has(e.name));
  return cfg.blocks.some(({ end }) => {
    if (end.kind !== 'branch' || end.c.kind !== 'bin' || !ORDER.has(end.c.op)) return false;
    const { l, r } = end.c;
    return (isGiven(l) && isMember(r)) || (isGiven(r) && isMember(l));
  });
}
const ORDER: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);

/** A number that stands in memory, not one that the function was given or counts itself. */
function isMember(e: Expr): boolean {
  return e.kind === 'cast' ? isMember(e.x) : e.kind === 'fld';
}
