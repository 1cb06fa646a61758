/**
 * Which files of a folder are read: C sources and headers, in one fixed order, without what `.gitignore` leaves out. Follows no
 * symbolic link out of the folder or round in a circle; says every limit that it meets. Reads names only, executes nothing.
 */
import fs from 'node:fs';
import path from 'node:path';
import ignore, { type Ignore } from 'ignore';
import type { Note } from '../report/workspace';

export interface DiscoverOptions {
  readonly maxFiles?: number;
  /** Bytes of all files together. */
  readonly maxBytes?: number;
  /** False for a folder that is not trusted: it may not hide files by ignoring them. */
  readonly honourIgnoreFiles?: boolean;
}

export const DEFAULT_MAX_FILES = 50_000;
export const DEFAULT_MAX_BYTES = 1024 * 1024 * 1024;

export interface Discovered {
  /** Absolute folder to which all names are relative. */
  readonly root: string;
  /** Names of C sources and headers below the root with forward slashes, sorted. */
  readonly files: readonly string[];
  /** The same of files that say which sources make a driver (`.vcxproj`, `sources`, `CMakeLists.txt`) and how it is installed (`.inf`, `.inx`). */
  readonly buildFiles: readonly string[];
  readonly notes: readonly Note[];
}

/** A path that the user named and that is not there, or cannot be read at all. */
export class PathProblem extends Error {}

const SOURCE = /\.(?:c|h|inl)$/i;
const CPP = /\.(?:cc|cpp|cxx)$/i;
const BUILD = /(?:^|\/)(?:[^/]+\.(?:vcxproj|inf|inx)|sources|CMakeLists\.txt)$/i;
const SKIPPED_FOLDERS = new Set(['.git', '.hg', '.svn', '.vs', 'node_modules']);

export function isSource(name: string): boolean {
  return SOURCE.test(name);
}

/**
 * Lists the files below the given folders and the given files themselves.
 * @throws PathProblem when one of the paths is not there.
 */
export function discover(paths: readonly string[], cwd: string, options: DiscoverOptions = {}): Discovered {
  const named = paths.map((name) => resolveNamed(path.resolve(cwd, name), name));
  const root = commonFolder(named.map((one) => (one.isFolder ? one.full : path.dirname(one.full))));
  return new Walk(root, options).run(named);
}

interface Named {
  readonly full: string;
  readonly isFolder: boolean;
}

function resolveNamed(full: string, name: string): Named {
  try {
    const real = fs.realpathSync(full);
    const stat = fs.statSync(real);
    if (stat.isDirectory()) return { full: real, isFolder: true };
    if (stat.isFile()) return { full: real, isFolder: false };
  } catch (error) {
    const code = errorCode(error);
    throw new PathProblem(
      code === 'ENOENT' || code === 'ENOTDIR' ? `there is no file or folder \`${name}\`` : `\`${name}\` cannot be read (${code})`,
    );
  }
  throw new PathProblem(`\`${name}\` is neither a file nor a folder`);
}

/** The deepest folder that holds all of them. */
function commonFolder(folders: readonly string[]): string {
  const [first = path.parse(process.cwd()).root, ...rest] = folders;
  let common = first;
  for (const folder of rest) while (!isInside(folder, common)) common = path.dirname(common);
  return common;
}

function isInside(full: string, folder: string): boolean {
  if (full === folder) return true;
  return full.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
}

interface IgnoreFile {
  /** Absolute folder of the file; may lie above the root. */
  readonly folder: string;
  readonly rules: Ignore;
}

class Walk {
  readonly #files = new Set<string>();
  readonly #buildFiles = new Set<string>();
  readonly #notes: Note[] = [];
  #ignored = 0;
  #cpp = 0;
  #bytes = 0;
  #left = 0;
  readonly #maxFiles: number;
  readonly #maxBytes: number;
  readonly #honour: boolean;

  constructor(
    private readonly root: string,
    options: DiscoverOptions,
  ) {
    this.#maxFiles = options.maxFiles ?? DEFAULT_MAX_FILES;
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
    this.#honour = options.honourIgnoreFiles ?? true;
  }

  run(named: readonly Named[]): Discovered {
    for (const one of named) {
      const name = this.#name(one.full);
      if (one.isFolder) this.#folders(name);
      else this.#add(name);
    }
    if (this.#left > 0) {
      const limit = this.#files.size >= this.#maxFiles ? `${this.#maxFiles} files` : `${Math.round(this.#maxBytes / 1048576)} MB`;
      this.#note('', 'bound', `${this.#left} files were left out: the limit is ${limit} in one scan. Scan a smaller folder.`);
    }
    // Silence about them is no clean bill.
    if (this.#cpp > 0)
      this.#note(
        '',
        'skipped',
        `Not analysed: ${String(this.#cpp)} C++ source ${this.#cpp === 1 ? 'file' : 'files'}. Only C is read.`,
      );
    if (this.#ignored > 0) this.#note('', 'skipped', `Left out by .gitignore: ${this.#ignored} files and folders.`);
    return {
      root: this.root,
      files: [...this.#files].sort(compare),
      buildFiles: [...this.#buildFiles].sort(compare),
      notes: this.#notes,
    };
  }

  /** Walks a folder and those below it, in the order of their names, without recursion. */
  #folders(start: string): void {
    const pending: { name: string; ignores: readonly IgnoreFile[] }[] = [{ name: start, ignores: this.#ignoresAbove(start) }];
    for (let folder = pending.pop(); folder; folder = pending.pop()) {
      const ignores = this.#withOwn(folder.name, folder.ignores);
      const below: { name: string; ignores: readonly IgnoreFile[] }[] = [];
      for (const entry of this.#entries(folder.name)) {
        const name = folder.name === '' ? entry.name : `${folder.name}/${entry.name}`;
        if (entry.isSymbolicLink()) this.#link(name);
        else if (entry.isDirectory()) {
          if (SKIPPED_FOLDERS.has(entry.name)) continue;
          if (this.#isIgnored(name, true, ignores)) this.#ignored++;
          else below.push({ name, ignores });
        } else if (entry.isFile() && isSource(entry.name)) {
          if (this.#isIgnored(name, false, ignores)) this.#ignored++;
          else this.#add(name);
        } else if (entry.isFile() && CPP.test(name)) this.#cpp++;
        else if (entry.isFile() && BUILD.test(name) && !this.#isIgnored(name, false, ignores)) this.#buildFiles.add(name);
      }
      pending.push(...below.reverse());
    }
  }

  #entries(name: string): fs.Dirent[] {
    try {
      return fs.readdirSync(path.join(this.root, name), { withFileTypes: true }).sort((a, b) => compare(a.name, b.name));
    } catch (error) {
      this.#note(name, 'skipped', `Folder not read: ${reasonOf(error)}.`);
      return [];
    }
  }

  /** What a link inside the folder points to is met under its own name; what is outside is not asked for. */
  #link(name: string): void {
    let target: string;
    let isFolder: boolean;
    try {
      target = fs.realpathSync(path.join(this.root, name));
      isFolder = fs.statSync(target).isDirectory();
    } catch {
      if (isSource(name)) this.#note(name, 'skipped', 'Not analysed: a symbolic link that leads nowhere.');
      return;
    }
    if (isInside(target, this.root) || !(isFolder || isSource(name))) return;
    this.#note(name, 'skipped', 'Not followed: a symbolic link out of the folder.');
  }

  #add(name: string): void {
    if (this.#files.has(name)) return;
    let size = 0;
    try {
      size = fs.statSync(path.join(this.root, name)).size;
    } catch {
      // It is gone by now; the reader will say so.
    }
    if (this.#files.size >= this.#maxFiles || this.#bytes + size > this.#maxBytes) {
      this.#left++;
      return;
    }
    this.#bytes += size;
    this.#files.add(name);
  }

  #isIgnored(name: string, isFolder: boolean, ignores: readonly IgnoreFile[]): boolean {
    return ignores.length > 0 && isIgnored(path.join(this.root, name), isFolder, ignores);
  }

  /** Ignore files from the top of the repository down to, but without, the folder itself. */
  #ignoresAbove(name: string): IgnoreFile[] {
    if (!this.#honour) return [];
    const start = path.join(this.root, name);
    const top = repositoryTop(start);
    if (top === undefined || top === start) return [];
    const found: IgnoreFile[] = [];
    for (let folder = path.dirname(start); isInside(folder, top); folder = path.dirname(folder)) {
      const own = readIgnoreFile(folder);
      if (own) found.unshift({ folder, rules: own });
      if (folder === top) break;
    }
    return found;
  }

  #withOwn(name: string, above: readonly IgnoreFile[]): readonly IgnoreFile[] {
    const own = this.#honour ? readIgnoreFile(path.join(this.root, name)) : undefined;
    return own ? [...above, { folder: path.join(this.root, name), rules: own }] : above;
  }

  #name(full: string): string {
    return slashes(path.relative(this.root, full));
  }

  #note(file: string, kind: Note['kind'], message: string): void {
    this.#notes.push({ file, kind, message });
  }
}

/** The nearest ignore file that has an opinion decides, as git has it. */
function isIgnored(full: string, isFolder: boolean, ignores: readonly IgnoreFile[]): boolean {
  for (let at = ignores.length - 1; at >= 0; at--) {
    const file = ignores[at];
    if (!file) continue;
    const below = slashes(path.relative(file.folder, full));
    if (below === '' || below === '..' || below.startsWith('../')) continue;
    const verdict = file.rules.test(isFolder ? `${below}/` : below);
    if (verdict.ignored) return true;
    if (verdict.unignored) return false;
  }
  return false;
}

function readIgnoreFile(folder: string): Ignore | undefined {
  try {
    const full = path.join(folder, '.gitignore');
    const stat = fs.lstatSync(full);
    if (!stat.isFile() || stat.size > 1_000_000) return undefined;
    return ignore({ ignorecase: false }).add(fs.readFileSync(full, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The folder that holds `.git`, at or above a folder. */
export function repositoryTop(folder: string): string | undefined {
  for (let at = folder; ; at = path.dirname(at)) {
    if (fs.existsSync(path.join(at, '.git'))) return at;
    if (path.dirname(at) === at) return undefined;
  }
}

function slashes(name: string): string {
  return path.sep === '/' ? name : name.split(path.sep).join('/');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';
}

/** A reason in words. */
export function reasonOf(error: unknown): string {
  const code = errorCode(error);
  if (code === 'ENOENT') return 'it vanished after it was listed';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  return code;
}
