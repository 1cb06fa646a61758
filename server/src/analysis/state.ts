/**
 * What is known at one point of one execution path: memory cells, bounds on numbers, and marks that analyses and rules leave on the way.
 * Copied before it is changed; cheap to copy.
 */
import { asKernel, isFromKernel, isProbe, vouchedFor } from './mode';
import { Bounds, type Bound } from './bounds';
import { around, copiedNumber, metMembers } from './copied';
import { half, joinVal, relate } from './join-values';
import { range } from './ranges';
import { Sparse } from './sparse';
import { constOf, single, ZERO, type Atom, type Atoms, type Lin } from './term';
import { captured, makeVal, sameVal, type Base, type Site, type Val } from './value';

/** Something that happened on the way here. `base` ties it to an object, so that it survives calls under the right name. */
export interface Mark {
  readonly tag: string;
  readonly base?: Base;
  readonly path?: string;
  readonly site: Site;
  readonly num?: Lin;
  readonly data?: string;
}

export interface Cell {
  readonly base: Base;
  readonly path: string;
  readonly val: Val;
}

const cellKeys = new Map<string, Map<string, string>>();
/** The name of a cell; made once, so that the text is not joined at every look. */
export function cellKey(base: Base, path: string): string {
  let inner = cellKeys.get(base.key);
  if (!inner) {
    if (cellKeys.size > 200_000) cellKeys.clear();
    cellKeys.set(base.key, (inner = new Map()));
  }
  let key = inner.get(path);
  if (key === undefined) inner.set(path, (key = `${base.key}|${path}`));
  return key;
}

const markKeys = new Map<string, Map<string, string>>();
/** The name of a mark; made once, as that of a cell. */
function markKey(tag: string, base: Base | undefined, path: string | undefined): string {
  const place = base ? cellKey(base, path ?? '') : `|${path ?? ''}`;
  let inner = markKeys.get(tag);
  if (!inner || inner.size > 200_000) markKeys.set(tag, (inner = new Map()));
  let key = inner.get(place);
  if (key === undefined) inner.set(place, (key = `${tag}|${place}`));
  return key;
}

function numberKey(t: Lin): string {
  return t.c === 0 ? t.key : `${t.key}:${String(t.c)}`;
}

/** What one object holds: the content of the whole of it, and that of places inside. Changed only by the state that owns it. */
class Content {
  constructor(
    readonly base: Base,
    readonly owner: number,
    public self: Val | undefined,
    public inside: Map<string, Val> | undefined,
  ) {}

  get(path: string): Val | undefined {
    return path === '' ? this.self : this.inside?.get(path);
  }
  get isEmpty(): boolean {
    return this.self === undefined && (this.inside === undefined || this.inside.size === 0);
  }
}

const PRUNE_AT = 24;
/** Walks over atoms so far; each marks what it meets by its number. */
let walks = 0;
/** Owners so far. */
let owners = 0;

export class State {
  private objects: Sparse<Content>;
  private musts: Sparse<Mark>;
  private mays: Sparse<Mark>;
  private nonzero: Sparse<true>;
  private seen: Sparse<Atom>;
  /** Maps and contents with another owner are shared with other states. */
  private owner = ++owners;
  bounds: Bounds;

  constructor(from?: State) {
    if (from) from.owner = ++owners;
    this.objects = from?.objects ?? Sparse.empty(this.owner);
    this.musts = from?.musts ?? Sparse.empty(this.owner);
    this.mays = from?.mays ?? Sparse.empty(this.owner);
    this.nonzero = from?.nonzero ?? Sparse.empty(this.owner);
    this.seen = from?.seen ?? Sparse.empty(this.owner);
    this.bounds = from ? from.bounds.clone() : new Bounds();
  }

  clone(): State {
    return new State(this);
  }

  /** Takes over what another state knows. */
  become(o: State): void {
    if (o === this) return;
    o.owner = ++owners;
    this.owner = ++owners;
    this.objects = o.objects;
    this.musts = o.musts;
    this.mays = o.mays;
    this.nonzero = o.nonzero;
    this.seen = o.seen;
    this.bounds = o.bounds.clone();
  }

  private ownObjects(): Sparse<Content> {
    return (this.objects = this.objects.ownedBy(this.owner));
  }
  private ownMusts(): Sparse<Mark> {
    return (this.musts = this.musts.ownedBy(this.owner));
  }
  private ownMays(): Sparse<Mark> {
    return (this.mays = this.mays.ownedBy(this.owner));
  }
  private ownNonzero(): Sparse<true> {
    return (this.nonzero = this.nonzero.ownedBy(this.owner));
  }
  private ownSeen(): Sparse<Atom> {
    return (this.seen = this.seen.ownedBy(this.owner));
  }

  /** The content of an object, to be changed. */
  private ownContent(base: Base): Content {
    const old = this.objects.get(base.key);
    if (old?.owner === this.owner) return old;
    const own = new Content(base, this.owner, old?.self, old?.inside && new Map(old.inside));
    this.ownObjects().set(base.key, own);
    return own;
  }

  /** Every cell, object by object. */
  cells(): Cell[] {
    const out: Cell[] = [];
    this.objects.each((o) => {
      addCells(o, out);
    });
    return out;
  }
  /** Cells of one object. */
  cellsOf(base: Base): readonly Cell[] {
    const o = this.objects.get(base.key);
    return o ? addCells(o, []) : NO_CELLS;
  }
  /** Objects of which something is known. */
  bases(): Base[] {
    return this.objects.list().map((o) => o.base);
  }
  /** What holds on every path that leads here. */
  must(): Mark[] {
    return this.musts.list();
  }
  /** What happened on some path that leads here. */
  may(): Mark[] {
    return this.mays.list();
  }
  /** Numbers that conditions tested on every path. */
  compared(): Atom[] {
    return this.seen.list();
  }
  /** Names of all of these, for a digest. */
  names(): readonly (readonly string[])[] {
    return [this.musts.keys(), this.mays.keys(), this.seen.keys()];
  }

  cell(base: Base, path: string): Val | undefined {
    return this.objects.get(base.key)?.get(path);
  }
  setCell(base: Base, path: string, val: Val): void {
    if (this.objects.get(base.key)?.get(path) === val) return;
    const own = this.ownContent(base);
    if (path === '') own.self = val;
    else (own.inside ??= new Map()).set(path, val);
  }
  /** Forgets cells of an object at and under a path. */
  dropUnder(base: Base, path: string, keepSelf = false): void {
    const o = this.objects.get(base.key);
    if (!o) return;
    if (path === '') {
      if (!keepSelf) this.dropObject(base);
      else if (o.inside !== undefined && o.inside.size > 0) this.ownContent(base).inside = undefined;
      return;
    }
    if (!o.inside) return;
    let own: Map<string, Val> | undefined;
    for (const key of o.inside.keys()) {
      if (!key.startsWith(path)) continue;
      const next = key.charAt(path.length);
      if ((next === '' && !keepSelf) || next === '.' || next === '[') {
        own ??= this.ownContent(base).inside;
        own?.delete(key);
      }
    }
    if (own?.size === 0) this.dropEmpty(base);
  }
  private dropEmpty(base: Base): void {
    if (this.objects.get(base.key)?.isEmpty === true) this.ownObjects().delete(base.key);
  }
  /** Cells of an object at and under a path. */
  under(base: Base, path: string): Cell[] {
    return this.cellsOf(base).filter((c) => {
      if (path === '') return true;
      const next = c.path.charAt(path.length);
      return c.path.startsWith(path) && (next === '' || next === '.' || next === '[');
    });
  }
  dropCell(base: Base, path: string): void {
    if (this.cell(base, path) === undefined) return;
    const own = this.ownContent(base);
    if (path === '') own.self = undefined;
    else own.inside?.delete(path);
    this.dropEmpty(base);
  }
  dropObject(base: Base): void {
    if (this.objects.has(base.key)) this.ownObjects().delete(base.key);
  }

  setMust(m: Mark): void {
    const key = markKey(m.tag, m.base, m.path);
    if (this.musts.get(key) !== m) this.ownMusts().set(key, m);
  }
  dropMust(tag: string, base?: Base, path?: string): void {
    const key = markKey(tag, base, path);
    if (this.musts.has(key)) this.ownMusts().delete(key);
  }
  hasMust(tag: string, base?: Base, path?: string): Mark | undefined {
    return this.musts.size === 0 ? undefined : this.musts.get(markKey(tag, base, path));
  }
  setMay(m: Mark): void {
    const key = markKey(m.tag, m.base, m.path);
    if (!this.mays.has(key)) this.ownMays().set(key, m);
  }
  replaceMay(m: Mark): void {
    this.ownMays().set(markKey(m.tag, m.base, m.path), m);
  }
  hasMay(tag: string, base?: Base, path?: string): Mark | undefined {
    return this.mays.size === 0 ? undefined : this.mays.get(markKey(tag, base, path));
  }
  dropMay(tag: string, base?: Base, path?: string): void {
    const key = markKey(tag, base, path);
    if (this.mays.has(key)) this.ownMays().delete(key);
  }

  /**
   * What a caller can see of the state at a way out: without the cells and marks of the function's own locals, and without facts about
   * numbers that nobody outside can name.
   * @param isInner an object of the function itself
   * @param isVisible a number that the caller can name, beside those that remaining cells hold
   * @param isWanted a bound that is of use though one of its numbers cannot be named
   */
  trim(isInner: (b: Base) => boolean, isVisible: (x: Atom) => boolean, isWanted: (b: Bound) => boolean): void {
    for (const base of this.bases()) if (isInner(base)) this.dropObject(base);
    for (const [key, m] of this.musts) if (m.base && isInner(m.base)) this.ownMusts().delete(key);
    for (const [key, m] of this.mays) if (m.base && isInner(m.base)) this.ownMays().delete(key);
    const walk = ++walks;
    const see = (l: Lin): void => {
      for (const [x] of l.t) {
        if (x.met === walk) continue;
        x.met = walk;
        for (const y of x.args) see(y);
      }
    };
    this.objects.each((o) => {
      if (o.self) see(o.self.t);
      if (o.inside) for (const v of o.inside.values()) see(v.t);
    });
    const nameable = (x: Atom): boolean => !x.frame || x.met === walk || isVisible(x);
    for (const [key, x] of this.seen) if (!nameable(x)) this.ownSeen().delete(key);
    this.bounds.keep((b) => b.form.t.every(([x]) => nameable(x)) || isWanted(b));
  }

  /** Records that a condition on the way here tested this number. */
  compare(t: Lin): void {
    for (const [a] of t.t) this.compareAtom(a);
  }
  private compareAtom(a: Atom): void {
    if (this.seen.has(a.key)) return;
    this.ownSeen().set(a.key, a);
    for (const arg of a.args) for (const [inner] of arg.t) this.compareAtom(inner);
    for (const x of a.counts ?? []) this.compareAtom(x);
  }
  wasCompared(t: Lin): boolean {
    return t.t.some(([a]) => this.seen.has(a.key));
  }

  setNonZero(t: Lin): void {
    if (t.key && !this.nonzero.has(numberKey(t))) this.ownNonzero().set(numberKey(t), true);
  }
  isNonZero(t: Lin): boolean {
    const c = constOf(t);
    if (c !== undefined) return c !== 0;
    if (this.nonzero.has(numberKey(t))) return true;
    const r = this.bounds.range(t, 1);
    return r.lo > 0 || r.hi < 0;
  }
  isZero(t: Lin): boolean {
    const c = constOf(t);
    if (c !== undefined) return c === 0;
    const r = this.bounds.range(t, 1);
    return r.lo === 0 && r.hi === 0;
  }

  /** Forgets facts about numbers that no cell holds and no expression can name again. */
  prune(): void {
    if (this.bounds.size < PRUNE_AT) return;
    const walk = ++walks;
    const hold = (t: Lin): void => {
      for (const [x] of t.t) {
        if (x.met === walk) continue;
        x.met = walk;
        for (const y of x.args) hold(y);
      }
    };
    const holdAll = (v: Val): void => {
      hold(v.t);
      for (const p of v.pts) {
        if (p.off) hold(p.off);
        if (p.base.k === 'sym') hold(p.base.t);
      }
    };
    this.objects.each((o) => {
      if (o.self) holdAll(o.self);
      if (o.inside) for (const v of o.inside.values()) holdAll(v);
    });
    const alive = (x: Atom): boolean => {
      if (!x.frame || x.met === walk || x.param) return true;
      if (x.dead === walk) return false;
      // Taken for dead while its operands are looked at.
      x.dead = walk;
      if (x.args.length === 0 || !x.args.every((a) => a.t.every(([y]) => alive(y)))) return false;
      x.met = walk;
      return true;
    };
    this.bounds.prune(alive);
  }

  equals(o: State): boolean {
    return (
      Sparse.equal(this.objects, o.objects, sameContent) &&
      Sparse.equal(this.musts, o.musts, anything) &&
      Sparse.equal(this.mays, o.mays, anything) &&
      Sparse.equal(this.nonzero, o.nonzero, anything) &&
      Sparse.equal(this.seen, o.seen, anything) &&
      this.bounds.equals(o.bounds)
    );
  }

  /** Objects that one path probed, or need not have, and the other did not. */
  private static probes(a: State, b: State): Base[] {
    const out: Base[] = [];
    Sparse.pairs(a.musts, b.musts, (x, y) => {
      const only = x && !y ? x : y && !x ? y : undefined;
      if (only?.base && isProbe(only)) out.push(only.base);
    });
    return out;
  }

  /**
   * The state where two paths meet. A cell that differs becomes a fresh number named after the place, so that the answer is the same in
   * every round.
   * @param place names the meeting point
   * @param loop a loop begins anew there
   */
  static join(a: State, b: State, place: string, atoms: Atoms, loop = false): State {
    if (a === b) return a;
    const vouched = vouchedFor(a, b, atoms.mode, State.probes(a, b));
    const fromKernel = isFromKernel(a, atoms.mode);
    if (fromKernel !== isFromKernel(b, atoms.mode)) {
      if (fromKernel) a = asKernel(a);
      else b = asKernel(b);
    }
    const out = new State(a);
    const phis: { phi: Lin; x: Lin; y: Lin }[] = [];
    if (a.objects !== b.objects) {
      const alone = atoms.family(`half:${place}`);
      const both = atoms.family(place);
      const sides = loop ? undefined : ([a, b] as const);
      const one = (base: Base, path: string, x: Val | undefined, y: Val | undefined): void => {
        if (x === y) return;
        let val: Val | undefined;
        if (x && y) {
          val = joinVal(x, y, both, cellKey(base, path), phis, sides);
          if (x.agg && y.agg && val.agg && x.agg !== y.agg && a.seen.size > 0)
            phis.push(...metMembers(a.seen.list(), base, [x.agg, y.agg, val.agg], atoms));
        } else {
          const only = x ?? y;
          if (!only) return;
          const whole = base.k === 'local' ? asPart(only, x ? [a, b] : [b, a], base, path, atoms) : undefined;
          if (whole)
            val = x
              ? joinVal(x, whole, both, cellKey(base, path), phis, sides)
              : joinVal(whole, only, both, cellKey(base, path), phis, sides);
          else val = base.k === 'local' ? only : half(only, alone, cellKey(base, path));
        }
        if (val && val !== x) out.setCell(base, path, val);
      };
      const pair = (mine: Content | undefined, theirs: Content | undefined): void => {
        if (mine === theirs) return;
        const base = mine?.base ?? theirs?.base;
        if (!base || (base.k === 'local' && !theirs)) return;
        one(base, '', mine?.self, theirs?.self);
        if (mine?.inside === theirs?.inside) return;
        if (mine?.inside) for (const [path, x] of mine.inside) one(base, path, x, theirs?.inside?.get(path));
        if (theirs?.inside)
          for (const [path, y] of theirs.inside) if (mine?.inside?.has(path) !== true) one(base, path, undefined, y);
      };
      Sparse.pairs(a.objects, b.objects, pair);
    }
    Sparse.pairs(a.musts, b.musts, (x, y, key) => {
      if (x && !y) out.ownMusts().delete(key);
    });
    for (const m of vouched) out.setMust(m);
    Sparse.pairs(a.mays, b.mays, (x, y, key) => {
      if (!x && y) out.ownMays().set(key, y);
    });
    Sparse.pairs(a.nonzero, b.nonzero, (x, y, key) => {
      if (x && !y) out.ownNonzero().delete(key);
    });
    Sparse.pairs(a.seen, b.seen, (x, y, key) => {
      if (x && !y) out.ownSeen().delete(key);
    });
    out.bounds = a.bounds.meet(b.bounds);
    out.renew(phis);
    for (const { phi, x, y } of phis) {
      const rx = a.bounds.range(x, 0);
      const ry = b.bounds.range(y, 0);
      out.bounds.add(phi, Math.min(rx.lo, ry.lo), Math.max(rx.hi, ry.hi));
      if (a.isNonZero(x) && b.isNonZero(y)) out.setNonZero(phi);
      // A number that is known on one side needs no comparison there.
      const known = constOf(x) !== undefined && constOf(y) !== undefined;
      if (!known && (constOf(x) !== undefined || a.wasCompared(x)) && (constOf(y) !== undefined || b.wasCompared(y)))
        out.compare(phi);
      relate(out.bounds, a.bounds, b.bounds, phi, x, y);
      relate(out.bounds, b.bounds, a.bounds, phi, y, x);
    }
    return out;
  }

  /** A name that stood for the number of the last round stands for that of this round: what was known of it is not known of this one. */
  private renew(phis: readonly { readonly phi: Lin; readonly x: Lin; readonly y: Lin }[]): void {
    const old = new Set<Atom>();
    for (const { phi, x, y } of phis) {
      const atom = single(phi);
      if (!atom || ![x, y].some((l) => l.t.some(([z]) => z === atom))) continue;
      old.add(atom);
      const key = numberKey(phi);
      if (this.nonzero.has(key)) this.ownNonzero().delete(key);
    }
    if (old.size > 0) this.bounds.prune((x) => !old.has(x));
  }
}

/**
 * What the other path holds in a member that only this path has set by itself: part of what was copied there as a whole. Asked where this
 * path has compared the number, so that a comparison of the same member on both paths stays one.
 */
function asPart(v: Val, [own, other]: readonly [State, State], base: Base, path: string, atoms: Atoms): Val | undefined {
  if (path === '' || v.ty?.k !== 'int' || constOf(v.t) !== undefined) return undefined;
  if (!own.wasCompared(v.t) || other.wasCompared(v.t)) return undefined;
  for (let outer = around(path); outer !== undefined; outer = around(outer)) {
    const agg = other.cell(base, outer)?.agg;
    if (agg?.zero) return makeVal(ZERO, [], [], v.ty);
    if (agg) return makeVal(copiedNumber(atoms, base, path, agg, range(v.ty)), [], captured(agg.taint), v.ty);
  }
  return undefined;
}

const NO_CELLS: readonly Cell[] = [];

function addCells(o: Content, out: Cell[]): Cell[] {
  if (o.self) out.push({ base: o.base, path: '', val: o.self });
  if (o.inside) for (const [path, val] of o.inside) out.push({ base: o.base, path, val });
  return out;
}

function anything(): boolean {
  return true;
}

function sameContent(a: Content, b: Content): boolean {
  if (a === b) return true;
  if (a.self !== b.self && !(a.self && b.self && sameVal(a.self, b.self))) return false;
  if (a.inside === b.inside) return true;
  if ((a.inside?.size ?? 0) !== (b.inside?.size ?? 0)) return false;
  if (a.inside)
    for (const [path, x] of a.inside) {
      const y = b.inside?.get(path);
      if (!y || (x !== y && !sameVal(x, y))) return false;
    }
  return true;
}
