/**
 * Answers of functions in their contexts: which there are, who asked for which, and which are in doubt. Runs nothing; an answer is made
 * and checked by the analyzer.
 */
import type { FunctionDecl } from '../syntax/ast';
import type { Declared } from '../program/program';
import type { Context } from './context';
import type { Exit } from './outcomes';
import type { Contribution, Heap } from './heap';
import type { Consulted } from './heap';

export interface Memo {
  readonly key: string;
  readonly fnKey: string;
  readonly exits: readonly Exit[];
  readonly consulted: Consulted;
  readonly callees: Set<string>;
  /** Digests of the callees' answers that it was made of. */
  readonly seen: ReadonlyMap<string, number>;
  readonly bounded: boolean;
  contribution: Contribution;
  readonly fn: Declared<FunctionDecl>;
  readonly context: Context;
  readonly depth: number;
  readonly stack: readonly string[];
  /** Equal exits have equal digests: a caller need not be run again. */
  readonly digest: number;
  /** Something that it was made of may have changed: it is checked before it is used again. */
  isDoubted: boolean;
  /** A declaration that it depends on has changed, or a fact that it may have stood on is gone. */
  stale?: boolean;
}

/** Who asks: a running function, or a root, which has no name. */
export interface Asking {
  readonly id?: string;
  readonly callees: Set<string>;
}

const NO_CONTEXTS: ReadonlyMap<string, number> = new Map();

export class Memos {
  private readonly byId = new Map<string, Memo>();
  /** Contexts of each function that somebody asks for now, with how many do. */
  private readonly contexts = new Map<string, Map<string, number>>();
  /** Ids of the answers that were made of an answer. */
  private readonly askers = new Map<string, Set<string>>();
  /** Answers that became other ones; those who asked before have not been told. */
  private readonly altered = new Set<string>();
  /** Some answer asks for others than before. */
  isRewired = true;

  get(id: string): Memo | undefined {
    return this.byId.get(id);
  }
  values(): Iterable<Memo> {
    return this.byId.values();
  }

  set(m: Memo): void {
    const before = this.byId.get(m.key);
    if (before && before.digest !== m.digest) this.altered.add(m.key);
    if (!before || !sameIds(before.callees, m.callees)) this.isRewired = true;
    this.byId.set(m.key, m);
  }

  contextsOf(fnKey: string): ReadonlyMap<string, number> {
    return this.contexts.get(fnKey) ?? NO_CONTEXTS;
  }

  /** Notes that somebody asks for an answer. */
  ask(id: string, fnKey: string, contextKey: string, who: Asking | undefined): void {
    if (who?.callees.has(id)) return;
    who?.callees.add(id);
    if (who?.id !== undefined) {
      const askers = this.askers.get(id);
      if (askers) askers.add(who.id);
      else this.askers.set(id, new Set([who.id]));
    }
    let of = this.contexts.get(fnKey);
    if (!of) this.contexts.set(fnKey, (of = new Map()));
    of.set(contextKey, who ? (of.get(contextKey) ?? 0) + 1 : 1);
  }

  /** An answer that goes, or that is about to be made anew, asks for nothing any more. */
  release(m: Memo): void {
    for (const id of m.callees) {
      const askers = this.askers.get(id);
      askers?.delete(m.key);
      if (askers?.size === 0) this.askers.delete(id);
      const at = id.indexOf('#');
      const of = this.contexts.get(id.slice(0, at));
      const n = of?.get(id.slice(at + 1));
      if (!of || n === undefined) continue;
      if (n > 1) of.set(id.slice(at + 1), n - 1);
      else of.delete(id.slice(at + 1));
    }
  }

  /** Forgets the others. @returns whether there were any */
  keepOnly(live: ReadonlySet<string>): boolean {
    let any = false;
    for (const [id, m] of this.byId) {
      if (live.has(id)) continue;
      this.byId.delete(id);
      this.release(m);
      this.contexts.get(m.fnKey)?.delete(id.slice(m.fnKey.length + 1));
      any = true;
    }
    return any;
  }

  /**
   * What some answers lead to, themselves included.
   * @param reached what is known to be reached; grows by the rest
   * @returns the rest
   */
  reachedFrom(ids: Iterable<string>, reached = new Set<string>()): string[] {
    const todo = [...ids];
    const out: string[] = [];
    for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
      if (reached.has(id)) continue;
      reached.add(id);
      out.push(id);
      for (const c of this.byId.get(id)?.callees ?? []) todo.push(c);
    }
    return out;
  }

  /** The same answers but for those of some functions; changes to the one leave the other alone. */
  without(functions: ReadonlyMap<string, unknown>): Memos {
    const out = new Memos();
    for (const [id, m] of this.byId) if (!functions.has(m.fnKey)) out.byId.set(id, m);
    for (const [k, set] of this.contexts) out.contexts.set(k, new Map(functions.has(k) ? [] : set));
    return out;
  }

  /** An answer may hold no more, and with it whatever was made of it. */
  doubt(changed: string): void {
    const todo = [changed];
    for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
      const m = this.byId.get(id);
      // Whoever asked a doubted answer is doubted already.
      if (!m || m.isDoubted) continue;
      m.isDoubted = true;
      for (const asker of this.askers.get(id) ?? []) todo.push(asker);
    }
  }

  doubtAll(): void {
    this.altered.clear();
    for (const m of this.byId.values()) m.isDoubted = true;
  }

  /**
   * Answers stand as they are, though some may have been made of facts that moved afterwards: where work is bounded, what one analysis left
   * undone is neither made up for by the next edit, which would show other findings than a scan, nor once more for each configuration.
   */
  accept(): void {
    this.altered.clear();
    for (const m of this.byId.values()) m.isDoubted = false;
    // One whose facts were taken back has to be made anew all the same.
    for (const m of this.byId.values()) if (m.stale === true) this.doubt(m.key);
  }

  /** Those who asked while an answer was another one: functions that call each other. */
  doubtAskers(): void {
    for (const id of this.altered) {
      const digest = this.byId.get(id)?.digest;
      for (const asker of this.askers.get(id) ?? []) if (this.byId.get(asker)?.seen.get(id) !== digest) this.doubt(asker);
    }
    this.altered.clear();
  }

  /** @param changed what the heap holds something else under */
  doubtReaders(changed: ReadonlySet<string>, heap: Heap): void {
    for (const m of this.byId.values()) {
      if (m.isDoubted) continue;
      const { consulted } = m;
      const isOther = (k: string): boolean => consulted.has(k) && consulted.get(k) !== heap.version(k);
      if (changed.size < consulted.size ? some(changed, isOther) : some(consulted.keys(), (k) => changed.has(k) && isOther(k)))
        this.doubt(m.key);
    }
    this.doubtAskers();
  }
}

function sameIds(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  if (a.size !== b.size) return false;
  for (const id of a) if (!b.has(id)) return false;
  return true;
}

function some<T>(list: Iterable<T>, is: (x: T) => boolean): boolean {
  for (const x of list) if (is(x)) return true;
  return false;
}
