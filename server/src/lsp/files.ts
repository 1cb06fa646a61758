/**
 * Where the texts of a folder come from. One interface, three sources: the server's own disk (node-files.ts), the client's
 * file system for a worker or a virtual workspace (client-files.ts), and none. Types and words only.
 */
import type { Note } from '../report/workspace';

export interface FileCaps {
  readonly maxFiles: number;
  /** Bytes of one file. */
  readonly maxFileBytes: number;
}

export interface ListOptions extends FileCaps {
  /** False: the folder may not hide files by ignoring them. */
  readonly trusted: boolean;
}

export interface Listing {
  /** Below the folder, forward slashes, sorted; files to analyse and build files. */
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
  list(folder: string, options: ListOptions): Promise<Listing>;
  read(folder: string, path: string, caps: FileCaps): Promise<ReadText>;
}

export function tooLargeNote(size: number, { maxFileBytes }: FileCaps): string {
  return `Not analysed: ${Math.ceil(size / 1024)} KB, and the limit is ${Math.floor(maxFileBytes / 1024)} KB.`;
}
