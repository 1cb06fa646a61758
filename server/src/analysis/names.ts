/** Names that the tables of the analysis have in common. */
import type { FunctionDecl } from '../syntax/ast';
import type { Declared } from '../program/program';
import type { Site } from './value';

const keys = new WeakMap<FunctionDecl, { readonly file: string; readonly key: string }>();
/** Name of a function in all tables of the analysis; put together once. */
export function key(d: Declared<FunctionDecl>): string {
  let known = keys.get(d.decl);
  if (known?.file !== d.file) keys.set(d.decl, (known = { file: d.file, key: `${d.file}:${d.decl.name}` }));
  return known.key;
}

const namedKeys = new Map<string, Map<string, string>>();
/** A prefix and a name, put together once. */
export function named(prefix: string, name: string): string {
  let inner = namedKeys.get(prefix);
  if (!inner || inner.size > 200_000) namedKeys.set(prefix, (inner = new Map()));
  let key = inner.get(name);
  if (key === undefined) inner.set(name, (key = prefix + name));
  return key;
}

/** A name for a place, also where the place has none of its own. */
export function siteName(s: Site): string {
  return s.id ?? `${s.file}:${String(s.start)}-${String(s.end)}`;
}
