/** Names that the tables of the analysis have in common. */
import type { FunctionDecl } from '../syntax/ast';
import type { Declared } from '../program/program';

const keys = new WeakMap<FunctionDecl, { readonly file: string; readonly key: string }>();
/** Name of a function in all tables of the analysis; put together once. */
export function key(d: Declared<FunctionDecl>): string {
  let known = keys.get(d.decl);
  if (known?.file !== d.file) keys.set(d.decl, (known = { file: d.file, key: `${d.file}:${d.decl.name}` }));
  return known.key;
}
