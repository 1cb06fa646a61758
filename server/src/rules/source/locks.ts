/** Which locks a function holds for certain, call by call and at each return: over all paths that lead there. */
import { buildCfg, successors, type Block, type Cfg } from '../../analysis/cfg';
import type { CallExpr, Expr, Span } from '../../syntax/ast';
import { partsOf } from '../../syntax/walk';
import { shapeOf, sourceOf, type CallSite, type Shape } from './shape';

export interface HeldLock {
  readonly name: string;
  readonly spin: boolean;
  readonly place: Span;
}

export interface LockFacts {
  readonly calls: readonly { readonly call: CallSite; readonly held: readonly HeldLock[] }[];
  readonly returns: readonly { readonly at: Span; readonly held: readonly HeldLock[] }[];
  /** Calls through a pointer. */
  readonly indirect: readonly { readonly x: CallExpr; readonly held: readonly HeldLock[] }[];
  /** Assignments, increments and the like under a lock. */
  readonly locked: ReadonlySet<Expr>;
  /** Names of locks that the function releases somewhere. */
  readonly released: ReadonlySet<string>;
}

type Held = ReadonlyMap<string, HeldLock>;

const known = new WeakMap<Shape, LockFacts>();
const NOTHING: LockFacts = { calls: [], returns: [], indirect: [], locked: new Set(), released: new Set() };

export function heldLocks(s: Shape): LockFacts {
  let facts = known.get(s);
  if (!facts) {
    facts = s.calls.some((c) => s.cx.model.api(c.name)?.role === 'lock-acquire') ? compute(s) : NOTHING;
    known.set(s, facts);
  }
  return facts;
}

function compute(s: Shape): LockFacts {
  const cfg: Cfg = buildCfg(s.fn, s.cx.file, s.cx.program, (name) => s.cx.model.api(name) !== undefined);
  const byExpr = new Map<CallExpr, CallSite>(s.calls.map((c) => [c.x, c]));
  const released = new Set<string>();
  const inputs = new Map<number, Held>([[cfg.entry, new Map()]]);
  let changed = true;
  for (let round = 0; changed && round < 20; round++) {
    changed = false;
    for (const id of cfg.order) {
      const block = cfg.blocks[id];
      const input = inputs.get(id);
      if (!block || !input) continue;
      const out = run(s, block, input, byExpr, released);
      for (const to of [...successors(block), ...block.handlers]) {
        const old = inputs.get(to);
        const next = old ? both(old, out) : out;
        if (old?.size === next.size) continue;
        inputs.set(to, next);
        changed = true;
      }
    }
  }
  const calls: { call: CallSite; held: readonly HeldLock[] }[] = [];
  const returns: { at: Span; held: readonly HeldLock[] }[] = [];
  const indirect: { x: CallExpr; held: readonly HeldLock[] }[] = [];
  const locked = new Set<Expr>();
  const free = new Set<Expr>();
  for (const id of cfg.order) {
    const block = cfg.blocks[id];
    const input = inputs.get(id);
    if (!block || !input) continue;
    const out = run(
      s,
      block,
      input,
      byExpr,
      released,
      (call, held) => calls.push({ call, held: [...held.values()] }),
      (x, held) => {
        if (x.kind === 'call') indirect.push({ x, held: [...held.values()] });
        else (held.size > 0 ? locked : free).add(x);
      },
    );
    if (block.end.kind === 'return' && out.size > 0) returns.push({ at: block.end.at, held: [...out.values()] });
  }
  for (const x of free) locked.delete(x);
  return { calls, returns, indirect, locked, released };
}

function both(a: Held, b: Held): Held {
  return new Map([...a].filter(([name]) => b.has(name)));
}

function run(
  s: Shape,
  block: Block,
  input: Held,
  byExpr: ReadonlyMap<CallExpr, CallSite>,
  released: Set<string>,
  tell?: (call: CallSite, held: Held) => void,
  also?: (x: Expr, held: Held) => void,
): Held {
  const held = new Map(input);
  const visit = (e: Expr): void => {
    for (const p of partsOf(e)) visit(p);
    if (e.kind === 'asg' || e.kind === 'upd') also?.(e, held);
    const call = e.kind === 'call' ? byExpr.get(e) : undefined;
    if (e.kind === 'call' && !call) also?.(e, held);
    if (!call) return;
    tell?.(call, held);
    const api = s.cx.model.api(call.name);
    if (api?.role !== 'lock-acquire' && api?.role !== 'lock-release') {
      // A helper of the driver that may release what is held.
      if (held.size > 0 && (/Release|Unlock/i.test(call.name) || leavesReleased(s, call))) held.clear();
      return;
    }
    const at = api.lock === 'queued-spin' ? api.args?.['handle'] : (api.args?.['object'] ?? 0);
    const arg = at === undefined ? undefined : call.args[at];
    const name = arg ? s.text(arg).replace(/^&/, '') : (api.lock ?? '');
    if (api.role === 'lock-release') {
      released.add(name);
      // A lock of another spelling may be the same one.
      if (!held.delete(name)) for (const [key, l] of held) if (l.spin === isSpin(api.lock)) held.delete(key);
    } else if (!/Try/.test(call.name) && !conditional(call, s)) held.set(name, { name, spin: isSpin(api.lock), place: call.x });
  };
  for (const item of block.items) {
    if (item.kind === 'eval') visit(item.x);
    else if (item.v.init) visit(item.v.init);
  }
  if (block.end.kind === 'branch') visit(block.end.c);
  else if (block.end.kind === 'switch') visit(block.end.x);
  else if (block.end.kind === 'return' && block.end.x) visit(block.end.x);
  return held;
}

/** A function of the driver that releases more locks than it takes: those of its caller. */
function leavesReleased(s: Shape, call: CallSite, depth = 2): boolean {
  const callee = s.cx.program.function(call.name, s.cx.file);
  if (!callee?.decl.body || depth === 0) return false;
  const inner = shapeOf(callee.decl, sourceOf(callee.file, s.cx));
  const roles = inner.calls.map((c) => inner.cx.model.api(c.name)?.role);
  const taken = roles.filter((r) => r === 'lock-acquire').length;
  const released = roles.filter((r) => r === 'lock-release').length;
  return released > taken || (taken === 0 && inner.calls.some((c) => leavesReleased(inner, c, depth - 1)));
}

function isSpin(lock: string | undefined): boolean {
  return lock !== undefined && /spin/.test(lock);
}

/** The answer of a call is looked at. */
function isUsed(x: Expr, s: Shape): boolean {
  const parent = s.parent(x);
  if (parent?.kind === 'cast') return isUsed(parent, s);
  return parent !== undefined && parent.kind !== 'expr' && parent.kind !== 'comma';
}

/** A resource or wait lock that may not be granted: `ExAcquireResourceExclusiveLite(r, FALSE)`, a timeout, a status that is looked at. */
function conditional(call: CallSite, s: Shape): boolean {
  // Whoever looks at the answer has a path on which it was refused.
  if (/^ExAcquireResource/.test(call.name)) return s.text(call.args[1] ?? call.x) !== 'TRUE' || isUsed(call.x, s);
  return call.name === 'WdfWaitLockAcquire' && (s.text(call.args[1] ?? call.x) !== 'NULL' || s.parent(call.x)?.kind !== 'expr');
}
