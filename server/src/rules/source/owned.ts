/**
 * What a function acquired into a local variable and still owns where it returns: over all paths that lead there. Whoever may have taken it
 * over (a store, a call that nobody knows, a return value) ends the question, so that this rather misses than cries wolf.
 */
import { buildCfg, type Block } from '../../analysis/cfg';
import type { CallExpr, Expr, Span } from '../../syntax/ast';
import { partsOf } from '../../syntax/walk';
import { acquires, giver, outIndex } from './acquired';
import { borrows } from './borrowed';
import { nullTest, succeeds } from './outcomes';
import { bare, calledName, mentions, sourceCall, type Shape } from './shape';

export interface Owned {
  /** The local variable. */
  readonly name: string;
  /** The call that gave it, by name and place. */
  readonly call: string;
  readonly place: Span;
  /** The MDL whose pages this lock keeps; it lies under a name of its own. */
  readonly locks?: string;
  /** Releases it, by name. */
  readonly pair: readonly string[];
  /** A reference to an object of the system: an address inside of it is no other name for the reference. */
  readonly isReference?: boolean;
  /** What says by its success that there is something to own, a variable or the call itself; undefined once that is known. */
  readonly status?: string | CallExpr;
}

export interface OwnedFacts {
  readonly returns: readonly { readonly at: Span; readonly owned: readonly Owned[] }[];
  /** Assignments to a variable that still owns something. */
  readonly overwritten: readonly { readonly at: Span; readonly owned: Owned }[];
  /** Calls that free an MDL whose pages are still locked, and what locked them. */
  readonly freedLocked: readonly { readonly at: Span; readonly by: string; readonly locked: Owned }[];
  /** Variables that some path of the function releases, or hands on. */
  readonly handled: ReadonlySet<string>;
}

type State = ReadonlyMap<string, Owned>;

const NEVER_RETURNS = /^(KeBugCheck(Ex)?|ExRaise\w+|RtlFailFast|__fastfail)$/;

const known = new WeakMap<Shape, OwnedFacts>();
const NOTHING: OwnedFacts = { returns: [], overwritten: [], freedLocked: [], handled: new Set() };

export function ownedAtReturns(s: Shape): OwnedFacts {
  let facts = known.get(s);
  if (!facts) {
    facts = s.calls.some((c) => acquires(s.cx.model.api(c.name)) || giver(s, c.x)) ? new Paths(s).run() : NOTHING;
    known.set(s, facts);
  }
  return facts;
}

class Paths {
  private readonly handled = new Set<string>();
  private readonly overwritten = new Map<Expr, Owned>();
  private readonly freedLocked = new Map<Expr, { readonly by: string; readonly locked: Owned }>();

  constructor(private readonly s: Shape) {}

  run(): OwnedFacts {
    const { s } = this;
    const cfg = buildCfg(s.fn, s.cx.file, s.cx.program, (name) => s.cx.model.api(name) !== undefined);
    const inputs = new Map<number, State>([[cfg.entry, new Map()]]);
    const returns = new Map<number, { at: Span; owned: readonly Owned[] }>();
    let changed = true;
    for (let round = 0; changed && round < 20; round++) {
      changed = false;
      returns.clear();
      this.overwritten.clear();
      this.freedLocked.clear();
      const meet = (to: number, state: State | undefined): void => {
        if (!state) return;
        const old = inputs.get(to);
        const next = old ? both(old, state) : state;
        if (old && same(old, next)) return;
        inputs.set(to, next);
        changed = true;
      };
      for (const id of cfg.order) {
        const block = cfg.blocks[id];
        const input = inputs.get(id);
        if (!block || !input) continue;
        const out = this.through(block, input);
        const handler = block.handlers[block.handlers.length - 1];
        if (handler !== undefined) meet(handler, out ? both(input, out) : input);
        if (!out) continue;
        const { end } = block;
        if (end.kind === 'jump') meet(end.to, out);
        else if (end.kind === 'branch') {
          meet(end.yes, this.known(end.c, out, true));
          meet(end.no, this.known(end.c, out, false));
        } else if (end.kind === 'switch') {
          for (const c of end.cases) meet(c.block, out);
          meet(end.otherwise, out);
        } else {
          const owned = [...out.values()].filter(
            (o) => o.status === undefined && o.locks === undefined && !this.atExit(o.name, end.at),
          );
          if (owned.length > 0) returns.set(id, { at: end.at, owned });
        }
      }
    }
    const overwritten = [...this.overwritten].map(([at, owned]) => ({ at, owned }));
    const freedLocked = [...this.freedLocked].map(([at, f]) => ({ at, ...f }));
    return { returns: [...returns.values()], overwritten, freedLocked, handled: this.handled };
  }

  /** A `__finally` around the return runs before it. */
  private atExit(name: string, at: Span): boolean {
    return this.s.stmts.some(
      (t) =>
        t.kind === 'try' &&
        t.finally &&
        at.start >= t.body.start &&
        at.end <= t.body.end &&
        mentions(this.s.text(t.finally), name),
    );
  }

  private through(block: Block, input: State): State | undefined {
    const state = new Map(input);
    for (const item of block.items) {
      if (item.kind === 'eval') {
        if (!this.visit(item.x, state)) return undefined;
        continue;
      }
      state.delete(item.v.name);
      if (item.v.init) {
        if (!this.visit(item.v.init, state)) return undefined;
        this.handsOn(item.v.init, state);
        this.stored(item.v.name, item.v.init, state);
      }
    }
    const { end } = block;
    if (end.kind === 'branch' && !this.visit(end.c, state)) return undefined;
    if (end.kind === 'switch' && !this.visit(end.x, state)) return undefined;
    if (end.kind === 'return' && end.x) {
      if (!this.visit(end.x, state)) return undefined;
      this.handsOn(end.x, state);
    }
    return state;
  }

  /** Follows what an expression does to what is owned; false where control does not come back from it. */
  private visit(e: Expr, state: Map<string, Owned>): boolean {
    if (e.kind === 'sizeof') return true;
    if (e.kind === 'call') return this.call(e, state);
    for (const p of partsOf(e)) if (!this.visit(p, state)) return false;
    if (e.kind === 'asg') {
      const left = bare(e.l);
      if (left.kind === 'id') {
        this.handsOn(e.r, state);
        const lost = state.get(left.name);
        if (lost && lost.status === undefined && e.op === '' && !mentions(this.s.text(e.r), left.name))
          this.overwritten.set(e, lost);
        state.delete(left.name);
        const source = sourceCall(e.r);
        for (const [name, o] of state) if (o.status === left.name && o.place !== source) state.delete(name);
        if (e.op === '') this.stored(left.name, e.r, state);
      } else this.handsOn(e.r, state);
    } else if (e.kind === 'un' && e.op === '&') {
      const at = base(e.x);
      if (at !== undefined) this.handOver(at, state);
    } else if (e.kind === 'init' || e.kind === 'comma' || e.kind === 'cond') {
      for (const p of partsOf(e)) this.handsOn(p, state);
    } else if (e.kind === 'upd') {
      const at = bare(e.x);
      if (at.kind === 'id') state.delete(at.name);
    } else if (e.kind === 'bin' && (e.op === '+' || e.op === '-' || e.op === '|' || e.op === '&')) {
      // Arithmetic on the pointer makes another name for it.
      for (const p of [e.l, e.r]) {
        const x = bare(p);
        if (x.kind !== 'id' || state.get(x.name)?.isReference !== true) this.handsOn(p, state);
      }
    }
    return true;
  }

  /** The value itself goes somewhere else. */
  private handsOn(e: Expr, state: Map<string, Owned>): void {
    let x = bare(e);
    while (x.kind === 'asg' && x.op === '') x = bare(x.r);
    if (x.kind === 'id') this.handOver(x.name, state);
    if (x.kind === 'cond') for (const p of [x.a, x.b]) this.handsOn(p, state);
    if (x.kind === 'comma') this.handsOn(x.r, state);
  }

  private handOver(name: string, state: Map<string, Owned>): void {
    if (state.delete(name)) this.handled.add(name);
    state.delete(lockOf(name));
  }

  private call(e: CallExpr, state: Map<string, Owned>): boolean {
    const { s } = this;
    const raw = calledName(e);
    const name = raw === undefined ? undefined : s.cx.program.alias(raw, s.cx.file);
    const api = name === undefined ? undefined : s.cx.model.api(name);
    const out = acquires(api) ? outIndex(api) : undefined;
    if (raw === undefined && !this.visit(e.f, state)) return false;
    e.args.forEach((arg, i) => {
      if (i === out) return;
      const x = bare(arg);
      const taken = x.kind === 'un' && x.op === '&' ? base(x.x) : x.kind === 'id' ? x.name : undefined;
      const owned = taken === undefined ? undefined : state.get(taken);
      if (!owned) {
        this.visit(arg, state);
        return;
      }
      const locked = state.get(lockOf(owned.name));
      if (locked && name !== undefined && owned.pair.includes(name)) this.freedLocked.set(e, { by: name, locked });
      if (name !== undefined && !owned.pair.includes(name) && borrows(s, name, api, i)) {
        if (api?.role === 'unlock-pages') state.delete(lockOf(owned.name));
        else if (api?.role === 'lock-user-pages')
          state.set(lockOf(owned.name), { name: lockOf(owned.name), call: name, place: e, pair: [], locks: owned.name });
        return;
      }
      this.handOver(owned.name, state);
    });
    if (name === undefined) return true;
    if (out !== undefined && api) {
      const target = bare(e.args[out] ?? e);
      const local = target.kind === 'un' && target.op === '&' ? bare(target.x) : undefined;
      if (local?.kind === 'id' && this.isLocal(local.name)) {
        const at = this.statusOf(e);
        if (at === undefined) state.delete(local.name);
        else {
          const isReference = api.pair?.some((p) => p.startsWith('Ob')) === true;
          state.set(local.name, { name: local.name, call: name, place: e, pair: api.pair ?? [], isReference, status: at });
        }
      }
    }
    return !NEVER_RETURNS.test(name);
  }

  /** The variable that takes the status of the call, or the call itself where it stands in a condition. */
  private statusOf(e: CallExpr): string | CallExpr | undefined {
    let p = this.s.parent(e);
    while (p?.kind === 'cast') p = this.s.parent(p);
    if (p?.kind === 'asg' && p.op === '') {
      const left = bare(p.l);
      if (left.kind === 'id') return left.name;
    }
    if (p?.kind === 'decl') return p.vars.find((v) => v.init && bare(v.init) === e)?.name;
    return p?.kind === 'call' || p?.kind === 'bin' ? e : undefined;
  }

  /** `name = e`: what a call answers is owned by the variable. */
  private stored(name: string, e: Expr, state: Map<string, Owned>): void {
    const x = bare(e);
    if (x.kind !== 'call' || !this.isLocal(name)) return;
    const given = giver(this.s, x);
    if (!given) return;
    const { api } = given;
    // A list of the request holds it.
    const irp = api.role === 'mdl-alloc' && given.isDirect ? x.args[api.args?.['irp'] ?? 4] : undefined;
    if (irp && !/^(NULL|0|nullptr)$/.test(this.s.text(bare(irp)))) return;
    state.set(name, { name, call: given.name, place: x, pair: api.pair ?? [] });
  }

  private isLocal(name: string): boolean {
    const v = this.s.locals.get(name);
    return v !== undefined && v.storage === undefined;
  }

  /** What a branch says about what is owned. */
  private known(c: Expr, state: State, holds: boolean): State {
    const failed = new Set<string>();
    const sure = new Set<string>();
    const asked = bare(c);
    const pointer = nullTest(asked);
    if (pointer !== undefined) {
      if (pointer.isNull === holds) failed.add(pointer.name);
    }
    for (const [name, o] of state) {
      if (o.status === undefined) continue;
      const ok = succeeds(asked, o.status);
      if (ok === undefined) continue;
      (ok === holds ? sure : failed).add(name);
    }
    if (failed.size === 0 && sure.size === 0) return state;
    const next = new Map<string, Owned>();
    for (const [name, o] of state) if (!failed.has(name)) next.set(name, sure.has(name) ? { ...o, status: undefined } : o);
    return next;
  }
}

function lockOf(mdl: string): string {
  return `pages of ${mdl}`;
}

/** The variable that a place lies behind, or in. */
function base(e: Expr): string | undefined {
  let x = bare(e);
  while (x.kind === 'fld' || x.kind === 'idx' || (x.kind === 'un' && x.op === '*')) x = bare(x.x);
  return x.kind === 'id' ? x.name : undefined;
}

function both(a: State, b: State): State {
  const out = new Map<string, Owned>();
  for (const [name, o] of a) {
    const other = b.get(name);
    if (other && other.place.start === o.place.start)
      out.set(name, o.status === other.status ? o : { ...o, status: o.status ?? other.status });
  }
  return out;
}

function same(a: State, b: State): boolean {
  return a.size === b.size && [...a].every(([name, o]) => b.get(name)?.status === o.status && b.get(name)?.place === o.place);
}
