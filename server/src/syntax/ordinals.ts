/**
 * Names for the expressions and declarations of a function by what they say: which statement, told by its content, and where in it. An edit
 * of one statement changes the names in that statement alone; comments and layout change none.
 */
import type { FunctionDecl, Span } from './ast';
import { Fingerprint } from './digest';

/** Start, then end, to name. */
export type Ordinals = ReadonlyMap<number, ReadonlyMap<number, string>>;

const STATEMENTS: ReadonlySet<unknown> = new Set([
  'block',
  'expr',
  'decl',
  'if',
  'while',
  'do',
  'for',
  'switch',
  'case',
  'label',
  'goto',
  'break',
  'continue',
  'return',
  'leave',
  'try',
  'asm',
  'error',
]);

type Fields = Readonly<Record<string, unknown>>;

const known = new WeakMap<FunctionDecl, Ordinals>();

export function ordinalsOf(fn: FunctionDecl): Ordinals {
  let out = known.get(fn);
  if (!out) known.set(fn, (out = new Naming().run(fn)));
  return out;
}

/** Places of a function's other configuration have the names that they have in the default one, where both read them. */
export function shareOrdinals(other: FunctionDecl, like: FunctionDecl): void {
  known.set(other, ordinalsOf(like));
}

/** Whether what two forms of a function have in common lies where an edit has left it. */
export function areMovedBy(before: FunctionDecl, after: FunctionDecl, offset: (at: number, isEnd: boolean) => number): boolean {
  const now = new Map<string, Span>();
  for (const [start, ends] of ordinalsOf(after)) for (const [end, name] of ends) now.set(name, { start, end });
  for (const [start, ends] of ordinalsOf(before))
    for (const [end, name] of ends) {
      const place = now.get(name);
      if (place && (place.start !== offset(start, false) || place.end !== offset(end, true))) return false;
    }
  return true;
}

class Naming {
  private readonly out = new Map<number, Map<number, string>>();
  private readonly seen = new Map<string, number>();

  run(fn: FunctionDecl): Ordinals {
    this.name(fn as unknown as Fields, 'whole');
    for (const p of fn.params) this.within(p as unknown as Fields);
    if (fn.body) this.statement(fn.body as unknown as Fields);
    return this.out;
  }

  /** Statements inside a statement are named by themselves. */
  private statement(first: Fields): void {
    const todo: Fields[] = [first];
    for (let s = todo.pop(); s !== undefined; s = todo.pop()) {
      const inner: Fields[] = [];
      const own: Fields[] = [];
      for (const x of children(s)) (STATEMENTS.has(x['kind']) ? inner : own).push(x);
      for (const x of own) this.within(x);
      const print = new Fingerprint().text(String(s['kind']));
      for (const x of own) tell(x, print);
      for (const v of Object.values(s)) if (typeof v === 'string') print.text(v);
      this.name(s, `s${this.counted(print.value.toString(36))}`);
      for (let i = inner.length - 1; i >= 0; i--) todo.push(inner[i] as Fields);
    }
  }

  /** One expression or declaration with all that is in it. */
  private within(root: Fields): void {
    const print = new Fingerprint();
    tell(root, print);
    const name = this.counted(print.value.toString(36));
    let n = 0;
    const todo: Fields[] = [root];
    for (let x = todo.pop(); x !== undefined; x = todo.pop()) {
      if (isSpanned(x)) {
        this.name(x, n === 0 ? name : `${name}-${String(n)}`);
        n++;
      }
      const next = children(x);
      for (let i = next.length - 1; i >= 0; i--) todo.push(next[i] as Fields);
    }
  }

  /** Statements that say the same are told apart by their number. */
  private counted(name: string): string {
    const n = this.seen.get(name) ?? 0;
    this.seen.set(name, n + 1);
    return n === 0 ? name : `${name}.${String(n)}`;
  }

  private name(x: Fields, name: string): void {
    const { start, end } = x as unknown as Span;
    let ends = this.out.get(start);
    if (!ends) this.out.set(start, (ends = new Map()));
    if (!ends.has(end)) ends.set(end, name);
  }
}

function isSpanned(x: Fields): boolean {
  return typeof x['start'] === 'number' && typeof x['end'] === 'number';
}

/** Objects in an object, those in arrays included. */
function children(x: Fields): Fields[] {
  const out: Fields[] = [];
  for (const v of Object.values(x)) collect(v, out);
  return out;
}

function collect(v: unknown, out: Fields[]): void {
  if (Array.isArray(v)) for (const i of v) collect(i, out);
  else if (typeof v === 'object' && v !== null) out.push(v as Fields);
}

/** What an expression says, without where it stands. */
function tell(root: Fields, to: Fingerprint): void {
  const todo: unknown[] = [root];
  while (todo.length > 0) {
    const x = todo.pop();
    if (typeof x === 'string') to.text(x);
    else if (typeof x === 'number') to.number(x);
    else if (typeof x === 'boolean') to.number(x ? 1 : 2);
    else if (Array.isArray(x)) {
      to.number(x.length);
      for (let i = x.length - 1; i >= 0; i--) todo.push(x[i]);
    } else if (typeof x === 'object' && x !== null) {
      const fields = Object.entries(x);
      for (let i = fields.length - 1; i >= 0; i--) {
        const [key, v] = fields[i] as [string, unknown];
        if (key !== 'start' && key !== 'end' && key !== 'bodyStart') todo.push(v);
      }
    }
  }
}
