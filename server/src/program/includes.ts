/**
 * Which file an `#include` means, by name alone: the same folder first, then the candidate that shares most of its path with the includer.
 */
export class IncludeGraph {
  private readonly written = new Map<string, readonly string[]>();
  private readonly byName = new Map<string, Set<string>>();
  private readonly closures = new Map<string, ReadonlySet<string>>();

  set(file: string, includes: readonly string[]): void {
    this.written.set(file, includes);
    const name = base(file);
    const set = this.byName.get(name) ?? new Set();
    set.add(file);
    this.byName.set(name, set);
    this.closures.clear();
  }

  remove(file: string): void {
    this.written.delete(file);
    this.byName.get(base(file))?.delete(file);
    this.closures.clear();
  }

  /** Files that `file` includes, directly or not; not itself. */
  closure(file: string): ReadonlySet<string> {
    const known = this.closures.get(file);
    if (known) return known;
    const seen = new Set<string>();
    const todo = [file];
    for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
      for (const include of this.written.get(at) ?? []) {
        const target = this.resolve(include, at);
        if (target && target !== file && !seen.has(target)) {
          seen.add(target);
          todo.push(target);
        }
      }
    }
    this.closures.set(file, seen);
    return seen;
  }

  resolve(include: string, from: string): string | undefined {
    const path = include.replace(/\\/g, '/').toLowerCase();
    const candidates = [...(this.byName.get(base(path)) ?? [])].filter((f) => f !== from);
    if (candidates.length < 2) return candidates[0];
    const tail = path.replace(/^(\.\.?\/)+/, '');
    const fitting = candidates.filter((f) => `/${f.toLowerCase()}`.endsWith(`/${tail}`));
    const pool = fitting.length ? fitting : candidates;
    let best: string | undefined;
    let most = -1;
    for (const f of pool.sort()) {
      const shared = sharedFolders(f, from);
      if (shared > most) {
        most = shared;
        best = f;
      }
    }
    return best;
  }
}

function base(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).toLowerCase();
}

/** How many leading folders two paths share; twice that, plus one when one lies directly in a folder of the other. */
function sharedFolders(a: string, b: string): number {
  const x = a.split('/').slice(0, -1);
  const y = b.split('/').slice(0, -1);
  let n = 0;
  while (n < x.length && n < y.length && x[n] === y[n]) n++;
  return 1000 + n * 10 - (x.length - n) - (y.length - n);
}
