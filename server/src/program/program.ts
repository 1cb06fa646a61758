/**
 * What is declared where: names of all files of a workspace, resolved as a build would resolve them, without a build.
 * A name means: the same file, then what the file includes, then its driver, then the one definition of the workspace; two candidates
 * that differ mean "unknown". Knows no rule and no data flow.
 */
import type { EnumDecl, Expr, FunctionDecl, MacroDecl, RecordDecl, Stmt, TypedefDecl, VarDecl } from '../syntax/ast';
import type { FileFacts, NameOracle } from '../syntax/facts';
import { IncludeGraph } from './includes';
import { patched, type Retired } from './bodies';
import { DriverMap } from './drivers';

export interface Declared<T> {
  readonly file: string;
  readonly decl: T;
}

export const PRELUDE = '<kernel>';

type Kind = 'function' | 'prototype' | 'record' | 'enum' | 'enumerator' | 'typedef' | 'global' | 'macro';
interface DeclOf {
  function: FunctionDecl;
  prototype: FunctionDecl;
  record: RecordDecl;
  enum: EnumDecl;
  enumerator: { readonly enum: EnumDecl; readonly index: number };
  typedef: TypedefDecl;
  global: VarDecl;
  macro: MacroDecl;
}
/** A declaration that keeps the coordinates under which it was analysed, while the text around it changes. */
export interface MovedFunction {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Offset in the current text at which it starts. */
  readonly current: number;
  /** The text there is another by now: how much of it is the same at both ends, and how long it is. */
  readonly patch?: { readonly head: number; readonly tail: number; readonly length: number };
}

/** Former forms of the functions of a file, ordered by where their coordinates start. */
export class RetiredForms {
  private readonly list: Retired[] = [];

  add(forms: readonly Retired[]): void {
    if (forms.length === 0) return;
    this.list.push(...forms);
    this.list.sort((a, b) => a.start - b.start);
  }

  at(offset: number): Retired | undefined {
    const { list } = this;
    let lo = 0;
    let hi = list.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if ((list[mid]?.start ?? 0) <= offset) lo = mid + 1;
      else hi = mid;
    }
    const last = list[lo - 1];
    return last && offset <= last.end ? last : undefined;
  }
}

const KINDS: readonly Kind[] = ['function', 'prototype', 'record', 'enum', 'enumerator', 'typedef', 'global', 'macro'];

/** Declarations that may start before the innermost one that holds a place. */
const MAX_NESTING = 400;

/** What an answer was made of. */
export class Reading {
  readonly functions = new Map<FunctionDecl, Declared<FunctionDecl>>();
  readonly checks: (() => boolean)[] = [];

  add(other: Reading): void {
    for (const [decl, d] of other.functions) this.functions.set(decl, d);
    this.checks.push(...other.checks);
  }
}

export interface Snippet {
  readonly expr?: Expr;
  readonly stmts?: readonly Stmt[];
}

export class Program {
  readonly files = new Map<string, FileFacts>();
  readonly includes = new IncludeGraph();
  readonly drivers = new DriverMap();
  /** Grows with every change; cached answers carry it. */
  version = 0;
  private readonly index: { [K in Kind]: Map<string, Declared<DeclOf[K]>[]> };
  private readonly answers = new Map<string, unknown>();
  private readonly snippets = new Map<string, Snippet | undefined>();

  constructor(private readonly parseSnippet: (text: string) => Snippet | undefined) {
    const index: Partial<Record<Kind, Map<string, unknown>>> = {};
    for (const kind of KINDS) index[kind] = new Map();
    this.index = index as { [K in Kind]: Map<string, Declared<DeclOf[K]>[]> };
  }

  set(facts: FileFacts): void {
    this.remove(facts.path);
    this.files.set(facts.path, facts);
    this.includes.set(
      facts.path,
      facts.includes.map((i) => i.path),
    );
    for (const [kind, name, decl] of declarations(facts)) this.add(kind, name, { file: facts.path, decl });
    this.changed();
  }

  remove(path: string): void {
    const facts = this.files.get(path);
    if (!facts) return;
    for (const [kind, name] of declarations(facts)) {
      const map: Map<string, Declared<unknown>[]> = this.index[kind];
      const kept = map.get(name)?.filter((d) => d.file !== path);
      if (kept?.length) map.set(name, kept);
      else map.delete(name);
    }
    this.files.delete(path);
    this.includes.remove(path);
    this.changed();
  }

  /**
   * Replaces a file whose declarations are the same and whose function bodies may differ. What was resolved stays resolved.
   * @param facts declarations that did not change must be the same objects as before
   */
  setBodies(facts: FileFacts): void {
    const old = this.files.get(facts.path);
    for (const f of old?.functions ?? []) {
      const list = this.index.function.get(f.name);
      if (list)
        this.index.function.set(
          f.name,
          list.filter((d) => d.file !== facts.path),
        );
    }
    this.files.set(facts.path, facts);
    for (const f of facts.functions) this.add('function', f.name, { file: facts.path, decl: f });
    this.answers.clear();
    this.bodies++;
  }

  /** Source text of a span, which for a declaration of an edited file lies in coordinates of its own. */
  slice(file: string, named: { readonly start: number; readonly end: number }): string {
    const span = this.retired.has(file)
      ? { start: this.followed(file, named.start, false), end: this.followed(file, named.end, true) }
      : named;
    const moved = this.movedAt(file, span.start);
    if (moved) return moved.text.slice(span.start - moved.start, span.end - moved.start);
    return this.files.get(file)?.text.slice(span.start, span.end) ?? '';
  }

  /** Where an offset of a declaration's own coordinates lies in the file as it is now. @param isEnd something ends there */
  currentOffset(file: string, retiredOffset: number, isEnd = false): number {
    const offset = this.followed(file, retiredOffset, isEnd);
    const moved = this.movedAt(file, offset);
    if (!moved) return offset;
    const at = offset - moved.start;
    const { patch } = moved;
    return moved.current + (patch ? patched(patch, moved.end - moved.start, at, isEnd) : at);
  }

  /** A place in a former form of a function as a place in the form that it has now. */
  private followed(file: string, offset: number, isEnd: boolean): number {
    const forms = this.retired.get(file);
    if (!forms) return offset;
    for (;;) {
      const from = forms.at(offset);
      if (!from) return offset;
      offset = from.next + patched(from.patch, from.end - from.start, offset - from.start, isEnd);
    }
  }

  /** Forms of functions that edits replaced, by file. */
  readonly retired = new Map<string, RetiredForms>();
  retire(file: string, forms: readonly Retired[]): void {
    if (forms.length === 0) return;
    let all = this.retired.get(file);
    if (!all) this.retired.set(file, (all = new RetiredForms()));
    all.add(forms);
  }

  /** The function that holds an offset is analysed as it was before it got the errors that its text has now. */
  isHalfTyped(file: string, offset: number): boolean {
    return this.movedAt(file, this.followed(file, offset, false))?.patch !== undefined;
  }

  /** The coordinates under which what stands at an offset of the text was analysed. */
  analysedOffset(file: string, offset: number): number {
    const moved = this.moved
      .get(file)
      ?.find((m) => offset >= m.current && offset < m.current + (m.patch?.length ?? m.end - m.start));
    if (!moved) return offset;
    const at = offset - moved.current;
    const { patch } = moved;
    if (!patch || at <= patch.head) return moved.start + at;
    const behind = patch.length - at;
    return behind <= patch.tail ? moved.end - behind : moved.start + patch.head;
  }

  /** The declaration of an edited file that holds an offset. They are ordered by start, and one may hold another. */
  private movedAt(file: string, offset: number): MovedFunction | undefined {
    const extra = this.extraMoved.get(file)?.find((m) => offset >= m.start && offset <= m.end);
    if (extra) return extra;
    const list = this.moved.get(file);
    if (!list) return undefined;
    let lo = 0;
    let hi = list.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if ((list[mid]?.start ?? 0) <= offset) lo = mid + 1;
      else hi = mid;
    }
    for (let i = lo - 1; i >= 0 && i >= lo - MAX_NESTING; i--) {
      const m = list[i];
      if (m && offset <= m.end) return m;
    }
    return undefined;
  }

  /** Functions that a configuration beside the default alone has, while it is looked at. */
  extra: ReadonlyMap<string, readonly Declared<FunctionDecl>[]> = new Map();
  extraMoved: ReadonlyMap<string, readonly MovedFunction[]> = new Map();

  /** Facts as read, in the coordinates of the text; those of `files` are in the coordinates of the analysis. */
  readonly written = new Map<string, FileFacts>();

  /** A function in the coordinates of the text. */
  asWritten(d: Declared<FunctionDecl>): { readonly decl: FunctionDecl; readonly facts: FileFacts } | undefined {
    const facts = this.written.get(d.file) ?? this.files.get(d.file);
    const start = this.currentOffset(d.file, d.decl.start);
    const decl =
      facts?.functions.find((f) => f.name === d.decl.name && f.start === start) ??
      facts?.functions.find((f) => f.name === d.decl.name);
    return facts && decl && { decl, facts };
  }

  /** Declarations of edited files, whose coordinates are not those of the text, ordered by start. */
  readonly moved = new Map<string, readonly MovedFunction[]>();
  /** Grows when bodies change. */
  bodies = 0;

  private changed(): void {
    this.version++;
    this.answers.clear();
  }

  private add(kind: Kind, name: string, decl: Declared<unknown>): void {
    const map: Map<string, Declared<unknown>[]> = this.index[kind];
    const list = map.get(name);
    if (!list) map.set(name, [decl]);
    else {
      // In the order of the files, whatever the order in which they came.
      let at = list.length;
      while (at > 0 && (list[at - 1]?.file ?? '') > decl.file) at--;
      list.splice(at, 0, decl);
    }
  }

  private lookup<K extends Kind>(kind: K, name: string, from: string): Declared<DeclOf[K]> | undefined {
    const candidates = this.index[kind].get(name);
    if (!candidates) return undefined;
    if (candidates.length === 1) return candidates[0];
    const key = `${kind}\0${name}\0${from}`;
    if (this.answers.has(key)) return this.answers.get(key) as Declared<DeclOf[K]> | undefined;
    const answer = this.choose(kind, candidates, from);
    this.answers.set(key, answer);
    return answer;
  }

  private choose<K extends Kind>(
    kind: K,
    candidates: readonly Declared<DeclOf[K]>[],
    from: string,
  ): Declared<DeclOf[K]> | undefined {
    const own = candidates.filter((c) => c.file === from);
    if (own.length) return own[own.length - 1];
    const closure = this.includes.closure(from);
    const included = candidates.filter((c) => closure.has(c.file));
    if (included.length) return this.agree(kind, included) ?? included[0];
    const others = candidates.filter(
      (c) => c.file !== PRELUDE && !(kind === 'function' && (c.decl as FunctionDecl).static && !/\.(h|inl)$/i.test(c.file)),
    );
    const driver = this.drivers.of(from);
    const mine = others.filter((c) => this.drivers.of(c.file) === driver);
    if (mine.length) return this.agree(kind, mine);
    const prelude = candidates.find((c) => c.file === PRELUDE);
    if (prelude) return prelude;
    return this.agree(kind, others);
  }

  /** The one answer that all candidates give; undefined where they differ. */
  private agree<K extends Kind>(kind: K, list: readonly Declared<DeclOf[K]>[]): Declared<DeclOf[K]> | undefined {
    const first = list[0];
    if (!first || list.length === 1) return first;
    const text = (d: Declared<DeclOf[K]>): string => {
      if (kind === 'macro') return (d.decl as MacroDecl).body.replace(/\s+/g, ' ');
      if (kind === 'enumerator') return d.file;
      return this.slice(d.file, d.decl as { readonly start: number; readonly end: number }).replace(/\s+/g, ' ');
    };
    const want = text(first);
    return list.every((d) => text(d) === want) ? first : undefined;
  }

  function(name: string, from: string): Declared<FunctionDecl> | undefined {
    const found = this.lookup('function', name, from);
    const answer = found ?? this.alternative(name, from);
    if (answer) this.reading?.functions.set(answer.decl, answer);
    return answer;
  }
  /** A definition that only another configuration has. */
  private alternative(name: string, from: string): Declared<FunctionDecl> | undefined {
    const extra = this.extra.get(name);
    return extra?.find((d) => d.file === from) ?? extra?.find((d) => !d.decl.static);
  }
  private reading: Reading | undefined;
  /** What some work looked at, beside declarations, for which `version` stands. */
  readBy(work: () => void): Reading {
    const outer = this.reading;
    const reading = (this.reading = new Reading());
    try {
      work();
    } finally {
      this.reading = outer;
      outer?.add(reading);
    }
    return reading;
  }
  /** What is being worked out stands as long as this holds. */
  dependsOn(holds: () => boolean): void {
    this.reading?.checks.push(holds);
  }
  /** What is being worked out looked at bodies of any functions. */
  dependsOnBodies(): void {
    const { bodies } = this;
    this.dependsOn(() => this.bodies === bodies);
  }
  /** Whether the pattern stands anywhere in the text of a file. */
  isWritten(file: string, pattern: RegExp): boolean {
    const is = pattern.test(this.files.get(file)?.text ?? '');
    this.dependsOn(() => pattern.test(this.files.get(file)?.text ?? '') === is);
    return is;
  }
  /** Whether what was looked at is as it was. */
  stands(reading: Reading): boolean {
    for (const { file, decl } of reading.functions.values()) {
      const now = this.index.function.get(decl.name);
      if (now?.some((d) => d.decl === decl && d.file === file) !== true) return false;
    }
    return reading.checks.every((holds) => holds());
  }
  prototype(name: string, from: string): Declared<FunctionDecl> | undefined {
    return this.lookup('prototype', name, from);
  }
  record(name: string, from: string): Declared<RecordDecl> | undefined {
    return this.lookup('record', name, from);
  }
  enum(name: string, from: string): Declared<EnumDecl> | undefined {
    return this.lookup('enum', name, from);
  }
  enumerator(name: string, from: string): Declared<{ readonly enum: EnumDecl; readonly index: number }> | undefined {
    return this.lookup('enumerator', name, from);
  }
  typedef(name: string, from: string): Declared<TypedefDecl> | undefined {
    return this.lookup('typedef', name, from);
  }
  global(name: string, from: string): Declared<VarDecl> | undefined {
    return this.lookup('global', name, from);
  }
  macro(name: string, from: string): Declared<MacroDecl> | undefined {
    return this.lookup('macro', name, from);
  }
  /** All definitions of a function, for entry points and tables. */
  functionsNamed(name: string): readonly Declared<FunctionDecl>[] {
    const found = this.index.function.get(name) ?? [];
    for (const d of found) this.reading?.functions.set(d.decl, d);
    return found;
  }
  isMacro(name: string): boolean {
    return this.index.macro.has(name);
  }
  prototypesNamed(name: string): readonly Declared<FunctionDecl>[] {
    return this.index.prototype.get(name) ?? [];
  }

  /** A macro's replacement, read as C; cached by its text. */
  snippet(macro: MacroDecl): Snippet | undefined {
    const body = macro.body;
    if (!this.snippets.has(body)) this.snippets.set(body, body.trim() === '' ? undefined : this.parseSnippet(body));
    return this.snippets.get(body);
  }

  /**
   * A function-like macro with its arguments in place as text, with `##` and `#` done: what an argument list in the tree cannot say.
   * Offsets in the answer mean nothing. A braced initialiser comes back as an expression.
   */
  pasted(macro: MacroDecl, args: readonly string[]): Snippet | undefined {
    const params = macro.params ?? [];
    const at = new Map(params.map((name, i) => [name, (args[i] ?? '').trim()]));
    const body = macro.body
      .replace(/(^|[^#])#\s*([A-Za-z_]\w*)/g, (all: string, before: string, name: string) =>
        at.has(name) ? `${before}"${(at.get(name) ?? '').replace(/["\\]/g, ' ')}"` : all,
      )
      .replace(/[A-Za-z_]\w*/g, (name) => at.get(name) ?? name)
      .replace(/\s*##\s*/g, '');
    // A table's macro may end in the comma that parts it from the next entry.
    const text = /^\s*\{/.test(body) ? `(int)${body.replace(/,\s*$/, '')}` : body;
    if (text.length > 20_000) return undefined;
    if (!this.snippets.has(text)) this.snippets.set(text, this.parseSnippet(text));
    return this.snippets.get(text);
  }

  /** A text read as statements; undefined when it is none. */
  statements(text: string): readonly Stmt[] | undefined {
    if (!this.snippets.has(text)) this.snippets.set(text, this.parseSnippet(text));
    return this.snippets.get(text)?.stmts;
  }

  /** Follows object-like macros that only rename: `#define ReadX ReadY`. */
  alias(name: string, from: string): string {
    let current = name;
    for (let i = 0; i < 6; i++) {
      const macro = this.macro(current, from);
      if (!macro || macro.decl.params || !/^\s*[A-Za-z_]\w*\s*$/.test(macro.decl.body)) return current;
      current = macro.decl.body.trim();
    }
    return current;
  }

  /** What other files define a name to be: a file's own definitions hold from where they stand, and it knows them itself. */
  private elsewhere(name: string, from: string): Declared<MacroDecl> | undefined {
    const found = this.macro(name, from);
    if (found?.file !== from) return found;
    const others = this.index.macro.get(name)?.filter((d) => d.file !== from) ?? [];
    return others.length === 0 ? undefined : this.choose('macro', others, from);
  }

  oracle(from: string): NameOracle {
    return {
      macro: (name) => this.elsewhere(name, from)?.decl ?? this.drivers.define(name, from),
      isType: (name) => this.index.typedef.has(name),
    };
  }
}

function* declarations(facts: FileFacts): Generator<[Kind, string, DeclOf[Kind]]> {
  for (const d of facts.functions) yield ['function', d.name, d];
  for (const d of facts.prototypes) yield ['prototype', d.name, d];
  for (const d of facts.records) yield ['record', d.name, d];
  for (const d of facts.enums) {
    yield ['enum', d.name, d];
    for (let index = 0; index < d.members.length; index++) {
      const member = d.members[index];
      if (member) yield ['enumerator', member.name, { enum: d, index }];
    }
  }
  for (const d of facts.typedefs) yield ['typedef', d.name, d];
  for (const d of facts.globals) yield ['global', d.name, d];
  for (const d of facts.macros) yield ['macro', d.name, d];
}
