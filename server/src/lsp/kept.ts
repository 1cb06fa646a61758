/**
 * Outcomes of earlier sessions. One is named by everything that goes into it, so it is either exactly right or not found: a folder that
 * did not change shows its findings as soon as it is read, while the analysis that answers questions is still being built.
 */
import path from 'node:path';
import { OutcomeCache, type CachePlace } from '../cli/cache';
import type { Outcome, Settings } from '../report/workspace';

export interface KeptOutcomes {
  /** Milliseconds without a change before an outcome is kept: what is only typed in passing is not worth a file. */
  readonly after: number;
  key(texts: ReadonlyMap<string, string>, settings: Settings): string;
  read(key: string): Outcome | undefined;
  /** Never throws. */
  write(key: string, outcome: Outcome): void;
}

const AFTER_MS = 10_000;

/** Beside those of the command line, so that neither pushes out the other's. */
export function keptOutcomes(place: CachePlace | undefined): KeptOutcomes | undefined {
  if (!place) return undefined;
  let build: string | undefined;
  const cache = new OutcomeCache({
    folder: path.join(place.folder, 'editor'),
    build: () => (build ??= place.build()),
  });
  return {
    after: AFTER_MS,
    key: (texts, settings) => cache.key({ texts, notes: [] }, settings),
    read: (key) => cache.read(key),
    write: (key, outcome) => {
      cache.write(key, outcome);
    },
  };
}
