/**
 * What the command line is put together from: the engine, the pages, the project file's reader, a terminal. Types only. `main.ts` wires
 * the real ones, tests wire their own. A member of `Inspector` that is absent turns its question off, and the command says so.
 */
import { emptyProject } from '../model';
import type { ProjectModel } from '../model/model';
import type { OriginAnswer } from '../report/answers';
import type { Place, Severity } from '../rules/finding';
import type { DriverResult, Share } from '../report/shares';
import type { Workspace } from '../report/workspace';
import type { CachePlace } from './cache';

export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** False where the user asked for none. */
  readonly colour: boolean;
}

export type { OriginAnswer } from '../report/answers';

export interface SummaryAnswer {
  readonly name: string;
  readonly place: Place;
  /** What the function does to its parameters and its surroundings, one plain sentence each. */
  readonly facts: readonly string[];
}

export interface SurfaceEntry {
  /** `ioctl`, `dispatch`, `callback`, `registry`, `shared memory`, … */
  readonly kind: string;
  readonly name: string;
  readonly place: Place;
  /** What an attacker reaches there and what stands in the way, one plain sentence each. */
  readonly facts: readonly string[];
  /** Of a registry value: the protections that it switches off. */
  readonly switchesOff?: readonly string[];
}

/** Questions that an engine may answer beside its findings. Asked after `analyse` has ended. */
export interface Inspector {
  /** What the expression that starts at this offset is; undefined where there is no expression. */
  originAt?(path: string, offset: number): OriginAnswer | undefined;
  /** Every function of this name. */
  summaryOf?(functionName: string): readonly SummaryAnswer[];
  surface?(): readonly SurfaceEntry[];
}

/** An engine that can leave some drivers to others. */
export interface Sharing {
  restrict?(share: Share): void;
  results?(): readonly DriverResult[];
  take?(results: readonly DriverResult[]): void;
}

export type Engine = Workspace & Inspector & Sharing;

/** What `fencepost.json` says to a scan. */
export interface ProjectConfig {
  readonly model: ProjectModel;
  readonly profile?: 'default' | 'audit';
  readonly severities: Readonly<Record<string, Severity | 'off'>>;
  /** Patterns of files, relative to the folder of `fencepost.json`; empty: everything. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Relative to the folder of `fencepost.json`. */
  readonly baseline?: string;
}

export interface ProjectRead {
  readonly config: ProjectConfig;
  readonly problems: readonly { readonly message: string; readonly start?: number; readonly end?: number }[];
}

export interface Parts {
  readonly cwd: string;
  readonly version: string;
  readonly terminal: Terminal;
  createEngine(keep?: number): Promise<Engine>;
  /** The script that a thread of a scan runs; absent: everything runs on this one. */
  readonly threadScript?: string;
  /** Absent: nothing is kept between scans. */
  readonly cache?: CachePlace | undefined;
  /** The page of a rule as Markdown. */
  page(rule: string): string | undefined;
  /** Never throws: what is wrong is a problem, and the rest stands. */
  readProject(text: string): ProjectRead;
  readStandardInput(): string;
  /** Runs until the client ends it. */
  startLanguageServer(): void;
}

/** A project that says nothing. */
export const noProject: ProjectConfig = { model: emptyProject, severities: {}, include: [], exclude: [] };
