/**
 * The engine as its faces see it: texts in, findings out. No I/O, no timers: a face hands in texts and pumps `analyse`.
 */
import type { Finding, Place, RuleMeta, Severity } from '../rules/finding';
import type { FileFacts, Gap } from '../syntax/facts';
import type { ProjectModel } from '../model/model';

export interface Settings {
  readonly profile: 'default' | 'audit';
  /** Only these rules, when given. */
  readonly rules?: readonly string[];
  /** Severity per rule id; `off` silences it. */
  readonly severities: Readonly<Record<string, Severity | 'off'>>;
  /** False: nothing in the workspace may trust a type, change the profile or hide a finding. */
  readonly trusted: boolean;
  readonly project: ProjectModel;
  /** Fingerprints of accepted findings. */
  readonly baseline: ReadonlySet<string>;
}

export interface Suppression {
  readonly kind: 'comment' | 'pragma' | 'baseline';
  readonly reason: string;
  readonly place?: Place;
}

export interface ReportedFinding extends Finding {
  /** Rule, enclosing function, normalised snippet, ordinal; stable over edits elsewhere. */
  readonly fingerprint: string;
  readonly suppression?: Suppression;
}

/** Something to say about a file that is no finding. */
export interface Note {
  readonly file: string;
  readonly kind: 'encoding' | 'skipped' | 'not-understood' | 'guess' | 'bound' | 'config';
  readonly message: string;
  readonly start?: number;
  readonly end?: number;
}

export interface Outcome {
  /** All files, ordered by file, position, rule; suppressed ones included. */
  readonly findings: readonly ReportedFinding[];
  readonly notes: readonly Note[];
  /** Files that were analysed. */
  readonly files: readonly string[];
  /** `#if` configurations that were looked at beside the default, in words. */
  readonly configurations?: readonly string[];
  /** Some of them are not up to date: another run of `analyse` goes on. */
  readonly pending?: boolean;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly file?: string;
  /**
   * What is known already of files that were asked for first, named in its `files`: their drivers are done, and what the others will say
   * changes nothing in them.
   */
  readonly early?: Outcome;
}

export interface Workspace {
  /** Adds or replaces a text. Cheap; the work is done by `analyse`. */
  set(path: string, text: string): void;
  remove(path: string): void;
  configure(settings: Settings): void;
  /**
   * Brings the findings up to date, in slices: each `next()` does a bounded amount of work, so that a face can yield and cancel.
   * Abandoning the generator loses nothing: the next call goes on.
   * @param configurations `later`: other `#if` configurations than the default are shown as far as they are known, and the outcome says
   *   whether some are left; for an editor, where the default must not wait
   * @param first files that somebody looks at: their drivers come before the others. Asked anew before each driver
   */
  analyse(configurations?: 'all' | 'later', first?: () => Iterable<string>): Generator<Progress, Outcome, void>;
  facts(path: string): FileFacts | undefined;
  gaps(path: string): readonly Gap[];
  readonly ruleMetas: readonly RuleMeta[];
  /** Forgets everything and frees all trees. */
  dispose(): void;
}
