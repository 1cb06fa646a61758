/**
 * Sums, products and differences of numbers that the caller chooses, which may wrap before anything is compared. Remembers them within one
 * function, so that a rule can ask where such a number is used.
 */
import type { Arith, Branch, View } from '../../analysis/events';
import { WEIGHED } from '../../analysis/refine';
import { constOf, constant, lin, minus, plus, same, single, type Lin } from '../../analysis/term';
import type { Taint, Val } from '../../analysis/value';
import { DISTANCE } from '../../analysis/made-values';
import type { Span } from '../../syntax/ast';
import { chosen, isRequestLength, statedByPeer, isAttributeLength } from './taint';

export interface Wrap {
  readonly place: Span;
  readonly op: Arith['op'];
  readonly taint: Taint;
  readonly bits: number;
  /** It fits where it is computed, and wraps once 32 bits of it are kept: `ULONG Size = Count * sizeof(T)`. */
  readonly cut?: boolean;
  /** A difference of pointers, which wraps where a length is made of it. */
  readonly signed?: boolean;
  /** What it yields where it does not wrap. */
  readonly form: Lin;
  /** What it is made of. */
  readonly of: readonly Lin[];
}

export class Wraps {
  private readonly byForm = new Map<string, Wrap>();
  /** Asked about by the function itself. */
  private readonly settled = new Set<Wrap>();

  /** @param sums sums that fit where they are computed count as well, once 32 bits of them are kept */
  constructor(private readonly sums = false) {}

  note(e: Arith, v: View): void {
    if (e.out.t.t.length === 0) return;
    const form = key(e.out.t);
    const before = e.op === '-' ? undefined : this.inside(e);
    if (before) {
      if (!this.byForm.has(form)) this.byForm.set(form, before);
      return;
    }
    const taint = chosen(e.out, v) ?? statedByPeer(e, v);
    if (!taint) return;
    if (isAttributeLength(taint) && e.op !== '-') return;
    // Indexes of a ring wrap on purpose.
    if (taint.origin === 'SharedPages' || taint.origin === 'SharedView') return;
    if (isRequestLength(taint) && (isRunning(e) || (e.op === '-' && isSystems(taint) && constOf(e.r.t) !== undefined))) return;
    // The last of so many pages.
    if (e.op === '-' && constOf(e.r.t) === 1 && isRoundedUp(e.l.t)) return;
    // What this side has used up of a field.
    if (e.op === '-' && constOf(e.r.t) === undefined && e.out.ty !== DISTANCE && isUsedUp(e)) return;
    const cut = e.op !== '-' && e.bits > 32 && !mayOverflow(e, v, e.bits);
    // Of what fits where it is computed, products alone: a sum stays near what it is made of.
    if (cut && !this.sums && e.op === '+' && ![e.l, e.r].some((x) => this.byForm.get(key(x.t))?.cut)) return;
    if (e.op === '-' ? !mayUnderflow(e, v) : !mayOverflow(e, v, cut ? 32 : e.bits)) return;
    if (!this.byForm.has(form))
      this.byForm.set(form, {
        place: e.place,
        op: e.op,
        taint,
        bits: cut ? 32 : e.bits,
        cut,
        signed: e.out.ty === DISTANCE,
        form: e.out.t,
        of: [e.l.t, e.r.t],
      });
  }

  /** A number that may have wrapped, and a constant that is added to it, or by which what went below zero is multiplied. */
  private inside(e: Arith): Wrap | undefined {
    const wrap = constOf(e.r.t) !== undefined ? this.of(e.l) : constOf(e.l.t) !== undefined ? this.of(e.r) : undefined;
    return e.op === '+' || wrap?.op === '-' ? wrap : undefined;
  }

  /** The operation that made this number, if it may have wrapped. */
  of(val: Val | undefined): Wrap | undefined {
    if (!val || val.t.t.length === 0 || this.byForm.size === 0) return undefined;
    const wrap = this.made(val.t) ?? this.rounded(val.t);
    if (wrap && this.settled.has(wrap)) return undefined;
    if (wrap?.signed && val.ty?.k === 'int' && val.ty.signed) return undefined;
    if (wrap?.cut) return val.ty?.k === 'int' && val.ty.size <= 4 ? wrap : undefined;
    return wrap ?? this.counted(val.t);
  }

  /** The number itself, or a product to which a constant was added, in whatever way: a check of the sum comes too late. */
  private made(t: Lin): Wrap | undefined {
    const own = this.byForm.get(key(t));
    if (own || t.c <= 0) return own;
    const product = this.byForm.get(`${t.key}:0`);
    return product?.op === '*' ? product : undefined;
  }

  /** What is rounded to a whole number of pages or of other units has wrapped before that. */
  private rounded(t: Lin): Wrap | undefined {
    const at = t.t.findIndex(([x]) => x.key.startsWith('&('));
    const [x, k] = t.t[at] ?? [];
    const [of, by] = x?.args ?? [];
    const mask = by && constOf(by);
    if (!x || !of || mask === undefined) return undefined;
    // `n & ~(unit - 1)`, or `n - (n & (unit - 1))`.
    const unit = k === 1 ? (mask < 0 ? -mask : 2 ** 32 - mask) : mask + 1;
    if (!isPower(unit) || !same(k === 1 ? lin(x) : minus(of, lin(x)), t)) return undefined;
    // What the rounding itself adds wraps to nothing at most, which is asked about afterwards.
    return this.made(plus(of, constant(1 - unit)));
  }

  /** A number of elements, `(Length - Offset) / Size`, or what is made of it: the difference that went below zero. */
  private counted(t: Lin, depth = 0): Wrap | undefined {
    if (depth > 3) return undefined;
    for (const [x] of t.t) {
      if (!/^(\/|>>|narrow\d)\(/.test(x.key)) continue;
      const of = x.args[0];
      const wrap = of && (this.byForm.get(key(of)) ?? this.counted(of, depth + 1));
      if (wrap?.op === '-') return wrap;
    }
    return undefined;
  }

  /** A member of a structure of this function whose address is handed on. */
  within(val: Val, v: View): Wrap | undefined {
    if (this.byForm.size === 0) return undefined;
    for (const p of val.pts) {
      if (p.base.k !== 'local') continue;
      for (const c of v.state.under(p.base, p.path)) {
        const wrap = c.val.pts.length === 0 ? this.of(c.val) : undefined;
        if (wrap) return wrap;
      }
    }
    return undefined;
  }

  /** True when the comparison asks whether a number wrapped: `a + b < a`, `a * b / b != a`. From there on it did not. */
  asks(e: Branch): boolean {
    if (e.c.kind !== 'bin' || e.vals.length !== 2) return false;
    const [l, r] = e.vals as [Val, Val];
    const found = isOrder(e.c.op) ? (this.summed(l, r) ?? this.summed(r, l)) : (this.divided(l, r) ?? this.divided(r, l));
    if (found) this.settled.add(found);
    return found !== undefined;
  }

  private summed(whole: Val, part: Val): Wrap | undefined {
    const wrap = this.of(whole) ?? this.byForm.get(key(whole.t));
    return wrap && wrap.of.some((x) => same(x, part.t)) ? wrap : undefined;
  }

  private divided(quotient: Val, part: Val): Wrap | undefined {
    for (const [x] of quotient.t.t) {
      const [product, by] = x.args;
      if (!x.key.startsWith('/(') || !product || !by) continue;
      const wrap = this.byForm.get(key(product));
      if (wrap?.op === '*' && wrap.of.some((o) => same(o, by)) && wrap.of.some((o) => same(o, part.t))) return wrap;
    }
    return undefined;
  }

  /** An operation at this very place. */
  at(place: Span): Wrap | undefined {
    for (const w of this.byForm.values()) if (w.place.start >= place.start && w.place.end <= place.end) return w;
    return undefined;
  }
}

/** A count of pages or of other units, the last one begun: none is left out unless nothing was asked for at all. */
function isRoundedUp(t: Lin): boolean {
  const [x] = t.t[0] ?? [];
  const [of, by] = x?.args ?? [];
  const shift = by && constOf(by);
  if (t.t.length !== 1 || !x || !of || shift === undefined || !/^(>>|\/)\(/.test(x.key)) return false;
  return of.c >= (x.key.startsWith('/') ? shift : 2 ** shift) - 1;
}

function isPower(unit: number): boolean {
  return unit > 1 && unit <= 2 ** 30 && Number.isInteger(Math.log2(unit));
}

/** The system answers a length below that of the class of information itself. */
function isSystems(t: Taint): boolean {
  return /\bParameters\.(QueryFile|SetFile|QueryVolume|SetVolume)\.Length$/.test(t.loc);
}

function isOrder(op: string): boolean {
  return op.startsWith('<') || op.startsWith('>');
}

/** Nothing that the caller chose is taken away, or what was counted up from that very field. */
function isUsedUp(e: Arith): boolean {
  const isLoaded = e.r.t.t.some(([x]) => x.key.startsWith('ld:'));
  return e.r.taint.length === 0 || (!isLoaded && e.r.taint.every((t) => e.l.taint.some((o) => o.loc === t.loc)));
}

/** A place in a buffer, or what is left of it, that was counted up from a length: no number that somebody chose. */
function isRunning(e: Arith): boolean {
  const direct = (t: Lin): boolean => t.t.some(([x]) => x.key.startsWith('REQ.'));
  if (e.op === '-') return constOf(e.r.t) === undefined && !direct(e.r.t) && e.r.taint.every(isRequestLength);
  return ![e.l, e.r].some((x) => direct(x.t));
}

function key(t: Lin): string {
  return `${t.key}:${String(t.c)}`;
}

function mayOverflow(e: Arith, v: View, bits: number): boolean {
  if (bits > 32 && (e.op !== '*' || isSigned(e))) return false;
  const limit = 2 ** bits - 1;
  // A product of two numbers has no form of its own: what is known of it is its type, which it may leave.
  const isProduct = e.op === '*' && constOf(e.l.t) === undefined && constOf(e.r.t) === undefined;
  if (!isProduct && (v.range(e.out.t).hi <= limit || top(e.out.t, v) <= limit)) return false;
  if (e.op === '*' && widest(e.l, v) * widest(e.r, v) <= limit) return false;
  let reaches = false;
  for (const x of [e.l, e.r]) {
    if (constOf(x.t) !== undefined) continue;
    // A type that is not known has no range to leave.
    if (x.ty?.k !== 'int') return false;
    const hi = v.range(x.t).hi;
    // An operand that was compared with something: how much that promises is not known. A sum wraps by the other one, if nobody asked for that.
    if (v.wasCompared(x.t) && !(hi >= limit && isPlainTest(x.t, v))) {
      if (e.op === '+' && isFree(x === e.l ? e.r : e.l, limit, v)) continue;
      return false;
    }
    // A remainder is smaller than both numbers that it is made of.
    if (x.t.t.length === 1 && x.t.t[0]?.[0].key.startsWith('%(')) return false;
    // So is what it was made of: a count of pages that follows from a length.
    if (x.t.t.some(([a]) => a.args.some((of) => v.wasCompared(of) && !isPlainTest(of, v)))) return false;
    // A sum wraps by an operand that is large itself; what a byte adds to an index of the driver's own does not count.
    if (chosen(x, v) && (e.op !== '+' || hi > 0xffff)) reaches = true;
  }
  return reaches;
}

/** A whole number of the caller's buffer that was compared with nothing, and made of nothing that was. */
function isFree(x: Val, limit: number, v: View): boolean {
  const atom = single(x.t);
  const taint = chosen(x, v);
  if (!atom || !taint || isRequestLength(taint) || atom.args.length > 0) return false;
  return v.range(x.t).hi >= limit && !v.wasCompared(x.t);
}

/** The largest value that an operand has, by what is known of it and by its type. */
function widest(x: Val, v: View): number {
  const { hi } = v.range(x.t);
  return x.ty?.k === 'int' && !x.ty.signed ? Math.min(hi, 2 ** (8 * x.ty.size) - 1) : hi;
}

/** What a sum reaches at most, by what is known by now of the numbers that were divided to make its parts. */
function top(t: Lin, v: View): number {
  let sum = t.c;
  for (const [x, k] of t.t) {
    const by = x.key.startsWith('/(') && x.args[1] ? constOf(x.args[1]) : undefined;
    const of = x.args[0];
    if (k < 0 || by === undefined || by <= 0 || !of) return Infinity;
    sum += k * Math.floor(v.range(of).hi / by);
  }
  return sum;
}

/** What a sum comes to at least, in the same way. */
function bottom(t: Lin, v: View): number {
  let sum = t.c;
  for (const [x, k] of t.t) {
    const by = x.key.startsWith('/(') && x.args[1] ? constOf(x.args[1]) : undefined;
    const of = x.args[0];
    if (k < 0 || by === undefined || by <= 0 || !of) return -Infinity;
    sum += k * Math.floor(v.range(of).lo / by);
  }
  return sum;
}

function isSigned(e: Arith): boolean {
  return e.out.ty?.k === 'int' && e.out.ty.signed;
}

/** The only comparisons were lower bounds: they say nothing about the top. */
function isPlainTest(t: Lin, v: View): boolean {
  const atom = t.t[0]?.[0];
  return atom !== undefined && !v.state.bounds.heldFromAbove(atom);
}

function mayUnderflow(e: Arith, v: View): boolean {
  if (!isUnsigned(e)) return false;
  if (v.proves(e.out.t) || bottom(e.out.t, v) >= 0) return false;
  if (e.l.t.t.some(([x]) => v.state.hasMust(WEIGHED, undefined, x.key) !== undefined)) return false;
  if (v.wasCompared(e.l.t)) {
    // Compared with constants only, and those do not reach.
    const c = constOf(e.r.t);
    const atom = e.l.t.t[0]?.[0];
    if (c === undefined || atom === undefined || v.state.bounds.heldFromBelow(atom)) return false;
    return v.range(e.l.t).lo < c;
  }
  return !v.wasCompared(e.r.t) || constOf(e.r.t) !== undefined;
}

function isUnsigned(e: Arith): boolean {
  const ty = e.out.ty;
  return ty?.k === 'int' && (!ty.signed || (e.l.ty?.k === 'int' && !e.l.ty.signed));
}
