/**
 * Runs of the roots: those whose callers are known, then functions that are reached from none of them, and which answers all of them lead to.
 */
import type { Analyzer } from './analyzer';
import { key } from './names';
import type { Root } from './roots';
import type { Running } from './running';
import { State } from './state';

export class RootRuns {
  private rootIds = new Set<string>();
  /** The answers that roots of some shape led to, and the roots that nothing else had reached. */
  private reach:
    { readonly shape: object; readonly live: ReadonlySet<string>; readonly unreached: ReadonlySet<string> } | undefined;

  constructor(
    private readonly analyzer: Analyzer,
    private readonly running: Running,
  ) {}

  /**
   * Runs what the roots lead to: first those that are known, then functions that are reached from none of them.
   * @returns ids of the answers that they lead to
   */
  *run(
    list: readonly Root[],
    shape: object,
  ): Generator<{ done: number; total: number; file: string }, ReadonlySet<string>, void> {
    let done = 0;
    let strong = list.filter(isCertain);
    const others = [...list.filter((x) => x.weak), ...list.filter((x) => x.role === 'any')];
    this.rootIds = new Set();
    for (const r of strong) {
      if (this.runRoot(r)) yield { done, total: list.length, file: r.fn.file };
      done++;
    }
    // What these register are roots themselves: functions run with what calls them, before they are run as ones that nobody calls.
    while (this.running.isProvisional) {
      const now = this.analyzer.roots.of(this.analyzer.files);
      const fresh = now.roots.filter((r) => isCertain(r) && !this.rootIds.has(idOf(r)));
      if (fresh.length === 0) break;
      ({ roots: list, shape } = now);
      strong = list.filter(isCertain);
      for (const r of fresh) if (this.runRoot(r)) yield { done, total: list.length, file: r.fn.file };
    }
    const total = list.length;
    // Most edits change nothing of who reaches whom.
    const before = this.reach?.shape === shape ? this.reach : undefined;
    if (before && !this.running.memos.isRewired) {
      for (const r of others) {
        done++;
        if (before.unreached.has(idOf(r)) && this.runRoot(r)) yield { done, total, file: r.fn.file };
      }
      if (!this.wasRewired()) return before.live;
    }
    this.running.memos.isRewired = false;
    this.reach = undefined;
    this.rootIds = new Set(strong.map(idOf));
    const unreached = new Set<string>();
    const live = new Set(this.running.memos.reachedFrom(this.rootIds));
    const names = new Set([...live].map((id) => this.running.memos.get(id)?.fnKey));
    done = strong.length;
    for (const r of others) {
      done++;
      if (names.has(key(r.fn))) continue;
      unreached.add(idOf(r));
      const ran = this.runRoot(r);
      for (const id of this.running.memos.reachedFrom([idOf(r)], live)) names.add(this.running.memos.get(id)?.fnKey);
      if (ran) yield { done, total, file: r.fn.file };
    }
    // What was run late may have changed what was reached early.
    const all = this.wasRewired() ? new Set(this.running.memos.reachedFrom(this.rootIds)) : live;
    this.reach = { shape, live: all, unreached };
    return all;
  }
  private wasRewired(): boolean {
    return this.running.memos.isRewired;
  }

  /** Ids of the answers that roots lead to; with a prefix, only from roots that start with it. */
  live(prefix = ''): ReadonlySet<string> {
    if (prefix === '' && this.reach && !this.running.memos.isRewired) return this.reach.live;
    const from = [...this.rootIds].filter((id) => id.startsWith(prefix));
    return new Set(this.running.memos.reachedFrom(from));
  }

  /** Answers whether anything had to be run. */
  private runRoot(r: Root): boolean {
    const id = idOf(r);
    this.rootIds.add(id);
    const known = this.running.memos.get(id);
    if (known && !known.isDoubted && known.stale !== true && !this.running.isProvisional) return false;
    const before = this.running.ran;
    this.running.ran = false;
    const state = new State();
    const args = r.seed(state, this.analyzer);
    const context = { args, state, key: rootContext(r), inTry: r.handed === true };
    this.running.execute(r.fn, context, 0, []);
    const ran = this.running.ran;
    this.running.ran ||= before;
    return ran;
  }
}

/** Something is known of who calls it. */
function isCertain(r: Root): boolean {
  return r.role !== 'any' && !r.weak;
}

/** Name of the answer that a root asks for. */
function idOf(r: Root): string {
  return `${key(r.fn)}#${rootContext(r)}`;
}

export function rootContext(r: Root): string {
  return `root:${r.role}:${r.tag}`;
}
