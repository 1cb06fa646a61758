/** Numbers that a function compares as signed ones only. Whoever compares a number as an unsigned one refuses the negative ones with it. */
import type { Branch, View } from '../../analysis/events';
import type { Atom } from '../../analysis/term';
import type { Ty } from '../../program/types';

export class SignedTests {
  private readonly signed = new Set<Atom>();
  private readonly unsigned = new Set<Atom>();

  branch(e: Branch, v: View): void {
    const [l, r] = e.vals;
    if (e.c.kind !== 'bin' || !/^[<>]=?$/.test(e.c.op) || !l || !r) return;
    const isSigned = comparesSigned(v.typeOf(e.c.l) ?? l.ty) && comparesSigned(v.typeOf(e.c.r) ?? r.ty);
    for (const val of [l, r]) for (const [x] of val.t.t) (isSigned ? this.signed : this.unsigned).add(x);
  }

  only(x: Atom): boolean {
    return this.signed.has(x) && !this.unsigned.has(x);
  }
}

/** What is narrower than `int` is compared as an `int`. */
function comparesSigned(ty: Ty | undefined): boolean {
  return ty?.k === 'int' && (ty.signed || ty.size < 4);
}
