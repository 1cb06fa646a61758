/** Which parameters a number of a function is made of, as far as its text says: directly, or through its locals. */
import type { Expr, FunctionDecl } from '../../syntax/ast';
import { expressions, partsOf, statements } from '../../syntax/walk';

/** Locals through which a parameter is followed. */
const MAX_DEPTH = 3;

/** Positions of the parameters that an expression is a sum or product of. What is only compared or pointed to does not count. */
export function parametersIn(x: Expr, fn: FunctionDecl): ReadonlySet<number> {
  const out = new Set<number>();
  collect(x, fn, out, new Set(), 0);
  return out;
}

function collect(x: Expr, fn: FunctionDecl, out: Set<number>, seen: Set<string>, depth: number): void {
  if (x.kind === 'id') {
    if (seen.has(x.name)) return;
    seen.add(x.name);
    const at = fn.params.findIndex((p) => p.name === x.name);
    if (at >= 0) out.add(at);
    else if (depth < MAX_DEPTH) for (const from of assigned(x.name, fn)) collect(from, fn, out, seen, depth + 1);
  } else if (x.kind === 'cast' || x.kind === 'bin' || x.kind === 'cond')
    for (const p of partsOf(x)) collect(p, fn, out, seen, depth);
}

/** What is stored in a local. */
function assigned(name: string, fn: FunctionDecl): readonly Expr[] {
  const out: Expr[] = [];
  for (const s of statements(fn.body))
    if (s.kind === 'decl') for (const v of s.vars) if (v.name === name && v.init) out.push(v.init);
  for (const e of expressions(fn.body)) if (e.kind === 'asg' && e.l.kind === 'id' && e.l.name === name) out.push(e.r);
  return out;
}
