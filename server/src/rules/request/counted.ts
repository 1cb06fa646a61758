/**
 * Counters of loops whose only limit is a number that the caller chose, and that nothing holds to a length or to a number of the driver.
 */
import type { Branch, View } from '../../analysis/events';
import { lin, single, type Atom } from '../../analysis/term';
import type { Taint, Val } from '../../analysis/value';
import { chosen, isRequestLength, ofRequest } from './taint';

interface Limit {
  readonly number: Atom;
  readonly taint: Taint;
}

export class Counted {
  /** By the counter. */
  private readonly limits = new Map<Atom, Limit>();
  private readonly seen = new Set<Atom>();
  /** Counters and numbers that the function compares with more than each other and constants. */
  private readonly held = new Set<Atom>();

  branch(e: Branch, v: View): void {
    const [l, r] = e.vals;
    if (e.c.kind !== 'bin' || !l || !r) return;
    if (e.loop && (this.counts(e.c.op, l, r, v) || this.counts(FLIPPED[e.c.op], r, l, v))) return;
    if (l.t.t.length === 0 || r.t.t.length === 0) return;
    for (const side of [l, r]) this.hold(side.t.t.map(([x]) => x));
  }

  /** The caller's number that alone limits an index of a loop. */
  limitOf(index: Val, v: View): Taint | undefined {
    const [x, k] = index.t.t[0] ?? [];
    const limit = x && k === 1 && index.t.t.length === 1 ? this.limits.get(x) : undefined;
    if (!x || !limit || this.held.has(x) || this.held.has(limit.number) || v.range(lin(limit.number)).hi < limit.number.hi)
      return undefined;
    const related = v.state.bounds.relationsOf(limit.number).flatMap((b) => b.form.t.map(([y]) => y));
    return related.every((y) => y === limit.number || this.limits.has(y)) ? limit.taint : undefined;
  }

  private counts(op: string | undefined, counter: Val, number: Val, v: View): boolean {
    const n = single(number.t);
    const i = counter.t.t[0]?.[0];
    if (op !== '<' || !n) return false;
    const taint = chosen(number, v);
    if (!taint || isRequestLength(taint) || !ofRequest(taint) || chosen(counter, v)) return false;
    // Compared before the loop, here or by a caller: how much that promises is not known.
    if (!this.seen.has(n) && v.wasCompared(number.t)) this.held.add(n);
    this.seen.add(n);
    if (i && counter.t.t.length === 1) this.limits.set(i, { number: n, taint });
    return true;
  }

  private hold(atoms: readonly Atom[]): void {
    for (const x of atoms) {
      this.held.add(x);
      for (const of of x.args) this.hold(of.t.map(([y]) => y));
    }
  }
}

const FLIPPED: Readonly<Record<string, string>> = { '>': '<' };
