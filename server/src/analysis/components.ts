/**
 * Loops of a control-flow graph: its strongly connected components, in an order in which each comes after all that lead to it. What is
 * no loop is run once; a loop is run until it is stable before anything behind it is looked at.
 */
import { successors, type Cfg } from './cfg';

export interface Component {
  /** Blocks in reverse post-order. */
  readonly blocks: readonly number[];
  readonly loops: boolean;
  /** By the head of a loop through which alone it is entered: the other blocks of that loop. */
  readonly bodies: ReadonlyMap<number, readonly number[]>;
}

const known = new WeakMap<Cfg, readonly Component[]>();

export function componentsOf(cfg: Cfg): readonly Component[] {
  let out = known.get(cfg);
  if (!out) known.set(cfg, (out = compute(cfg)));
  return out;
}

const NO_BODIES: ReadonlyMap<number, readonly number[]> = new Map();

/** @param blocks of one component, in reverse post-order */
function bodiesOf(blocks: readonly number[], cfg: Cfg, next: (id: number) => readonly number[]): Map<number, readonly number[]> {
  const out = new Map<number, readonly number[]>();
  blocks.forEach((head, i) => {
    if (cfg.blocks[head]?.loopHead !== true) return;
    // What leads back to the head without going through a block before it.
    const inside = new Set(blocks.slice(i));
    const before = new Map<number, number[]>();
    for (const id of inside) for (const to of next(id)) if (inside.has(to)) before.set(to, [...(before.get(to) ?? []), id]);
    const body = new Set<number>();
    const todo = [...(before.get(head) ?? [])];
    for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
      if (id === head || body.has(id)) continue;
      body.add(id);
      todo.push(...(before.get(id) ?? []));
    }
    // A loop that is entered elsewhere too (at the body of a `do`) keeps what came in there.
    const entered = cfg.order.some((id) => id !== head && !body.has(id) && next(id).some((to) => body.has(to)));
    if (!entered) out.set(head, [...body]);
  });
  return out;
}

function compute(cfg: Cfg): readonly Component[] {
  const rank = new Map(cfg.order.map((id, i) => [id, i]));
  const next = (id: number): number[] => {
    const b = cfg.blocks[id];
    return b ? successors(b).filter((to) => rank.has(to)) : [];
  };
  const at = new Map<number, number>();
  const low = new Map<number, number>();
  const open: number[] = [];
  const isOpen = new Set<number>();
  const out: Component[] = [];
  for (const root of cfg.order) {
    if (at.has(root)) continue;
    const stack: { readonly id: number; readonly todo: number[] }[] = [];
    const enter = (id: number): void => {
      at.set(id, at.size);
      low.set(id, at.size - 1);
      open.push(id);
      isOpen.add(id);
      stack.push({ id, todo: next(id) });
    };
    enter(root);
    for (let top = stack[stack.length - 1]; top; top = stack[stack.length - 1]) {
      const to = top.todo.pop();
      if (to !== undefined) {
        if (!at.has(to)) enter(to);
        else if (isOpen.has(to)) low.set(top.id, Math.min(low.get(top.id) ?? 0, at.get(to) ?? 0));
        continue;
      }
      stack.pop();
      const { id } = top;
      const outer = stack[stack.length - 1];
      if (outer) low.set(outer.id, Math.min(low.get(outer.id) ?? 0, low.get(id) ?? 0));
      if (low.get(id) !== at.get(id)) continue;
      const blocks = open.splice(open.indexOf(id));
      for (const b of blocks) isOpen.delete(b);
      blocks.sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0));
      const loops = blocks.length > 1 || next(id).includes(id);
      out.push({ blocks, loops, bodies: loops ? bodiesOf(blocks, cfg, next) : NO_BODIES });
    }
  }
  const first = (c: Component): number => rank.get(c.blocks[0] ?? -1) ?? 0;
  return out.sort((a, b) => first(a) - first(b));
}
