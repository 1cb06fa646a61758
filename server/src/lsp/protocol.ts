/**
 * What server and client say to each other beyond LSP: method names and plain-data shapes. Imported by both sides, so it
 * imports nothing but types of the protocol package, and holds no behaviour.
 */
import type { Diagnostic, Range, WorkspaceEdit } from 'vscode-languageserver-protocol';

/** What the client hands over in `initialize`. Every member is optional: any LSP client may start the server. */
export interface InitializationOptions {
  /** Settings for clients that have no `workspace/configuration`; the same shape as the `fencepost` section. */
  readonly settings?: unknown;
  /** False in restricted mode. Absent: trusted. */
  readonly trusted?: boolean;
  /** The client has the `fencepost.*` commands that code actions refer to. */
  readonly commands?: boolean;
  /** The client answers `fencepost/listFiles` and `fencepost/readFile`. */
  readonly files?: boolean;
  /** The client sends `fencepost/hidden` when a file leaves the screen. */
  readonly visibility?: boolean;
  /** Milliseconds without an edit before the analysis starts; 150 when absent. */
  readonly debounce?: number;
  /** Answer document symbols and call hierarchies; off because cpptools and clangd do. */
  readonly documentSymbols?: boolean;
  /** Answer semantic tokens with the modifier `untrusted`; off because VS Code uses one provider per document. */
  readonly semanticTokens?: boolean;
  /** Offer `workspace/diagnostic`. */
  readonly workspaceDiagnostics?: boolean;
  /** Bytes of the two wasm files, base64, for a worker that cannot read them. */
  readonly wasm?: { readonly parser: string; readonly grammar: string };
}

export type ServerState = 'idle' | 'indexing' | 'analysing' | 'ready' | 'failed';

/** `fencepost/status`, a notification of the server; sums over all folders. */
export interface Status {
  readonly state: ServerState;
  /** Why it is idle or failed, or what is being done; one short sentence. */
  readonly message: string;
  /** Files that were analysed. */
  readonly files: number;
  /** Findings that are shown. */
  readonly findings: number;
  /** Findings that comments, pragmas or a baseline of the workspace silence. */
  readonly silenced: number;
  /** Ranges and files that were not understood or left out. */
  readonly notAnalysed: number;
  /** Milliseconds that the last analysis took. */
  readonly lastRunMs: number;
}

/** `fencepost/scan`, a request of the client. */
export interface ScanParams {
  /** A folder, of the workspace or below one of its folders; absent: every workspace folder. */
  readonly uri?: string;
  /**
   * Only these files, those that changed, say. Their folders are analysed as a whole all the same, because a finding depends on other
   * files; what is shown and counted is in these.
   */
  readonly files?: readonly string[];
  readonly workDoneToken?: string | number;
  readonly partialResultToken?: string | number;
}
export interface ScannedFile {
  readonly uri: string;
  readonly diagnostics: readonly Diagnostic[];
}
export interface ScanResult {
  readonly files: number;
  readonly findings: number;
  readonly errors: number;
  readonly warnings: number;
  readonly silenced: number;
  readonly notAnalysed: number;
  readonly milliseconds: number;
  /** All findings, unless they went out as partial results. */
  readonly results: readonly ScannedFile[];
}
export interface ScanPartialResult {
  readonly results: readonly ScannedFile[];
}

/** Where a suppression comment goes. */
export type SuppressionPlace = 'line' | 'next-line' | 'file';

/** `fencepost/suppressEdit`, a request of the client after it asked for the reason. */
export interface SuppressEditParams {
  readonly uri: string;
  readonly rule: string;
  /** A range of the finding, in the version that the server knows. */
  readonly range: Range;
  readonly place: SuppressionPlace;
  readonly reason: string;
}
export type SuppressEditResult = WorkspaceEdit | null;

/** What a user says about the project, from a code action; written into a file at the root of the folder. */
export type ProjectChange =
  | { readonly kind: 'baseline'; readonly fingerprints: readonly string[] }
  | { readonly kind: 'shared-type'; readonly name: string }
  | { readonly kind: 'accessor'; readonly name: string; readonly access: 'read' | 'write' };

/** `fencepost/projectEdit`: the edit of `fencepost.json` or of the baseline that says it. */
export interface ProjectEditParams {
  /** Any file of the folder. */
  readonly uri: string;
  readonly change: ProjectChange;
}
export interface ProjectEditResult {
  /** The file that is changed, made where there is none. */
  readonly uri: string;
  readonly edit: WorkspaceEdit;
}

/** `fencepost/untrusted`: ranges whose value an attacker chooses, for decorations. */
export interface UntrustedParams {
  readonly uri: string;
}
export interface UntrustedResult {
  /** Of the document for which the ranges hold; null when it is not open. */
  readonly version: number | null;
  readonly ranges: readonly Range[];
}

/** `fencepost/rulePage`: the page of a rule as Markdown; null for an unknown rule. */
export interface RulePageParams {
  readonly rule: string;
}
export interface RulePage {
  readonly title: string;
  readonly markdown: string;
}

/** `fencepost/listFiles`, a request of the server where the disk is the client's: files below a folder. */
export interface ListFilesParams {
  readonly folder: string;
  readonly maxFiles: number;
}
export interface ListFilesResult {
  readonly uris: readonly string[];
  readonly truncated: boolean;
}
/** `fencepost/readFile`: bytes as base64; null when the file is gone. */
export interface ReadFileParams {
  readonly uri: string;
  readonly maxBytes: number;
}
export interface ReadFileResult {
  readonly base64?: string;
  /** Size in bytes; the content is absent when it is over the cap. */
  readonly size: number;
}

/** `fencepost/hidden`: the file is no longer on screen, though the document may stay open for a while. */
export interface HiddenParams {
  readonly uri: string;
}

/** `fencepost/trust`: the workspace became trusted. */
export interface TrustParams {
  readonly trusted: boolean;
}

export const Methods = {
  status: 'fencepost/status',
  scan: 'fencepost/scan',
  suppressEdit: 'fencepost/suppressEdit',
  projectEdit: 'fencepost/projectEdit',
  untrusted: 'fencepost/untrusted',
  rulePage: 'fencepost/rulePage',
  listFiles: 'fencepost/listFiles',
  readFile: 'fencepost/readFile',
  hidden: 'fencepost/hidden',
  trust: 'fencepost/trust',
  surface: 'fencepost/surface',
  report: 'fencepost/report',
  findings: 'fencepost/findings',
  findingsChanged: 'fencepost/findingsChanged',
} as const;

/** Commands that the client registers and code actions refer to. */
export const Commands = {
  scan: 'fencepost.scanWorkspace',
  scanChanged: 'fencepost.scanChanged',
  restart: 'fencepost.restartServer',
  output: 'fencepost.showOutput',
  suppress: 'fencepost.suppress',
  changeProject: 'fencepost.changeProject',
  showFindings: 'fencepost.showFindings',
  showRule: 'fencepost.showRule',
} as const;

/** Arguments of the command `fencepost.suppress`. */
export type SuppressArguments = Omit<SuppressEditParams, 'reason'>;

/** One row of the Findings view: a finding of the last analysis, hidden ones included. */
export interface FindingRow {
  readonly uri: string;
  readonly range: Range;
  readonly rule: string;
  readonly message: string;
  readonly severity: 'error' | 'warning' | 'info' | 'hint';
  readonly functionName?: string;
  readonly threats: readonly string[];
  /** The path that proves it, origin first. */
  readonly path: readonly { readonly message: string; readonly uri: string; readonly range: Range }[];
  /** Why it is not shown as a problem; absent when it is. */
  readonly silenced?: { readonly kind: 'comment' | 'pragma' | 'baseline'; readonly reason: string };
}
export interface FindingsResult {
  readonly rows: readonly FindingRow[];
}

/** One row of the Attack surface view. */
export interface SurfaceRow {
  /** `ioctl`, `dispatch`, `callback`, `registry`, `shared memory`, … */
  readonly kind: string;
  readonly name: string;
  /** One plain sentence each. */
  readonly facts: readonly string[];
  readonly uri: string;
  readonly range: Range;
}
export interface SurfaceResult {
  readonly rows: readonly SurfaceRow[];
  /** False when no engine could say. */
  readonly known: boolean;
}

export interface ReportParams {
  readonly format: 'html' | 'markdown';
}
export interface ReportResult {
  /** One document per folder. */
  readonly texts: readonly string[];
}
