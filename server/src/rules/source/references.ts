/** Objects with a count of references: what giving one back means for those who come behind. */
import type { Expr } from '../../syntax/ast';
import type { FreeingCall } from './freeing';
import { bare, calledName, type CallSite, type Shape } from './shape';

/**
 * The call that freed an object; 'none' where the pointer is known to point to none, so that there was nothing to free. A reference that was
 * given back while others remain frees nothing by itself: whoever holds one of those may do so at any time.
 */
export type Freed = FreeingCall | 'none';

/** The object is no longer there, or may go at any time. */
export function isGone(by: Freed | undefined): by is FreeingCall {
  return by !== undefined && by !== 'none' && by.given !== 'others';
}

export function isGiven(by: Freed): boolean {
  return by !== 'none' && by.given !== undefined;
}

/** One way freed it, on the other somebody else may: behind both, nobody may count on it. */
export function either(a: Freed, b: Freed): Freed {
  if (a === 'none' || b === 'none') return a === 'none' ? b : a;
  if (a.given === 'others' && b.given === undefined) return { ...b, given: 'last' };
  if (b.given === 'others' && a.given === undefined) return { ...a, given: 'last' };
  return a;
}

/** `InterlockedDecrement(&p->Count) == 0`: the pointer, and whether the condition holds where it was the last reference. */
export function lastReference(c: Expr, s: Shape): { name: string; holds: boolean; call: CallSite } | undefined {
  const test = c.kind === 'bin' && (c.op === '==' || c.op === '!=') && s.constant(c.r) === 0 ? c : undefined;
  let x = bare(test ? test.l : c.kind === 'un' && c.op === '!' ? c.x : c);
  if (x.kind === 'id') x = onlyValue(x.name, s) ?? x;
  if (x.kind !== 'call') return undefined;
  const name = calledName(x);
  const api = name === undefined ? undefined : s.cx.model.api(s.cx.program.alias(name, s.cx.file));
  if (name === undefined || api?.role !== 'interlocked' || api.op !== 'dec') return undefined;
  const at = x.args[0] && bare(x.args[0]);
  const field = at?.kind === 'un' && at.op === '&' ? bare(at.x) : undefined;
  const of = field?.kind === 'fld' && field.arrow ? bare(field.x) : undefined;
  if (of?.kind !== 'id') return undefined;
  return { name: of.name, holds: test ? test.op === '==' : c.kind === 'un', call: { name, x, args: x.args } };
}

/** What a variable is set to, where that happens once. */
function onlyValue(name: string, s: Shape): Expr | undefined {
  const { stores, locals } = s;
  const set = stores.filter((x) => x.left === name);
  return locals.has(name) && set.length === 1 && set[0] ? bare(set[0].r) : undefined;
}
