/**
 * Control codes as they are defined: `#define IOCTL_X CTL_CODE(type, function, method, access)`.
 */
import type { MacroDecl, Stmt } from '../../syntax/ast';
import type { FileFacts } from '../../syntax/facts';
import { statements } from '../../syntax/walk';

export interface Code {
  readonly macro: MacroDecl;
  readonly method: string;
  readonly access: string;
}

export function codeOf(m: MacroDecl): Code | undefined {
  if (m.params) return undefined;
  const inner = /\b\w*CTL_CODE\w*\s*\(([\s\S]*)\)/.exec(m.body)?.[1];
  if (inner === undefined) return undefined;
  const args = inner.split(',').map((a) =>
    a
      .trim()
      .replace(/^\(+|\)+$/g, '')
      .trim(),
  );
  const [, , method, access] = args;
  return method !== undefined && access !== undefined ? { macro: m, method, access } : undefined;
}

/** Names that stand in a `case` or beside `==` in these files. */
export function handled(facts: FileFacts): ReadonlySet<string> {
  const out = new Set<string>();
  for (const fn of facts.functions)
    for (const s of statements(fn.body)) {
      const name = caseName(s);
      if (name !== undefined) out.add(name);
    }
  return out;
}

function caseName(s: Stmt): string | undefined {
  return s.kind === 'case' && s.value?.kind === 'id' ? s.value.name : undefined;
}
