/**
 * Runs the control-flow graph of a function: each loop until nothing new arrives at its head, and each block once with observers listening.
 */
import type { Expr, Span } from '../syntax/ast';
import { wrap } from '../program/constants';
import { Arrivals, type Partitions } from './arrivals';
import type { Block } from './cfg';
import { componentsOf, type Component } from './components';
import { evaluate } from './evaluate';
import type { Observer } from './events';
import { declare, fork, statement, ways } from './forks';
import type { Frame } from './frame';
import { listenersOf, NOBODY } from './listeners';
import { siteOf } from './made-values';
import type { Exit } from './outcomes';
import { State } from './state';
import type { Val } from './value';

type Deliver = (id: number, s: State) => void;

const MAX_VISITS = 6;
/** Blocks run for one function, and expressions kept back for each block that observers hear of. */
const MAX_STEPS = 4000;
const RESERVE = 20_000;

function nowhere(): void {
  // What leaves a block of a loop that is stable has arrived before.
}

export class Fixpoint {
  private readonly arrivals: Arrivals;

  constructor(private readonly f: Frame) {
    this.arrivals = new Arrivals(f);
  }

  /** Parts without a loop are run once, with observers listening; a loop is run until it is stable, then once more for them. */
  run(initial: State, observers: () => readonly Observer[]): Exit[] {
    const { inputs, pending } = this.arrivals;
    this.arrivals.arrive(this.f.cfg.entry, initial);
    const listeners = listenersOf(observers());
    const found = new Map<number, Exit[]>();
    const to: Deliver = (id, s) => {
      this.arrivals.arrive(id, s);
    };
    let guard = 0;
    const watched = (id: number, deliver: Deliver): void => {
      const b = this.f.cfg.blocks[id];
      if (!b || !inputs.has(id)) return;
      this.f.listeners = listeners;
      this.f.watch = this.f.watcher;
      const exits: Exit[] = [];
      const spent = this.f.steps;
      const from = Math.min(spent, this.f.maxSteps - RESERVE);
      this.f.steps = from;
      this.transfer(b, inputs.get(id), deliver, exits);
      this.f.steps = spent + (deliver === nowhere ? 0 : this.f.steps - from);
      found.set(id, exits);
      this.f.listeners = NOBODY;
      this.f.watch = undefined;
    };
    for (const part of componentsOf(this.f.cfg)) {
      const only = part.blocks[0] ?? -1;
      if (!part.loops) {
        if (!pending.delete(only)) continue;
        const over = ++guard > MAX_STEPS || this.f.steps > this.f.maxSteps;
        this.f.bounded ||= over;
        watched(only, over ? nowhere : to);
        continue;
      }
      guard = this.settle(part, to, guard);
      for (const id of part.blocks) watched(id, nowhere);
    }
    this.f.listeners = listeners;
    for (const o of listeners.all) o.done?.();
    return this.f.cfg.order.flatMap((id) => found.get(id) ?? []);
  }

  /**
   * Runs the blocks of a loop until nothing new arrives at its head. Each round starts from what the head knows by then: what an earlier
   * round knew of the body does not dilute it.
   */
  private settle({ blocks, bodies }: Component, to: Deliver, before: number): number {
    const { inputs, pending } = this.arrivals;
    const visits = new Map<number, number>();
    let guard = before;
    for (let at = blocks.find((id) => pending.has(id)); at !== undefined; at = blocks.find((id) => pending.has(id))) {
      pending.delete(at);
      const n = (visits.get(at) ?? 0) + 1;
      visits.set(at, n);
      if (n > MAX_VISITS || ++guard > MAX_STEPS || this.f.steps > this.f.maxSteps) {
        this.f.bounded = true;
        continue;
      }
      for (const id of bodies.get(at) ?? []) {
        inputs.delete(id);
        pending.delete(id);
        visits.delete(id);
      }
      const b = this.f.cfg.blocks[at];
      if (b) this.transfer(b, inputs.get(at), to, undefined);
    }
    return guard;
  }

  private transfer(b: Block, parts: Partitions | undefined, to: Deliver, exits: Exit[] | undefined): void {
    if (!parts) return;
    this.f.block = b;
    const handler = b.handlers[b.handlers.length - 1];
    for (const start of [...parts.values()]) {
      if (handler !== undefined) to(handler, start.clone());
      let live: State[] = [start.clone()];
      for (const item of b.items) {
        const next: State[] = [];
        for (const s of live)
          for (const o of item.kind === 'eval' ? statement(item.x, s, this.f) : declare(item.v, s, this.f)) next.push(o);
        live = next.length > this.arrivals.most ? this.arrivals.merge(next, b.id) : next;
      }
      for (const s of live) {
        if (handler !== undefined) to(handler, s.clone());
        this.leave(b, s, to, exits);
      }
    }
  }

  private leave(b: Block, s: State, to: Deliver, exits: Exit[] | undefined): void {
    switch (b.end.kind) {
      case 'jump':
        to(b.end.to, s);
        return;
      case 'branch': {
        for (const { yes, no } of ways(b.end.c, s, b.loopHead, this.f)) {
          if (yes) to(b.end.yes, yes);
          if (no) to(b.end.no, no);
        }
        return;
      }
      case 'switch': {
        const v = evaluate(b.end.x, s, this.f);
        this.f.tell('branch', { c: b.end.x, place: b.end.x, vals: [v], loop: false }, s);
        const other = s.clone();
        const grouped = new Map<number, State>();
        for (const c of b.end.cases) {
          const k = c.value ? this.f.constants.evaluate(c.value, this.f.file) : undefined;
          const branch = s.clone();
          if (k !== undefined && c.to === undefined) {
            // The label takes the type of what is switched on: a device type of more than sixteen bits loses the upper ones.
            const u = v.ty?.k === 'int' && v.ty.size >= 4 ? wrap(k, v.ty.size, v.ty.signed) : k;
            const r = s.bounds.range(v.t, 1);
            if (u < r.lo || u > r.hi) continue;
            branch.bounds.add(v.t, u, u);
            branch.setMust({ tag: 'case', path: c.value ? this.f.text(c.value) : '', site: siteOf(this.f, c.value ?? b.end.x) });
          }
          branch.compare(v.t);
          const old = grouped.get(c.block);
          grouped.set(
            c.block,
            old ? State.join(old, branch, `${this.f.blockNames[c.block] ?? String(c.block)}:c`, this.f.atoms) : branch,
          );
        }
        for (const [block, st] of grouped) to(block, st);
        other.compare(v.t);
        to(b.end.otherwise, other);
        return;
      }
      case 'return': {
        if (!exits) {
          // Evaluated in the last round only; here it may still change what callees are asked.
          if (b.end.x) for (const o of fork(b.end.x, s, this.f)) void o;
          return;
        }
        const x = b.end.x;
        if (!x) {
          this.tellReturn(undefined, undefined, b.end.at, s);
          exits.push({ ret: undefined, state: s });
          return;
        }
        for (const o of fork(x, s, this.f)) {
          this.tellReturn(x, o.v, b.end.at, o.s);
          exits.push({ ret: o.v, state: o.s });
        }
        return;
      }
    }
  }

  private tellReturn(x: Expr | undefined, val: Val | undefined, place: Span, s: State): void {
    const heard = this.f.listeners.ret;
    if (heard.length === 0) return;
    const v = this.f.view(s);
    for (const listen of heard) listen(x, val, place, v);
  }
}
