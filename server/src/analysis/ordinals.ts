/**
 * Numbers the expressions and declarations of a function in the order in which they stand. The numbers name places in a way that comments
 * and layout do not change.
 */
import type { FunctionDecl } from '../syntax/ast';

/** Start, then end, to number. */
export type Ordinals = ReadonlyMap<number, ReadonlyMap<number, number>>;

const known = new WeakMap<FunctionDecl, Ordinals>();

export function ordinalsOf(fn: FunctionDecl): Ordinals {
  let out = known.get(fn);
  if (!out) known.set(fn, (out = number(fn)));
  return out;
}

/** Places of a function's other configuration have the names that they have in the default one, where both read them. */
export function shareOrdinals(other: FunctionDecl, like: FunctionDecl): void {
  known.set(other, ordinalsOf(like));
}

function number(fn: FunctionDecl): Ordinals {
  const out = new Map<number, Map<number, number>>();
  let n = 0;
  const todo: unknown[] = [fn.body, ...fn.params];
  for (let x = todo.pop(); x !== undefined; x = todo.pop()) {
    if (Array.isArray(x)) {
      for (let i = x.length - 1; i >= 0; i--) todo.push(x[i]);
      continue;
    }
    if (typeof x !== 'object' || x === null) continue;
    const span = x as { readonly start?: unknown; readonly end?: unknown };
    if (typeof span.start === 'number' && typeof span.end === 'number') {
      let ends = out.get(span.start);
      if (!ends) out.set(span.start, (ends = new Map()));
      if (!ends.has(span.end)) ends.set(span.end, n++);
    }
    const values = Object.values(x);
    for (let i = values.length - 1; i >= 0; i--) if (typeof values[i] === 'object' && values[i] !== null) todo.push(values[i]);
  }
  return out;
}
