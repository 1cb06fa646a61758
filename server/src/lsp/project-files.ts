/**
 * Files by which a folder speaks about itself: `fencepost.json` and the baseline. Both platforms read them here. Never throws.
 */
import { emptyProject } from '../model';
import { readBaseline } from '../report/baseline';
import type { ProjectAnswer } from './engine';

export function readProjectFile(_text: string): ProjectAnswer {
  return { model: emptyProject, notes: [] };
}

/** Fingerprints; none when the file is wrong, so that nothing is hidden by mistake. */
export function readBaselineFile(text: string): ReadonlySet<string> {
  return new Set(readBaseline(text).entries?.map((entry) => entry.fingerprint));
}
