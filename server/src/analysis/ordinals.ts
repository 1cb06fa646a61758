/** Places of a function by names that edits elsewhere in it do not change. */
import type { FunctionDecl, Span } from '../syntax/ast';
import { ordinalsOf, type Ordinals } from '../syntax/ordinals';
import type { Cfg } from './cfg';
import type { Site } from './value';

/** Places of one function, by start and end; each is made once. */
export class Places {
  private readonly made = new Map<number, Map<number, NamedSite>>();
  private readonly ordinals: Ordinals;
  private readonly tag: string;

  private constructor(
    private readonly fn: FunctionDecl,
    private readonly file: string,
  ) {
    this.ordinals = ordinalsOf(fn);
    this.tag = `${file}:${fn.name}`;
  }

  private static readonly known = new WeakMap<FunctionDecl, Places>();
  static of(fn: FunctionDecl, file: string): Places {
    let out = Places.known.get(fn);
    if (out?.file !== file) Places.known.set(fn, (out = new Places(fn, file)));
    return out;
  }

  site(s: Span): NamedSite {
    let ends = this.made.get(s.start);
    if (!ends) this.made.set(s.start, (ends = new Map()));
    let site = ends.get(s.end);
    if (!site) ends.set(s.end, (site = { file: this.file, start: s.start, end: s.end, id: this.name(s), at: this.startOf(s) }));
    return site;
  }

  private readonly blocks = new WeakMap<Cfg, readonly string[]>();
  /** Names of the blocks of the function's graph, by what begins there: an edit elsewhere numbers them anew. */
  blockNames(cfg: Cfg): readonly string[] {
    let names = this.blocks.get(cfg);
    if (!names) this.blocks.set(cfg, (names = this.nameBlocks(cfg)));
    return names;
  }

  private nameBlocks({ blocks }: Cfg): string[] {
    const out: string[] = [];
    const seen = new Map<string, number>();
    const give = (id: number, name: string): void => {
      const n = seen.get(name) ?? 0;
      seen.set(name, n + 1);
      out[id] = `${this.tag}:${name}${n === 0 ? '' : `~${String(n)}`}`;
    };
    const heads = blocks.map((b) => {
      const first = b.items[0];
      if (first) return this.name(first.kind === 'eval' ? first.x : first.v);
      const { end } = b;
      if (end.kind === 'branch') return this.name(end.c);
      if (end.kind === 'switch') return this.name(end.x);
      return end.kind === 'return' ? this.name(end.at) : undefined;
    });
    // What is empty is where its successor is entered from.
    const headOf = (id: number): string => {
      let at = id;
      for (let steps = 0; steps < blocks.length; steps++) {
        const head = heads[at];
        if (head !== undefined) return at === id ? head : `to ${head}`;
        const end = blocks[at]?.end;
        if (end?.kind !== 'jump') break;
        at = end.to;
      }
      return 'end';
    };
    for (const b of blocks) give(b.id, headOf(b.id));
    return out;
  }

  /** What begins at the same place has the same name. */
  private startOf(s: Span): string {
    const [first] = this.ordinals.get(s.start)?.values() ?? [];
    return first === undefined ? `${this.tag}+${String(s.start - this.fn.start)}` : `${this.tag}#${first}`;
  }

  private name(s: Span): string {
    const n = this.ordinals.get(s.start)?.get(s.end);
    return n === undefined ? `${this.tag}+${String(s.start - this.fn.start)}.${String(s.end - s.start)}` : `${this.tag}#${n}`;
  }
}
export type NamedSite = Site & { readonly id: string; readonly at: string };
