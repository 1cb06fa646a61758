/** Members of an object that was copied as a whole: how their numbers are called, so that every question about one means the same. */
import { constant, lin, type Atom, type Atoms, type Lin } from './term';
import type { Aggregate, Base, Target } from './value';

/** The member that a number stands for. */
interface Member {
  readonly base: Base;
  readonly path: string;
  readonly from: readonly Target[];
}
const members = new WeakMap<Atom, Member>();

function sources(from: readonly Target[]): string {
  return from.map((f) => f.base.key + f.path).join();
}

function numberOf(atoms: Atoms, member: Member, { lo, hi }: { lo?: number; hi?: number }): Atom {
  const atom = atoms.atom(`copy:${member.base.key}|${member.path}:${sources(member.from)}`, { lo, hi });
  if (!members.has(atom)) members.set(atom, member);
  return atom;
}

/** The number in a member of an object. */
export function copiedNumber(atoms: Atoms, base: Base, path: string, agg: Aggregate, range: { lo?: number; hi?: number }): Lin {
  return lin(numberOf(atoms, { base, path, from: agg.from }, range));
}

/** The object of which a number is a copied member. */
export function ownerOf(atom: Atom): Base | undefined {
  return members.get(atom)?.base;
}

/** Whether a number is a copied member that one of these pointers leads to, as far as they lead into its object. */
export function isLedTo(atom: Atom, targets: readonly Target[]): boolean {
  const member = members.get(atom);
  if (!member) return false;
  const into = targets.filter((t) => t.base.key === member.base.key);
  return into.length === 0 || into.some(({ path }) => path === '' || isWithin(member.path, path));
}

function isWithin(path: string, outer: string): boolean {
  return path.startsWith(outer) && /^(?:$|[.[])/.test(path.slice(outer.length));
}

/** The same member by other names for the object and for what it was copied from. */
export function renamedMember(
  atom: Atom,
  atoms: Atoms,
  names: { base(b: Base): Base; target(t: Target): Target },
): Atom | undefined {
  const member = members.get(atom);
  if (!member) return undefined;
  return numberOf(
    atoms,
    { base: names.base(member.base), path: member.path, from: member.from.map((t) => names.target(t)) },
    atom,
  );
}

/** The path of what a member is part of; undefined for the object itself. */
export function around(path: string): string | undefined {
  if (path === '') return undefined;
  const cut = Math.max(path.lastIndexOf('.'), path.lastIndexOf('['));
  return cut < 0 ? '' : path.slice(0, cut);
}

/** What each of two copies holds in a member, and what it holds where they meet. */
export interface Met {
  readonly phi: Lin;
  readonly x: Lin;
  readonly y: Lin;
}

/** Members of which one side knows something, where two copies meet: they have another name from there on. */
export function metMembers(
  known: readonly Atom[],
  base: Base,
  [mine, theirs, met]: readonly [Aggregate, Aggregate, Aggregate],
  atoms: Atoms,
): Met[] {
  const name = sources(mine.from);
  if (mine.zero || name === sources(theirs.from)) return [];
  const out: Met[] = [];
  for (const atom of known) {
    const member = members.get(atom);
    if (member?.base.key !== base.key || sources(member.from) !== name) continue;
    const y = theirs.zero ? constant(0) : copiedNumber(atoms, base, member.path, theirs, atom);
    out.push({ phi: copiedNumber(atoms, base, member.path, met, atom), x: lin(atom), y });
  }
  return out;
}

/** A number that is a member of what was copied from there. */
export function isPartOf(atom: Atom, { from }: Aggregate): boolean {
  const member = members.get(atom);
  return (
    member !== undefined &&
    from.some((f) => member.from.some((m) => m.base.key === f.base.key) && isWithin(member.path, lastName(f.path)))
  );
}

function lastName(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
