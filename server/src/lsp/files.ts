/**
 * Where the texts of a folder come from. One interface, three sources: the server's own disk (node-files.ts), the client's
 * file system for a worker or a virtual workspace (client-files.ts), and none. Types and caps only.
 */
import type { Note } from '../report/workspace';

export interface FileCaps {
  readonly maxFiles: number;
  /** Bytes of one file. */
  readonly maxFileBytes: number;
}

export interface Listing {
  /** Below the folder, forward slashes, sorted; files to analyse and `fencepost.json`. */
  readonly paths: readonly string[];
  /** What was left out, and why. */
  readonly notes: readonly Note[];
}

/** A decoded file, or why there is none; `gone` when it vanished, which is no error. */
export type ReadText =
  | { readonly kind: 'text'; readonly text: string; readonly note?: string }
  | { readonly kind: 'skipped'; readonly note: string }
  | { readonly kind: 'gone' };

export interface FileSource {
  /** Never throws for what it finds on the disk: that becomes notes. */
  list(folder: string, caps: FileCaps, goOn: () => boolean): Promise<Listing>;
  read(folder: string, path: string, caps: FileCaps): Promise<ReadText>;
}
