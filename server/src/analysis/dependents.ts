/**
 * Which answers of the analysis depend on a name whose declaration changed: those of functions that mention it, or mention something that is
 * declared by it, and those that were given an object of such a type. Errs on the side of running too much again.
 */
import type { Program } from '../program/program';
import type { FunctionDecl } from '../syntax/ast';
import type { FileFacts } from '../syntax/facts';

const WORD = /[A-Za-z_]\w*/g;

/** Words of declarations, kept as long as the facts of their file. */
const mentions = new WeakMap<FileFacts, ReadonlyMap<string, ReadonlySet<string>>>();
const words = new WeakMap<FunctionDecl, ReadonlySet<string>>();

export class Dependents {
  /** The names, and those of everything that is declared by them. */
  readonly names: ReadonlySet<string>;

  constructor(
    private readonly program: Program,
    changed: ReadonlySet<string>,
  ) {
    const out = new Set(changed);
    const todo = [...changed];
    const indexes = [...program.files.values()].map((f) => this.mentioned(f));
    for (let name = todo.pop(); name !== undefined; name = todo.pop())
      for (const index of indexes)
        for (const by of index.get(name) ?? [])
          if (!out.has(by)) {
            out.add(by);
            todo.push(by);
          }
    this.names = out;
  }

  /** The text of the function mentions one of the names. */
  isUsedBy(file: string, fn: FunctionDecl): boolean {
    let known = words.get(fn);
    if (!known) words.set(fn, (known = new Set(this.program.slice(file, fn).match(WORD) ?? [])));
    return overlap(known, this.names);
  }

  /** Keys of record types among the names, as fields of the heap and contexts spell them. */
  get typeKeys(): ReadonlySet<string> {
    return new Set([...this.names].map((n) => n.replace(/^_+/, '')));
  }

  /** Word to names whose declarations hold it. */
  private mentioned(facts: FileFacts): ReadonlyMap<string, ReadonlySet<string>> {
    const known = mentions.get(facts);
    if (known) return known;
    const out = new Map<string, Set<string>>();
    const take = (text: string, names: readonly string[]): void => {
      for (const word of new Set(text.match(WORD) ?? []))
        for (const name of names) {
          if (name === word) continue;
          const set = out.get(word);
          if (set) set.add(name);
          else out.set(word, new Set([name]));
        }
    };
    const text = (d: { readonly start: number; readonly end: number }): string => this.program.slice(facts.path, d);
    for (const list of [facts.prototypes, facts.records, facts.typedefs, facts.globals, facts.macros])
      for (const d of list) take(text(d), [d.name]);
    for (const e of facts.enums) take(text(e), [e.name, ...e.members.map((m) => m.name)]);
    for (const f of facts.functions) take(text({ start: f.start, end: f.body?.start ?? f.end }), [f.name]);
    mentions.set(facts, out);
    return out;
  }
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  const [small, large] = a.size < b.size ? [a, b] : [b, a];
  for (const x of small) if (large.has(x)) return true;
  return false;
}
