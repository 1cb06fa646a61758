/**
 * The only module that imports web-tree-sitter: parses blanked text, keeps a tree per path for reparsing, copies trees into arrays.
 * Lets no tree or node out. Every tree has one owner here, who frees it.
 */
import { Language, Parser, type Node, type Tree } from 'web-tree-sitter';
import { Flat } from './flat';
import { ERROR, tables } from './nodes';

/** The raw cursor calls of the runtime's module: a quarter of the cost of its public cursor. */
interface RawModule {
  wasmBinary?: Uint8Array;
  readonly HEAP32: Int32Array;
  _ts_init(): number;
  _ts_tree_root_node_wasm(tree: number): void;
  _ts_tree_cursor_new_wasm(tree: number): void;
  _ts_tree_cursor_delete_wasm(tree: number): void;
  _ts_tree_cursor_goto_first_child_wasm(tree: number): number;
  _ts_tree_cursor_goto_next_sibling_wasm(tree: number): number;
  _ts_tree_cursor_goto_parent_wasm(tree: number): number;
  _ts_tree_cursor_current_node_type_id_wasm(tree: number): number;
  _ts_tree_cursor_current_node_is_named_wasm(tree: number): number;
  _ts_tree_cursor_current_field_id_wasm(tree: number): number;
  _ts_tree_cursor_start_index_wasm(tree: number): number;
  _ts_tree_cursor_end_index_wasm(tree: number): number;
}

interface Kept {
  readonly tree: Tree;
  readonly text: string;
  readonly flat: Flat;
  /** What `topOf` answers, where the walk over the tree has found it. */
  readonly tops?: ReadonlyMap<number, number>;
}

/** What an earlier tree held at the top: by the mark of each subtree, where its copy begins. */
interface Earlier {
  readonly flat: Flat;
  readonly at: ReadonlyMap<number, number>;
}

/** A copy of a tree, and what of it was copied from the one before: by a subtree at the top, the same one there. */
export interface Parsed {
  readonly flat: Flat;
  readonly taken?: { readonly from: Flat; readonly at: ReadonlyMap<number, number> };
}

let raw: RawModule | undefined;
let started: Promise<void> | undefined;

/** Trees kept for reparsing: of the files that were read last, among them those that somebody types in. */
const KEPT = 16;
/** Characters handed to the parser at a time; longer pieces are slower. */
const PIECE = 2000;

export class Engine {
  private readonly kept = new Map<string, Kept>();
  private readonly kinds: Uint8Array;
  private readonly fields: Uint8Array;
  private readonly named: Uint8Array;
  private alive = 0;

  private constructor(
    private readonly parser: Parser,
    language: Language,
    private readonly module: RawModule,
  ) {
    const t = tables(language.types, language.fields);
    this.kinds = t.kinds;
    this.fields = t.fields;
    this.named = new Uint8Array(65536);
    for (let id = 0; id < language.nodeTypeCount; id++) if (language.nodeTypeIsNamed(id)) this.named[id] = 1;
    this.named[65535] = 1;
  }

  /** Loads the runtime once per process and a grammar per engine. */
  static async create(runtimeWasm: Uint8Array | undefined, grammarWasm: Uint8Array): Promise<Engine> {
    started ??= (async (): Promise<void> => {
      const module = (runtimeWasm ? { wasmBinary: runtimeWasm } : {}) as RawModule;
      await Parser.init(module as unknown as Parameters<typeof Parser.init>[0]);
      raw = module;
    })();
    await started;
    const language = await Language.load(grammarWasm);
    const parser = new Parser();
    parser.setLanguage(language);
    if (!raw) throw new Error('the parser runtime did not start');
    return new Engine(parser, language, raw);
  }

  get liveTrees(): number {
    return this.alive;
  }

  /** Parses a text; with a path, reuses and keeps the tree of that path. */
  parse(text: string, path?: string): Parsed {
    const old = path === undefined ? undefined : this.kept.get(path);
    if (old && path !== undefined) {
      // The one that was asked for last is the last to go.
      this.kept.delete(path);
      this.kept.set(path, old);
      if (old.text === text) return { flat: old.flat };
    }
    const earlier = old && { flat: old.flat, at: old.tops ?? topOf(old) };
    if (old) edit(old, text);
    let tree = this.parsed(text, old?.tree);
    if (old && tree.rootNode.hasError) {
      // How the parser recovers depends on what it could reuse; facts must not. A clean tree is the same either way.
      this.free(tree);
      tree = this.parsed(text);
    }
    const found = earlier && { tops: new Map<number, number>(), taken: new Map<number, number>() };
    const flat = this.flatten(tree, earlier, found);
    // Not before: while the old tree lives, no other subtree has the mark of one of its own.
    if (old) this.free(old.tree);
    if (path === undefined) this.free(tree);
    else this.keep(path, { tree, text, flat, tops: found?.tops });
    return { flat, taken: earlier && found && { from: earlier.flat, at: found.taken } };
  }

  private keep(path: string, kept: Kept): void {
    this.kept.set(path, kept);
    for (const [oldest] of this.kept) {
      if (this.kept.size <= KEPT) break;
      this.close(oldest);
    }
  }

  private parsed(text: string, old?: Tree): Tree {
    const tree = this.parser.parse((at) => (at < text.length ? text.slice(at, at + PIECE) : undefined), old);
    if (!tree) throw new Error('the parser returned no tree');
    this.alive++;
    return tree;
  }

  close(path: string): void {
    const old = this.kept.get(path);
    if (!old) return;
    this.kept.delete(path);
    this.free(old.tree);
  }

  private free(tree: Tree): void {
    tree.delete();
    this.alive--;
  }

  /**
   * Copies a tree; punctuation without a field is left out, a missing token is an error of no width. A subtree at the top that the parser
   * took over from an earlier tree is taken over here too. What `found` gets: the marks of those at the top, and which were taken over.
   */
  private flatten(
    tree: Tree,
    earlier?: Earlier,
    found?: { readonly tops: Map<number, number>; readonly taken: Map<number, number> },
  ): Flat {
    const { module: m, kinds, fields, named } = this;
    const flat = new Flat();
    const marks = earlier ? tree.rootNode.children.map(markOf) : [];
    let top = -1;
    const address = (tree as unknown as { readonly 0: number })[0];
    // The calls hand the cursor over in the module's transfer buffer; nothing else may use it until the walk is over.
    m._ts_tree_root_node_wasm(address);
    m._ts_tree_cursor_new_wasm(address);
    const stack: number[] = [];
    for (;;) {
      const mark = stack.length === 1 ? marks[++top] : undefined;
      const known = mark && earlier?.at.get(mark);
      const id = m._ts_tree_cursor_current_node_type_id_wasm(address);
      const field = fields[m._ts_tree_cursor_current_field_id_wasm(address)] ?? 0;
      const start = m._ts_tree_cursor_start_index_wasm(address);
      const end = m._ts_tree_cursor_end_index_wasm(address);
      const isNamed = named[id] === 1;
      if (mark !== undefined) found?.tops.set(mark, flat.n);
      let at = -1;
      if (earlier && known !== undefined) {
        found?.taken.set(flat.n, known);
        flat.copy(earlier.flat, known, start - earlier.flat.from(known));
      } else if (start === end && stack.length > 0) at = flat.add(ERROR, field, start, end);
      else if (isNamed || field !== 0) at = flat.add(kinds[id] ?? 0, field, start, end);
      if (isNamed && known === undefined && m._ts_tree_cursor_goto_first_child_wasm(address) === 1) {
        stack.push(at);
        continue;
      }
      if (at >= 0) flat.next[at] = flat.n;
      let done = false;
      while (m._ts_tree_cursor_goto_next_sibling_wasm(address) === 0) {
        const parent = stack.pop();
        if (parent === undefined || m._ts_tree_cursor_goto_parent_wasm(address) === 0) {
          done = true;
          if (parent !== undefined) flat.next[parent] = flat.n;
          break;
        }
        flat.next[parent] = flat.n;
        if (stack.length === 0) {
          done = true;
          break;
        }
      }
      if (done) break;
    }
    m._ts_tree_cursor_delete_wasm(address);
    if (flat.n > 0) flat.next[0] = flat.n;
    return flat;
  }
}

/**
 * What tells a subtree at the top from all others that are alive: the place that its last child has in its parent. A node's own id is its
 * place in the parent, which is another one in each tree. Undefined without children.
 */
function markOf(top: Node): number | undefined {
  return top.lastChild?.id;
}

/** The subtrees at the top of a tree, by their marks. */
function topOf({ tree, flat }: Kept): Map<number, number> {
  const out = new Map<number, number>();
  const stop = flat.after(0);
  let at = 1;
  for (const c of tree.rootNode.children) {
    while (at < stop && flat.from(at) < c.startIndex) at = flat.after(at);
    const mark = markOf(c);
    if (mark !== undefined && at < stop && flat.from(at) === c.startIndex && flat.to(at) === c.endIndex) out.set(mark, at);
  }
  return out;
}

/** Tells an old tree what changed: all between the common prefix and the common suffix. */
function edit(old: Kept, text: string): void {
  const a = old.text;
  const short = Math.min(a.length, text.length);
  let start = 0;
  while (start < short && a.charCodeAt(start) === text.charCodeAt(start)) start++;
  let tail = 0;
  while (tail < short - start && a.charCodeAt(a.length - 1 - tail) === text.charCodeAt(text.length - 1 - tail)) tail++;
  const first = pointAt(a, 0, start, 0, 0);
  const line = start - first.column;
  old.tree.edit({
    startIndex: start,
    oldEndIndex: a.length - tail,
    newEndIndex: text.length - tail,
    startPosition: first,
    oldEndPosition: pointAt(a, start, a.length - tail, first.row, line),
    newEndPosition: pointAt(text, start, text.length - tail, first.row, line),
  } as Parameters<Tree['edit']>[0]);
}

/** Row and column of an offset, counted on from one at or before it whose row and line start are known. */
function pointAt(text: string, from: number, at: number, row: number, line: number): { row: number; column: number } {
  for (let i = text.indexOf('\n', from); i >= 0 && i < at; i = text.indexOf('\n', i + 1)) {
    row++;
    line = i + 1;
  }
  return { row, column: at - line };
}
