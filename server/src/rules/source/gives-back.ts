/**
 * What a call gives back of what its caller answers for: memory, a rundown protection, directly or inside a function of the driver that
 * was handed the object.
 */
import type { Expr } from '../../syntax/ast';
import type { Step } from '../finding';
import { giver } from './acquired';
import { nullTest, succeeds } from './outcomes';
import { bare, isStatement, shapeOf, sourceCall, sourceOf, type CallSite, type Shape } from './shape';

export interface GivenBack {
  /** As the caller would write it. */
  readonly name: string;
  /** The local object for which it is done; the same where the object itself is given back. */
  readonly object: string;
  /** A function of the driver does it, at this place. */
  readonly via?: { readonly api: string; readonly place: Step };
  /** Only where that function fails. */
  readonly failing: boolean;
}

const NONE: readonly GivenBack[] = [];
const FREES: Readonly<Record<string, number>> = {
  ExFreePool: 0,
  ExFreePoolWithTag: 0,
  ExFreePool2: 0,
  NdisFreeMemory: 0,
  NdisFreeMemoryWithTagPriority: 1,
  IoFreeMdl: 0,
  IoFreeIrp: 0,
  IoFreeWorkItem: 0,
  ZwClose: 0,
};

/** A variable, or a member that pointers lead to. */
const PLACE = /^\w+(->\w+|\.\w+)*$/;

export function givesBack(s: Shape, call: CallSite): readonly GivenBack[] {
  const direct = released(call, s);
  if (direct) {
    const name = s.text(bare(direct.what));
    if (direct.kind === 'memory') return PLACE.test(name) ? [{ name, object: name, failing: false }] : NONE;
    return acquiredOnce(s, name) ? [{ name, object: '', failing: false }] : NONE;
  }
  const callee = s.cx.program.function(call.name, s.cx.file);
  if (!callee?.decl.body || call.name === s.name) return NONE;
  const inner = shapeOf(callee.decl, sourceOf(callee.file, s.cx));
  const releases = inner.calls.flatMap((c) => {
    const back = released(c, inner);
    return back ? [{ c, ...back }] : [];
  });
  if (releases.length === 0) return NONE;
  const out: GivenBack[] = [];
  callee.decl.params.forEach((param, i) => {
    const arg = call.args[i];
    const object = arg && s.text(bare(arg));
    if (object === undefined || param.name === '' || !PLACE.test(object) || isAssigned(inner, param.name)) return;
    // The object that this function has made, and nobody else has a reference to.
    const isOwn = isMade(s, object);
    for (const { c, kind, what } of releases) {
      const text = inner.text(bare(what));
      const isPart = text === param.name || text.startsWith(`${param.name}->`);
      if (kind === 'memory' ? !isPart || isNulled(inner, text) : !isGlobal(inner, what) || !acquiredOnce(s, text)) continue;
      const when = condition(inner, c, [param.name, text]);
      if (!when || ((when.last || kind === 'protection') && !isOwn)) continue;
      const name = kind === 'memory' ? object + text.slice(param.name.length) : text;
      out.push({ name, object, via: { api: c.name, place: inner.step(c.x, 'flow', '') }, failing: when.failing });
    }
  });
  return out;
}

/** Whoever asks for it afterwards finds nothing. */
function isNulled(s: Shape, text: string): boolean {
  return s.stores.some((t) => t.left === text);
}

function released(c: CallSite, s: Shape): { readonly kind: 'memory' | 'protection'; readonly what: Expr } | undefined {
  const at = FREES[c.name];
  const freed = at === undefined ? undefined : c.args[at];
  if (freed) return { kind: 'memory', what: freed };
  const api = s.cx.model.api(c.name);
  const what = api?.role === 'rundown-release' ? c.args[api.args?.['object'] ?? 0] : undefined;
  return what && { kind: 'protection', what };
}

/** A local variable that an allocation of this function fills, and nothing else does. */
function isMade(s: Shape, name: string): boolean {
  const v = s.locals.get(name);
  if (!v || v.storage !== undefined) return false;
  const fills = s.stores.filter((t) => t.left === name && t.op === '' && !isNone(t.r));
  return (
    fills.length === 1 &&
    fills.every((t) => {
      const call = sourceCall(t.r);
      return call !== undefined && giver(s, call) !== undefined;
    })
  );
}

function isNone(e: Expr): boolean {
  const x = bare(e);
  return (x.kind === 'num' && x.value === 0) || (x.kind === 'id' && /^(NULL|nullptr)$/.test(x.name));
}

function acquiredOnce(s: Shape, name: string): boolean {
  const acquires = s.calls.filter(
    (c) => s.cx.model.api(c.name)?.role === 'rundown-acquire' && c.args[0] && s.text(bare(c.args[0])) === name,
  );
  return acquires.length === 1;
}

function isGlobal(s: Shape, e: Expr): boolean {
  let x = bare(e);
  while (x.kind === 'fld' || x.kind === 'idx' || x.kind === 'un') x = bare(x.x);
  return x.kind === 'id' && !s.locals.has(x.name) && s.paramType(x.name) === undefined;
}

function isAssigned(s: Shape, name: string): boolean {
  return s.stores.some((t) => t.left === name && !isNone(t.r));
}

interface When {
  /** Only where the callee fails. */
  readonly failing: boolean;
  /** Only with the last reference. */
  readonly last: boolean;
}

/**
 * When the callee does it: always, with the last reference, or where it fails; undefined where something else decides.
 * @param what names of what it needs to be there
 */
function condition(s: Shape, c: CallSite, what: readonly string[]): When | undefined {
  let failing = false;
  let last = false;
  for (const p of s.around(c.x)) {
    if (!isStatement(p)) continue;
    if (p.kind === 'if') {
      if (!s.within(c.x, p.then)) return undefined;
      const x = bare(p.c);
      if (isThere(s, x, what)) continue;
      if (isLastReference(s, x)) last = true;
      else if (isFailure(s, x)) failing = true;
      else return undefined;
    } else if (!/^(block|expr|label|decl)$/.test(p.kind)) return undefined;
  }
  if (failing) return returnsStatus(s) ? { failing, last } : undefined;
  // Behind a way out of its own it depends on what led there; behind a label, on who jumps to it.
  const leaves = s.stmts.some(
    (t) => t.start < c.x.start && (t.kind === 'return' || t.kind === 'goto') && !isNullGuard(s, t, what),
  );
  return leaves ? undefined : { failing, last };
}

/** `p`, `p != NULL`, `p->q != NULL` */
function isThere(s: Shape, c: Expr, what: readonly string[]): boolean {
  const asked = nullTest(c);
  if (asked) return what.includes(asked.name) && !asked.isNull;
  if (what.includes(s.text(c))) return true;
  return c.kind === 'bin' && c.op === '!=' && isNone(c.r) && what.includes(s.text(bare(c.l)));
}

/** `if (p == NULL) return` */
function isNullGuard(s: Shape, t: Expr | Shape['stmts'][number], what: readonly string[]): boolean {
  for (const p of s.around(t))
    if (p.kind === 'if') {
      const asked = nullTest(bare(p.c));
      return asked !== undefined && what.includes(asked.name) && asked.isNull;
    }
  return false;
}

function isLastReference(s: Shape, c: Expr): boolean {
  const text = s.text(c);
  return /(Dec(rement)?|Deref\w*|Release\w*Ref\w*)\w*\s*\(/i.test(text) && !/!=\s*0|>\s*0/.test(text);
}

function isFailure(s: Shape, c: Expr): boolean {
  if (c.kind === 'un' && c.op === '!') {
    const x = bare(c.x);
    const arg = x.kind === 'call' && s.text(x.f) === 'NT_SUCCESS' ? x.args[0] : undefined;
    const status = arg && bare(arg);
    return status?.kind === 'id' && succeeds(x, status.name) === true && isReturned(s, status.name);
  }
  return false;
}

function isReturned(s: Shape, name: string): boolean {
  const returns = s.stmts.flatMap((t) => (t.kind === 'return' && t.x ? [bare(t.x)] : []));
  return returns.length > 0 && returns.every((x) => x.kind === 'id' && x.name === name);
}

function returnsStatus(s: Shape): boolean {
  return s.fn.returns.kind === 'name' && /STATUS$/.test(s.fn.returns.name);
}
