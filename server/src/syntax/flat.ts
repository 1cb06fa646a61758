/**
 * A tree as parallel arrays in preorder: what the lowering reads instead of nodes.
 * Owns storage and navigation; knows no kind by name.
 */
export class Flat {
  n = 0;
  kind = new Uint8Array(4096);
  field = new Uint8Array(4096);
  start = new Int32Array(4096);
  end = new Int32Array(4096);
  /** Index of the first node behind the subtree. */
  next = new Int32Array(4096);

  add(kind: number, field: number, start: number, end: number): number {
    if (this.n === this.kind.length) this.grow();
    const i = this.n++;
    this.kind[i] = kind;
    this.field[i] = field;
    this.start[i] = start;
    this.end[i] = end;
    return i;
  }

  /** Appends a subtree of another tree, with its text at another place. */
  copy(other: Flat, from: number, shift: number): void {
    const to = other.after(from);
    const at = this.n;
    while (at + to - from > this.kind.length) this.grow();
    this.n = at + to - from;
    this.kind.set(other.kind.subarray(from, to), at);
    this.field.set(other.field.subarray(from, to), at);
    for (let i = from; i < to; i++) {
      const here = at + i - from;
      this.start[here] = other.from(i) + shift;
      this.end[here] = other.to(i) + shift;
      this.next[here] = other.after(i) + at - from;
    }
  }

  private grow(): void {
    const size = this.kind.length * 2;
    for (const name of ['kind', 'field'] as const) {
      const wider = new Uint8Array(size);
      wider.set(this[name]);
      this[name] = wider;
    }
    for (const name of ['start', 'end', 'next'] as const) {
      const wider = new Int32Array(size);
      wider.set(this[name]);
      this[name] = wider;
    }
  }

  kindOf(i: number): number {
    return this.kind[i] ?? 0;
  }

  from(i: number): number {
    return this.start[i] ?? 0;
  }

  to(i: number): number {
    return this.end[i] ?? 0;
  }

  after(i: number): number {
    return this.next[i] ?? i + 1;
  }

  /** First child under a field, or -1. */
  child(i: number, field: number): number {
    const stop = this.after(i);
    for (let c = i + 1; c < stop; c = this.after(c)) if (this.field[c] === field) return c;
    return -1;
  }

  /** First child of a kind, or -1. */
  childOf(i: number, kind: number): number {
    const stop = this.after(i);
    for (let c = i + 1; c < stop; c = this.after(c)) if (this.kind[c] === kind) return c;
    return -1;
  }

  /** First child that has a kind the lowering knows and is no error, or -1. */
  first(i: number, error: number): number {
    const stop = this.after(i);
    for (let c = i + 1; c < stop; c = this.after(c)) {
      const k = this.kind[c] ?? 0;
      if (k !== 0 && k !== error) return c;
    }
    return -1;
  }
}
