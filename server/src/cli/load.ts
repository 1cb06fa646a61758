/**
 * From paths on the command line to an engine that has analysed them: discovery, reading, `fencepost.json`, progress.
 * The commands `scan`, `inspect` and `surface` share it.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { Note, Outcome, Settings } from '../report/workspace';
import { discover, PathProblem, reasonOf, repositoryTop, type DiscoverOptions } from './discover';
import { noProject, type Engine, type Parts, type ProjectConfig } from './parts';
import { Progress } from './progress';
import { readSource } from './read';
import { selectFiles } from './select';
import { UsageError } from './usage';
import { startShares } from './workers';

export const PROJECT_FILE = 'fencepost.json';

export interface Loaded {
  readonly root: string;
  /** Names of the C sources that were read. */
  readonly sources: readonly string[];
  /** Texts of what was read by name below the root: sources, build files, `fencepost.json`. */
  readonly texts: ReadonlyMap<string, string>;
  /** Bytes of the C sources. */
  readonly bytes: number;
  readonly project: ProjectConfig;
  /** Absolute folder of `fencepost.json`, or the root. */
  readonly projectFolder: string;
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
  const { root, files, buildFiles } = discovered;
  const notes: Note[] = [...discovered.notes];
  const texts = new Map<string, string>();
  const { config, folder } = trustProject ? readProject(root, parts, texts, notes) : { config: noProject, folder: root };
  const prefix = slashes(path.relative(folder, root));
  const chosen = selectFiles(files, config.include, config.exclude, prefix);
  if (chosen.length < files.length) {
    notes.push({ file: '', kind: 'config', message: `Left out by ${PROJECT_FILE}: ${files.length - chosen.length} files.` });
  }
  const sources: string[] = [];
  let bytes = 0;
  for (const name of chosen) {
    const source = readSource(root, name, notes);
    if (!source) continue;
    texts.set(name, source.text);
    sources.push(name);
    bytes += source.bytes;
  }
  // What a build file has to say is a help; one that cannot be read is no news.
  for (const name of buildFiles) {
    const source = readSource(root, name, []);
    if (source) texts.set(name, source.text);
  }
  const { build } = config.model;
  const project = build ? { ...config, model: { ...config.model, build: { ...build, prefix } } } : config;
  return { root, sources, texts, bytes, project, projectFolder: folder, notes };
}

interface FoundProject {
  readonly config: ProjectConfig;
  readonly folder: string;
}

/** `fencepost.json` at the root, or above it up to the top of the repository. */
function readProject(root: string, parts: Parts, texts: Map<string, string>, notes: Note[]): FoundProject {
  const top = repositoryTop(root) ?? root;
  for (let folder = root; ; folder = path.dirname(folder)) {
    const full = path.join(folder, PROJECT_FILE);
    if (fs.existsSync(full)) {
      const name = slashes(path.relative(root, full));
      let text: string;
      try {
        text = fs.readFileSync(full, 'utf8').replace(/^\ufeff/, '');
      } catch (error) {
        notes.push({ file: name, kind: 'config', message: `Ignored: ${reasonOf(error)}.` });
        break;
      }
      texts.set(name, text);
      const { config, problems } = parts.readProject(text);
      for (const { message, start, end } of problems) notes.push({ file: name, kind: 'config', message, start, end });
      return { config, folder };
    }
    if (folder === top || path.dirname(folder) === folder) break;
  }
  return { config: noProject, folder: root };
}

function slashes(name: string): string {
  return name.split(path.sep).join('/');
}

/** A file that makes the analysis fail is set aside; more than this many, and the engine is broken rather than the files. */
const MAX_FAILURES = 10;

export interface Analysed {
  readonly engine: Engine;
  readonly outcome: Outcome;
  /** Every file was analysed: the outcome is that of these texts whenever they are scanned. */
  readonly complete: boolean;
}

/**
 * Analyses what was loaded. The caller disposes the engine.
 * @throws whatever the engine throws when no single file can be blamed.
 */
export async function analyse(loaded: Loaded, settings: Settings, first: Engine, parts: Parts, threads = 1): Promise<Analysed> {
  if (threads > 1 && parts.threadScript !== undefined) {
    const shared = await analyseShared(loaded, settings, first, parts, parts.threadScript, threads);
    if (shared) return shared;
    // A thread failed: without threads the file that is to blame is found and set aside.
    disposeQuietly(first);
    first = await parts.createEngine(0);
  }
  const aside: Note[] = [];
  const without = new Set<string>();
  for (let engine = first; ; engine = await parts.createEngine()) {
    const progress = new Progress(parts.terminal);
    let last: string | undefined;
    try {
      engine.configure(settings);
      for (const [name, text] of loaded.texts) {
        last = name;
        if (!name.endsWith(PROJECT_FILE) && !without.has(name)) engine.set(name, text);
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
      return { engine, outcome: { ...step.value, notes }, complete: aside.length === 0 };
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

/** The same on several threads; undefined when one of them failed. */
async function analyseShared(
  loaded: Loaded,
  settings: Settings,
  engine: Engine,
  parts: Parts,
  script: string,
  threads: number,
): Promise<Analysed | undefined> {
  const texts = new Map([...loaded.texts].filter(([name]) => !name.endsWith(PROJECT_FILE)));
  const others = startShares(script, texts, settings, threads);
  const progress = new Progress(parts.terminal);
  try {
    engine.configure(settings);
    for (const [name, text] of texts) engine.set(name, text);
    engine.restrict?.({ index: 0, count: threads });
    for (const step of engine.analyse()) progress.show(step);
    const found = await others.results;
    if (!found) return undefined;
    engine.take?.(found);
    const work = engine.analyse();
    let step = work.next();
    while (!step.done) step = work.next();
    const notes = [...loaded.notes, ...step.value.notes].sort(byPlace);
    return { engine, outcome: { ...step.value, notes }, complete: true };
  } catch {
    return undefined;
  } finally {
    progress.clear();
    others.stop();
  }
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
