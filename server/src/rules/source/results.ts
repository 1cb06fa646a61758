/** Results of calls that may be NULL and are dereferenced before anything tests them. */
import type { Expr } from '../../syntax/ast';
import { bare, mentions, shapeOf, sourceCall, sourceOf, type CallSite, type Shape } from './shape';

export interface UntestedResult {
  readonly call: CallSite;
  /** The place that holds the result, as it is written. */
  readonly name: string;
  /** The first dereference. */
  readonly use: Expr;
  /** What is missing, in words. */
  readonly missing: string;
}

const MAKES = /Alloc|Create|Clone|Duplicate|Build(?!Device)/;
/** Macros of the kit that read through the pointer they get. */
const READS_THROUGH = /^NET_BUFFER(_LIST)?_[A-Z_]+$/;
const WRITES_THROUGH = /^(Rtl(Copy|Move|Zero|Fill|SecureZero)Memory|memcpy|memmove|memset|Ndis(Move|Zero)Memory)$/;

export interface Sources {
  /** Also functions of the driver that return what such a call gave. */
  readonly helpers?: boolean;
  /** Also whatever else makes an object, where the function itself says that it may be NULL. */
  readonly makers?: boolean;
}

export function untestedResults(s: Shape, calls: RegExp, from: Sources = {}): UntestedResult[] {
  const out: UntestedResult[] = [];
  for (const store of s.stores) {
    const x = store.op === '' ? sourceCall(store.r) : undefined;
    const call = x && s.calls.find((c) => c.x === x);
    if (!call) continue;
    const known = calls.test(call.name) || (from.helpers === true && handsOn(s, call, calls));
    if (!known && !(from.makers === true && MAKES.test(call.name))) continue;
    // `while ((p = f()) != NULL)` and `if (!(p = f()))` test at once.
    if ([...s.around(store.r)].some((p) => s.conditions.includes(p as Expr)) || s.conditions.some((c) => s.within(store.r, c)))
      continue;
    const name = store.left;
    const use = firstDereference(s, name, store.place.end);
    // `a = b = f()`: a test of one is a test of the other.
    const names = s.stores.flatMap((t) => (t.op === '' && sourceCall(t.r) === x ? [t.left] : []));
    if (!use || names.some((n) => testedBetween(s, n, store.place.end, use.start))) continue;
    const asked = idleTests(s, name, store.place.end, use.start).length > 0;
    // Of what else makes an object, the function itself says that it may be NULL.
    if (!known && !asked) continue;
    const missing = asked ? 'and where it is NULL the function goes on' : 'and nothing tests that it is not NULL';
    out.push({ call, name, use, missing });
  }
  return out;
}

/** A helper of the driver that returns what one of the calls gave it, as it is. */
function handsOn(s: Shape, call: CallSite, calls: RegExp, depth = 2): boolean {
  const callee = s.cx.program.function(call.name, s.cx.file);
  if (!callee?.decl.body || depth === 0) return false;
  const inner = shapeOf(callee.decl, sourceOf(callee.file, s.cx));
  if (inner.loops.length > 0) return false;
  return inner.stmts.some((t) => {
    const from = t.kind === 'return' && t.x ? sourceCall(t.x) : undefined;
    const c = from && inner.calls.find((k) => k.x === from);
    // Whether a lookaside list raises instead is said where it was made.
    if (!c || /Lookaside/.test(c.name) || /RAISE/.test(inner.text(c.x))) return false;
    return calls.test(c.name) || handsOn(inner, c, calls, depth - 1);
  });
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
      if (c && READS_THROUGH.test(c.name) && c.args[0] && s.text(bare(c.args[0])) === name) return e;
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
  const idle = idleTests(s, name, from, to);
  if (s.conditions.some((c) => c.start >= from && c.start <= to && !idle.includes(c) && mentions(s.text(c), name))) return true;
  // A test inside an expression, such as `p && p->f`, or in a macro.
  return s.exprs.some(
    (e) =>
      e.start >= from &&
      e.start <= to &&
      !idle.some((c) => s.within(e, c)) &&
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

/** `if (p == NULL) { … }` that goes on as if it had asked nothing: nothing leaves, nothing is put into `p`, and nobody asks for what it set. */
function idleTests(s: Shape, name: string, from: number, to: number): readonly Expr[] {
  const out: Expr[] = [];
  for (const t of s.stmts) {
    if (t.kind !== 'if' || t.else || t.start < from || t.then.end > to || !isNullTest(s, t.c, name)) continue;
    const body = t.then;
    const mayLeave =
      s.stmts.some((x) => s.within(x, body) && !/^(block|expr|decl|asm)$/.test(x.kind)) ||
      s.calls.some((c) => s.within(c.x, body) && !SAYS.test(c.name)) ||
      s.exprs.some((e) => s.within(e, body) && e.kind === 'id' && e.name === name);
    if (mayLeave || s.stores.some((x) => s.within(x.r, body) && isAskedFor(s, x.left, t.end, to))) continue;
    // A statement that is nothing but a name is a macro, which may leave.
    if (s.stmts.some((x) => x.kind === 'expr' && s.within(x, body) && x.x.kind !== 'asg' && x.x.kind !== 'call')) continue;
    out.push(t.c);
  }
  return out;
}

/** Traces: they come back, and put nothing anywhere. */
const SAYS = /^(?!.*(Fail|Fatal|Panic|BugCheck|Return|Exit|Goto|Leave|Raise))\w*(print|trace|log|dbg|debug)\w*$/i;

function isNullTest(s: Shape, c: Expr, name: string): boolean {
  const x = bare(c);
  if (x.kind === 'un' && x.op === '!') return s.text(bare(x.x)) === name;
  return x.kind === 'bin' && x.op === '==' && s.text(bare(x.l)) === name && /^\(?(NULL|0)\)?$/.test(s.text(bare(x.r)));
}

function isAskedFor(s: Shape, what: string, from: number, to: number): boolean {
  return s.exprs.some((e) => e.start >= from && e.start < to && mentions(s.text(e), what));
}
