/**
 * What a rule is made of. A rule listens to events of one function in one context and reports drafts; what needs the whole driver (does
 * this side write that index? does the driver use accessors elsewhere?) is noted as a fact and decided when all functions are known.
 */
import type { FunctionDecl, Span } from '../syntax/ast';
import type { FileFacts } from '../syntax/facts';
import type { Model } from '../model/model';
import type { Program } from '../program/program';
import type { Constants } from '../program/constants';
import type { Heap } from '../analysis/heap';
import type { Observer, OriginHit } from '../analysis/events';
import type { Finding, Fix, RuleMeta, Severity, Step } from './finding';

export interface Draft {
  readonly place: Span;
  readonly message: string;
  readonly severity: Severity;
  readonly path: readonly Step[];
  readonly fixes?: readonly Fix[];
  readonly confidence?: Finding['confidence'];
  /** Called when all functions are known; undefined drops the draft. */
  readonly decide?: (facts: DriverFacts) => Partial<Pick<Draft, 'severity' | 'message' | 'fixes' | 'path'>> | undefined;
}

/** Facts that functions noted, over one driver. */
export interface DriverFacts {
  has(tag: string, key: string): boolean;
  /** Every value noted under a tag and key. */
  values(tag: string, key: string): readonly string[];
  /** How often something was noted under a tag. */
  count(tag: string): number;
  keys(tag: string): readonly string[];
}

/** One function in one context. */
export interface RuleContext {
  readonly fn: FunctionDecl;
  readonly file: string;
  readonly facts: FileFacts;
  readonly program: Program;
  readonly constants: Constants;
  readonly model: Model;
  report(draft: Draft): void;
  note(tag: string, key: string, value?: string): void;
  text(span: Span): string;
  /** A name for where something in this function begins, which edits elsewhere do not change; facts about places are noted under it. */
  placeName(place: Span): string;
  /** A step in this file. */
  step(place: Span, role: Step['role'], message: string): Step;
  /** The origin's steps, then the use. */
  path(hit: OriginHit | undefined, place: Span, message: string): readonly Step[];
}

/** One file, for rules that need no data flow, and for files that hold no C. */
export interface FileContext {
  readonly file: string;
  readonly text: string;
  readonly facts?: FileFacts;
  readonly program: Program;
  readonly constants: Constants;
  readonly model: Model;
  report(draft: Draft): void;
  note(tag: string, key: string, value?: string): void;
}

/** Where a function stands, for questions to its text. Places in it are named in the coordinates of the analysis. */
export interface FunctionSource {
  readonly file: string;
  readonly program: Program;
  readonly constants: Constants;
  readonly model: Model;
  /** What is written there. */
  slice(span: Span): string;
  /** Whether the pattern stands anywhere in the file. */
  isWritten(pattern: RegExp): boolean;
}

/** One function, for rules that need no data flow. What is said about it stands until it, or what was looked at for it, changes. */
export interface FunctionContext extends FunctionSource {
  readonly fn: FunctionDecl;
  report(draft: Draft): void;
  note(tag: string, key: string, value?: string): void;
}

/** One driver, after all its functions. */
export interface DriverContext {
  readonly program: Program;
  readonly constants: Constants;
  readonly model: Model;
  readonly heap: Heap;
  readonly files: readonly string[];
  readonly facts: DriverFacts;
  report(file: string, draft: Draft): void;
}

export interface Rule {
  readonly meta: RuleMeta;
  /** Markdown: what it flags, the attack, vulnerable and fixed code, when it stays silent, references. */
  readonly page: string;
  observe?(cx: RuleContext): Observer;
  /** Listens where many calls were joined into one context, and only notes what excuses: what it reports there is not heard. */
  habits?(cx: RuleContext): Observer;
  file?(cx: FileContext): void;
  each?(cx: FunctionContext): void;
  finish?(cx: DriverContext): void;
}
