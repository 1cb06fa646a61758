/**
 * One workspace folder: its texts (open documents over files of the disk), its settings, its analyst. Answers in diagnostics;
 * decides nothing about who is told.
 */
import type { Diagnostic, Position, Range } from 'vscode-languageserver-protocol';
import type { Note, ReportedFinding } from '../report/workspace';
import { createModel } from '../model';
import type { Model } from '../model/model';
import { Analyst, type AnalystEvents, type Snapshot } from './analyst';
import { diagnosticsOf, type DiagnosticSupport } from './diagnostics';
import type { EditorEngine, EngineFactory, EntryAnswer, ProjectAnswer } from './engine';
import { isAnalysed, isBuildFile, isDriverText, PROJECT_FILE } from './evidence';
import { selectFiles } from '../cli/select';
import type { FileSource } from './files';
import { carried, Carry, openEnds } from './held';
import type { KeptOutcomes } from './kept';
import { NO_PROJECT, readBaselineFile } from './project-files';
import type { Turns } from './pump';
import { DEFAULT_SETTINGS, type FolderSettings } from './settings';
import { LinedText, type Encoding } from './text';
import { uriBelow } from './uri';

export interface OpenFile {
  /** As the client spells it. */
  readonly uri: string;
  readonly version: number;
  readonly text: LinedText;
}

/** A document whose brackets do not match for the moment: the engine keeps its last whole text. */
interface Held {
  /** From the last whole text to the document. */
  readonly edits: readonly Carry[];
  /** When it began, by the clock of `turns`. */
  readonly since: number;
}

/** An attack surface that was put together. */
interface Listed {
  readonly of: Snapshot;
  readonly entries: readonly EntryAnswer[];
  readonly at: number;
  /** Milliseconds. */
  readonly cost: number;
}

/** It takes at most one part in this many of the time. */
const RARELY = 20;

/** A text that stays open for this long, in milliseconds, is how the user means it. */
const HELD_AT_MOST = 30_000;

export interface FolderOptions {
  readonly uri: string;
  readonly create: EngineFactory;
  /** Absent: only open documents are looked at. */
  readonly source?: FileSource;
  /** Where outcomes stay between sessions. */
  readonly kept?: KeptOutcomes;
  readonly turns: Turns;
  readonly debounce: number;
  readonly encoding: Encoding;
  readonly events: AnalystEvents;
  /** Awaited before the folder is read: the settings arrive here. */
  readonly ready: () => Promise<void>;
  /** Reads `fencepost.json`; never throws. */
  readonly readProject: (text: string) => ProjectAnswer;
}

/** Files that are read at one time while a folder is indexed. */
const READ_AT_ONCE = 8;

const HELD = 'Its brackets, quotes or comments do not match: what is said is about the last text in which they did.';

const EMPTY_SNAPSHOT: Snapshot = {
  outcome: { findings: [], notes: [], files: [] },
  revision: -1,
  files: [],
  findings: new Map(),
  notes: new Map(),
  milliseconds: 0,
};

export class Folder {
  readonly uri: string;
  readonly #analyst: Analyst;
  readonly #open = new Map<string, OpenFile>();
  readonly #lined = new Map<string, LinedText>();
  readonly #readNotes = new Map<string, Note>();
  readonly #held = new Map<string, Held>();
  #listNotes: readonly Note[] = [];
  #project = NO_PROJECT;
  #model: Model | undefined;
  #projectText: LinedText | undefined;
  #baseline: ReadonlySet<string> = new Set();
  #baselineText: string | undefined;
  #surface: Listed | undefined;
  #settings = DEFAULT_SETTINGS;
  #trusted = true;
  #index: Promise<void> | undefined;
  #indexed = false;
  #isDriver = false;
  #forced = false;
  #disposed = false;

  constructor(private readonly options: FolderOptions) {
    this.uri = options.uri;
    this.#analyst = new Analyst(
      options.create,
      options.turns,
      options.debounce,
      options.events,
      () => this.#open.keys(),
      () => (this.#settings.keepFindings ? options.kept : undefined),
    );
  }

  get settings(): FolderSettings {
    return this.#settings;
  }
  get trusted(): boolean {
    return this.#trusted;
  }
  get engine(): EditorEngine | undefined {
    return this.#analyst.engine;
  }
  get openFiles(): ReadonlyMap<string, OpenFile> {
    return this.#open;
  }
  get failure(): string | undefined {
    return this.#analyst.failure;
  }
  /** True when something in it is Windows driver code, or the user asked for a scan. */
  get isActive(): boolean {
    return this.#isDriver || this.#forced;
  }
  get indexed(): boolean {
    return this.#indexed;
  }

  configure(settings: FolderSettings, trusted: boolean): void {
    const other = settings.filesExclude.join('\n') !== this.#settings.filesExclude.join('\n') || trusted !== this.#trusted;
    this.#settings = settings;
    this.#trusted = trusted;
    this.#reconfigure();
    if (other) this.#reread();
  }

  opened(path: string, uri: string, version: number, text: string): void {
    this.#open.set(path, { uri, version, text: new LinedText(text, this.options.encoding) });
    this.#set(path, text);
  }

  changed(path: string, version: number, text: LinedText): void {
    const file = this.#open.get(path);
    if (!file) return;
    this.#open.set(path, { uri: file.uri, version, text });
    if (!this.#hold(path, file.text.text, text.text)) this.#set(path, text.text);
  }

  /** The user thinks that it is whole: what is there is what counts. */
  saved(path: string): void {
    const file = this.#open.get(path);
    if (file && this.#held.delete(path)) this.#set(path, file.text.text);
  }

  /** Documents whose last whole text stands for what is being typed. */
  get holds(): boolean {
    return this.#held.size > 0;
  }

  #measured: { readonly text: string; readonly open: number } | undefined;

  /** True when the engine keeps the text that it has, because the new one is open where that one was not. */
  #hold(path: string, shown: string, text: string): boolean {
    const kept = isAnalysed(path) ? this.#analyst.text(path) : undefined;
    const { since, edits } = this.#held.get(path) ?? { since: this.options.turns.now(), edits: [] };
    this.#held.delete(path);
    if (kept === undefined || this.options.turns.now() - since > HELD_AT_MOST) return false;
    const before = this.#measured?.text === kept ? this.#measured.open : openEnds(kept);
    const open = openEnds(text);
    // Unless it is held, it is what the next one is compared with.
    this.#measured = { text, open };
    if (open <= before) return false;
    this.#held.set(path, { edits: [...edits, Carry.between(shown, text)], since });
    return true;
  }

  /** The text of the disk takes over again. */
  async closed(path: string): Promise<void> {
    this.#open.delete(path);
    this.#held.delete(path);
    await this.#load(path);
  }

  /** Files of the disk that appeared, changed or went. Open documents stand over them. */
  async diskChanged(paths: readonly string[]): Promise<void> {
    if (!this.#index) return;
    await this.#index;
    for (const path of paths) if (!this.#open.has(path)) await this.#load(path);
  }

  /** Reads the folder once; later calls wait for the same reading. */
  index(): Promise<void> {
    this.#index ??= this.#readAll();
    return this.#index;
  }

  /** Analyse even without evidence of a driver: the user asked. */
  force(): void {
    this.#forced = true;
  }

  /** The snapshot of now; empty while the folder is idle; undefined when nobody waits any more or the analysis failed. */
  async fresh(wanted: () => boolean, urgent = false): Promise<Snapshot | undefined> {
    await this.index();
    if (!wanted() || this.#disposed) return undefined;
    if (!this.isActive) return EMPTY_SNAPSHOT;
    return this.#analyst.fresh(wanted, urgent);
  }

  /** The same as soon as it holds what there is to say of one file. */
  async freshOf(path: string, wanted: () => boolean): Promise<Snapshot | undefined> {
    await this.index();
    if (!wanted() || this.#disposed) return undefined;
    if (!this.isActive) return EMPTY_SNAPSHOT;
    return this.#analyst.freshOf(path, wanted);
  }

  /** Open sources wait for nothing, though the rest of the folder may. */
  get openAreKnown(): boolean {
    const sources = [...this.#open.keys()].filter(isAnalysed);
    return sources.length > 0 && sources.every((path) => this.#analyst.knows(path));
  }

  /** The snapshot, when nothing changed since. */
  get current(): Snapshot | undefined {
    return this.isActive ? this.#analyst.current : EMPTY_SNAPSHOT;
  }

  /** Diagnostics of a file in a snapshot that is current. */
  diagnostics(path: string, snapshot: Snapshot, support: DiagnosticSupport): Diagnostic[] {
    const readNote = this.#readNotes.get(path);
    const notes = [...(snapshot.notes.get(path) ?? []), ...(readNote && this.isActive ? [readNote] : [])];
    if (path === PROJECT_FILE) notes.push(...this.#project.notes);
    return diagnosticsOf(this.uri, this.findings(path, snapshot), notes, this, this.#trusted, support);
  }

  findings(path: string, snapshot: Snapshot): readonly ReportedFinding[] {
    return snapshot.findings.get(path) ?? [];
  }

  /** Everything that was left out or not understood. */
  notes(snapshot: Snapshot): Note[] {
    const held = [...this.#held.keys()].map((file): Note => ({ file, kind: 'not-understood', message: HELD }));
    const own = [...this.#listNotes, ...this.#readNotes.values(), ...this.#project.notes];
    return [...own, ...held, ...[...snapshot.notes.values()].flat()];
  }

  /** Files that have something to show, sorted. */
  reported(snapshot: Snapshot): string[] {
    const paths = new Set([...snapshot.findings.keys(), ...snapshot.notes.keys(), ...this.#readNotes.keys()]);
    if (this.#project.notes.length > 0) paths.add(PROJECT_FILE);
    paths.delete('');
    return [...paths].sort();
  }

  /** A range of what the engine knows, in the document as it is. */
  rangeIn(path: string, start: number, end: number): Range | undefined {
    return this.#range(path, start, end, true);
  }

  /** The same for an edit: undefined when the user has just changed something in it. */
  editRangeIn(path: string, start: number, end: number): Range | undefined {
    return this.#range(path, start, end, false);
  }

  #range(path: string, start: number, end: number, around: boolean): Range | undefined {
    const held = this.#held.get(path);
    const span = held ? carried(held.edits, { start, end }, around) : { start, end };
    return span && this.lined(path)?.range(span.start, span.end);
  }

  /** The engine's offset of a position of the document. */
  offsetIn(path: string, position: Position): number {
    const offset = this.lined(path)?.offsetAt(position) ?? 0;
    return (this.#held.get(path)?.edits ?? []).reduceRight((place, edit) => edit.back(place), offset);
  }

  /** The text that was analysed; behind the document while its brackets do not match. */
  analysed(path: string): string | undefined {
    return this.#held.has(path) ? this.#analyst.text(path) : this.lined(path)?.text;
  }

  /** The attack surface of a snapshot that is current; put together once. */
  surface(snapshot: Snapshot): readonly EntryAnswer[] {
    if (this.#surface?.of === snapshot) return this.#surface.entries;
    const { turns } = this.options;
    const started = turns.now();
    const entries = this.engine?.surface?.() ?? [];
    this.#surface = { of: snapshot, entries, at: turns.now(), cost: turns.now() - started };
    return entries;
  }

  /** The same for lines above handlers, which are asked for with every key: in a large driver it may be a moment old. */
  recentSurface(snapshot: Snapshot): readonly EntryAnswer[] {
    return this.#surface && this.surfaceWait(snapshot) > 0 ? this.#surface.entries : this.surface(snapshot);
  }

  /** Milliseconds for which lines above handlers make do with an older list. */
  surfaceWait(snapshot: Snapshot): number {
    const last = this.#surface;
    if (!last || last.of === snapshot) return 0;
    return Math.max(0, Math.ceil(last.at + last.cost * RARELY - this.options.turns.now()));
  }

  /** `fencepost.json` as it is. */
  get projectText(): string | undefined {
    return this.#projectText?.text;
  }
  get baselineText(): string | undefined {
    return this.#baselineText;
  }
  /** Below the folder. */
  get baselinePath(): string {
    return this.#project.baseline;
  }

  /** All files that the engine knows. */
  get paths(): Iterable<string> {
    return this.#analyst.paths;
  }

  /** The model with what the project adds. */
  get model(): Model {
    return (this.#model ??= createModel(this.#trusted ? this.#project.model : undefined));
  }

  lined(path: string): LinedText | undefined {
    const open = this.#open.get(path);
    if (open) return open.text;
    if (path === PROJECT_FILE) return this.#projectText;
    const text = this.#analyst.text(path);
    // A file that has a note instead of a text: the note stands at its beginning.
    if (text === undefined) return this.#readNotes.has(path) ? new LinedText('', this.options.encoding) : undefined;
    let lined = this.#lined.get(path);
    if (lined?.text !== text) {
      lined = new LinedText(text, this.options.encoding);
      this.#lined.set(path, lined);
    }
    return lined;
  }

  /** The URI of a path, in the client's spelling where a document is open. */
  uriOf(path: string): string {
    return this.#open.get(path)?.uri ?? uriBelow(this.uri, path);
  }

  dispose(): void {
    this.#disposed = true;
    this.#analyst.dispose();
    this.#lined.clear();
  }

  async #readAll(): Promise<void> {
    // Nothing is answered before all is read: findings without the other files would be guesses that blink.
    const { source, ready } = this.options;
    await ready();
    if (source) {
      await this.#load(PROJECT_FILE);
      await this.#load(this.#project.baseline);
      await this.#readSources(source);
    }
    this.#indexed = true;
  }

  /** Reads what the folder and its project want read, and forgets what they no longer want. */
  async #readSources(source: FileSource): Promise<void> {
    const { include, exclude } = this.#trusted ? this.#project : NO_PROJECT;
    const listing = await source.list(this.uri, { ...this.#settings.caps, trusted: this.#trusted });
    const sources = listing.paths.filter(isAnalysed);
    const visible = selectFiles(sources, [], this.#settings.filesExclude, '');
    const chosen = selectFiles(visible, include, exclude, '');
    this.#listNotes = [
      ...listing.notes,
      ...leftOut(sources.length - visible.length, '`files.exclude`'),
      ...leftOut(visible.length - chosen.length, PROJECT_FILE),
    ];
    const wanted = new Set([...chosen, ...listing.paths.filter(isBuildFile)]);
    for (const path of [...this.#analyst.paths]) if (!wanted.has(path) && !this.#open.has(path)) this.#set(path, undefined);
    const paths = [...wanted];
    for (let i = 0; i < paths.length && !this.#disposed; i += READ_AT_ONCE) {
      await Promise.all(paths.slice(i, i + READ_AT_ONCE).map((path) => this.#load(path)));
      await this.options.turns.turn();
    }
  }

  /** The project wants other files, or another baseline, than what was read. */
  #reread(): void {
    const { source } = this.options;
    if (!this.#indexed || !source) return;
    this.#indexed = false;
    this.#index = (async () => {
      await this.#load(this.#project.baseline);
      await this.#readSources(source);
      this.#indexed = true;
    })();
  }

  async #load(path: string): Promise<void> {
    const { source } = this.options;
    if (this.#disposed || this.#open.has(path)) return;
    this.#readNotes.delete(path);
    const read = source ? await source.read(this.uri, path, this.#settings.caps) : ({ kind: 'gone' } as const);
    if (this.#disposed || this.#open.has(path)) return;
    if (read.kind === 'text') {
      if (read.note !== undefined)
        this.#readNotes.set(path, { file: path, kind: 'encoding', message: read.note, start: 0, end: 0 });
      this.#set(path, read.text);
      return;
    }
    if (read.kind === 'skipped' && isAnalysed(path))
      this.#readNotes.set(path, { file: path, kind: 'skipped', message: read.note, start: 0, end: 0 });
    this.#set(path, undefined);
  }

  #set(path: string, text: string | undefined): void {
    if (path === PROJECT_FILE) {
      const before = this.#project;
      this.#projectText = text === undefined ? undefined : new LinedText(text, this.options.encoding);
      this.#project = text === undefined ? NO_PROJECT : this.options.readProject(text);
      this.#reconfigure();
      if (wantsOther(before, this.#project)) this.#reread();
    } else if (path === this.#project.baseline) {
      this.#baselineText = text;
      const baseline = text === undefined ? new Set<string>() : readBaselineFile(text);
      if (baseline.size === 0 && this.#baseline.size === 0) return;
      this.#baseline = baseline;
      this.#reconfigure();
    } else if (text === undefined) {
      this.#lined.delete(path);
      this.#analyst.remove(path);
    } else if (isAnalysed(path) || isBuildFile(path)) {
      this.#isDriver ||= isAnalysed(path) && isDriverText(text);
      this.#analyst.set(path, text);
    }
  }

  #reconfigure(): void {
    this.#model = undefined;
    const { profile, rules, severities } = this.#settings;
    // A folder that is not trusted says nothing about itself.
    const project = this.#trusted ? this.#project : NO_PROJECT;
    this.#analyst.configure({
      profile: profile === 'audit' ? profile : (project.profile ?? profile),
      ...(rules.length > 0 ? { rules } : {}),
      severities: { ...project.severities, ...severities },
      trusted: this.#trusted,
      project: project.model,
      baseline: this.#baseline,
    });
  }
}

function leftOut(count: number, by: string): Note[] {
  return count > 0 ? [{ file: '', kind: 'config', message: `Left out by ${by}: ${count} files.` }] : [];
}

function wantsOther(a: ProjectAnswer, b: ProjectAnswer): boolean {
  return (
    a.baseline !== b.baseline || a.include.join('\n') !== b.include.join('\n') || a.exclude.join('\n') !== b.exclude.join('\n')
  );
}
