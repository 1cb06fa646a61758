/**
 * Maps that are copied far more often than they are changed. All maps that were copied from one another share the places of their names,
 * so that a copy is a copy of an array. Knows nothing of what it holds.
 */

/** Names of one family of maps, each with a place that is its own for good. */
class Names {
  private readonly places = new Map<string, number>();
  readonly list: string[] = [];

  get(name: string): number | undefined {
    return this.places.get(name);
  }
  add(name: string): number {
    let at = this.places.get(name);
    if (at === undefined) {
      this.places.set(name, (at = this.list.length));
      this.list.push(name);
    }
    return at;
  }
}

/** Changed in place only by its owner; everybody else makes a copy first. */
export class Sparse<V> {
  private constructor(
    private readonly names: Names,
    private readonly values: (V | undefined)[],
    /** How many names have a value. */
    private count: number,
    readonly owner: number,
  ) {}

  static empty<V>(owner: number): Sparse<V> {
    return new Sparse<V>(new Names(), [], 0, owner);
  }

  /** The map itself when this owner has it already. */
  ownedBy(owner: number): Sparse<V> {
    return this.owner === owner ? this : new Sparse(this.names, this.values.slice(), this.count, owner);
  }

  get size(): number {
    return this.count;
  }
  get(name: string): V | undefined {
    const at = this.names.get(name);
    return at === undefined ? undefined : this.values[at];
  }
  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** For the owner only. */
  set(name: string, value: V): void {
    const at = this.names.add(name);
    while (this.values.length <= at) this.values.push(undefined);
    if (this.values[at] === undefined) this.count++;
    this.values[at] = value;
  }
  /** For the owner only. */
  delete(name: string): void {
    const at = this.names.get(name);
    if (at === undefined || this.values[at] === undefined) return;
    this.values[at] = undefined;
    this.count--;
  }

  /** Values and their names, in the order in which the names were first used. A name may be deleted meanwhile. */
  each(tell: (value: V, name: string) => void): void {
    const { values, names } = this;
    for (let at = 0; at < values.length; at++) {
      const v = values[at];
      if (v !== undefined) tell(v, names.list[at] as string);
    }
  }
  *[Symbol.iterator](): Generator<[string, V]> {
    for (let at = 0; at < this.values.length; at++) {
      const v = this.values[at];
      if (v !== undefined) yield [this.names.list[at] as string, v];
    }
  }
  keys(): string[] {
    const out: string[] = [];
    this.each((_, name) => out.push(name));
    return out;
  }
  list(): V[] {
    const out: V[] = [];
    for (const v of this.values) if (v !== undefined) out.push(v);
    return out;
  }

  /** Values of one name in two maps, where they are not the same one. */
  static pairs<V>(a: Sparse<V>, b: Sparse<V>, tell: (x: V | undefined, y: V | undefined, name: string) => void): void {
    if (a.values === b.values) return;
    if (a.names !== b.names) {
      a.each((x, name) => {
        const y = b.get(name);
        if (x !== y) tell(x, y, name);
      });
      b.each((y, name) => {
        if (!a.has(name)) tell(undefined, y, name);
      });
      return;
    }
    const n = Math.max(a.values.length, b.values.length);
    for (let at = 0; at < n; at++) {
      const x = a.values[at];
      const y = b.values[at];
      if (x !== y) tell(x, y, a.names.list[at] as string);
    }
  }

  /** Whether both have the same names, with values that are alike. */
  static equal<V>(a: Sparse<V>, b: Sparse<V>, alike: (x: V, y: V) => boolean): boolean {
    if (a === b) return true;
    if (a.count !== b.count) return false;
    const n = a.values.length;
    for (let at = 0; at < n; at++) {
      const x = a.values[at];
      if (x === undefined) continue;
      const y = a.names === b.names ? b.values[at] : b.get(a.names.list[at] as string);
      if (y === undefined || (x !== y && !alike(x, y))) return false;
    }
    return true;
  }
}
