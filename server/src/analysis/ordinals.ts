/**
 * Numbers the expressions and declarations of a function in the order in which they stand. The numbers name places in a way that comments
 * and layout do not change.
 */
import type { FunctionDecl, Span } from '../syntax/ast';
import type { Site } from './value';

/** Start, then end, to number. */
type Ordinals = ReadonlyMap<number, ReadonlyMap<number, number>>;

/** Places of one function, by start and end; each is made once. */
export class Places {
  private readonly made = new Map<number, Map<number, NamedSite>>();
  private readonly ordinals: Ordinals;
  private readonly tag: string;

  private constructor(
    private readonly fn: FunctionDecl,
    private readonly file: string,
  ) {
    this.ordinals = ordinalsOf(fn);
    this.tag = `${file}:${fn.name}`;
  }

  private static readonly known = new WeakMap<FunctionDecl, Places>();
  static of(fn: FunctionDecl, file: string): Places {
    let out = Places.known.get(fn);
    if (out?.file !== file) Places.known.set(fn, (out = new Places(fn, file)));
    return out;
  }

  site(s: Span): NamedSite {
    let ends = this.made.get(s.start);
    if (!ends) this.made.set(s.start, (ends = new Map()));
    let site = ends.get(s.end);
    if (!site) ends.set(s.end, (site = { file: this.file, start: s.start, end: s.end, id: this.name(s) }));
    return site;
  }

  private name(s: Span): string {
    const n = this.ordinals.get(s.start)?.get(s.end);
    return n === undefined
      ? `${this.tag}+${String(s.start - this.fn.start)}.${String(s.end - s.start)}`
      : `${this.tag}#${String(n)}`;
  }
}
export type NamedSite = Site & { readonly id: string };

const known = new WeakMap<FunctionDecl, Ordinals>();

function ordinalsOf(fn: FunctionDecl): Ordinals {
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
