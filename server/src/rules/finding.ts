/** What a rule returns and every face shows. Plain data. */

export type Severity = 'error' | 'warning' | 'info' | 'hint';

/** A place in a file of the workspace; offsets in UTF-16 units. */
export interface Place {
  /** Workspace-relative path with forward slashes. */
  readonly file: string;
  readonly start: number;
  readonly end: number;
}

export type StepRole = 'origin' | 'flow' | 'use' | 'guard' | 'related';

/** One station of the path that proves a finding. */
export interface Step extends Place {
  /** A name for the place that edits elsewhere do not change. */
  readonly at?: string;
  readonly role: StepRole;
  /** One plain sentence, identifiers in backticks. */
  readonly message: string;
}

export interface TextEdit extends Place {
  readonly newText: string;
}

/** safe: part of fix-all. suggestion: one at a time, its consequence is in the title. text: described, not applied (no edits). */
export type FixClass = 'safe' | 'suggestion' | 'text';

export interface Fix {
  readonly title: string;
  readonly class: FixClass;
  readonly edits: readonly TextEdit[];
}

export interface Finding extends Place {
  readonly rule: string;
  readonly severity: Severity;
  /** One sentence: what is untrusted, what is missing. */
  readonly message: string;
  /** Enclosing function, when there is one. */
  readonly functionName?: string;
  /** Origin first, use last. */
  readonly path: readonly Step[];
  readonly fixes: readonly Fix[];
  /** `possible`: an answer of the analysis was not certain; the message says so. */
  readonly confidence: 'certain' | 'likely' | 'possible';
  /** Conditions under which it holds, when it does not hold in the default configuration alone; for example `SECURE not defined`. */
  readonly configuration?: string;
}

/** What a rule is, apart from its code. Generates settings, the rule index, the coverage table and SARIF rule metadata. */
export interface RuleMeta {
  /** kebab-case; final. */
  readonly id: string;
  /** A short noun phrase. */
  readonly title: string;
  /** Headings or bullets of the threat model that it answers. */
  readonly threats: readonly string[];
  /** The highest severity that it reports. */
  readonly severity: Severity;
  readonly precision: 'high' | 'medium' | 'low';
  readonly cwe: readonly number[];
  readonly profile: 'default' | 'audit';
  /** Ids of Microsoft's own checks for the same defect: CodeQL ids and C28xxx numbers. */
  readonly microsoft?: readonly string[];
}
