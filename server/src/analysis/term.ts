/**
 * Symbolic numbers: linear forms over interned atoms. An atom is a value that never changes (a length the request came with, a parameter,
 * the result of one load), so a fact about it stays true. Owns arithmetic on them; knows no program state.
 */

export interface Atom {
  readonly id: number;
  /** Unique, readable in dumps. */
  readonly key: string;
  /** Made inside one activation of a function; renamed when it leaves through a return. */
  readonly frame: boolean;
  readonly args: readonly Lin[];
  /** How many numbers it is made of, counted as often as they stand in it. */
  readonly size: number;
  /** Smallest and largest value that its type allows. */
  readonly lo: number;
  readonly hi: number;
  /** A parameter of the function in which it is used. */
  readonly param: boolean;
  /** A number of the request or of its buffer, or the size of a type: the same in every function. */
  readonly common: boolean;
  /** Numbers of the request that a loop counts down or up in it. */
  counts?: Set<Atom>;
  /** A call whose inside is not in view gave it; also where another path has none. */
  given: boolean;
  /** The atom as a form; made once. */
  form?: Lin;
  /** Number of the last walk that met it, and of the last that found it dead. */
  met: number;
  dead: number;
}

export type Terms = readonly (readonly [Atom, number])[];

/** c + Σ coefficient · atom, atoms sorted by id, no zero coefficient. */
export class Lin {
  private name: string | undefined;
  constructor(
    readonly c: number,
    readonly t: Terms,
    name?: string,
  ) {
    this.name = name;
  }

  /** Key of the form without its constant; `` for a constant. Put together when it is asked for: most forms are only counted with. */
  get key(): string {
    return (this.name ??= nameOf(this.t));
  }
  /** The same form with another constant. */
  plus(c: number): Lin {
    return c === 0 ? this : new Lin(this.c + c, this.t, this.name);
  }
  /** The form alone. */
  get bare(): Lin {
    return this.c === 0 ? this : new Lin(0, this.t, this.name);
  }
}

function nameOf(t: Terms): string {
  let name = '';
  for (const term of t) name += term[1] === 1 ? lin(term[0]).key : `${String(term[0].id)}*${String(term[1])}+`;
  return name;
}

/** Operations on more than this (a round of a cipher, say) are numbers of which nothing more is known. */
const LARGEST = 500;

function sizeOf(args: readonly Lin[]): number {
  let n = 1;
  for (const a of args) for (const [x] of a.t) n += x.size;
  return n;
}

/** All atoms of one analysis. A run that is thrown away is thrown away with its table. */
export class Atoms {
  private readonly table = new Map<string, Atom>();
  private readonly unary = new Map<string, Map<Atom, Atom>>();
  /** The mode of whoever made the request. */
  mode: Lin | undefined;

  atom(key: string, options: { frame?: boolean; args?: readonly Lin[]; lo?: number; hi?: number; given?: boolean } = {}): Atom {
    let a = this.table.get(key);
    if (!a) {
      const size = sizeOf(options.args ?? []);
      a = {
        id: this.table.size,
        key,
        frame: options.frame ?? true,
        args: size <= LARGEST ? (options.args ?? []) : [],
        size: size <= LARGEST ? size : 1,
        lo: options.lo ?? -Infinity,
        hi: options.hi ?? Infinity,
        param: key.startsWith('P'),
        common: /^(?:REQ|OID|sizeof|ld:R:)/.test(key),
        given: options.given ?? false,
        form: undefined,
        met: 0,
        dead: 0,
      };
      this.table.set(key, a);
    }
    return a;
  }

  get size(): number {
    return this.table.size;
  }

  /** A non-linear operation as an atom; equal operands give the equal atom. */
  op(name: string, args: readonly Lin[], lo = -Infinity, hi = Infinity): Lin {
    const of = args.length === 1 && args[0] ? single(args[0]) : undefined;
    if (of) {
      // Most often one number is looked at: no name has to be put together for it.
      let members = this.unary.get(name);
      if (!members) this.unary.set(name, (members = new Map()));
      let a = members.get(of);
      if (!a) members.set(of, (a = this.atom(`${name}(${lin(of).key}:0,`, { frame: of.frame, args, lo, hi })));
      return lin(a);
    }
    let frame = false;
    let key = `${name}(`;
    for (const a of args) {
      key += `${a.key}:${String(a.c)},`;
      for (const term of a.t) frame ||= term[0].frame;
    }
    return lin(this.atom(key, { frame, args, lo, hi }));
  }

  private readonly renamed = new Map<string, Renamings>();
  /** Names that numbers of a callee have on this side of a call. */
  renamings(place: string): Renamings {
    let r = this.renamed.get(place);
    if (!r) this.renamed.set(place, (r = new Renamings(this, place)));
    return r;
  }

  private readonly families = new Map<string, Family>();
  /** Atoms that are named by what they have in common and a string that exists already, without joining the two. */
  family(first: string, joint = '\u0000'): Family {
    let f = this.families.get(first);
    if (!f) this.families.set(first, (f = new Family(this, first + joint)));
    return f;
  }
}

export class Renamings {
  private readonly members = new Map<Atom, Atom>();
  constructor(
    private readonly atoms: Atoms,
    private readonly place: string,
  ) {}

  atom(of: Atom): Atom {
    let a = this.members.get(of);
    if (!a) {
      a = this.atoms.atom(`${this.place}>#${String(of.id)}`, { lo: of.lo, hi: of.hi, given: of.given });
      this.members.set(of, a);
    }
    return a;
  }
}

export class Family {
  private readonly members = new Map<string, Atom>();
  constructor(
    private readonly atoms: Atoms,
    private readonly first: string,
  ) {}

  atom(second: string, lo = -Infinity, hi = Infinity): Atom {
    let a = this.members.get(second);
    if (!a) {
      a = this.atoms.atom(this.first + second, { lo, hi });
      this.members.set(second, a);
    }
    return a;
  }
}

const NO_TERMS: Terms = [];

export function constant(c: number): Lin {
  return new Lin(c, NO_TERMS, '');
}
export const ZERO = constant(0);

export function lin(a: Atom): Lin {
  return (a.form ??= new Lin(0, [[a, 1]], `${String(a.id)}*1+`));
}

function make(c: number, t: Terms): Lin {
  const first = t[0];
  if (!first) return constant(c);
  // Its name is there already. Not the atom's own form: contexts tell a pointer's own number from an equal one by which form it is.
  if (t.length === 1 && first[1] === 1) return new Lin(c, t, lin(first[0]).key);
  return new Lin(c, t);
}

export function plus(a: Lin, b: Lin, factor = 1): Lin {
  if (b.t.length === 0) return a.plus(factor * b.c);
  const out: (readonly [Atom, number])[] = [];
  let i = 0;
  let j = 0;
  while (i < a.t.length || j < b.t.length) {
    const x = a.t[i];
    const y = b.t[j];
    if (x && (!y || x[0].id < y[0].id)) {
      out.push(x);
      i++;
    } else if (y && (!x || y[0].id < x[0].id)) {
      out.push([y[0], factor * y[1]]);
      j++;
    } else if (x && y) {
      const k = x[1] + factor * y[1];
      if (k !== 0) out.push([x[0], k]);
      i++;
      j++;
    }
  }
  return make(a.c + factor * b.c, out);
}

export function minus(a: Lin, b: Lin): Lin {
  return plus(a, b, -1);
}

export function scale(a: Lin, k: number): Lin {
  if (k === 1) return a;
  if (k === 0) return ZERO;
  const t: (readonly [Atom, number])[] = [];
  for (const term of a.t) t.push([term[0], term[1] * k]);
  return make(a.c * k, t);
}

export function isConst(a: Lin): boolean {
  return a.t.length === 0;
}

export function constOf(a: Lin): number | undefined {
  return a.t.length === 0 ? a.c : undefined;
}

export function same(a: Lin, b: Lin): boolean {
  if (a.c !== b.c) return false;
  if (a === b) return true;
  if (a.t.length !== b.t.length) return false;
  for (let i = 0; i < a.t.length; i++) {
    const x = a.t[i];
    const y = b.t[i];
    if (x !== y && (x?.[0] !== y?.[0] || x?.[1] !== y?.[1])) return false;
  }
  return true;
}

/** The atom of a form that is exactly one atom. */
export function single(a: { readonly c: number; readonly t: Terms }): Atom | undefined {
  const only = a.t[0];
  return a.t.length === 1 && a.c === 0 && only?.[1] === 1 ? only[0] : undefined;
}

export function show(a: Lin): string {
  if (a.t.length === 0) return String(a.c);
  const parts = a.t.map(([x, k]) => (k === 1 ? x.key : `${k}*${x.key}`)).join('+');
  return a.c === 0 ? parts : `${parts}${a.c > 0 ? '+' : ''}${a.c}`;
}

export type Substitution = ReadonlyMap<Atom, Lin>;

/** No atom of the form has another name on the other side. */
function isKept(a: Lin, s: Substitution): boolean {
  for (const term of a.t) if (term[0].frame || (s.size > 0 && s.has(term[0]))) return false;
  return true;
}

/** How deep operations are looked into. */
const DEEP = 6;

/**
 * Replaces atoms in one form after the other, also inside operations. `wrap` renames an atom that is in no entry. Entries may be added
 * meanwhile, but none is changed.
 */
export class Replacing {
  /** By depth: operations share what they are made of, and each is looked into once. */
  private known: Map<Atom, Lin>[] | undefined;
  /** How many replacements there were when these were found. */
  private knownOf = 0;

  constructor(
    private readonly by: Substitution,
    private readonly atoms: Atoms,
    private readonly wrap: ((x: Atom) => Atom | undefined) | undefined,
  ) {}

  of(a: Lin): Lin {
    if (isKept(a, this.by)) return a;
    if (this.knownOf !== this.by.size) this.known = undefined;
    this.knownOf = this.by.size;
    return this.in(a, 0);
  }

  private in(a: Lin, depth: number): Lin {
    let out: Lin | undefined;
    for (let i = 0; i < a.t.length; i++) {
      const term = a.t[i] as readonly [Atom, number];
      const by = this.atom(term[0], depth);
      if (!out && by === lin(term[0])) continue;
      // Up to here every atom stands for itself.
      out = i === 0 ? constant(a.c) : (out ?? make(a.c, a.t.slice(0, i)));
      out = plus(out, by, term[1]);
    }
    return out ?? a;
  }

  private atom(x: Atom, depth: number): Lin {
    const hit = this.by.get(x);
    if (hit) return hit;
    // Only numbers of one activation are ever renamed.
    if (!x.frame) return lin(x);
    if (x.args.length === 0 || depth >= DEEP) return lin(this.wrap?.(x) ?? x);
    const known = ((this.known ??= [])[depth] ??= new Map<Atom, Lin>());
    let out = known.get(x);
    if (!out) known.set(x, (out = this.operation(x, depth)));
    return out;
  }

  private operation(x: Atom, depth: number): Lin {
    let isOther = false;
    const args: Lin[] = [];
    for (const y of x.args) {
      const z = this.in(y, depth + 1);
      isOther ||= !same(z, y);
      args.push(z);
    }
    if (!isOther) return lin(this.wrap?.(x) ?? x);
    return this.atoms.op(x.key.slice(0, x.key.indexOf('(')), args, x.lo, x.hi);
  }
}
