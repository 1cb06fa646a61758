/**
 * Answers the server's questions about files that only the editor can read: in a browser, and in virtual workspaces.
 */
import { FileType, RelativePattern, Uri, workspace } from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import { BUILD_GLOB, isAnalysed, isBuildFile, SOURCE_GLOB } from '../../server/src/lsp/evidence';
import {
  Methods,
  type ListFilesParams,
  type ListFilesResult,
  type ReadFileParams,
  type ReadFileResult,
} from '../../server/src/lsp/protocol';

export function answerDisk(client: BaseLanguageClient): void {
  client.onRequest(Methods.listFiles, list);
  client.onRequest(Methods.readFile, read);
}

/** Honours `files.exclude`, and falls back to walking where the file system has no search. */
async function list({ folder, maxFiles }: ListFilesParams): Promise<ListFilesResult> {
  const named = Uri.parse(folder);
  // The root of a file system has a path, too.
  const root = named.path === '' ? named.with({ path: '/' }) : named;
  const globs = [SOURCE_GLOB, BUILD_GLOB];
  const search = (glob: string): Thenable<Uri[]> => workspace.findFiles(new RelativePattern(root, glob), undefined, maxFiles + 1);
  let uris = (await Promise.all(globs.map(search))).flat();
  if (uris.length === 0) uris = await walk(root, maxFiles + 1);
  return { uris: uris.slice(0, maxFiles).map((uri) => uri.toString()), truncated: uris.length > maxFiles };
}

async function walk(root: Uri, limit: number): Promise<Uri[]> {
  const found: Uri[] = [];
  const pending = [root];
  for (let folder = pending.pop(); folder && found.length < limit; folder = pending.pop()) {
    let entries: [string, FileType][];
    try {
      entries = await workspace.fs.readDirectory(folder);
    } catch {
      // A folder that cannot be read holds nothing for us.
      continue;
    }
    for (const [name, type] of entries) {
      const uri = Uri.joinPath(folder, name);
      if (type === FileType.Directory && name !== '.git' && name !== 'node_modules') pending.push(uri);
      else if (type === FileType.File && (isAnalysed(name) || isBuildFile(name))) found.push(uri);
    }
  }
  return found;
}

async function read({ uri, maxBytes }: ReadFileParams): Promise<ReadFileResult | null> {
  const target = Uri.parse(uri);
  let size: number;
  try {
    ({ size } = await workspace.fs.stat(target));
  } catch {
    return null;
  }
  if (size > maxBytes) return { size };
  return { base64: toBase64(await workspace.fs.readFile(target)), size };
}

/** `btoa` exists in browsers and in Node alike; in pieces, because a call takes a limited number of arguments. */
export function toBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let i = 0; i < bytes.length; i += 0x8000) pieces.push(String.fromCharCode(...bytes.subarray(i, i + 0x8000)));
  return btoa(pieces.join(''));
}
