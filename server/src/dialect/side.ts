/**
 * What blanking took out of a text, by offset: the evidence that the lowering puts back.
 * Types only.
 */
import type { Annotation, IncludeDecl, MacroDecl, Span } from '../syntax/ast';
import type { CommentFact, Conditional, Gap } from '../syntax/facts';
import type { PackState } from './packing';

/** A macro argument that is no expression: the tree has an identifier at its first character. */
export interface StandIn extends Span {
  readonly is: 'type' | 'unknown';
}

/** A function whose head the grammar cannot read: its body stands alone in the tree. */
export interface Headless extends Span {
  readonly name: string;
  readonly nameSpan: Span;
  /** Range of the parameter list between its parentheses, when there is one. */
  readonly params?: Span;
}

/** A call of a macro at file scope. */
export interface FileCall extends Span {
  readonly name: string;
  readonly args: readonly string[];
}

export interface Blanked {
  /** As long as the source, with the same line breaks. */
  readonly text: string;
  /** In order of their start. */
  readonly annotations: readonly Annotation[];
  /** Alignments that were written, by offset, in bytes. */
  readonly aligns: readonly { readonly at: number; readonly bytes: number }[];
  /** Offsets of `UNALIGNED` and its kin. */
  readonly unaligned: readonly number[];
  readonly standIns: ReadonlyMap<number, StandIn>;
  /** Where a `__try` or `__leave` of the blanked text really starts. */
  readonly moved: ReadonlyMap<number, number>;
  /** Where a `}` of the blanked text really ends. */
  readonly movedEnds: ReadonlyMap<number, number>;
  /** Offsets of words that read `int` only because a type is missing. */
  readonly implicit: ReadonlySet<number>;
  /** Names that the tree sees at another place; an empty span is no name. */
  readonly renamed: ReadonlyMap<number, Span>;
  /** Expression statements that are a `__leave`. */
  readonly leaves: ReadonlySet<number>;
  /** Storage words that macros stood for and that did not fit in their place. */
  readonly storages: readonly { readonly at: number; readonly word: string }[];
  readonly headless: ReadonlyMap<number, Headless>;
  readonly asms: ReadonlyMap<number, number>;
  readonly calls: readonly FileCall[];
  readonly packs: readonly PackState[];
  readonly macros: readonly MacroDecl[];
  readonly includes: readonly IncludeDecl[];
  readonly comments: readonly CommentFact[];
  readonly inactive: readonly Span[];
  readonly gaps: readonly Gap[];
  readonly conditions: ReadonlyMap<string, string>;
  readonly conditionals: readonly Conditional[];
  readonly consulted: ReadonlyMap<string, string>;
  /** Typedef names that the file itself makes. */
  readonly types: ReadonlySet<string>;
  isType(name: string): boolean;
}
