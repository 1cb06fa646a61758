/**
 * Files by which a folder speaks about itself: `fencepost.json` and the baseline. Both platforms read them here. Never throws.
 */
import { emptyProject } from '../model';
import { parseProject } from '../model/project';
import { BASELINE_FILE, readBaseline } from '../report/baseline';
import { builtinRules } from '../report/builtin-rules';
import type { RuleMeta } from '../rules/finding';
import type { ProjectAnswer } from './engine';
import { PROJECT_FILE } from './evidence';

/** What a folder without a `fencepost.json` says. */
export const NO_PROJECT: ProjectAnswer = { model: emptyProject, include: [], exclude: [], baseline: BASELINE_FILE, notes: [] };

export function readProjectFile(text: string, metas: readonly RuleMeta[]): ProjectAnswer {
  const known = new Set([...metas, ...builtinRules].map((meta) => meta.id));
  const { config, problems } = parseProject(text, known);
  return {
    model: config.model,
    profile: config.profile,
    severities: config.rules,
    include: config.include,
    exclude: config.exclude,
    baseline: config.baseline ?? BASELINE_FILE,
    notes: problems.map(({ message, start, end }) => ({ file: PROJECT_FILE, kind: 'config', message, start, end })),
  };
}

/** Fingerprints; none when the file is wrong, so that nothing is hidden by mistake. */
export function readBaselineFile(text: string): ReadonlySet<string> {
  return new Set(readBaseline(text).entries?.map((entry) => entry.fingerprint));
}
