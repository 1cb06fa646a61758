/**
 * The facts of one file: all that later layers know about its text. Built in one walk over the tree, free of tree nodes.
 */
import type { EnumDecl, Expr, FunctionDecl, IncludeDecl, MacroDecl, RecordDecl, Span, Stmt, TypedefDecl, VarDecl } from './ast';

/** Something that was not understood, or was understood by a guess. */
export interface Gap extends Span {
  readonly kind: 'error' | 'guess';
  /** One plain sentence. */
  readonly message: string;
}

/** A comment that asks for a suppression or marks trust, as raw text; `report` reads it. */
export interface CommentFact extends Span {
  readonly text: string;
}

/** A `#if` with all its branches. */
export interface Conditional extends Span {
  readonly names: readonly string[];
}

export interface FileFacts {
  /** Workspace path with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Offsets of line starts in UTF-16 units; the first is 0. */
  readonly lineStarts: readonly number[];
  readonly functions: readonly FunctionDecl[];
  readonly prototypes: readonly FunctionDecl[];
  readonly records: readonly RecordDecl[];
  readonly enums: readonly EnumDecl[];
  readonly typedefs: readonly TypedefDecl[];
  readonly globals: readonly VarDecl[];
  readonly macros: readonly MacroDecl[];
  readonly includes: readonly IncludeDecl[];
  readonly gaps: readonly Gap[];
  /** Comments that contain the word `fencepost`. */
  readonly comments: readonly CommentFact[];
  /** Names that conditions of `#if` in this file test, with the value that the target or the driver gives them. */
  readonly conditions: ReadonlyMap<string, string>;
  /** Each `#if` of text that was read, up to its `#endif`, with the names that its conditions tested. */
  readonly conditionals: readonly Conditional[];
  /** Ranges that the assumed configuration leaves out. */
  readonly inactive: readonly Span[];
  /** Names asked of other files while the text was read, with the answer; with the text they are the key of these facts. */
  readonly consulted: ReadonlyMap<string, string>;
}

/** What other files say about a name: the only thing the dialect may ask about them. */
export interface NameOracle {
  /** The definition of a macro visible to this file, or undefined. */
  macro(name: string): MacroDecl | undefined;
  /** True when the name is a typedef somewhere in this driver. */
  isType(name: string): boolean;
}

/**
 * What conditions of `#if` are told before anybody else is asked: a name with its value, or a name that is not defined whatever the
 * text says. A name that is absent means what the target, the driver and the text say.
 */
export type Configuration = ReadonlyMap<string, string | undefined>;

/** The one door to the parser. Synchronous once created. */
export interface Syntax {
  /**
   * Reads one file. Never throws on any text: what is not understood becomes a gap.
   */
  read(path: string, text: string, oracle: NameOracle, configuration: Configuration): FileFacts;
  /** Reads the replacement text of a macro as an expression or as statements; undefined when it is neither. Offsets are within the snippet. */
  snippet(text: string): { readonly expr?: Expr; readonly stmts?: readonly Stmt[] } | undefined;
  /** Forgets the kept tree of a file. */
  close(path: string): void;
  /** Trees that are alive, for leak tests. */
  readonly liveTrees: number;
}
