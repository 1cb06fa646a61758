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
  /** Bytes that a buffer has at least which it found valid. */
  readonly least?: number;
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
  readonly dangerous?: boolean | string;
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
  /** Neither writes through an argument nor keeps one: its result depends on its arguments alone (and on the memory they point to). */
  readonly pure?: boolean;
  /** The width is that of a pointer (64 on both architectures of this tool), whatever `width` says. */
  readonly pointerWidth?: boolean;
  /** The access is to a whole structure; `width` is absent. */
  readonly structure?: boolean;
  /** What the call returns, in a few words: `original`, `new`, `NTSTATUS`, … */
  readonly returns?: string;
  /** Values of flags that the other fields name. */
  readonly flagBits?: Readonly<Record<string, number>>;
  /** What the call itself checks about lengths. */
  readonly checks?: string;
  readonly checksType?: boolean;
  /** Unit of a length: `bytes`, `chars` or `string-struct`. */
  readonly unit?: string;
  /** Whether source and destination may overlap. */
  readonly overlap?: boolean | string;
  /** The destination is bounded by an argument of its own (`memcpy_s`). */
  readonly bounded?: boolean;
  /** For device memory: no vector or unaligned access. */
  readonly device?: boolean;
  /** False: the address need not be aligned. */
  readonly aligned?: boolean;
  /** Where a length comes from that is no argument. */
  readonly lenFrom?: string;
  readonly nested?: string;
  readonly nulTerminated?: boolean;
  readonly zeroLengthIsNoCheck?: boolean;
  readonly typeInBuffer?: boolean;
  /** May fail without waiting. */
  readonly conditional?: boolean | string;
  /** `normal` or `all`. */
  readonly disablesApcs?: string;
  readonly needs?: string;
  /** Callbacks: arguments that must be touched inside `__try`. */
  readonly needsTry?: boolean;
  readonly inIs?: string;
  readonly outIs?: string;
  readonly bufferIs?: string;
  /** Callbacks that are the only place for this call, or where it is forbidden. */
  readonly onlyIn?: string;
  readonly forbiddenIn?: string;
  /** How ownership that a callback received ends. */
  readonly finishWith?: readonly string[];
  readonly until?: string;
  readonly pairAll?: boolean;
  readonly pending?: string;
  readonly sddl?: boolean | string;
  readonly secureFlag?: string;
  readonly modeRule?: string;
  readonly rule?: string;
  readonly typeNullRisk?: boolean;
  readonly orderNote?: string;
  readonly failsWhen?: string;
  /** Where the project said it, when it is the project's own. */
  readonly place?: ProjectPlace;
  /** Slug of the documentation page, `header:<file>`, or `none`. */
  readonly src?: string;
}

export interface StructFieldFact {
  readonly path: string;
  readonly is: string;
  readonly of?: string;
  readonly probed?: boolean;
  readonly locked?: boolean;
  readonly note?: string;
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
  /** Obsolete or deprecated by its page. */
  readonly deprecated?: boolean;
  /** Reserved for system use by its page. */
  readonly reserved?: boolean;
  /** Page: `https://learn.microsoft.com/windows-hardware/drivers/ddi/` + slug. */
  readonly slug: string;
}

/**
 * What cannot be reordered across a fence when the program runs on one architecture: compiler and processor together, ordinary
 * (write-back) memory. So a compiler-only fence keeps loads and stores in order on x64, whose processor reorders nothing but a store
 * with a later load, and orders nothing on ARM64. `loadStore` is: a load before the fence stays before a store after it.
 */
export interface FenceFact {
  /** It emits no instruction. */
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
  /**
   * The fence that a call is, per architecture; undefined when the call orders nothing there. Accessors with an order (`ReadULongAcquire`)
   * are no fences: see `ApiFact.order`. `argument` is the text of the first argument, for `__dmb` and `__dsb`; without it they count as full.
   * An intrinsic that an architecture lacks answers as where it exists: such code is not compiled for the other one.
   */
  fence(name: string, architecture: Architecture, argument?: string): FenceFact | undefined;
  /** What the project said in `fencepost.json`. */
  readonly project: ProjectModel;
}

/** A place in `fencepost.json`: offsets in UTF-16 units, line and column from 1. */
export interface ProjectPlace {
  readonly line: number;
  readonly column: number;
  readonly start: number;
  readonly end: number;
}

/** A set of files that is one driver, where the build files do not say so. */
export interface DriverDefinition {
  readonly name: string;
  /** Globs, relative to the folder of `fencepost.json`, forward slashes. */
  readonly files: readonly string[];
  readonly defines: ReadonlyMap<string, string>;
}

/** What a project says about how it is built. */
export interface ProjectBuild {
  readonly drivers: readonly DriverDefinition[];
  /** Names that `#if` tests, with the text that replaces them. */
  readonly defines: ReadonlyMap<string, string>;
  /** Leads from the folder of `fencepost.json` to the one that is analysed; empty where they are the same. Forward slashes. */
  readonly prefix: string;
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
  /** Macros or functions like an assert that stay in free builds: after them their condition holds. */
  readonly assertsThatStay?: ReadonlySet<string>;
  readonly build?: ProjectBuild;
  /** Where an entry was written, by `list/entry`: `sharedTypes/RING`, `accessors/ReadIndex`. */
  readonly places?: ReadonlyMap<string, ProjectPlace>;
}
