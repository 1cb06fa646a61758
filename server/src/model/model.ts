/**
 * The threat model as data: what kernel interfaces do, which callbacks are entry points, how large base types are.
 * This file holds the types and the questions; the answers are JSON beside it (`data/`), built from tables of public documentation,
 * and a project's own additions from `fencepost.json`. No analysis, no I/O.
 */

/** Origins of memory and of values, in the words of the threat model. See ARCHITECTURE.md. */
export type Origin =
  'UserVA' | 'SharedPages' | 'SharedView' | 'Buffered' | 'Packet' | 'Registry' | 'Peer' | 'Device' | 'Snapshot' | 'Kernel';

/** What one interface means. Field names follow the fact table; argument positions count from 0. */
export interface ApiFact {
  readonly name: string;
  readonly form?: 'function' | 'inline' | 'macro' | 'callback' | 'struct';
  /** `probe`, `alloc`, `map-mdl-kernel`, `volatile-accessor`, … */
  readonly role: string;
  /** Role of an argument to its position: `{ dst: 0, src: 1, len: 2 }`. */
  readonly args?: Readonly<Record<string, number>>;
  /** True, or the condition under which an exception can leave the call. */
  readonly raises?: boolean | string;
  readonly probes?: boolean | string;
  /** Must be called inside `__try` / `__except`. */
  readonly seh?: boolean;
  readonly irql?: string;
  readonly blocks?: boolean | string;
  /** Origin of what is obtained: `user-va`, `shared`, `kernel-copy`, `device-shared`, or a phrase. */
  readonly result?: string;
  readonly nullOnFail?: boolean | string;
  readonly zeroes?: boolean | string;
  readonly access?: string;
  /** Bits. */
  readonly width?: number;
  /** `relaxed`, `acquire`, `release`, `full`, `raw`, `compiler`, `arch`. */
  readonly order?: string;
  readonly volatile?: boolean;
  readonly space?: string;
  readonly multiFetch?: boolean;
  readonly op?: string;
  readonly type?: string;
  readonly lock?: string;
  readonly raisesIrqlTo?: string;
  readonly lowersIrql?: boolean | string;
  readonly shared?: boolean;
  readonly pair?: readonly string[];
  readonly dangerous?: string;
  readonly mustCheck?: boolean | string;
  readonly checksMin?: boolean;
  readonly noexecFlag?: string;
  readonly untrusted?: string | readonly string[];
  readonly aliasOf?: string;
  readonly note?: string;
  readonly lib?: string;
  readonly deprecated?: boolean;
  readonly quota?: boolean | string;
  readonly takes?: string;
  readonly gives?: string;
  readonly fields?: readonly StructFieldFact[];
  readonly noreturn?: boolean;
  /** Slug of the documentation page, `header:<file>`, or `none`. */
  readonly src?: string;
}

export interface StructFieldFact {
  readonly path: string;
  readonly is: string;
  readonly of?: string;
  readonly probed?: boolean;
  readonly locked?: boolean;
}

/** A documented interface, for hovers. */
export interface DdiFact {
  readonly name: string;
  readonly kind: string;
  readonly header?: string;
  readonly irql?: string;
  readonly params?: readonly { readonly name: string; readonly dir?: string }[];
  readonly returns?: string;
  readonly min?: string;
  readonly slug: string;
}

/** What a fence orders, for one architecture. */
export interface FenceFact {
  readonly compilerOnly: boolean;
  readonly loadLoad: boolean;
  readonly loadStore: boolean;
  readonly storeStore: boolean;
  readonly storeLoad: boolean;
}

export type Architecture = 'x64' | 'arm64';

export interface Model {
  /** Meaning of a function, macro or callback type by its exact name; project additions included. */
  api(name: string): ApiFact | undefined;
  /** Documentation facts by exact name. */
  ddi(name: string): DdiFact | undefined;
  /** Facts about the fields of a kernel structure, by its typedef name without a leading underscore. */
  structFields(typeName: string): readonly StructFieldFact[];
  /** Source text of declarations of kernel types, constants and macros that the headers would give; parsed like any other file. */
  readonly prelude: string;
  /** The fence that a call is, per architecture; undefined when the call orders nothing. */
  fence(name: string, architecture: Architecture): FenceFact | undefined;
  /** What the project said in `fencepost.json`. */
  readonly project: ProjectModel;
}

/** The part of `fencepost.json` that speaks about code. Every entry has the place where it was written, for the path of a finding. */
export interface ProjectModel {
  /** Types whose memory user mode can write: typedef or tag names. */
  readonly sharedTypes: ReadonlySet<string>;
  /** `TYPE.field.path` whose pointee (for a pointer) or content is shared. */
  readonly sharedFields: ReadonlySet<string>;
  /** Functions or macros that read or write their pointed-to argument once, volatilely. */
  readonly accessors: ReadonlyMap<string, ApiFact>;
  readonly fences: ReadonlyMap<string, ApiFact>;
  /** Types whose content is kernel-only even where the analysis cannot see it. */
  readonly trustedTypes: ReadonlySet<string>;
}
