/**
 * Where a path goes on that leaves by `goto` or `__leave`, and whether it frees there what it has freed already: `if (p) free(p)` at a
 * common way out, with nothing in between that set `p` to NULL.
 */
import type { Expr, Span, Stmt } from '../../syntax/ast';
import { bare, isStatement, mentions, type CallSite, type Shape } from './shape';

/** The call at the way out that frees the pointer again. */
export function freedAtLanding(
  s: Shape,
  jump: Stmt,
  free: CallSite,
  name: string,
  frees: (c: CallSite) => Expr | undefined,
): Expr | undefined {
  const at = landing(s, jump);
  if (!at) return undefined;
  const again = s.calls.find((c) => {
    const arg = s.within(c.x, at) ? frees(c) : undefined;
    return arg !== undefined && s.text(bare(arg)) === name;
  });
  if (!again || touchedBefore(s, at, name, again.x) || leavesBefore(s, at, again.x)) return undefined;
  for (const p of s.around(again.x)) {
    if (p.start < at.start) break;
    if (!isStatement(p)) continue;
    if (p.kind === 'if') {
      if (!s.within(again.x, p.then) || !holds(s, p.c, name, free)) return undefined;
    } else if (p.kind !== 'block' && p.kind !== 'expr') return undefined;
  }
  return again.x;
}

/** From the label to the end of the function, or the block behind `__finally`. */
function landing(s: Shape, jump: Stmt): Span | undefined {
  if (jump.kind === 'goto') {
    const label = s.stmts.find((x) => x.kind === 'label' && x.name === jump.label);
    return label && label.start > jump.end ? { start: label.end, end: s.fn.body?.end ?? label.end } : undefined;
  }
  if (jump.kind !== 'leave') return undefined;
  for (const p of s.around(jump)) if (isStatement(p) && p.kind === 'try') return p.finally;
  return undefined;
}

/** Set to something else, or handed on, before it is freed again. */
function touchedBefore(s: Shape, at: Span, name: string, again: Expr): boolean {
  const within = (x: Span): boolean => x.start >= at.start && x.start < again.start;
  return (
    s.stores.some(
      (x) => within(x.place) && (x.left === name || name.startsWith(`${x.left}-`) || name.startsWith(`${x.left}.`)),
    ) || s.exprs.some((e) => within(e) && e.kind === 'un' && e.op === '&' && mentions(s.text(e.x), name))
  );
}

/** Another way out lies in between. */
function leavesBefore(s: Shape, at: Span, again: Expr): boolean {
  return s.stmts.some((x) => x.start >= at.start && x.start < again.start && /^(return|goto|leave|label)$/.test(x.kind));
}

/** The condition holds for a pointer that was freed: it asks for the pointer, or for the failure that the path has met. */
function holds(s: Shape, c: Expr, name: string, free: CallSite): boolean {
  const x = bare(c);
  const isName = (e: Expr): boolean => s.text(bare(e)) === name;
  if (isName(x)) return true;
  if (x.kind === 'bin' && x.op === '!=' && (isName(x.l) || isName(x.r))) return true;
  const failed = /^!\s*NT_SUCCESS\s*\(\s*(\w+)\s*\)$/.exec(s.text(x))?.[1];
  if (failed === undefined) return false;
  for (const p of s.around(free.x))
    if (isStatement(p) && p.kind === 'if' && s.within(free.x, p.then) && mentions(s.text(p.c), failed))
      return /!\s*NT_SUCCESS|!=\s*STATUS_SUCCESS/.test(s.text(p.c));
  return false;
}
