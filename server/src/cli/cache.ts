/**
 * Outcomes of earlier scans, kept below the user's cache folder, never in the sources. An entry is named by everything that goes into a
 * scan: the program itself, the settings, every text. So it is either exactly right or not found, and nothing needs to be invalidated.
 * Whatever goes wrong with it costs time and no findings.
 */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Note, Outcome, Settings } from '../report/workspace';

/** Where earlier outcomes lie, and what tells one build of the program from another. */
export interface CachePlace {
  readonly folder: string;
  build(): string;
}

export interface Scanned {
  readonly texts: ReadonlyMap<string, string>;
  /** What reading the files had to say; it is part of the outcome. */
  readonly notes: readonly Note[];
}

/** Entries that are kept, those that were used last. */
const ENTRIES = 24;

export class OutcomeCache {
  constructor(private readonly place: CachePlace) {}

  key(scanned: Scanned, settings: Settings): string {
    const hash = createHash('sha256');
    const add = (part: string): void => void hash.update(`${String(part.length)}:`).update(part);
    add(this.place.build());
    add(JSON.stringify(settings, sorted));
    add(JSON.stringify(scanned.notes));
    for (const [name, text] of [...scanned.texts].sort(([a], [b]) => (a < b ? -1 : 1))) {
      add(name);
      add(text);
    }
    return hash.digest('hex');
  }

  read(key: string): Outcome | undefined {
    const file = this.file(key);
    try {
      const outcome = JSON.parse(fs.readFileSync(file, 'utf8')) as Outcome;
      const now = new Date();
      fs.utimesSync(file, now, now);
      return outcome;
    } catch {
      return undefined;
    }
  }

  write(key: string, outcome: Outcome): void {
    const file = this.file(key);
    const own = `${file}.${String(process.pid)}`;
    try {
      fs.mkdirSync(this.place.folder, { recursive: true, mode: 0o700 });
      // Written aside and renamed: another scan never reads half of it.
      fs.writeFileSync(own, JSON.stringify(outcome), { mode: 0o600 });
      fs.renameSync(own, file);
      this.prune();
    } catch {
      discard(own);
    }
  }

  private file(key: string): string {
    return path.join(this.place.folder, `${key}.json`);
  }

  private prune(): void {
    const { folder } = this.place;
    const entries = fs
      .readdirSync(folder)
      .filter((name) => /^[0-9a-f]{64}\.json$/.test(name))
      .map((name) => ({ name, used: fs.statSync(path.join(folder, name)).mtimeMs }))
      .sort((a, b) => b.used - a.used);
    for (const { name } of entries.slice(ENTRIES)) fs.rmSync(path.join(folder, name), { force: true });
  }
}

function discard(file: string): void {
  try {
    fs.rmSync(file, { force: true });
  } catch {
    // There is no such folder either.
  }
}

/** Maps and sets by their content, objects by the order of their names. */
function sorted(_: string, value: unknown): unknown {
  if (value instanceof Map) return [...value].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  if (value instanceof Set) return [...value].map(String).sort();
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The cache of this user for a program that consists of these files; undefined where there is no place for one. */
export function userCache(files: readonly string[]): CachePlace | undefined {
  try {
    return { folder: cacheFolder(process.env, process.platform, os.homedir()), build: () => buildOf(files) };
  } catch {
    return undefined;
  }
}

export function cacheFolder(env: NodeJS.ProcessEnv, platform: string, home: string): string {
  const own = env['XDG_CACHE_HOME'];
  if (own !== undefined && path.isAbsolute(own)) return path.join(own, 'fencepost');
  if (platform === 'win32') return path.join(env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local'), 'fencepost', 'cache');
  return platform === 'darwin' ? path.join(home, 'Library', 'Caches', 'fencepost') : path.join(home, '.cache', 'fencepost');
}

/** Tells this build from every other one: by what it consists of. */
function buildOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of files) hash.update(fs.readFileSync(file));
  return hash.digest('hex');
}
