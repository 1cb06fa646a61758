/**
 * What a change takes away from the heap, and which answers may have stood on it alone. Two functions that hand a pointer to each other would
 * otherwise keep its origin alive between them after the mapping that made it is gone.
 */
import type { MdlFact, Store } from './heap';
import { unversioned } from '../program/bodies';
import type { Step } from '../rules/finding';

type Facts<T> = ReadonlyMap<string, ReadonlyMap<string, T>>;

/** Names of objects, places and functions that some store held and no longer holds. */
export function lostElements(
  old: { readonly fields: Facts<Store>; readonly shares: Facts<readonly Step[]>; readonly mdls: Facts<MdlFact> },
  now: { readonly fields: Facts<Store>; readonly shares: Facts<readonly Step[]>; readonly mdls: Facts<MdlFact> },
): Set<string> {
  const lost = new Set<string>();
  for (const [key, stores] of old.fields)
    missing(stores, now.fields.get(key), storeElements, (name) => {
      lost.add(name);
    });
  for (const key of old.shares.keys()) if (!now.shares.has(key)) lost.add(key.replace(/^field:/, ''));
  for (const [key, facts] of old.mdls) {
    const after = now.mdls.get(key);
    missing(facts, after, mdlElements, (name) => {
      lost.add(name === LOCKED ? key : name);
    });
  }
  return lost;
}

const LOCKED = '<locked>';

/** Elements of entries that the entry of the same name has no more. */
function missing<T>(
  old: ReadonlyMap<string, T>,
  now: ReadonlyMap<string, T> | undefined,
  elements: (x: T) => Iterable<string>,
  say: (name: string) => void,
): void {
  if (old.size === now?.size && [...old].every(([id, x]) => now.get(id) === x)) return;
  const after = new Map<string, Set<string>>();
  for (const [id, x] of now ?? []) {
    const name = unversioned(id);
    let set = after.get(name);
    if (!set) after.set(name, (set = new Set()));
    for (const e of elements(x)) set.add(e);
  }
  for (const [id, x] of old) {
    const left = after.get(unversioned(id));
    for (const e of elements(x)) if (!left?.has(e)) say(e);
  }
}

function* storeElements(s: Store): Generator<string> {
  for (const t of s.targets) yield t.base.key;
  for (const t of s.taint) yield t.loc;
  yield* s.fns;
}

function* mdlElements(f: MdlFact): Generator<string> {
  for (const t of f.va ?? []) yield t.base.key;
  if (f.userLock) yield LOCKED;
}
