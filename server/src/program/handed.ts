/**
 * What code does with functions: calls them by name, or keeps or passes on their address (other than to an interface of the kernel), so that
 * who calls them is not known.
 */
import type { Model } from '../model/model';
import type { Expr } from '../syntax/ast';
import type { FileFacts } from '../syntax/facts';
import { expressions, partsOf, partsOfStatement, statements } from '../syntax/walk';

export interface Uses {
  /** Names whose address is kept or passed on. */
  readonly handed: ReadonlySet<string>;
  /** Names that are called. */
  readonly called: ReadonlySet<string>;
}

const known = new WeakMap<FileFacts, Uses>();
const NONE: Uses = { handed: new Set(), called: new Set() };

export function usesOf(facts: FileFacts | undefined, model: Model): Uses {
  if (!facts) return NONE;
  let uses = known.get(facts);
  if (!uses) known.set(facts, (uses = collect(facts, model)));
  return uses;
}

function collect(facts: FileFacts, model: Model): Uses {
  const out = new Set<string>();
  const called = new Set<string>();
  const value = (e: Expr | undefined): void => {
    if (!e) return;
    let x = e;
    while (x.kind === 'cast' || (x.kind === 'un' && x.op === '&')) x = x.x;
    if (x.kind === 'id') out.add(x.name);
  };
  const look = (e: Expr): void => {
    if (e.kind === 'call' && e.f.kind === 'id') called.add(e.f.name);
    if (e.kind === 'call' && !(e.f.kind === 'id' && (model.api(e.f.name) ?? model.ddi(e.f.name)))) e.args.forEach(value);
    else if (e.kind === 'asg') value(e.r);
    else if (e.kind === 'init') for (const i of e.items) value(i.value);
  };
  for (const fn of facts.functions) {
    for (const s of statements(fn.body)) for (const v of partsOfStatement(s).vars) value(v.init);
    expressions(fn.body).forEach(look);
  }
  const visit = (e: Expr): void => {
    look(e);
    partsOf(e).forEach(visit);
  };
  for (const g of facts.globals) if (g.init) visit(g.init);
  return { handed: out, called };
}
