/**
 * From paths on the command line to an engine that has analysed them: discovery, reading, `fencepost.json`, progress.
 * The commands `scan`, `inspect` and `surface` share it.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { Note, Outcome, Settings } from '../report/workspace';
import { discover, PathProblem, reasonOf, repositoryTop, type DiscoverOptions } from './discover';
import { emptyProject, type Engine, type Parts, type ProjectConfig } from './parts';
import { Progress } from './progress';
import { readSource } from './read';
import { UsageError } from './usage';

export const PROJECT_FILE = 'fencepost.json';

export interface Loaded {
  readonly root: string;
  /** Texts of the files that were read, and of `fencepost.json`, by name below the root. */
  readonly texts: ReadonlyMap<string, string>;
  readonly bytes: number;
  readonly project: ProjectConfig;
  /** What discovery, decoding and configuration had to say. */
  readonly notes: readonly Note[];
}

/** @throws UsageError */
export function load(paths: readonly string[], trustProject: boolean, parts: Parts, options: DiscoverOptions = {}): Loaded {
  let discovered;
  try {
    discovered = discover(paths, parts.cwd, { honourIgnoreFiles: trustProject, ...options });
  } catch (error) {
    if (error instanceof PathProblem) throw new UsageError(`${error.message}; name a folder or a C file`);
    throw error;
  }
  const { root, files } = discovered;
  const notes: Note[] = [...discovered.notes];
  const texts = new Map<string, string>();
  let bytes = 0;
  for (const name of files) {
    const source = readSource(root, name, notes);
    if (!source) continue;
    texts.set(name, source.text);
    bytes += source.bytes;
  }
  const project = trustProject ? readProject(root, parts, texts, notes) : { model: emptyProject };
  return { root, texts, bytes, project, notes };
}

/** `fencepost.json` at the root, or above it up to the top of the repository. */
function readProject(root: string, parts: Parts, texts: Map<string, string>, notes: Note[]): ProjectConfig {
  const top = repositoryTop(root) ?? root;
  for (let folder = root; ; folder = path.dirname(folder)) {
    const full = path.join(folder, PROJECT_FILE);
    if (fs.existsSync(full)) {
      const name = path.relative(root, full).split(path.sep).join('/');
      let text: string;
      try {
        text = fs.readFileSync(full, 'utf8').replace(/^\ufeff/, '');
      } catch (error) {
        notes.push({ file: name, kind: 'config', message: `Ignored: ${reasonOf(error)}.` });
        break;
      }
      texts.set(name, text);
      const { config, problems } = parts.readProject(text);
      for (const problem of problems) notes.push({ file: name, kind: 'config', ...problem });
      return config;
    }
    if (folder === top || path.dirname(folder) === folder) break;
  }
  return { model: emptyProject };
}

/** A file that makes the analysis fail is set aside; more than this many, and the engine is broken rather than the files. */
const MAX_FAILURES = 10;

export interface Analysed {
  readonly engine: Engine;
  readonly outcome: Outcome;
}

/**
 * Analyses what was loaded. The caller disposes the engine.
 * @throws whatever the engine throws when no single file can be blamed.
 */
export async function analyse(loaded: Loaded, settings: Settings, first: Engine, parts: Parts): Promise<Analysed> {
  const aside: Note[] = [];
  const without = new Set<string>();
  for (let engine = first; ; engine = await parts.createEngine()) {
    const progress = new Progress(parts.terminal);
    let last: string | undefined;
    try {
      engine.configure(settings);
      for (const [name, text] of loaded.texts) {
        last = name;
        if (isSourceName(name) && !without.has(name)) engine.set(name, text);
      }
      last = undefined;
      const work = engine.analyse();
      let step = work.next();
      while (!step.done) {
        last = step.value.file;
        progress.show(step.value);
        step = work.next();
      }
      const notes = [...loaded.notes, ...aside, ...step.value.notes].sort(byPlace);
      return { engine, outcome: { ...step.value, notes } };
    } catch (error) {
      if (last === undefined || without.has(last) || without.size >= MAX_FAILURES) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      aside.push({
        file: last,
        kind: 'skipped',
        message: `Not analysed: the analysis failed here (${reason.split('\n', 1)[0] ?? ''}).`,
      });
      without.add(last);
      disposeQuietly(engine);
    } finally {
      progress.clear();
    }
  }
}

function isSourceName(name: string): boolean {
  return !name.endsWith('.json');
}

/** After a failure the engine may be in any state. */
function disposeQuietly(engine: Engine): void {
  try {
    engine.dispose();
  } catch {
    // Nothing is lost: a new one is made.
  }
}

function byPlace(a: Note, b: Note): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return (a.start ?? -1) - (b.start ?? -1);
}
