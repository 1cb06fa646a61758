/**
 * What reaches the blocks of a function. Paths are kept apart by the status and flag variables that the function tests, so that
 * `Status = …; goto Exit` stays what it means; those that agree in them are joined, and at the head of a loop they come to rest.
 */
import type { Frame } from './frame';
import { hasAnswered, sign } from './outcomes';
import { State } from './state';
import type { Val } from './value';

/** States that reach one block, by what its flags say. */
export type Partitions = Map<string, State>;

/** Paths kept apart at one place: fewer in a large function. */
function partitionsFor(blocks: number): number {
  return blocks > 300 ? 2 : blocks > 120 ? 3 : 6;
}

export class Arrivals {
  readonly inputs = new Map<number, Partitions>();
  /** Blocks that something new has reached. */
  readonly pending = new Set<number>();
  /** Paths that are kept apart at one place. */
  readonly most: number;

  constructor(private readonly f: Frame) {
    this.most = partitionsFor(f.cfg.blocks.length);
  }

  arrive(to: number, s: State): void {
    s.prune();
    let parts = this.inputs.get(to);
    if (!parts) this.inputs.set(to, (parts = new Map()));
    const key = this.partOf(s, parts, parts.size - 1);
    const old = parts.get(key);
    if (!old) {
      parts.set(key, s);
      this.pending.add(to);
      return;
    }
    const head = this.f.cfg.blocks[to]?.loopHead ?? false;
    const joined = State.join(old, s, `${this.f.blockNames[to] ?? String(to)}:${key}`, this.f.atoms, head);
    if (head) widen(joined, old, this.meetings(parts, key));
    if (joined.equals(old)) return;
    parts.set(key, joined);
    this.pending.add(to);
  }

  /** Few enough states at one place: those of one part are joined. */
  merge(list: readonly State[], block: number): State[] {
    const parts = new Map<string, State>();
    for (const s of list) {
      const key = this.partOf(s, parts, 0);
      const old = parts.get(key);
      parts.set(key, old ? State.join(old, s, `${this.f.blockNames[block] ?? String(block)}:m${key}`, this.f.atoms) : s);
    }
    return [...parts.values()];
  }

  private readonly met = new WeakMap<Map<string, State>, Map<string, number>>();
  /** How often paths have met in one part of what arrives at a place. */
  private meetings(parts: Map<string, State>, key: string): number {
    let counts = this.met.get(parts);
    if (!counts) this.met.set(parts, (counts = new Map()));
    const n = (counts.get(key) ?? 0) + 1;
    counts.set(key, n);
    return n;
  }

  /** The part to which a state belongs; where there are many already, one that at least agrees in the status. */
  private partOf(s: State, parts: ReadonlyMap<string, State>, last: number): string {
    const key = this.partition(s);
    if (parts.has(key) || parts.size < this.most) return key;
    const keys = [...parts.keys()];
    const status = statusPart(key);
    return (this.f.flags.ways.length > 0 ? keys.find((k) => statusPart(k) === status) : undefined) ?? keys[last] ?? key;
  }

  private partition(s: State): string {
    let signs = '';
    for (const name of this.f.flags.status) {
      const v = s.cell(this.f.localBase(name), '');
      signs += v ? sign(v, s) : '-';
      signs += ',';
    }
    if (this.f.flags.answer !== undefined) signs += `${this.answer(this.f.flags.answer, s)},`;
    const m = s.bounds.range(this.f.regions.mode, 0);
    signs += m.lo === m.hi ? String(m.lo) : '?';
    // Whoever has answered the request that the function was given is on another way than whoever has not.
    if (hasAnswered(s)) signs += 'a';
    for (const name of this.f.flags.ways) signs += `${WAY}${wayOf(s.cell(this.f.localBase(name), ''), s)}`;
    return signs;
  }

  /** What the status of a request says, where that is known. */
  private answer(irp: string, s: State): string {
    const pointer = s.cell(this.f.localBase(irp), '');
    const [to, more] = pointer ? this.f.memory.targetsOf(pointer) : [];
    const v = to && !more ? s.cell(to.base, to.path === '' ? 'IoStatus.Status' : `${to.path}.IoStatus.Status`) : undefined;
    return v ? sign(v, s) : '-';
  }
}

/** Stands before each way in the name of a part. */
const WAY = '/';
function statusPart(key: string): string {
  return key.slice(0, key.indexOf(WAY));
}
function wayOf(v: Val | undefined, s: State): string {
  if (!v) return '';
  const { lo, hi } = s.bounds.range(v.t, 0);
  return lo === hi ? String(lo) : '';
}

/** Bounds that moved since the last round will go on moving. */
function widen(joined: State, old: State, times: number): void {
  for (const b of joined.bounds.all()) {
    const o = old.bounds.of(b.form);
    if (!o) {
      // What two numbers have to do with each other may come and go: after some rounds nothing more is learned.
      if (times > LEARNING) joined.bounds.weaken(b.form, -Infinity, Infinity);
      continue;
    }
    if (b.lo < o.lo || b.hi > o.hi) joined.bounds.weaken(b.form, b.lo < o.lo ? -Infinity : b.lo, b.hi > o.hi ? Infinity : b.hi);
  }
}
/** Meetings at the head of a loop after which relations are only lost. */
const LEARNING = 2;
