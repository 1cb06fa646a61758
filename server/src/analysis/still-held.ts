/**
 * What is kept of a comparison where a call ends or begins and one of its numbers has no name any more. Knows numbers of requests alone:
 * of others it is better to know nothing.
 */
import type { Analyzer } from './analyzer';
import type { Bound } from './bounds';
import type { State } from './state';
import { lin, minus, single, type Atom, type Lin } from './term';

/**
 * A length of the request, or a field of its buffer, was compared with a number that has no name on the other side of a call (the
 * minimum in an entry of a table). That it is held, and from which side, is kept.
 */
export function stillHeld(form: Lin, b: Bound, s: State, a: Analyzer): void {
  if (form.t.length < 2) return;
  for (const [y, k] of form.t) {
    const x = uncut(y);
    if (!isOfRequest(x)) continue;
    const below = k > 0 ? Number.isFinite(b.lo) : Number.isFinite(b.hi);
    const above = k > 0 ? Number.isFinite(b.hi) : Number.isFinite(b.lo);
    if (below) s.bounds.add(minus(lin(x), lin(a.atoms.atom(`least:${x.key}`, { frame: false }))), 0, Infinity);
    if (above && x === y) s.bounds.add(minus(lin(x), lin(a.atoms.atom(`most:${x.key}`, { frame: false }))), -Infinity, 0);
    s.compare(lin(x));
  }
}

/** A length of the request, or a field of its buffer. */
export function isOfRequest(x: Atom): boolean {
  return !x.frame && /^(REQ\.\w+Len$|ld:R:)/.test(x.key);
}

/** The number of which this one is the lower half, as `(USHORT)Length`: it is no smaller. */
export function uncut(x: Atom): Atom {
  const of = x.lo === 0 && x.key.startsWith('narrow') ? x.args[0] : undefined;
  return (of && single(of)) ?? x;
}
