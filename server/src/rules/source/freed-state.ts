/** What a function knows at one place of the objects that its variables point to, and what is left of it where two ways meet. */
import { either, type Freed } from './references';

export interface State {
  /** Which object a variable points to. */
  readonly at: Map<string, string>;
  readonly freed: Map<string, Freed>;
  /** Objects that something was read of: whoever asks later whether the pointer is NULL has his answer. */
  readonly used: ReadonlySet<string>;
}

/** A state that one block goes on writing. */
export interface Running extends State {
  readonly used: Set<string>;
}

/** What holds on both ways: where they differ in what a variable points to, it is an object that neither of them has freed. */
export function both(a: State, b: State, where: number): State {
  const at = new Map<string, string>();
  const met = new Set<string>();
  for (const name of new Set([...a.at.keys(), ...b.at.keys()])) {
    const object = a.at.get(name);
    const isSame = object !== undefined && b.at.get(name) === object;
    at.set(name, isSame ? object : `${name}/${where}`);
    if (!isSame) met.add(`${name}/${where}`);
  }
  const freed = new Map<string, Freed>();
  for (const [object, by] of a.freed) {
    const other = b.freed.get(object);
    if (other !== undefined && !met.has(object)) freed.set(object, either(by, other));
  }
  return { at, freed, used: new Set([...a.used].filter((object) => b.used.has(object) && !met.has(object))) };
}

export function same(a: State, b: State): boolean {
  return (
    a.at.size === b.at.size &&
    a.freed.size === b.freed.size &&
    a.used.size === b.used.size &&
    [...a.used].every((object) => b.used.has(object)) &&
    [...a.at].every(([name, object]) => b.at.get(name) === object) &&
    [...a.freed].every(([object, by]) => {
      const other = b.freed.get(object);
      return other === by || (other !== undefined && other !== 'none' && by !== 'none' && other.x === by.x);
    })
  );
}
