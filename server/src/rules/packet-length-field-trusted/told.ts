/**
 * Which numbers of a function are what a packet says, and which of them were handed to somebody who may have looked at them.
 */
import type { Call, View } from '../../analysis/events';
import type { Atom, Lin } from '../../analysis/term';
import type { Taint, Val } from '../../analysis/value';

export class Told {
  private readonly numbers = new Map<Atom, Taint>();
  private readonly handed = new Set<Atom>();

  /** A pointer was moved by it, or an element named. */
  moves(index: Val, taint: Taint): void {
    for (const [x] of index.t.t) this.numbers.set(x, taint);
  }

  /** A function that takes the number may refuse it, or make the packet long enough. */
  call(e: Call, v: View): void {
    if (e.api?.role === 'sized-copy' || e.api?.role === 'byte-swap') return;
    for (const a of e.args) if (v.taints(a).some((t) => t.origin === 'Packet')) this.hand(a.t);
  }

  of(t: Lin): Taint | undefined {
    for (const [x] of t.t) {
      const own = this.numbers.get(x);
      if (own) return own;
    }
    return undefined;
  }

  isHanded(t: Lin): boolean {
    return t.t.some(([x]) => this.handed.has(x) || x.args.some((a) => this.isHanded(a)));
  }

  private hand(t: Lin): void {
    for (const [x] of t.t) {
      this.handed.add(x);
      for (const a of x.args) this.hand(a);
    }
  }
}
