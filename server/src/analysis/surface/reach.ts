/** What is reached from an entry point: the contexts of functions that it leads to, under one control code or under any. */
import type { Bucket, SurfaceRecord } from './record';
import { ANY_CODE } from './record';

export interface Reached {
  /** As `file:name`. */
  readonly functions: ReadonlySet<string>;
  readonly buckets: readonly Bucket[];
}

export class Reach {
  private readonly byFunction = new Map<string, string[]>();

  /** @param calleesOf ids of the answers that an answer asked for */
  constructor(
    private readonly records: ReadonlyMap<string, SurfaceRecord>,
    private readonly calleesOf: (id: string) => ReadonlySet<string>,
  ) {
    for (const [id, r] of records) {
      const key = `${r.fn.file}:${r.fn.decl.name}`;
      const list = this.byFunction.get(key);
      if (list) list.push(id);
      else this.byFunction.set(key, [id]);
    }
  }

  contexts(fnKey: string): readonly string[] {
    return this.byFunction.get(fnKey) ?? [];
  }

  /** @param code undefined: whatever the code is */
  from(fnKey: string, code?: number, ids: readonly string[] = this.contexts(fnKey)): Reached {
    const functions = new Set<string>();
    const buckets: Bucket[] = [];
    const seen = new Set<string>();
    const todo: { id: string; first: boolean }[] = ids.map((id) => ({ id, first: true }));
    for (let at = todo.pop(); at; at = todo.pop()) {
      const r = seen.has(at.id) ? undefined : this.records.get(at.id);
      seen.add(at.id);
      if (!r) continue;
      const own: Bucket[] = [];
      for (const [c, b] of r.buckets) if (code === undefined || c === code || (c === ANY_CODE && !at.first)) own.push(b);
      if (own.length === 0 && r.buckets.size > 0) continue;
      functions.add(`${r.fn.file}:${r.fn.decl.name}`);
      buckets.push(...own);
      const callees = this.calleesOf(at.id);
      for (const b of own)
        for (const key of b.calls) {
          const known = this.contexts(key);
          const entered = known.filter((id) => callees.has(id));
          for (const id of entered.length > 0 ? entered : known) todo.push({ id, first: false });
        }
    }
    return { functions, buckets };
  }
}
