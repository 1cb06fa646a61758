/**
 * What code does with functions: calls them by name, or keeps or passes on their address (other than to an interface of the kernel), so that
 * who calls them is not known.
 */
import type { Model } from '../model/model';
import type { Expr, FunctionDecl } from '../syntax/ast';
import type { FileFacts } from '../syntax/facts';
import { expressions, partsOf, partsOfStatement, statements } from '../syntax/walk';

export interface Uses {
  /** Names whose address is kept or passed on. */
  readonly handed: ReadonlySet<string>;
  /** Names that are called. */
  readonly called: ReadonlySet<string>;
}

const NONE: Uses = { handed: new Set(), called: new Set() };

interface Known {
  readonly model: Model;
  readonly uses: Uses;
}
const ofFiles = new WeakMap<FileFacts, Known>();
const ofFunctions = new WeakMap<FunctionDecl, Known>();

export function usesOf(facts: FileFacts | undefined, model: Model): Uses {
  if (!facts) return NONE;
  const known = ofFiles.get(facts);
  if (known?.model === model) return known.uses;
  const handed = new Set<string>();
  const called = new Set<string>();
  for (const fn of facts.functions) {
    const uses = inFunction(fn, model);
    for (const name of uses.handed) handed.add(name);
    for (const name of uses.called) called.add(name);
  }
  const look = looker(handed, called, model);
  const visit = (e: Expr): void => {
    look.at(e);
    partsOf(e).forEach(visit);
  };
  for (const g of facts.globals) if (g.init) visit(g.init);
  const uses = { handed, called };
  ofFiles.set(facts, { model, uses });
  return uses;
}

function inFunction(fn: FunctionDecl, model: Model): Uses {
  const known = ofFunctions.get(fn);
  if (known?.model === model) return known.uses;
  const uses = { handed: new Set<string>(), called: new Set<string>() };
  const look = looker(uses.handed, uses.called, model);
  for (const s of statements(fn.body)) for (const v of partsOfStatement(s).vars) look.keeps(v.init);
  expressions(fn.body).forEach(look.at);
  ofFunctions.set(fn, { model, uses });
  return uses;
}

function looker(
  handed: Set<string>,
  called: Set<string>,
  model: Model,
): { readonly at: (e: Expr) => void; readonly keeps: (e: Expr | undefined) => void } {
  const keeps = (e: Expr | undefined): void => {
    if (!e) return;
    let x = e;
    while (x.kind === 'cast' || (x.kind === 'un' && x.op === '&')) x = x.x;
    if (x.kind === 'id') handed.add(x.name);
  };
  const at = (e: Expr): void => {
    if (e.kind === 'call' && e.f.kind === 'id') called.add(e.f.name);
    if (e.kind === 'call' && !(e.f.kind === 'id' && (model.api(e.f.name) ?? model.ddi(e.f.name)))) e.args.forEach(keeps);
    else if (e.kind === 'asg') keeps(e.r);
    else if (e.kind === 'init') for (const i of e.items) keeps(i.value);
  };
  return { at, keeps };
}
