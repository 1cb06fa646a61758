/**
 * Runs the engine's generator in short slices, with a turn of the event loop between them, so that requests and cancellations
 * are seen while an analysis runs. Knows nothing of findings.
 */

/** What the host environment gives: a clock and a way to let other events run. */
export interface Turns {
  /** Milliseconds. */
  now(): number;
  /** Resolves after pending events had their turn. */
  turn(): Promise<void>;
  /** Resolves after this many milliseconds. */
  sleep(milliseconds: number): Promise<void>;
}

/** Longest time without a turn, in milliseconds: well under a frame of an editor's 60 Hz. */
const SLICE_MS = 8;

/**
 * Pumps until the generator returns, or until `goOn` says no; then answers undefined, and the generator is closed.
 * What the generator throws passes through.
 */
export async function pump<P, R>(
  generator: Generator<P, R, void>,
  turns: Turns,
  goOn: () => boolean,
  progress: (value: P) => void,
): Promise<{ readonly value: R } | undefined> {
  let sliceStart = turns.now();
  for (;;) {
    const step = generator.next();
    if (step.done) return { value: step.value };
    progress(step.value);
    if (turns.now() - sliceStart < SLICE_MS) continue;
    await turns.turn();
    if (!goOn()) {
      closeQuietly(generator);
      return undefined;
    }
    sliceStart = turns.now();
  }
}

function closeQuietly(generator: Generator<unknown, unknown, void>): void {
  try {
    generator.return(undefined);
  } catch {
    // An engine that fails while it is told to stop has nothing to add: its state is checked by the next run.
  }
}
