/**
 * Files of a folder that only the client can read: a worker in a browser, or a virtual workspace.
 */
import { isAnalysed, isBuildFile } from './evidence';
import { tooLargeNote, type FileCaps, type FileSource, type Listing, type ListOptions, type ReadText } from './files';
import type { ListFilesParams, ListFilesResult, ReadFileParams, ReadFileResult } from './protocol';
import { decode } from '../report/decode';
import type { Note } from '../report/workspace';
import { pathBelow, uriBelow } from './uri';

/** The two requests, so that a test needs no connection. */
export interface ClientDisk {
  list(params: ListFilesParams): Promise<ListFilesResult>;
  read(params: ReadFileParams): Promise<ReadFileResult | null>;
}

export class ClientFiles implements FileSource {
  constructor(private readonly disk: ClientDisk) {}

  async list(folder: string, { maxFiles }: ListOptions): Promise<Listing> {
    try {
      const { uris, truncated } = await this.disk.list({ folder, maxFiles });
      const paths = new Set<string>();
      for (const uri of uris) {
        const path = pathBelow(folder, uri);
        if (path !== undefined && (isAnalysed(path) || isBuildFile(path))) paths.add(path);
      }
      const message = `Files were left out: the cap is ${maxFiles} files.`;
      const notes: Note[] = truncated ? [{ file: '', kind: 'bound', message }] : [];
      return { paths: [...paths].sort(), notes };
    } catch (error) {
      return { paths: [], notes: [{ file: '', kind: 'skipped', message: `The folder could not be listed: ${String(error)}` }] };
    }
  }

  async read(folder: string, path: string, caps: FileCaps): Promise<ReadText> {
    try {
      const result = await this.disk.read({ uri: uriBelow(folder, path), maxBytes: caps.maxFileBytes });
      if (!result) return { kind: 'gone' };
      if (result.base64 === undefined) {
        return { kind: 'skipped', note: tooLargeNote(result.size, caps) };
      }
      const decoded = decode(fromBase64(result.base64));
      return 'skipped' in decoded ? { kind: 'skipped', note: decoded.skipped } : { kind: 'text', ...decoded };
    } catch (error) {
      return { kind: 'skipped', note: `Could not be read: ${String(error)}` };
    }
  }
}

/** `atob` exists in workers and in Node 20 alike. */
export function fromBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
