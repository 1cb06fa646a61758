/** Values where two paths meet: one number, one set of targets and of sources that stand for both. Knows of states only their bounds. */
import type { Bounds } from './bounds';
import type { State } from './state';
import { constOf, lin, plus, same, scale, single, type Family, type Lin } from './term';
import { makeVal, symKey, type SymBase, unionTaints, unionTargets, type Target, type Val, withContent, withHeld } from './value';

/** Relations of one side's value to other numbers that hold for the other side's value as well. */
export function relate(out: Bounds, mine: Bounds, theirs: Bounds, phi: Lin, x: Lin, y: Lin): void {
  const atom = single(x);
  if (!atom) return;
  for (const b of mine.relationsOf(atom)) {
    if (b.form.t.length !== 2) continue;
    const hit = b.form.t.find(([a]) => a === atom);
    const other = b.form.t.find(([a]) => a !== atom);
    if (!hit || !other || hit[1] * hit[1] !== 1) continue;
    const swap = (v: Lin): Lin => {
      return plus(scale(lin(other[0]), other[1]), v, hit[1]);
    };
    const r = theirs.range(swap(y), 0);
    out.add(swap(phi), Math.min(b.lo, r.lo), Math.max(b.hi, r.hi));
  }
}

export function half(v: Val, alone: Family, key: string): Val {
  const t = lin(alone.atom(key));
  return v.t === t && v.agg === undefined ? v : withContent(v, undefined, v.ty, t);
}

/** A pointer that is known to be NULL reaches nothing. */
function reached(v: Val, s: State): Val['pts'] {
  if (v.pts.length === 0 || constOf(v.t) !== undefined) return v.pts;
  const r = s.bounds.range(v.t, 0);
  return r.lo === 0 && r.hi === 0 ? [] : v.pts;
}

/** Where either pointer may lead, and what the way on which it leads into the buffer of a request knows of the length of that buffer. */
function meetTargets(a: Val, b: Val, [mine, theirs]: readonly [State, State]): Val['pts'] {
  return unionTargets(allTold(reached(a, mine), mine, theirs), allTold(reached(b, theirs), theirs, mine));
}

/** The same list when there is nothing to tell. */
function allTold(list: Val['pts'], mine: State, theirs: State): Val['pts'] {
  let out: Target[] | undefined;
  list.forEach((p, i) => {
    const q = told(p, mine, theirs);
    if (q !== p) (out ??= [...list])[i] = q;
  });
  return out ?? list;
}

/** With what one side knows of the length of the buffer, where the other does not know it. */
function told(p: Target, mine: State, theirs: State): Target {
  if (p.base.k !== 'region' || (!p.base.inLen && !p.base.outLen)) return p;
  const input = bytes(p.base.inLen, mine);
  const output = bytes(p.base.outLen, mine);
  if (input <= bytes(p.base.inLen, theirs) && output <= bytes(p.base.outLen, theirs)) return p;
  const held = { input: Math.max(input, p.held?.input ?? 0), output: Math.max(output, p.held?.output ?? 0) };
  return held.input === p.held?.input && held.output === p.held.output ? p : withHeld(p, held);
}

/** The least that a length is known to be. */
function bytes(len: Lin | undefined, s: State): number {
  if (!len) return 0;
  const { lo } = s.bounds.range(len, 1);
  return Number.isFinite(lo) && lo > 0 ? lo : 0;
}

/**
 * What a loop counts down from a length of the request is what remains of it, and what is that length or nothing is no more than it: a test
 * of the one is a test of the other.
 */
function inherit(t: Lin, ...from: readonly Lin[]): void {
  const phi = single(t);
  if (!phi) return;
  for (const l of from)
    for (const [x] of l.t) {
      if (x.key.startsWith('REQ')) (phi.counts ??= new Set()).add(x);
      if (x.counts && x !== phi) for (const y of x.counts) (phi.counts ??= new Set()).add(y);
    }
}

/** What a call gave, or none: nobody else gave it. */
function markGiven(t: Lin): void {
  const phi = single(t);
  if (phi) phi.given = true;
}
function isGiven(t: Lin): boolean {
  return single(t)?.given === true;
}

/**
 * Answers the first value itself when it says all that the second one says.
 * @param sides the states that meet; absent where a loop begins anew
 */
export function joinVal(
  a: Val,
  b: Val,
  both: Family,
  key: string,
  phis: { phi: Lin; x: Lin; y: Lin }[],
  sides: readonly [State, State] | undefined,
): Val {
  if (a === b) return a;
  let t = a.t;
  if (!same(a.t, b.t)) {
    const ty = a.ty ?? b.ty;
    const unsigned = ty?.k === 'int' && !ty.signed;
    t = lin(both.atom(key, unsigned ? 0 : -Infinity, unsigned ? 2 ** (8 * ty.size) - 1 : Infinity));
    phis.push({ phi: t, x: a.t, y: b.t });
    if ((isGiven(a.t) && constOf(b.t) !== undefined) || (isGiven(b.t) && constOf(a.t) !== undefined)) markGiven(t);
    if (sides === undefined || constOf(a.t) === 0 || constOf(b.t) === 0) inherit(t, a.t, b.t);
  }
  const pts = a.pts === b.pts ? a.pts : sides ? meetTargets(a, b, sides) : joinTargets(a, b, t);
  const taint = unionTaints(a.taint, b.taint);
  const ty = a.ty ?? b.ty;
  const agg = joinAgg(a, b);
  const fns = joinFns(a.fns, b.fns);
  const nullable = a.nullable ?? b.nullable;
  const sizeOf = a.sizeOf === b.sizeOf ? a.sizeOf : undefined;
  if (
    t === a.t &&
    pts === a.pts &&
    taint === a.taint &&
    ty === a.ty &&
    agg === a.agg &&
    fns === a.fns &&
    nullable === a.nullable &&
    sizeOf === a.sizeOf
  )
    return a;
  return makeVal(t, pts, taint, ty, agg, fns, nullable, undefined, sizeOf);
}

/**
 * Where a loop begins anew: a pointer that walks from object to object, of which nothing else is known, points to one object that stands
 * for all of them, so that the walk comes to an end.
 */
function joinTargets(a: Val, b: Val, t: Lin): readonly Target[] {
  const fresh = b.pts.filter((p) => isFresh(p, a.pts));
  if (fresh.length === 0 || same(a.t, b.t)) return unionTargets(a.pts, b.pts);
  const key = symKey(t);
  const mine = a.pts.find((p) => isOwn(p, a.t)) ?? a.pts.find((p) => p.base.key === key && p.path === '');
  const others = b.pts.filter((p) => !fresh.includes(p));
  const roots = new Set([...(mine ? [mine] : []), ...fresh].flatMap((p) => p.root ?? []));
  const root = roots.size === 1 && fresh.every(isNameless) ? [...roots][0] : undefined;
  if (mine?.base.key === key && (root === mine.root || mine.root === undefined)) return unionTargets(a.pts, others);
  const one: Target = { base: { k: 'sym', key, t }, root, path: '', off: (mine ?? fresh[0])?.off };
  return unionTargets(
    unionTargets(
      [one],
      a.pts.filter((p) => p !== mine),
    ),
    others,
  );
}

/** An unknown object, or the same member of one unknown object after the other. */
function isFresh(p: Target, known: readonly Target[]): boolean {
  if (p.base.k !== 'sym' || known.some((q) => q.base.key === p.base.key && q.path === p.path)) return false;
  return p.path === '' || known.some((q) => q.base.k === 'sym' && q.path === p.path);
}

function isNameless(p: Target): p is Target & { readonly base: SymBase } {
  return p.base.k === 'sym' && p.path === '';
}

/** The object that a pointer points to by definition, because nothing better is known. */
function isOwn(p: Target, t: Lin): boolean {
  return isNameless(p) && same(p.base.t, t);
}

export function joinAgg(a: Pick<Val, 'agg'>, b: Pick<Val, 'agg'>): Val['agg'] {
  if (!a.agg || !b.agg) return a.agg ?? b.agg;
  const from = unionTargets(a.agg.from, b.agg.from);
  const taint = unionTaints(a.agg.taint, b.agg.taint);
  const behind = a.agg.behind === undefined || b.agg.behind === undefined ? undefined : Math.min(a.agg.behind, b.agg.behind);
  if (from === a.agg.from && taint === a.agg.taint && a.agg.zero === undefined && behind === a.agg.behind) return a.agg;
  return behind === undefined ? { from, taint } : { from, taint, behind };
}

function joinFns(a: Val['fns'], b: Val['fns']): Val['fns'] {
  if (!b || a === b) return a;
  if (a && b.every((f) => a.includes(f))) return a;
  return [...new Set([...(a ?? []), ...b])].sort();
}
