/**
 * Counters of loops whose only limit is a number that the caller chose, and that nothing holds to a length or to a number of the driver.
 */
import type { Branch, View } from '../../analysis/events';
import { lin, single, type Atom } from '../../analysis/term';
import type { Taint, Val } from '../../analysis/value';
import type { Expr } from '../../syntax/ast';
import { chosen, isRequestLength, ofRequest } from './taint';

interface Limit {
  readonly number: Atom;
  readonly taint: Taint;
  /** The counter, as the source has it. */
  readonly counter: string | undefined;
}

export class Counted {
  /** By the counter. */
  private readonly limits = new Map<Atom, Limit>();
  private readonly seen = new Set<Atom>();
  /** Counters that are compared with a number of the driver's own as well: where that ends the loop, they are no larger behind it, either. */
  private readonly ended = new Set<string>();
  /** Counters and numbers that the function compares with more than each other and constants. */
  private readonly held = new Set<Atom>();
  /** Of these, what is compared with the length of the request alone: that says what lies in it, and nothing of an array elsewhere. */
  private readonly heldByLength = new Set<Atom>();

  branch(e: Branch, v: View): void {
    const [l, r] = e.vals;
    if (e.c.kind !== 'bin' || !l || !r) return;
    const { l: left, r: right } = e.c;
    if (e.loop && (this.counts(e.c.op, l, r, v, left) || this.counts(FLIPPED[e.c.op], r, l, v, right))) return;
    if (left.kind === 'id' && r.t.t.length === 0 && /^<=?$/.test(e.c.op)) this.ended.add(left.name);
    if (l.t.t.length === 0 || r.t.t.length === 0) return;
    for (const [side, other] of [
      [l, r],
      [r, l],
    ] as const)
      this.hold(
        side.t.t.map(([x]) => x),
        other.t.t.every(([x]) => isLength(x, v)) ? this.heldByLength : this.held,
      );
  }

  /**
   * The caller's number that alone limits an index of a loop.
   * @param fixed what is reached is an array of a length of its own
   */
  limitOf(index: Val, v: View, fixed = false): Taint | undefined {
    const [x, k] = index.t.t[0] ?? [];
    const limit = x && k === 1 && index.t.t.length === 1 ? this.limits.get(x) : undefined;
    if (!x || !limit || this.held.has(x) || this.held.has(limit.number) || this.ended.has(limit.counter ?? '')) return undefined;
    // The length of a request is right for its own buffer.
    if (isRequestLength(limit.taint) && (!fixed || OF_OID.test(limit.taint.loc))) return undefined;
    const byLength = this.heldByLength.has(x) || this.heldByLength.has(limit.number);
    if (byLength ? !fixed : isNarrowed(limit.number, v, fixed)) return undefined;
    const related = v.state.bounds.relationsOf(limit.number).flatMap((b) => b.form.t.map(([y]) => y));
    const own = limit.number.args.flatMap((of) => of.t.map(([y]) => y));
    return related.every((y) => y === limit.number || this.limits.has(y) || (fixed && (own.includes(y) || isLength(y, v))))
      ? limit.taint
      : undefined;
  }

  private counts(op: string | undefined, counter: Val, number: Val, v: View, name: Expr): boolean {
    const n = single(number.t);
    const i = counter.t.t[0]?.[0];
    if (op !== '<' || !n) return false;
    const taint = chosen(number, v);
    if (!taint || !(isRequestLength(taint) || ofRequest(taint)) || chosen(counter, v)) return false;
    // Compared before the loop, here or by a caller: how much that promises is not known.
    if (!this.seen.has(n) && v.wasCompared(number.t)) (this.isByLength(n) ? this.heldByLength : this.held).add(n);
    this.seen.add(n);
    if (i && counter.t.t.length === 1)
      this.limits.set(i, { number: n, taint, counter: name.kind === 'id' ? name.name : undefined });
    return true;
  }

  private hold(atoms: readonly Atom[], by: Set<Atom>): void {
    for (const x of atoms) {
      by.add(x);
      for (const of of x.args)
        this.hold(
          of.t.map(([y]) => y),
          by,
        );
    }
  }

  /** The comparison that was made is one of this function, with the length. */
  private isByLength(x: Atom): boolean {
    if (this.held.has(x)) return false;
    return this.heldByLength.has(x) || x.args.some((of) => of.t.length > 0 && of.t.every(([y]) => this.isByLength(y)));
  }
}

/**
 * Less than its type allows. Of a quotient, the number that was divided is asked where an array of a length of its own is reached; elsewhere
 * it counts the elements of what somebody made for that number.
 */
function isNarrowed(x: Atom, v: View, fixed: boolean): boolean {
  if (fixed && x.key.startsWith('/(') && x.args.length > 0)
    return x.args.some((of) => of.t.some(([y]) => isNarrowed(y, v, fixed)));
  return v.range(lin(x)).hi < x.hi;
}

/** Lengths of OID requests: NDIS passes them in structures that drivers check where they dispatch, and a rule of their own judges them. */
const OF_OID = /\bDATA\.(?:QUERY|SET|METHOD)_INFORMATION\./;

/** How long the caller said that a buffer is, or how many elements it has room for. */
function isLength(x: Atom, v: View): boolean {
  if (x.key.startsWith('/(')) return x.args.every((of) => of.t.every(([y]) => isLength(y, v)));
  return single(v.request.inLen) === x || single(v.request.outLen) === x || TRANSFER_LENGTH.test(x.key);
}

/** How much of its data a SCSI request says there is. */
const TRANSFER_LENGTH = /^ld:(SCSI|STORAGE)_REQUEST_BLOCK:DataTransferLength\b/;

const FLIPPED: Readonly<Record<string, string>> = { '>': '<' };
