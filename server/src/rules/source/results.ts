/** Results of calls that may be NULL and are dereferenced before anything tests them. */
import type { Expr } from '../../syntax/ast';
import { bare, mentions, sourceCall, type CallSite, type Shape } from './shape';

export interface UntestedResult {
  readonly call: CallSite;
  /** The place that holds the result, as it is written. */
  readonly name: string;
  /** The first dereference. */
  readonly use: Expr;
}

const WRITES_THROUGH = /^(Rtl(Copy|Move|Zero|Fill|SecureZero)Memory|memcpy|memmove|memset|Ndis(Move|Zero)Memory)$/;

export function untestedResults(s: Shape, calls: RegExp): UntestedResult[] {
  const out: UntestedResult[] = [];
  for (const store of s.stores) {
    const x = store.op === '' ? sourceCall(store.r) : undefined;
    const call = x && s.calls.find((c) => c.x === x);
    if (!call || !calls.test(call.name)) continue;
    // `while ((p = f()) != NULL)` and `if (!(p = f()))` test at once.
    if ([...s.around(store.r)].some((p) => s.conditions.includes(p as Expr)) || s.conditions.some((c) => s.within(store.r, c)))
      continue;
    const name = store.left;
    const use = firstDereference(s, name, store.place.end);
    if (!use || testedBetween(s, name, store.place.end, use.start)) continue;
    out.push({ call, name, use });
  }
  return out;
}

function firstDereference(s: Shape, name: string, after: number): Expr | undefined {
  for (const e of s.exprs) {
    if (e.start < after) continue;
    // Assigned again: what follows is about another object.
    if (e.kind === 'asg' && s.text(e.l) === name) return undefined;
    if (e.kind === 'fld' && e.arrow && s.text(bare(e.x)) === name && !addressOnly(s, e)) return e;
    if (e.kind === 'un' && e.op === '*' && s.text(bare(e.x)) === name) return e;
    if (e.kind === 'idx' && s.text(bare(e.x)) === name) return e;
    if (e.kind === 'call') {
      const c = s.calls.find((k) => k.x === e);
      if (c && WRITES_THROUGH.test(c.name)) {
        if (c.args.slice(0, 2).some((a) => s.text(bare(a)) === name)) return e;
        continue;
      }
      // The object itself goes to a function that may test it; the address of a member of it is used as it is.
      if (e.args.some((a) => isOrPointsTo(s, a, name))) return undefined;
      const member = e.args.find((a) => memberAddress(s, a, name));
      if (member) return member;
    }
    if (e.kind === 'asg' && mentions(s.text(e.r), name) && s.text(bare(e.r)) === name) return undefined;
  }
  return undefined;
}

/** `&p->f` computes an address only. */
function addressOnly(s: Shape, e: Expr): boolean {
  for (const p of s.around(e)) {
    if (p.kind === 'fld' && !p.arrow) continue;
    return p.kind === 'un' && p.op === '&';
  }
  return false;
}

function testedBetween(s: Shape, name: string, from: number, to: number): boolean {
  if (s.conditions.some((c) => c.start >= from && c.start <= to && mentions(s.text(c), name))) return true;
  // A test inside an expression, such as `p && p->f`, or in a macro.
  return s.exprs.some(
    (e) =>
      e.start >= from &&
      e.start <= to &&
      ((e.kind === 'bin' && /^(&&|\|\||==|!=)$/.test(e.op) && mentions(s.text(e.l), name)) ||
        (e.kind === 'call' && e.end < to && mentions(s.text(e), name)) ||
        (e.kind === 'un' && e.op === '!' && mentions(s.text(e), name))),
  );
}

function isOrPointsTo(s: Shape, a: Expr, name: string): boolean {
  const x = bare(a);
  return s.text(x) === name || (x.kind === 'un' && x.op === '&' && s.text(bare(x.x)) === name);
}

/** `&p->f`, which is an address near NULL when `p` is NULL. */
function memberAddress(s: Shape, a: Expr, name: string): boolean {
  const x = bare(a);
  if (x.kind !== 'un' || x.op !== '&') return false;
  let f = x.x;
  while (f.kind === 'fld' && !f.arrow) f = f.x;
  return f.kind === 'fld' && f.arrow && s.text(bare(f.x)) === name;
}
