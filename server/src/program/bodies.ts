/**
 * Edits: declarations that did not change keep their objects and the coordinates under which they were analysed, so that everything known
 * about them still stands; those that did change get coordinates of their own. A function whose text has an error keeps its last good form.
 */
import type { EnumDecl, FunctionDecl, RecordDecl, Span } from '../syntax/ast';
import type { FileFacts, Gap } from '../syntax/facts';
import { areMovedBy } from '../syntax/ordinals';
import { sameShape } from './same-shape';
import type { MovedFunction } from './program';

/** Own coordinates start beyond every file; a declaration never needs more room than this. */
export const FIRST = 2 ** 40;
const ROOM = 2 ** 26;
/** Beyond this lie those of functions whose places cannot be followed through an edit: so much for each, for edits that come after it. */
const AFRESH = 2 ** 52;
const GENERATION = ROOM * 256;
/** Coordinates are exact below 2 ** 53. */
const MOST_GENERATIONS = (2 ** 53 - AFRESH) / GENERATION;

/** Part of a name that changes when places of a function can no longer be followed from one form of it to the next; mostly empty. */
export function version(offset: number): string {
  return offset >= AFRESH ? `@v${String(generation(offset))}` : '';
}
function generation(offset: number): number {
  return offset < AFRESH ? 0 : 1 + Math.floor((offset - AFRESH) / GENERATION);
}

/** A name without such parts: as it would be if nothing had been edited. */
export function unversioned(name: string): string {
  return name.includes('@v') ? name.replace(/@v\d+/g, '') : name;
}

const KINDS = ['functions', 'prototypes', 'records', 'enums', 'typedefs', 'globals', 'macros'] as const;
type KindOf = (typeof KINDS)[number];
type AnyDecl = FileFacts[KindOf][number];

export interface Merged {
  /** In the coordinates of the analysis. */
  readonly facts: FileFacts;
  /** Where everything in them is now. */
  readonly moved: readonly MovedFunction[];
  /** Former forms of functions, by which places are known that were not looked at again since. */
  readonly retired: readonly Retired[];
  /** Names that mean something else than before, or mean something only now or only before. Bodies of functions do not count. */
  readonly changed: ReadonlySet<string>;
}

/** A form of a function that was edited: its places lie in the form that came after it. */
export interface Retired {
  readonly start: number;
  readonly end: number;
  readonly next: number;
  readonly patch: Patch;
}

export interface Reading {
  /** What other files say about names has changed: equal text may have been read differently. */
  readonly asked: boolean;
  /** The text has errors that it did not have. */
  readonly worse: boolean;
}

export class Bodies {
  private readonly texts = new WeakMap<AnyDecl, string>();
  private readonly meanings = new WeakMap<AnyDecl, string>();

  /** Where the next coordinates start, by generation. */
  private readonly free: number[];

  /** @param first where coordinates of its own start */
  constructor(first = FIRST) {
    this.free = [first];
  }

  private room(ofGeneration: number): number {
    const at = this.free[ofGeneration];
    const limit = ofGeneration === 0 ? AFRESH : AFRESH + ofGeneration * GENERATION;
    if (at === undefined || at + ROOM > limit) return this.afresh();
    this.free[ofGeneration] = at + ROOM;
    return at;
  }
  private afresh(): number {
    // So many edits of one text, and its places have names that were used long ago.
    if (this.free.length > MOST_GENERATIONS) this.free.length = 1;
    const n = this.free.length;
    const at = AFRESH + (n - 1) * GENERATION;
    this.free.push(at + ROOM);
    return at;
  }

  /** Remembers the text of declarations that stand at their place. */
  remember(facts: FileFacts): void {
    for (const kind of KINDS) for (const d of facts[kind]) this.texts.set(d, facts.text.slice(d.start, d.end));
  }

  /** Gives a function that another configuration alone has coordinates of its own. */
  place(f: FunctionDecl, text: string): { readonly decl: FunctionDecl; readonly moved: MovedFunction } {
    const decl = shift(f, this.room(0) - f.start);
    return { decl, moved: { start: decl.start, end: decl.end, text: text.slice(f.start, f.end), current: f.start } };
  }

  /**
   * @param old what the analysis knows
   * @param now what was read
   */
  merge(old: FileFacts, now: FileFacts, how: Reading): Merged {
    const moved: MovedFunction[] = [];
    const retired: Retired[] = [];
    const changed = new Set<string>();
    const outside =
      how.worse && now.gaps.some((g) => g.kind === 'error' && !now.functions.some((f) => f.start <= g.start && g.end <= f.end));
    const lists: Partial<Record<KindOf, AnyDecl[]>> = {};
    for (const kind of KINDS)
      lists[kind] = this.mergeKind(old[kind], now[kind], now, { ...how, outside }, moved, retired, changed);
    moved.sort((a, b) => a.start - b.start || b.end - a.end);
    return { facts: { ...now, ...lists } as FileFacts, moved, retired, changed };
  }

  private mergeKind(
    old: readonly AnyDecl[],
    now: readonly AnyDecl[],
    facts: FileFacts,
    how: Reading & { readonly outside: boolean },
    moved: MovedFunction[],
    retired: Retired[],
    changed: Set<string>,
  ): AnyDecl[] {
    const left = new Map<string, AnyDecl[]>();
    for (const d of old) push(left, d.name, d);
    const out: AnyDecl[] = [];
    const meant = new Map<string, string>();
    const means = new Map<string, string>();
    for (const d of old) meant.set(d.name, `${meant.get(d.name) ?? ''}\0${this.meaning(d)}`);
    const add = (kept: AnyDecl, text: string, current: number, patch?: Patch): void => {
      out.push(kept);
      moved.push({ start: kept.start, end: kept.end, text, current, ...(patch ? { patch } : {}) });
      means.set(kept.name, `${means.get(kept.name) ?? ''}\0${this.meaning(kept)}`);
    };
    for (const d of now) {
      const text = facts.text.slice(d.start, d.end);
      const candidates = left.get(d.name) ?? [];
      const same = candidates.findIndex((o) => this.stands(o, d, text, how.asked));
      let kept = candidates[same];
      if (kept) candidates.splice(same, 1);
      else {
        const good = how.worse && isBroken(d) ? candidates.findIndex((o) => !isBroken(o)) : -1;
        kept = candidates[good];
        if (kept) {
          // Half-typed: what was known about the function stands until it can be read again.
          candidates.splice(good, 1);
          const before = this.texts.get(kept) ?? '';
          add(kept, before, d.start, patchOf(before, text));
          continue;
        }
        // What an error makes of the text behind it is no new declaration.
        if (how.outside && !old.some((o) => o.name === d.name)) continue;
        kept = this.edited(
          candidates.find(
            (o) => !now.some((n) => n.name === o.name && n !== d && this.texts.get(o) === facts.text.slice(n.start, n.end)),
          ),
          d,
          text,
          retired,
        );
        this.texts.set(kept, text);
      }
      add(kept, text, d.start);
    }
    if (how.worse)
      for (const list of left.values())
        for (const d of list) {
          // Swallowed by an error before it, but still there.
          const text = this.texts.get(d) ?? '';
          const at = text === '' ? -1 : facts.text.indexOf(text);
          if (at >= 0) add(d, text, at);
        }
    for (const name of new Set([...meant.keys(), ...means.keys()]))
      if (meant.get(name) !== means.get(name))
        for (const n of [name, ...members(old, name), ...members(out, name)]) changed.add(n);
    return out;
  }

  /** A declaration in coordinates of its own. Places of the form before are followed where all that is common lies where the edit left it. */
  private edited(old: AnyDecl | undefined, d: AnyDecl, text: string, retired: Retired[]): AnyDecl {
    const before = old && this.texts.get(old);
    // A declaration that is new: nobody knows a place in it.
    if (!old || before === undefined) return shift(d, this.room(0) - d.start);
    const patch = patchOf(before, text);
    const mapped = offsetsAfter(before, text);
    // Places in other declarations are named by how far they are from its beginning: those before the edit stay, the others are new.
    const isFollowed =
      !isFunction(old) ||
      (isFunction(d) &&
        areMovedBy(old, d, (at, isEnd) => (at < old.start || at > old.end ? -1 : d.start + mapped(at - old.start, isEnd))));
    const at = isFollowed ? this.room(generation(old.start)) : this.afresh();
    if (isFollowed && generation(at) === generation(old.start)) retired.push({ start: old.start, end: old.end, next: at, patch });
    return shift(d, at - d.start);
  }

  private stands(old: AnyDecl, now: AnyDecl, text: string, asked: boolean): boolean {
    return (
      this.texts.get(old) === text &&
      attributes(old) === attributes(now) &&
      (!asked || sameShape(old, now, old.start - now.start))
    );
  }

  /** What a declaration says to other functions. */
  private meaning(d: AnyDecl): string {
    let known = this.meanings.get(d);
    if (known === undefined) this.meanings.set(d, (known = this.read(d)));
    return known;
  }
  private read(d: AnyDecl): string {
    const text = this.texts.get(d) ?? '';
    const said = isFunction(d) && d.body ? text.slice(0, d.body.start - d.start) : text;
    // Two readings of one text differ by their object.
    return `${attributes(d)}|${said.replace(/\/\*[^]*?\*\/|\/\/[^\n]*/g, ' ').replace(/\s+/g, ' ')}`;
  }
}

function isFunction(d: AnyDecl): d is FunctionDecl {
  return 'params' in d && 'returns' in d;
}

function isBroken(d: AnyDecl): boolean {
  return isFunction(d) && d.broken === true;
}

/** What the text around a declaration says about it. */
function attributes(d: AnyDecl): string {
  if (isFunction(d)) return `${String(d.broken ?? false)}${String(d.static)}${String(d.body !== undefined)}`;
  const { pack, align } = d as RecordDecl;
  return `${String(pack)},${String(align)}`;
}

function members(list: readonly AnyDecl[], name: string): string[] {
  return list.flatMap((d) => (d.name === name && 'members' in d ? (d as EnumDecl).members.map((m) => m.name) : []));
}

function patchOf(before: string, after: string): Patch {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before.charCodeAt(head) === after.charCodeAt(head)) head++;
  let tail = 0;
  while (tail < most - head && before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)) tail++;
  return { head, tail, length: after.length };
}

/** Where an offset of one text is in another one that was made from it by an edit. What is inserted before something ends where that begins. */
export function offsetsAfter(before: string, after: string): (offset: number, isEnd?: boolean) => number {
  const patch = patchOf(before, after);
  return (offset, isEnd = false) => patched(patch, before.length, offset, isEnd);
}

/** @param length of the text before @param isEnd something ends there, so what is inserted there lies behind it */
export function patched({ head, tail, length: after }: Patch, length: number, at: number, isEnd: boolean): number {
  const behind = length - at;
  if (behind <= tail && !(isEnd && at <= head)) return after - behind;
  return Math.min(at, head);
}
type Patch = NonNullable<MovedFunction['patch']>;

/** Errors of a text, told apart by what they say. */
export function errorsOf(gaps: readonly Gap[], text: string): ReadonlySet<string> {
  return new Set(
    gaps.filter((g) => g.kind === 'error').map((g) => `${g.message}|${text.slice(g.start, Math.min(g.end, g.start + 200))}`),
  );
}

function push<T>(map: Map<string, T[]>, name: string, x: T): void {
  const list = map.get(name);
  if (list) list.push(x);
  else map.set(name, [x]);
}

/** A copy of a lowered declaration at other offsets. */
export function shift<T extends Span>(f: T, delta: number): T {
  return moveValue(f, delta) as T;
}

function moveValue(x: unknown, delta: number): unknown {
  if (Array.isArray(x)) return x.map((i: unknown) => moveValue(i, delta));
  if (typeof x !== 'object' || x === null) return x;
  const out: Record<string, unknown> = {};
  for (const [k, v] of Object.entries(x))
    out[k] = (k === 'start' || k === 'end' || k === 'bodyStart') && typeof v === 'number' ? v + delta : moveValue(v, delta);
  return out;
}
