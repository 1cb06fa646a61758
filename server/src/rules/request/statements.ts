/**
 * Where in a function a guard can stand, and how the function says no: the statement around a place, the status variable and the way out
 * that its own checks use. Reads the syntax only; makes no edits by itself.
 */
import type { FunctionDecl, IfStmt, Span, Stmt } from '../../syntax/ast';
import { partsOfStatement, statements } from '../../syntax/walk';

/** Statements around a place, outermost first. */
export function enclosing(fn: FunctionDecl, place: Span): readonly Stmt[] {
  const out: Stmt[] = [];
  let next: Stmt | undefined = fn.body;
  while (next) {
    out.push(next);
    next = partsOfStatement(next).stmts.find((s) => s.start <= place.start && place.end <= s.end);
  }
  return out;
}

/** The last statement around a place that stands in a block, so that another one can stand before it. */
export function anchor(fn: FunctionDecl, place: Span): Stmt | undefined {
  const path = enclosing(fn, place);
  for (let i = path.length - 1; i > 0; i--) if (path[i - 1]?.kind === 'block') return path[i];
  return undefined;
}

/** An `if` whose body sets a status and leaves. */
export interface Refusal {
  readonly at: IfStmt;
  /** `Status = STATUS_…;` without the value, or empty. */
  readonly assign: string;
  /** `goto Exit;`, `return STATUS_…;` with `$` for the status, `break;`. */
  readonly leave: string;
  readonly braceOnOwnLine: boolean;
  /** The constant that it names. */
  readonly status: string;
}

/** How the function refuses a request, by the nearest refusal that can be copied to a place. */
export function refusal(fn: FunctionDecl, place: Span, text: (s: Span) => string): Refusal | undefined {
  const around = enclosing(fn, place);
  let best: Refusal | undefined;
  for (const s of statements(fn.body)) {
    if (s.kind !== 'if' || s.else) continue;
    const r = read(s, text);
    if (!r) continue;
    if (r.leave.startsWith('break')) {
      // `break` means the same only inside the same loop or switch.
      const mine = around.filter((x) => isBreakable(x)).pop();
      const theirs = enclosing(fn, s)
        .filter((x) => isBreakable(x))
        .pop();
      if (mine !== theirs || !mine) continue;
    }
    if (r.leave.startsWith('__leave') && !around.some((x) => x.kind === 'try' && x.finally)) continue;
    const distance = Math.abs(s.start - place.start);
    if (!best || distance < Math.abs(best.at.start - place.start)) best = r;
  }
  return best;
}

function isBreakable(s: Stmt): boolean {
  return s.kind === 'switch' || s.kind === 'while' || s.kind === 'do' || s.kind === 'for';
}

const STATUS = /\b((?:NDIS_)?STATUS_[A-Z0-9_]+)\b/;

function read(s: IfStmt, text: (s: Span) => string): Refusal | undefined {
  const body = s.then.kind === 'block' ? s.then.body : [s.then];
  const last = body[body.length - 1];
  if (!last || body.length > 4) return undefined;
  const set = body.find((x) => x.kind === 'expr' && x.x.kind === 'asg' && x.x.op === '' && STATUS.test(text(x.x.r)));
  const assign = set?.kind === 'expr' && set.x.kind === 'asg' ? `${text(set.x.l)} = ` : '';
  const status = STATUS.exec(set?.kind === 'expr' && set.x.kind === 'asg' ? text(set.x.r) : text(last))?.[1];
  if (status === undefined || /SUCCESS|PENDING/.test(status)) return undefined;
  const between = text({ start: s.c.end, end: s.then.start });
  const braceOnOwnLine = s.then.kind === 'block' && between.includes('\n');
  switch (last.kind) {
    case 'goto':
      return assign ? { at: s, assign, leave: `goto ${last.label};`, braceOnOwnLine, status } : undefined;
    case 'break':
      return assign ? { at: s, assign, leave: 'break;', braceOnOwnLine, status } : undefined;
    case 'leave':
      return assign ? { at: s, assign, leave: '__leave;', braceOnOwnLine, status } : undefined;
    case 'return': {
      const value = last.x ? text(last.x) : '';
      if (body.length === 1 && STATUS.test(value)) return { at: s, assign: '', leave: 'return $;', braceOnOwnLine, status };
      return assign && /^\w+$/.test(value) && assign.startsWith(value)
        ? { at: s, assign, leave: `return ${value};`, braceOnOwnLine, status }
        : undefined;
    }
    default:
      return undefined;
  }
}
