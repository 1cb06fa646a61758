/** Places of a function of which a run reaches one or the other: arms of a switch, branches of an `if`. Reads the syntax only. */
import type { FunctionDecl, Span, Stmt } from '../../syntax/ast';
import { enclosing } from './statements';

export function areAlternatives(fn: FunctionDecl, a: Span, b: Span): boolean {
  const [left, right] = [enclosing(fn, a), enclosing(fn, b)];
  let i = 0;
  while (i < left.length && left[i] === right[i]) i++;
  const [around, parent, x, y] = [left[i - 2], left[i - 1], left[i], right[i]];
  if (!parent || !x || !y) return false;
  if (parent.kind === 'if') return x !== y;
  if (parent.kind !== 'block' || around?.kind !== 'switch' || around.body !== parent) return false;
  return armOf(x, parent.body) !== armOf(y, parent.body);
}

/** Which arm of a switch a statement of its body belongs to; one that falls through and the next are one. */
function armOf(of: Stmt, body: readonly Stmt[]): number {
  let arm = 0;
  let leaves = false;
  for (const s of body) {
    if (s.kind === 'case' && leaves) arm++;
    if (s === of) return arm;
    leaves = isLeft(s);
  }
  return arm;
}

function isLeft(s: Stmt | undefined): boolean {
  switch (s?.kind) {
    case 'break':
    case 'return':
    case 'goto':
    case 'continue':
    case 'leave':
      return true;
    case 'block':
      return isLeft(s.body.at(-1));
    case 'if':
      return s.else !== undefined && isLeft(s.then) && isLeft(s.else);
    default:
      return false;
  }
}
