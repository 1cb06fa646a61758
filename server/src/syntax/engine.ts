/**
 * The only module that imports web-tree-sitter: parses blanked text, keeps a tree per path for reparsing, copies trees into arrays.
 * Lets no tree or node out. Every tree has one owner here, who frees it.
 */
import { Language, Parser, type Tree } from 'web-tree-sitter';
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
}

let raw: RawModule | undefined;
let started: Promise<void> | undefined;

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
  parse(text: string, path?: string): Flat {
    const old = path === undefined ? undefined : this.kept.get(path);
    if (old?.text === text) return this.flatten(old.tree);
    if (old) edit(old, text);
    let tree = this.parsed(text, old?.tree);
    if (old && tree.rootNode.hasError) {
      // How the parser recovers depends on what it could reuse; facts must not. A clean tree is the same either way.
      this.free(tree);
      tree = this.parsed(text);
    }
    if (old) this.free(old.tree);
    const flat = this.flatten(tree);
    if (path === undefined) this.free(tree);
    else this.kept.set(path, { tree, text });
    return flat;
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

  /** Copies a tree; punctuation without a field is left out, a missing token is an error of no width. */
  private flatten(tree: Tree): Flat {
    const { module: m, kinds, fields, named } = this;
    const flat = new Flat();
    const address = (tree as unknown as { readonly 0: number })[0];
    // The calls hand the cursor over in the module's transfer buffer; nothing else may use it until the walk is over.
    m._ts_tree_root_node_wasm(address);
    m._ts_tree_cursor_new_wasm(address);
    const stack: number[] = [];
    for (;;) {
      const id = m._ts_tree_cursor_current_node_type_id_wasm(address);
      const field = fields[m._ts_tree_cursor_current_field_id_wasm(address)] ?? 0;
      const start = m._ts_tree_cursor_start_index_wasm(address);
      const end = m._ts_tree_cursor_end_index_wasm(address);
      const isNamed = named[id] === 1;
      let at = -1;
      if (start === end && stack.length > 0) at = flat.add(ERROR, field, start, end);
      else if (isNamed || field !== 0) at = flat.add(kinds[id] ?? 0, field, start, end);
      if (isNamed && m._ts_tree_cursor_goto_first_child_wasm(address) === 1) {
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

/** Tells an old tree what changed: all between the common prefix and the common suffix. */
function edit(old: Kept, text: string): void {
  const a = old.text;
  const short = Math.min(a.length, text.length);
  let start = 0;
  while (start < short && a.charCodeAt(start) === text.charCodeAt(start)) start++;
  let tail = 0;
  while (tail < short - start && a.charCodeAt(a.length - 1 - tail) === text.charCodeAt(text.length - 1 - tail)) tail++;
  const point = (s: string, at: number): { row: number; column: number } => {
    let row = 0;
    let line = 0;
    for (let i = s.indexOf('\n'); i >= 0 && i < at; i = s.indexOf('\n', i + 1)) {
      row++;
      line = i + 1;
    }
    return { row, column: at - line };
  };
  old.tree.edit({
    startIndex: start,
    oldEndIndex: a.length - tail,
    newEndIndex: text.length - tail,
    startPosition: point(a, start),
    oldEndPosition: point(a, a.length - tail),
    newEndPosition: point(text, text.length - tail),
  } as Parameters<Tree['edit']>[0]);
}
