/**
 * What is freed on every path that leads to a place, by whatever name the function has for it there: the pointer that was freed, the list
 * entry that the record was found by, the pointer that it was cast from. What only some of the paths freed is nobody's finding.
 */
import { buildCfg, type Block } from '../../analysis/cfg';
import type { CallExpr, Expr, FunctionDecl } from '../../syntax/ast';
import { partsOf } from '../../syntax/walk';
import { nullTest } from './outcomes';
import { BELONGS, DELETES, FREES, handsOn, type AfterFree } from './freeing';
import { both, same, type Running, type State } from './freed-state';
import { isGiven, isGone, lastReference } from './references';
import { bare, calledName, shapeOf, sourceOf, type CallSite, type Shape } from './shape';

interface Facts {
  readonly hits: readonly AfterFree[];
  /** Parameters whose object is freed wherever the function returns. */
  readonly frees: ReadonlySet<number>;
}

const NOTHING: Facts = { hits: [], frees: new Set() };
const NEVER_RETURNS = /^(KeBugCheck(Ex)?|ExRaise\w+|RtlFailFast|__fastfail)$/;
/** How deep helpers that free are followed. */
const DEPTH = 3;
/** How often a function is gone through before its loops have to have come to rest. */
const ROUNDS = 12;

const known = new WeakMap<Shape, Facts>();

/** Uses of a pointer, and frees, of what every path to them has freed. */
export function freedOnAllPaths(s: Shape): readonly AfterFree[] {
  return factsOf(s, DEPTH).hits;
}

function factsOf(s: Shape, depth: number): Facts {
  const kept = known.get(s);
  if (kept) return kept;
  known.set(s, NOTHING);
  const facts = s.calls.some((c) => freedArguments(s, c.x, depth).length > 0) ? new Paths(s, depth).run() : NOTHING;
  if (depth === DEPTH || facts !== NOTHING) known.set(s, facts);
  else known.delete(s);
  return facts;
}

/** Positions of the arguments that a call frees. */
function freedArguments(s: Shape, x: CallExpr, depth: number): readonly number[] {
  const raw = calledName(x);
  if (raw === undefined) return [];
  const { program, file } = s.cx;
  const name = program.alias(raw, file);
  const direct = FREES[name] ?? DELETES[name];
  if (direct !== undefined) return [direct];
  if (depth === 0 || s.cx.model.api(name)) return [];
  const macro = program.macro(name, file);
  if (macro) {
    const body = macro.decl.params && program.snippet(macro.decl)?.expr;
    if (body?.kind !== 'call') return [];
    return freedArguments(s, body, 0).flatMap((i) => {
      const arg = body.args[i] && bare(body.args[i]);
      const at = arg?.kind === 'id' ? (macro.decl.params ?? []).indexOf(arg.name) : -1;
      return at < 0 ? [] : [at];
    });
  }
  const callee = program.function(name, file);
  if (!callee?.decl.body || callee.decl === s.fn) return [];
  return [...factsOf(shapeOf(callee.decl, sourceOf(callee.file, s.cx)), depth - 1).frees];
}

class Paths {
  private readonly hits = new Map<number, AfterFree>();
  private readonly takenAddress: ReadonlySet<string>;

  constructor(
    private readonly s: Shape,
    private readonly depth: number,
  ) {
    this.takenAddress = new Set(
      s.exprs.flatMap((e) => {
        const x = e.kind === 'un' && e.op === '&' ? bare(e.x) : undefined;
        return x?.kind === 'id' ? [x.name] : [];
      }),
    );
  }

  run(): Facts {
    const { s } = this;
    const cfg = buildCfg(s.fn, s.cx.file, s.cx.program, (name) => this.isWhole(name));
    const start: State = {
      at: new Map(s.fn.params.flatMap((p) => (p.name ? [[p.name, p.name] as const] : []))),
      freed: new Map(),
      used: new Set(),
    };
    const edges = new Map<number, Map<string, State>>();
    let atReturns: State[] = [];
    let changed = true;
    for (let round = 0; changed && round < ROUNDS; round++) {
      changed = false;
      atReturns = [];
      this.hits.clear();
      for (const id of cfg.order) {
        const block = cfg.blocks[id];
        const incoming = [...(edges.get(id)?.values() ?? [])];
        if (id === cfg.entry) incoming.push(start);
        if (!block || incoming.length === 0) continue;
        const input = incoming.reduce((a, b) => both(a, b, id));
        const out = this.through(block, input);
        const goes: [number, State][] = [];
        const handler = block.handlers[block.handlers.length - 1];
        if (handler !== undefined) goes.push([handler, out ? both(input, out, handler) : input]);
        if (out) goes.push(...this.leaving(block, out));
        if (out && block.end.kind === 'return') atReturns.push(out);
        for (const [k, [to, state]] of goes.entries()) {
          const into = edges.get(to) ?? new Map<string, State>();
          edges.set(to, into);
          const old = into.get(`${id}/${k}`);
          if (old && same(old, state)) continue;
          into.set(`${id}/${k}`, state);
          changed = true;
        }
      }
    }
    return { hits: changed ? [] : [...this.hits.values()], frees: changed ? new Set() : this.freedParams(s.fn, atReturns) };
  }

  /** Where control goes from a block, and what holds there. */
  private leaving(block: Block, out: State): [number, State][] {
    const { end } = block;
    switch (end.kind) {
      case 'jump':
        return [[end.to, out]];
      case 'branch': {
        const yes = this.branched(end.c, out, true);
        const no = this.branched(end.c, out, false);
        if (end.yes === end.no) return [[end.yes, yes && no ? both(yes, no, end.yes) : (yes ?? no ?? out)]];
        const goes: [number, State][] = [];
        if (yes) goes.push([end.yes, yes]);
        if (no) goes.push([end.no, no]);
        return goes;
      }
      case 'switch':
        return [...new Set([...end.cases.map((c) => c.block), end.otherwise])].map((to) => [to, out]);
      case 'return':
        return [];
    }
  }

  /** What the walk wants to see as the author wrote it. */
  private isWhole(name: string): boolean {
    return name === 'CONTAINING_RECORD' || this.s.cx.model.api(name) !== undefined;
  }

  private freedParams(fn: FunctionDecl, atReturns: readonly State[]): Set<number> {
    const out = new Set<number>();
    fn.params.forEach((p, i) => {
      if (!p.name) return;
      const ends = atReturns.map((r) => r.freed.get(p.name as string));
      // Whoever calls what gives a reference back may hold another one.
      if (ends.length > 0 && ends.every((f) => f !== undefined && !isGiven(f)) && ends.some((f) => f !== 'none')) out.add(i);
    });
    return out;
  }

  private through(block: Block, input: State): State | undefined {
    const state: Running = { at: new Map(input.at), freed: new Map(input.freed), used: new Set(input.used) };
    for (const item of block.items) {
      if (item.kind === 'eval') {
        if (!this.visit(item.x, state)) return undefined;
        continue;
      }
      const { v } = item;
      if (v.init && !this.visit(v.init, state)) return undefined;
      this.set(v.name, v.init, v.start, state);
    }
    const { end } = block;
    const last = end.kind === 'branch' ? end.c : end.kind === 'switch' || end.kind === 'return' ? end.x : undefined;
    return !last || this.visit(last, state) ? state : undefined;
  }

  /** Follows what an expression does; false where control does not come back from it. */
  private visit(e: Expr, state: Running): boolean {
    switch (e.kind) {
      case 'sizeof':
        return true;
      case 'call':
        return this.call(e, state);
      case 'asg': {
        const left = bare(e.l);
        if (!this.visit(e.r, state)) return false;
        if (left.kind !== 'id') return this.visit(e.l, state);
        this.set(left.name, e.op === '' ? e.r : undefined, e.start, state);
        return true;
      }
      case 'upd': {
        const x = bare(e.x);
        if (x.kind === 'id') this.set(x.name, undefined, e.start, state);
        else return this.visit(e.x, state);
        return true;
      }
      case 'fld':
        if (e.arrow) this.use(e.x, e, state);
        break;
      case 'un':
        if (e.op === '*') this.use(e.x, e, state);
        break;
      case 'idx':
        this.use(e.x, e, state);
        break;
      default:
    }
    for (const p of partsOf(e)) if (!this.visit(p, state)) return false;
    return true;
  }

  private call(e: CallExpr, state: Running): boolean {
    const { s } = this;
    const raw = calledName(e);
    if (raw === undefined && !this.visit(e.f, state)) return false;
    if (raw === 'CONTAINING_RECORD' || raw === 'FIELD_OFFSET' || raw === 'offsetof')
      return !e.args[0] || this.visit(e.args[0], state);
    for (const arg of e.args) if (!this.visit(arg, state)) return false;
    if (raw === undefined) return true;
    const name = s.cx.program.alias(raw, s.cx.file);
    const frees = freedArguments(s, e, this.depth);
    for (const i of handsOn(name, s.cx.model)) {
      const x = e.args[i];
      if (x && !frees.includes(i)) this.handOn(x, e, state);
    }
    for (const i of frees) {
      const x = e.args[i] && bare(e.args[i]);
      const object = x?.kind === 'id' ? state.at.get(x.name) : undefined;
      if (x?.kind !== 'id' || object === undefined || this.takenAddress.has(x.name)) continue;
      const before = state.freed.get(object);
      if (isGone(before)) this.hit('free', x.name, before, e);
      state.freed.set(object, { name, x: e, args: e.args });
    }
    return !NEVER_RETURNS.test(name);
  }

  private use(pointer: Expr, e: Expr, state: Running): void {
    const x = bare(pointer);
    const object = x.kind === 'id' ? state.at.get(x.name) : undefined;
    const by = object === undefined ? undefined : state.freed.get(object);
    if (object !== undefined) state.used.add(object);
    if (x.kind === 'id' && isGone(by)) this.hit('use', x.name, by, e);
  }

  /** An interface of the system is given the pointer and may follow it, which does not say that it points to anything. */
  private handOn(pointer: Expr, e: Expr, state: Running): void {
    const x = bare(pointer);
    const object = x.kind === 'id' ? state.at.get(x.name) : undefined;
    const by = object === undefined ? undefined : state.freed.get(object);
    if (x.kind === 'id' && isGone(by)) this.hit('use', x.name, by, e);
  }

  private hit(kind: AfterFree['kind'], name: string, free: CallSite, use: Expr): void {
    if (!this.hits.has(use.start)) this.hits.set(use.start, { kind, name, free, use });
  }

  /** A variable gets another value: another name for an object that has one, or an object of its own. */
  private set(name: string, from: Expr | undefined, place: number, state: Running): void {
    const object = (from && this.objectOf(from, state)) ?? `${name}@${place}`;
    if (object === `${name}@${place}`) {
      state.freed.delete(object);
      state.used.delete(object);
    }
    state.at.set(name, object);
  }

  private objectOf(from: Expr, state: State): string | undefined {
    const x = bare(from);
    if (x.kind === 'id') return state.at.get(x.name);
    if (x.kind === 'fld' && x.arrow && BELONGS.has(x.name)) return this.objectOf(x.x, state);
    if (x.kind === 'call' && calledName(x) === 'CONTAINING_RECORD' && x.args[0]) return this.objectOf(x.args[0], state);
    if (x.kind === 'un' && x.op === '&') {
      const inner = bare(x.x);
      return inner.kind === 'fld' && inner.arrow ? this.objectOf(inner.x, state) : undefined;
    }
    return undefined;
  }

  /** Where a pointer is NULL there is nothing that anybody would have to free; undefined where it was followed before, and so is not. */
  private branched(c: Expr, state: State, holds: boolean): State | undefined {
    const last = lastReference(bare(c), this.s);
    if (last) {
      const of = state.at.get(last.name);
      if (of === undefined || last.holds === holds || state.freed.has(of)) return state;
      return { ...state, freed: new Map(state.freed).set(of, { ...last.call, given: 'others' }) };
    }
    const asked = nullTest(bare(c));
    const object = asked?.isNull === holds ? state.at.get(asked.name) : undefined;
    if (object !== undefined && state.used.has(object)) return undefined;
    if (object === undefined || state.freed.has(object)) return state;
    return { ...state, freed: new Map(state.freed).set(object, 'none') };
  }
}
