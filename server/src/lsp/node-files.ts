/**
 * Files of a folder on the server's own disk.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAnalysed, PROJECT_FILE } from './evidence';
import type { FileCaps, FileSource, Listing, ReadText } from './files';
import type { Note } from '../report/workspace';

const SKIPPED_FOLDERS = new Set(['.git', '.svn', '.hg', 'node_modules', '.vs']);

export class NodeFiles implements FileSource {
  constructor(
    private readonly decode: (
      bytes: Uint8Array,
    ) => { readonly text: string; readonly note?: string } | { readonly skipped: string },
  ) {}

  async list(folder: string, caps: FileCaps, goOn: () => boolean): Promise<Listing> {
    const paths: string[] = [];
    const notes: Note[] = [];
    const root = fileURLToPath(folder);
    const pending = [''];
    for (let below = pending.pop(); below !== undefined && goOn(); below = pending.pop()) {
      let entries;
      try {
        entries = await readdir(path.join(root, below), { withFileTypes: true });
      } catch (error) {
        notes.push({ file: below, kind: 'skipped', message: `Folder could not be read: ${codeOf(error)}.` });
        continue;
      }
      for (const entry of entries) {
        const name = below === '' ? entry.name : `${below}/${entry.name}`;
        if (entry.isDirectory() && !SKIPPED_FOLDERS.has(entry.name)) pending.push(name);
        else if (entry.isFile() && (isAnalysed(name) || name === PROJECT_FILE)) paths.push(name);
      }
    }
    paths.sort();
    if (paths.length > caps.maxFiles) {
      notes.push({
        file: '',
        kind: 'bound',
        message: `${paths.length - caps.maxFiles} files were left out: the cap is ${caps.maxFiles} files.`,
      });
      paths.length = caps.maxFiles;
    }
    return { paths, notes };
  }

  async read(folder: string, file: string, caps: FileCaps): Promise<ReadText> {
    const full = path.join(fileURLToPath(folder), file);
    try {
      const { size } = await stat(full);
      if (size > caps.maxFileBytes)
        return {
          kind: 'skipped',
          note: `Not analysed: ${Math.ceil(size / 1024)} KB, the cap is ${Math.floor(caps.maxFileBytes / 1024)} KB.`,
        };
      const decoded = this.decode(await readFile(full));
      return 'skipped' in decoded ? { kind: 'skipped', note: decoded.skipped } : { kind: 'text', ...decoded };
    } catch (error) {
      const code = codeOf(error);
      return code === 'ENOENT' || code === 'ENOTDIR'
        ? { kind: 'gone' }
        : { kind: 'skipped', note: `Could not be read: ${code}.` };
    }
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error);
}
