/**
 * Follows something over all paths of a function, block by block, until nothing changes; then once more, to say what was found. What is
 * followed, and what is left of it where two paths meet, is the asker's.
 */
import { buildCfg, successors, type Block } from '../../analysis/cfg';
import type { Expr, Span, VarDecl } from '../../syntax/ast';
import type { Shape } from './shape';

export interface Follow<S> {
  readonly begin: S;
  /**
   * What an expression that stands by itself makes of it; undefined where control does not come back.
   * @param telling nothing changes any more: what is found is said now
   */
  eval(x: Expr, state: S, telling: boolean): S | undefined;
  declared(v: VarDecl, state: S, telling: boolean): S | undefined;
  /** Where a condition holds, or does not. */
  known(c: Expr, state: S, holds: boolean): S;
  leaves?(at: Span, x: Expr | undefined, state: S): void;
  meet(a: S, b: S): S;
  same(a: S, b: S): boolean;
}

const MOST_ROUNDS = 20;

export function follow<S>(s: Shape, asked: Follow<S>): void {
  const cfg = buildCfg(s.fn, s.cx.file, s.cx.program, (name) => s.cx.model.api(name) !== undefined);
  const inputs = new Map<number, S>([[cfg.entry, asked.begin]]);
  let changed = true;
  const arrive = (to: number, state: S): void => {
    const old = inputs.get(to);
    const next = old === undefined ? state : asked.meet(old, state);
    if (old !== undefined && asked.same(old, next)) return;
    inputs.set(to, next);
    changed = true;
  };
  const each = (telling: boolean): void => {
    for (const id of cfg.order) {
      const block = cfg.blocks[id];
      const input = inputs.get(id);
      if (!block || input === undefined) continue;
      const out = through(block, input, asked, telling);
      const handler = block.handlers[block.handlers.length - 1];
      if (handler !== undefined && !telling) arrive(handler, out === undefined ? input : asked.meet(input, out));
      if (out === undefined) continue;
      const { end } = block;
      if (end.kind === 'return') {
        if (telling) asked.leaves?.(end.at, end.x, out);
      } else if (!telling) {
        if (end.kind === 'branch') {
          arrive(end.yes, asked.known(end.c, out, true));
          arrive(end.no, asked.known(end.c, out, false));
        } else for (const to of successors(block)) arrive(to, out);
      }
    }
  };
  for (let round = 0; changed && round < MOST_ROUNDS; round++) {
    changed = false;
    each(false);
  }
  each(true);
}

function through<S>(block: Block, input: S, asked: Follow<S>, telling: boolean): S | undefined {
  let state: S | undefined = input;
  for (const item of block.items) {
    state = item.kind === 'eval' ? asked.eval(item.x, state, telling) : asked.declared(item.v, state, telling);
    if (state === undefined) return undefined;
  }
  const { end } = block;
  const x = end.kind === 'branch' ? end.c : end.kind === 'switch' || end.kind === 'return' ? end.x : undefined;
  return x ? asked.eval(x, state, telling) : state;
}
