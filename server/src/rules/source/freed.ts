/** What happens to a pointer in the statements that follow the call that freed it, up to where the path goes its own way out. */
import type { Expr, Stmt } from '../../syntax/ast';
import { partsOf, partsOfStatement } from '../../syntax/walk';
import { FREES, handsOn, type AfterFree } from './freeing';
import { freedOnAllPaths } from './freed-paths';
import { freedAtLanding } from './landing';
import { bare, isStatement, mentions, type CallSite, type Shape } from './shape';

/** What the call frees. */
function freedBy(c: CallSite): Expr | undefined {
  const at = FREES[c.name];
  return at === undefined ? undefined : c.args[at];
}

export function afterFree(s: Shape): AfterFree[] {
  const out: AfterFree[] = [];
  for (const free of s.calls) {
    const at = FREES[free.name];
    const arg = at === undefined ? undefined : free.args[at];
    const name = arg && s.text(bare(arg));
    if (name === undefined || !/^[\w.>[\]-]+$/.test(name)) continue;
    const hit = following(s, free, name);
    if (hit) out.push({ ...hit, name, free });
  }
  for (const hit of freedOnAllPaths(s))
    if (!out.some((o) => o.use.start === hit.use.start || o.free.x === hit.free.x)) out.push(hit);
  return out;
}

/** Walks the statements behind the one that frees, outwards through blocks, until the pointer is assigned or control may go elsewhere. */
function following(s: Shape, free: CallSite, name: string): { kind: 'use' | 'free'; use: Expr } | undefined {
  let inner: Expr | Stmt = free.x;
  for (const outer of s.around(free.x)) {
    if (isStatement(outer)) {
      if (outer.kind === 'block') {
        const at = outer.body.indexOf(inner as Stmt);
        for (const next of outer.body.slice(at + 1)) {
          if (next.kind === 'goto' || next.kind === 'leave') {
            const again = freedAtLanding(s, next, free, name, freedBy);
            return again && { kind: 'free', use: again };
          }
          if (/^(return|break|continue|label|case|error)$/.test(next.kind)) {
            if (next.kind !== 'return' || !next.x) return undefined;
            return inExpression(s, next.x, name);
          }
          const hit = inStatement(s, next, name);
          if (hit !== undefined) return hit === 'stop' ? undefined : hit;
        }
      } else if (outer.kind !== 'expr' && outer.kind !== 'if') return undefined;
      // Behind an `if` the path that freed and the one that did not meet: only the freeing one is followed, so stop.
      if (outer.kind === 'if') return undefined;
    }
    inner = outer;
  }
  return undefined;
}

type Hit = { kind: 'use' | 'free'; use: Expr } | 'stop' | undefined;

function inStatement(s: Shape, stmt: Stmt, name: string): Hit {
  const { exprs, vars, stmts } = partsOfStatement(stmt);
  for (const e of [...exprs, ...vars.flatMap((v) => (v.init ? [v.init] : []))]) {
    const hit = inExpression(s, e, name);
    if (hit) return hit;
    if (assigns(s, e, name) || (stmt.kind !== 'expr' && stmt.kind !== 'decl' && mentions(s.text(e), name))) return 'stop';
  }
  // Inside a branch the pointer may be assigned or the path may end.
  if (stmts.length > 0 && mentions(s.text(stmt), name)) return 'stop';
  if (stmts.length > 0 && /\b(return|goto|break|continue|__leave)\b/.test(s.text(stmt))) return 'stop';
  return undefined;
}

function assigns(s: Shape, e: Expr, name: string): boolean {
  if (e.kind === 'asg' && (s.text(e.l) === name || name.startsWith(`${s.text(e.l)}-`) || name.startsWith(`${s.text(e.l)}.`)))
    return true;
  if (e.kind === 'un' && e.op === '&' && mentions(s.text(e.x), name)) return true;
  if (e.kind === 'upd' && mentions(s.text(e.x), name)) return true;
  return partsOf(e).some((p) => assigns(s, p, name));
}

function inExpression(s: Shape, e: Expr, name: string): { kind: 'use' | 'free'; use: Expr } | undefined {
  if (e.kind === 'asg') {
    const right = inExpression(s, e.r, name);
    if (right) return right;
    return s.text(e.l) === name ? undefined : inExpression(s, e.l, name);
  }
  if (e.kind === 'call') {
    const c = s.calls.find((k) => k.x === e);
    const at = c && FREES[c.name];
    const arg = at === undefined ? undefined : c?.args[at];
    if (arg && s.text(bare(arg)) === name) return { kind: 'free', use: e };
    const given = c && handsOn(c.name, s.cx.model).map((i) => c.args[i]);
    if (given?.some((x) => x && s.text(bare(x)) === name)) return { kind: 'use', use: e };
  }
  if (e.kind === 'sizeof') return undefined;
  if (e.kind === 'fld' && e.arrow && s.text(bare(e.x)) === name) return { kind: 'use', use: e };
  if (e.kind === 'un' && e.op === '*' && s.text(bare(e.x)) === name) return { kind: 'use', use: e };
  for (const p of partsOf(e)) {
    const hit = inExpression(s, p, name);
    if (hit) return hit;
  }
  return undefined;
}

/** The first dereference of a pointer behind a call that took over what it points to, on the same path. */
export function usedBehind(s: Shape, call: CallSite, name: string): Expr | undefined {
  const hit = following(s, call, name);
  return hit?.kind === 'use' ? hit.use : undefined;
}
