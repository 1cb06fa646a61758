/**
 * Files of a folder on the server's own disk, found and decoded exactly as the command line does it.
 */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { discover, errorCode, PathProblem, reasonOf } from '../cli/discover';
import { decode } from '../report/decode';
import { tooLargeNote, type FileCaps, type FileSource, type Listing, type ListOptions, type ReadText } from './files';

export class NodeFiles implements FileSource {
  list(folder: string, { maxFiles, trusted }: ListOptions): Promise<Listing> {
    const root = fileURLToPath(folder);
    try {
      const { files, buildFiles, notes } = discover([root], root, { maxFiles, honourIgnoreFiles: trusted });
      return Promise.resolve({ paths: [...files, ...buildFiles], notes });
    } catch (error) {
      if (!(error instanceof PathProblem)) throw error;
      return Promise.resolve({
        paths: [],
        notes: [{ file: '', kind: 'skipped', message: `The folder was not read: ${error.message}.` }],
      });
    }
  }

  async read(folder: string, file: string, caps: FileCaps): Promise<ReadText> {
    const full = path.join(fileURLToPath(folder), file);
    try {
      const { size } = await stat(full);
      if (size > caps.maxFileBytes) return { kind: 'skipped', note: tooLargeNote(size, caps) };
      const decoded = decode(await readFile(full));
      return 'skipped' in decoded ? { kind: 'skipped', note: decoded.skipped } : { kind: 'text', ...decoded };
    } catch (error) {
      const code = errorCode(error);
      return code === 'ENOENT' || code === 'ENOTDIR'
        ? { kind: 'gone' }
        : { kind: 'skipped', note: `Not analysed: ${reasonOf(error)}.` };
    }
  }
}
