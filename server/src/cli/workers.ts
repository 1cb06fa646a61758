/**
 * A scan of several drivers on several threads: each thread reads all texts and analyses its share of the drivers. Where a thread
 * fails, the caller is told, and analyses everything by itself.
 */
import os from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { Settings } from '../report/workspace';
import type { DriverResult, Share } from '../report/shares';
import type { Loaded } from './load';
import type { Engine } from './parts';

/** What a thread is given. */
interface Task {
  readonly fencepost: 'share';
  readonly texts: ReadonlyMap<string, string>;
  readonly settings: Settings;
  readonly share: Share;
}

/** Unless they are asked for, not more threads than this: each holds all declarations. */
const MOST = 4;
/** Below this many characters a scan is over before a thread has started. */
const WORTHWHILE = 400_000;

/** Threads that a scan of these texts should use. @param wanted as the user said; undefined: as many as help */
export function threadsFor(loaded: Loaded, wanted: number | undefined): number {
  const most = wanted ?? Math.min(os.availableParallelism(), MOST);
  if (most < 2) return 1;
  let size = 0;
  let entries = 0;
  for (const name of loaded.sources) {
    const text = loaded.texts.get(name) ?? '';
    size += text.length;
    if (/\bDriverEntry\s*\(/.test(text)) entries++;
  }
  return size < WORTHWHILE ? 1 : Math.max(1, Math.min(most, entries));
}

/** Starts the other threads. @returns what they found; undefined when one of them failed */
export function startShares(
  script: string,
  texts: ReadonlyMap<string, string>,
  settings: Settings,
  count: number,
): { readonly results: Promise<readonly DriverResult[] | undefined>; stop(): void } {
  const workers: Worker[] = [];
  const each = Array.from({ length: count - 1 }, (_, i) => {
    const task: Task = { fencepost: 'share', texts, settings, share: { index: i + 1, count } };
    const worker = new Worker(script, { workerData: task, stdout: false, stderr: false });
    workers.push(worker);
    return new Promise<readonly DriverResult[] | undefined>((resolve) => {
      worker.once('message', (found: readonly DriverResult[]) => {
        resolve(found);
      });
      worker.once('error', () => {
        resolve(undefined);
      });
      worker.once('exit', () => {
        resolve(undefined);
      });
    });
  });
  return {
    results: Promise.all(each).then((lists) => (lists.some((l) => l === undefined) ? undefined : lists.flatMap((l) => l ?? []))),
    stop: () => {
      for (const w of workers) void w.terminate();
    },
  };
}

/** In a thread: does what it was started for. @returns false on the main thread */
export function workShare(createEngine: (keep?: number) => Promise<Engine>): boolean {
  const task = workerData as Task | null;
  if (isMainThread || task?.fencepost !== 'share') return false;
  void (async (): Promise<void> => {
    const engine = await createEngine(0);
    engine.configure(task.settings);
    for (const [name, text] of task.texts) engine.set(name, text);
    engine.restrict?.(task.share);
    for (const work = engine.analyse(); work.next().done !== true;);
    parentPort?.postMessage(engine.results?.() ?? []);
    engine.dispose();
  })();
  return true;
}
