/**
 * Checks that are known and too little: a number of the request that was compared with its length, or with a constant, and reaches further than
 * that. Told where numbers can be named that pass all that is known and leave the buffer.
 */
import { WEIGHED_LENGTH } from '../../analysis/refine';
import type { View } from '../../analysis/events';
import { sideOf, type Bound } from '../../analysis/bounds';
import { lin, single, type Atom, type Lin } from '../../analysis/term';

/** Numbers that take part in one question. */
const MOST = 3;
/** A number that nothing holds is another rule's. */
const LARGE = 2 ** 24;

/**
 * By how many bytes an access may run past a length, when the request's numbers are chosen for it.
 * @param end bytes from the start of the buffer
 * @returns undefined where no such numbers can be named
 */
export function shortfall(len: Lin, end: Lin, v: View): number | undefined {
  const length = single(len.bare);
  if (!length || end.t.length === 0 || end.t.length > MOST || !v.wasCompared(len)) return undefined;
  if (end.t.some(([x, k]) => k < 0 || x === length)) return undefined;
  const numbers = numbersOf(end, v);
  if (!numbers) return undefined;
  const below = v.state.bounds.relationsOf(length).filter((b) => sideOf(b, length, 1));
  // What two branches asked for in different words is known to neither behind them.
  if (below.length === 0 && v.state.hasMay(WEIGHED_LENGTH, undefined, length.key)) return undefined;
  let most: number | undefined;
  for (const choice of choices(numbers, v)) {
    const by = witness(length, len.c, end, choice, below, v);
    if (by !== undefined && by > 0 && (most === undefined || by < most)) most = by;
  }
  return most;
}

/** The caller's numbers that decide the end: those in it, and those that limit a counter in it. */
function numbersOf(end: Lin, v: View): readonly Atom[] | undefined {
  const out = new Set<Atom>();
  for (const [x] of end.t) {
    if (isChosen(x)) out.add(x);
    else {
      const limit = limitOf(x, v);
      if (!limit) return undefined;
      out.add(limit.number);
    }
  }
  for (const x of out) {
    const { lo, hi } = v.range(lin(x));
    if (!v.wasCompared(lin(x)) || lo < 0 || hi > LARGE) return undefined;
  }
  return [...out];
}

/** It was read from the buffer of a request. */
export function isChosen(x: Atom): boolean {
  return x.args.length === 0 && /^(?:ld:R:|copy:.*:R:)/.test(x.key);
}

/** `counter - number ≤ least`: what a loop asks of its counter. */
export function limitOf(x: Atom, v: View): { readonly number: Atom; readonly least: number } | undefined {
  for (const b of v.state.bounds.relationsOf(x)) {
    if (b.form.t.length !== 2) continue;
    const [mine, other] = b.form.t[0]?.[0] === x ? b.form.t : [...b.form.t].reverse();
    if (!mine || !other || !isChosen(other[0]) || mine[1] !== -other[1] || Math.abs(mine[1]) !== 1) continue;
    const most = mine[1] > 0 ? b.hi : -b.lo;
    if (most === -1) return { number: other[0], least: most };
  }
  return undefined;
}

/** Each number as small and as large as what is known of it alone allows. */
function* choices(numbers: readonly Atom[], v: View): Generator<Map<Atom, number>> {
  for (let bits = 0; bits < 2 ** numbers.length; bits++) {
    const choice = new Map<Atom, number>();
    numbers.forEach((x, i) => {
      const { lo, hi } = v.range(lin(x));
      choice.set(x, bits & (1 << i) ? lo : hi);
    });
    yield choice;
  }
}

/** How far the end lies behind the shortest length that passes every check; undefined where the numbers pass not all of them. */
function witness(
  length: Atom,
  more: number,
  end: Lin,
  choice: ReadonlyMap<Atom, number>,
  below: readonly Bound[],
  v: View,
): number | undefined {
  const values = new Map(choice);
  for (const [x] of end.t) {
    const limit = values.has(x) ? undefined : limitOf(x, v);
    if (limit) values.set(x, (values.get(limit.number) ?? 0) + limit.least);
  }
  if (below.length === 0 && v.range(lin(length)).lo <= 0) return undefined;
  const least = leastOf(length, below, v.state.bounds.of(lin(length))?.lo ?? length.lo, values, v, 0);
  if (least === undefined) return undefined;
  if (least > v.range(lin(length)).hi) return undefined;
  for (const [x] of values) if (!agrees(x, values, v)) return undefined;
  const reached = sum(end, values);
  return reached === undefined ? undefined : reached + end.c - (least + more);
}

/** The smallest value that passes what holds a number from below, and those of the caller's numbers in between. */
function leastOf(
  x: Atom,
  below: readonly Bound[],
  own: number,
  values: Map<Atom, number>,
  v: View,
  depth: number,
): number | undefined {
  let least = own;
  for (const b of below) {
    const k = b.form.t.find(([y]) => y === x)?.[1] ?? 0;
    for (const [y] of b.form.t) {
      if (y === x || values.has(y)) continue;
      if (depth > 1 || !(isChosen(y) || y.param)) return undefined;
      const relations = v.state.bounds.relationsOf(y).filter((o) => sideOf(o, y, 1) && !o.form.t.some(([z]) => z === x));
      if (leastOf(y, relations, v.state.bounds.of(lin(y))?.lo ?? y.lo, values, v, depth + 1) === undefined) return undefined;
    }
    const rest = sum(b.form, values, x);
    if (rest === undefined) return undefined;
    least = Math.max(least, Math.ceil(k > 0 ? (b.lo - rest) / k : (b.hi - rest) / k));
  }
  values.set(x, Math.max(least, own));
  return Number.isFinite(least) ? least : undefined;
}

function agrees(x: Atom, values: ReadonlyMap<Atom, number>, v: View): boolean {
  const is = values.get(x) ?? 0;
  const { lo, hi } = v.range(lin(x));
  if (is < lo || is > hi) return false;
  return v.state.bounds.relationsOf(x).every((b) => canHold(b, values, v));
}

/** One number of which nothing else is said may be whatever the relation asks for. */
function canHold(b: Bound, values: ReadonlyMap<Atom, number>, v: View): boolean {
  const open = b.form.t.filter(([x]) => !values.has(x));
  const [free, ...more] = open;
  if (more.length > 0) return false;
  let lo = sum(b.form, values, free?.[0]);
  if (lo === undefined) return false;
  let hi = lo;
  if (free) {
    if (v.state.bounds.relationsOf(free[0]).length > 1) return false;
    const r = v.range(lin(free[0]));
    lo += free[1] > 0 ? free[1] * r.lo : free[1] * r.hi;
    hi += free[1] > 0 ? free[1] * r.hi : free[1] * r.lo;
  }
  return hi >= b.lo && lo <= b.hi;
}

/** Undefined where the value of a number is not known. */
function sum(form: Lin, values: ReadonlyMap<Atom, number>, but?: Atom): number | undefined {
  let out = 0;
  for (const [x, k] of form.t) {
    if (x === but) continue;
    const value = values.get(x);
    if (value === undefined) return undefined;
    out += k * value;
  }
  return out;
}

/**
 * A number of the caller's that was compared, and with nothing but lengths and other numbers that the caller chooses as well: right for the
 * buffer of the request, and for no other object.
 */
export function isHeldByCaller(t: Lin, v: View): boolean {
  const x = single(t.bare);
  if (!x || !isChosen(x)) return false;
  const above = v.state.bounds.relationsOf(x).filter((b) => sideOf(b, x, -1));
  return above.length > 0 && above.every((b) => b.form.t.every(([y]) => y === x || isCallers(y)));
}

/** A length of the request, a number of its buffer, or one that was computed of nothing else. */
function isCallers(x: Atom): boolean {
  if (x.args.length > 0) return /^[-+*/](?=\()/.test(x.key) && x.args.every((of) => of.t.every(([y]) => isCallers(y)));
  return isChosen(x) || /^(?:REQ\.\w*Len|OID\.)/.test(x.key);
}
