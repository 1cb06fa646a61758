/**
 * The engine as the language server needs it: the facade of `report`, and questions of an editor that an engine may answer.
 * A member that is absent turns the feature off. Types only.
 */
import type { ProjectModel } from '../model/model';
import type { Inspector, OriginAnswer, SurfaceEntry } from '../cli/parts';
import type { Note, Settings, Workspace } from '../report/workspace';
import type { Span } from '../syntax/ast';

/** What there is to say about a place. */
export interface HoverAnswer extends Span {
  readonly markdown: string;
}

/** A way into the driver, and the functions that run first, as `file:name`. */
export interface EntryAnswer extends SurfaceEntry {
  readonly handlers?: readonly string[];
  /** A few words for a line above a handler. */
  readonly label?: string;
}

export interface EditorEngine extends Workspace, Inspector {
  /** Origin of the value, IOCTL code decoded, summary of a function; `offset` in UTF-16 units. */
  hoverAt?(path: string, offset: number): HoverAnswer | undefined;
  /** The origin of the smallest expression around an offset. */
  originInside?(path: string, offset: number): (OriginAnswer & Span) | undefined;
  /** Ranges whose value an attacker chooses. */
  untrusted?(path: string): readonly Span[];
  surface?(): readonly EntryAnswer[];
  /** Whom each function calls, both as `file:name`. */
  calls?(): ReadonlyMap<string, ReadonlySet<string>>;
}

/** Creates one engine; a folder has its own. */
export type EngineFactory = () => Promise<EditorEngine>;

/** What `fencepost.json` says. */
export interface ProjectAnswer {
  readonly model: ProjectModel;
  readonly profile?: Settings['profile'];
  readonly severities?: Settings['severities'];
  /** Patterns of files to read and to leave out; empty: everything. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Where the baseline lies, below the folder. */
  readonly baseline: string;
  /** What is wrong with it, with offsets into its text. */
  readonly notes: readonly Note[];
}
