/**
 * Owns one engine: hands it texts, keeps its outcome fresh, and survives its failures. A file that makes the engine throw is
 * set aside until its text changes, and the rest goes on with a new engine. Knows no protocol.
 */
import type { Note, Outcome, Progress, ReportedFinding, Settings } from '../report/workspace';
import type { EditorEngine, EngineFactory } from './engine';
import type { KeptOutcomes } from './kept';
import { pump, type Turns } from './pump';

/** Findings and notes of one moment, by file. Valid for the texts that the analyst holds while `revision` is current. */
export interface Snapshot {
  readonly revision: number;
  readonly outcome: Outcome;
  readonly files: readonly string[];
  readonly findings: ReadonlyMap<string, readonly ReportedFinding[]>;
  readonly notes: ReadonlyMap<string, readonly Note[]>;
  /** Milliseconds from start to outcome. */
  readonly milliseconds: number;
}

export interface AnalystEvents {
  /** A new snapshot is there. Called before those who wait for it go on. */
  fresh(snapshot: Snapshot): void;
  /** Files that somebody looks at are known before the others; the snapshot holds these alone. */
  early(snapshot: Snapshot): void;
  running(progress: Progress | undefined): void;
  log(message: string): void;
}

interface Waiter {
  readonly wanted: () => boolean;
  /** What is said of this file is enough. */
  readonly file?: string;
  readonly resolve: (snapshot: Snapshot | undefined) => void;
  readonly urgent: boolean;
}

/** More failures than this in one run of the server, and the engine is believed broken rather than a file. */
const MAX_FAILURES = 20;

export class Analyst {
  readonly #texts = new Map<string, string>();
  readonly #aside = new Map<string, string>();
  readonly #waiters = new Set<Waiter>();
  #engine: EditorEngine | undefined;
  #settings: Settings | undefined;
  #revision = 0;
  #lastChange = -Infinity;
  #snapshot: Snapshot | undefined;
  /** By file: what is known of it while the analysis goes on. */
  readonly #early = new Map<string, Snapshot>();
  /** The outcome that was kept last, or shown from an earlier session. */
  #keptKey: string | undefined;
  #askedKept = false;
  #keepDue = false;
  /** What an earlier session knew, other configurations included, and the revision that it is about; until the first analysis is done. */
  #remembered: { readonly outcome: Outcome; readonly revision: number } | undefined;
  #running = false;
  #failures = 0;
  #failure: string | undefined;
  #disposed = false;

  constructor(
    private readonly create: EngineFactory,
    private readonly turns: Turns,
    private readonly debounce: number,
    private readonly events: AnalystEvents,
    /** Files that somebody looks at. */
    private readonly first: () => Iterable<string> = () => [],
    private readonly kept: () => KeptOutcomes | undefined = () => undefined,
  ) {}

  get engine(): EditorEngine | undefined {
    return this.#engine;
  }

  /** The last outcome, when nothing changed since. */
  get current(): Snapshot | undefined {
    return this.#snapshot?.revision === this.#revision ? this.#snapshot : undefined;
  }

  /** Why the last run ended without an outcome. */
  get failure(): string | undefined {
    return this.#failure;
  }

  text(path: string): string | undefined {
    return this.#texts.get(path);
  }

  get paths(): IterableIterator<string> {
    return this.#texts.keys();
  }

  /** Adds or replaces a text; false when it is what was there. */
  set(path: string, text: string): boolean {
    if (this.#texts.get(path) === text) return false;
    this.#texts.set(path, text);
    this.#aside.delete(path);
    this.#guarded(path, (engine) => {
      engine.set(path, text);
    });
    this.#changed();
    return true;
  }

  remove(path: string): void {
    if (!this.#texts.delete(path)) return;
    this.#aside.delete(path);
    this.#guarded(undefined, (engine) => {
      engine.remove(path);
    });
    this.#changed();
  }

  configure(settings: Settings): void {
    this.#settings = settings;
    this.#guarded(undefined, (engine) => {
      engine.configure(settings);
    });
    this.#changed();
  }

  /**
   * The snapshot of the texts as they are when it resolves. Waits for a pause in the edits first, unless `urgent`.
   * Undefined once `wanted` says no, or the analyst is disposed; when nobody waits any more the analysis stops where it is.
   */
  fresh(wanted: () => boolean = () => true, urgent = false): Promise<Snapshot | undefined> {
    const current = this.current;
    if (current) return Promise.resolve(current);
    if (this.#disposed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#waiters.add({ wanted, resolve, urgent });
      if (!this.#running) void this.#run();
    });
  }

  /** The same, as soon as it is known of one file: other files may be missing in it. */
  freshOf(file: string, wanted: () => boolean = () => true): Promise<Snapshot | undefined> {
    const known = this.current ?? this.#earlyOf(file);
    if (known) return Promise.resolve(known);
    if (this.#disposed) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#waiters.add({ wanted, resolve, urgent: false, file });
      if (!this.#running) void this.#run();
    });
  }

  /** What is said of this file stands, whether or not the analysis goes on. */
  knows(file: string): boolean {
    return (this.current ?? this.#earlyOf(file)) !== undefined;
  }

  #earlyOf(file: string): Snapshot | undefined {
    const early = this.#early.get(file);
    return early?.revision === this.#revision ? early : undefined;
  }

  /** Those who wait for one of these files go on; the analysis does, too, for whoever waits for all of it. */
  #known(outcome: Outcome, revision: number, milliseconds: number): void {
    const snapshot = this.#snapshotOf(outcome, revision, milliseconds);
    for (const file of outcome.files) this.#early.set(file, snapshot);
    this.events.early(snapshot);
    for (const waiter of [...this.#waiters]) {
      if (waiter.file === undefined || this.#early.get(waiter.file) !== snapshot) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(snapshot);
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#settle(undefined);
    this.#drop();
    this.#texts.clear();
  }

  #changed(): void {
    this.#revision++;
    this.#early.clear();
    this.#lastChange = this.turns.now();
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (this.#stillWanted() && !this.current) {
        await this.#pause();
        if (!this.#stillWanted()) break;
        await this.#once();
      }
      if (this.current) this.#settle(this.current);
      this.#failure = undefined;
      await this.#rest();
      if (!this.#keepDue) void this.#keep();
    } catch (error) {
      this.#failure = firstLine(describe(error));
      this.#settle(undefined);
    } finally {
      this.#running = false;
      this.events.running(undefined);
      // Someone may have asked between the last look and here.
      if (!this.#disposed && this.#waiters.size > 0) void this.#run();
    }
  }

  async #pause(): Promise<void> {
    for (;;) {
      const left = this.#lastChange + this.debounce - this.turns.now();
      if (left <= 0 || this.#disposed) return;
      if (this.#urgent()) return;
      await this.turns.sleep(Math.min(left, 25));
    }
  }

  async #once(): Promise<void> {
    const revision = this.#revision;
    const started = this.turns.now();
    let last: string | undefined;
    try {
      this.#remember(revision);
      const remembered = this.#remembered?.revision === revision ? this.#remembered.outcome : undefined;
      // After an edit, nothing less may follow than what was shown.
      const isWhole = this.#urgent() || (this.#remembered !== undefined && !remembered);
      const engine = await this.#ready();
      if (this.#disposed) return;
      const result = await pump(
        engine.analyse(isWhole ? 'all' : 'later', this.first),
        this.turns,
        () => revision === this.#revision && this.#stillWanted(),
        (progress) => {
          if (progress.early) {
            if (!remembered) this.#known(progress.early, revision, this.turns.now() - started);
            return;
          }
          last = progress.file;
          this.events.running(progress);
        },
      );
      if (!result || revision !== this.#revision || this.#disposed) return;
      const { pending } = result.value;
      const outcome = remembered && pending ? { ...remembered, pending } : result.value;
      this.#snapshot = this.#snapshotOf(outcome, revision, this.turns.now() - started);
      this.#early.clear();
      this.#remembered = undefined;
      this.events.fresh(this.#snapshot);
    } catch (error) {
      if (!this.#failed(last, error)) throw error;
      await this.turns.turn();
    }
  }

  /** Other `#if` configurations, after the default has been shown: for as long as nothing changes and nobody waits for something else. */
  async #rest(): Promise<void> {
    const revision = this.#revision;
    const engine = this.#engine;
    if (!engine || this.current?.outcome.pending !== true) return;
    const started = this.turns.now();
    try {
      await this.turns.sleep(this.debounce);
      const wanted = (): boolean => revision === this.#revision && !this.#disposed && this.#engine === engine;
      if (!wanted()) return;
      const result = await pump(engine.analyse(), this.turns, wanted, () => undefined);
      if (!result || !wanted()) return;
      this.#snapshot = this.#snapshotOf(result.value, revision, this.turns.now() - started);
      this.events.fresh(this.#snapshot);
    } catch (error) {
      this.events.log(`other configurations were not analysed: ${describe(error)}`);
    }
  }

  /** Shows what an earlier session found in exactly these texts, until the analysis says the same. */
  #remember(revision: number): void {
    const kept = this.kept();
    if (this.#askedKept || !kept || !this.#settings) return;
    this.#askedKept = true;
    const key = kept.key(this.#texts, this.#settings);
    const outcome = kept.read(key);
    if (!outcome) return;
    this.#keptKey = key;
    this.#remembered = { outcome, revision };
    this.#known(outcome, revision, 0);
  }

  /** Keeps a whole outcome for the next session, once nothing has changed for a while. */
  async #keep(): Promise<void> {
    const kept = this.kept();
    const snapshot = this.current;
    // A file that was set aside makes an outcome that the next session need not have.
    if (!kept || !snapshot || snapshot.outcome.pending === true || this.#aside.size > 0) return;
    this.#keepDue = true;
    await this.turns.sleep(kept.after);
    this.#keepDue = false;
    if (this.#disposed) return;
    if (this.current !== snapshot) {
      if (!this.#running) void this.#keep();
      return;
    }
    if (!this.#settings) return;
    const key = kept.key(this.#texts, this.#settings);
    if (key !== this.#keptKey) kept.write(key, snapshot.outcome);
    this.#keptKey = key;
  }

  /** Someone waits for everything: a scan, say. */
  #urgent(): boolean {
    for (const waiter of this.#waiters) if (waiter.urgent) return true;
    return false;
  }

  async #ready(): Promise<EditorEngine> {
    if (this.#engine) return this.#engine;
    const engine = await this.create();
    if (this.#settings) engine.configure(this.#settings);
    for (const [path, text] of this.#texts) if (!this.#aside.has(path)) engine.set(path, text);
    this.#engine = engine;
    return engine;
  }

  #guarded(path: string | undefined, act: (engine: EditorEngine) => void): void {
    if (!this.#engine) return;
    try {
      act(this.#engine);
    } catch (error) {
      this.#failed(path, error);
    }
  }

  /** Drops the engine and sets the file aside; false when no file can be blamed. */
  #failed(path: string | undefined, error: unknown): boolean {
    const reason = describe(error);
    this.events.log(`analysis failed${path === undefined ? '' : ` in ${path}`}: ${reason}`);
    this.#drop();
    this.#failures++;
    if (path === undefined || this.#aside.has(path) || this.#failures > MAX_FAILURES) return false;
    this.#aside.set(path, firstLine(reason));
    return true;
  }

  #drop(): void {
    const engine = this.#engine;
    this.#engine = undefined;
    this.#early.clear();
    try {
      engine?.dispose();
    } catch (error) {
      this.events.log(`engine could not be disposed: ${describe(error)}`);
    }
  }

  #snapshotOf(outcome: Outcome, revision: number, milliseconds: number): Snapshot {
    const notes = group(outcome.notes);
    for (const [file, reason] of this.#aside) {
      const message = `Not analysed: the analysis failed here (${reason}). The output channel has the details.`;
      notes.set(file, [...(notes.get(file) ?? []), { file, kind: 'skipped', message, start: 0, end: 0 }]);
    }
    return { revision, outcome, files: outcome.files, findings: group(outcome.findings), notes, milliseconds };
  }

  /** Lets go of those who no longer wait; true while someone does. */
  #stillWanted(): boolean {
    if (this.#disposed) return false;
    for (const waiter of this.#waiters) {
      if (waiter.wanted()) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(undefined);
    }
    return this.#waiters.size > 0;
  }

  #settle(snapshot: Snapshot | undefined): void {
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) waiter.resolve(snapshot);
  }
}

function group<T extends { readonly file: string }>(items: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const list = groups.get(item.file);
    if (list) list.push(item);
    else groups.set(item.file, [item]);
  }
  return groups;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
