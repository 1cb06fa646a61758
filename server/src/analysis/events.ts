/**
 * What a rule is told about: accesses, copies, calls, branches, in the order of execution, each with the values that take part.
 * A rule that needs more than an event and a question to `View` shows that the analysis lacks a question.
 */
import type { CallExpr, Expr, FunctionDecl, Span, TryStmt } from '../syntax/ast';
import type { ApiFact, Model, Origin } from '../model/model';
import type { Step } from '../rules/finding';
import type { Ty, Types } from '../program/types';
import type { Program } from '../program/program';
import type { Constants } from '../program/constants';
import type { Lin } from './term';
import type { Mark, State } from './state';
import type { Base, RegionBase, Target, Taint, Val } from './value';

/** One answer to "what memory is this?". */
export interface OriginHit {
  readonly origin: Origin;
  readonly certain: boolean;
  readonly target: Target;
  readonly region?: RegionBase;
  /** From the call or declaration that made it so, to here. */
  readonly witness: readonly Step[];
}

/** How a value is about to be used. */
export type Use = 'condition' | 'index' | 'size' | 'pointer' | 'loop-bound' | 'argument' | 'stored' | 'returned' | 'switch';

export interface Access {
  readonly kind: 'read' | 'write' | 'rmw';
  readonly x: Expr;
  readonly place: Span;
  readonly targets: readonly Target[];
  readonly ty: Ty;
  /** Bytes; absent when unknown. */
  readonly size?: number;
  readonly volatile: boolean;
  /** The accessor, copy or interlocked call that does it; absent for plain C. */
  readonly api?: ApiFact;
  /** Value written, or value read. */
  readonly val?: Val;
  /** The operator of a read-modify-write: `|`, `+`, … */
  readonly op?: string;
  readonly bitField?: boolean;
  /** The value read is thrown away: only its address was wanted, or it stands in an assertion. */
  readonly inAssert: boolean;
  /** Plain C access to a whole structure or array. */
  readonly whole: boolean;
  /** The pointer through which it goes, when it goes through one. */
  readonly pointer?: Val;
}

export interface Copy {
  readonly api: ApiFact;
  readonly name: string;
  readonly place: Span;
  readonly dst?: Val;
  readonly src?: Val;
  readonly len?: Val;
  readonly dstExpr?: Expr;
  readonly srcExpr?: Expr;
  readonly lenExpr?: Expr;
  /** Fill and zero calls have no source. */
  readonly fill: boolean;
}

export interface Call {
  readonly name: string;
  readonly api?: ApiFact;
  /** Definitions that it may reach. */
  readonly callees: readonly { readonly file: string; readonly decl: FunctionDecl }[];
  readonly x: CallExpr;
  readonly args: readonly Val[];
  readonly argExprs: readonly Expr[];
  readonly place: Span;
  readonly indirect: boolean;
  /** The pointer through which it goes, where no function is known that it may reach. */
  readonly through?: Val;
  /** What it asks is not asked in a free build. */
  readonly inAssert: boolean;
  /** Role and position by name, for interfaces of the model. */
  arg(role: string): Val | undefined;
  argExpr(role: string): Expr | undefined;
}

export interface Branch {
  readonly c: Expr;
  readonly place: Span;
  /** Both sides of a comparison, or the one value that is tested. */
  readonly vals: readonly Val[];
  readonly loop: boolean;
}

/** A comparison that an assertion makes: in a free build nobody makes it. */
export interface Assertion {
  readonly x: Expr & { kind: 'bin' };
  readonly place: Span;
  readonly l: Val;
  readonly r: Val;
}

export interface Index {
  readonly x: Expr;
  readonly place: Span;
  readonly base: Val | undefined;
  readonly index: Val;
  /** Elements in the array, when its type says so. */
  readonly count?: number;
  /** The access goes to memory that this side owns. */
  readonly targets: readonly Target[];
}

export interface Arith {
  readonly x: Expr;
  readonly op: '+' | '-' | '*' | '<<';
  readonly place: Span;
  readonly l: Val;
  readonly r: Val;
  readonly out: Val;
  /** Width in bits in which C computes it. */
  readonly bits: number;
}

export interface Divide {
  readonly x: Expr;
  readonly place: Span;
  readonly op: '/' | '%';
  readonly divisor: Val;
}

/** Listens to one function in one context. Methods are optional; each gets the view of that moment. */
export interface Observer {
  access?(e: Access, v: View): void;
  copy?(e: Copy, v: View): void;
  call?(e: Call, v: View): void;
  /** After the call, once per outcome that is told apart. */
  branch?(e: Branch, v: View): void;
  assertion?(e: Assertion, v: View): void;
  index?(e: Index, v: View): void;
  arith?(e: Arith, v: View): void;
  divide?(e: Divide, v: View): void;
  ret?(x: Expr | undefined, val: Val | undefined, place: Span, v: View): void;
  done?(): void;
}

/** Questions about the moment of an event. */
export interface View {
  readonly state: State;
  readonly file: string;
  readonly fn: FunctionDecl;
  /** Inside a `__try` that catches, here or in the caller of this context. */
  readonly inTry: boolean;
  readonly tryStmt?: TryStmt;
  readonly program: Program;
  readonly types: Types;
  readonly constants: Constants;
  readonly model: Model;
  origins(targets: readonly Target[]): readonly OriginHit[];
  /** Origins of the memory that a pointer value reaches. */
  pointee(val: Val): readonly OriginHit[];
  /** What an MDL describes: addresses, whether its pages were locked for user mode, and pages that somebody else made it for. */
  describedBy(mdl: Val): { readonly va: readonly Target[]; readonly userLocked: boolean; readonly pages: readonly RegionBase[] };
  /** Best known range of a number. */
  range(t: Lin): { lo: number; hi: number };
  /** True when `t >= 0` is known. */
  proves(t: Lin): boolean;
  /** A condition on the way here tested this number. */
  wasCompared(t: Lin): boolean;
  /** A call whose inside is not in view gave this number, as its answer or through a pointer. */
  isGiven(t: Lin): boolean;
  /** Which length of the request this number is. */
  requestLength(val: Val): 'input' | 'output' | undefined;
  /** Value of a call's or an expression's constant, by name or text. */
  constant(x: Expr): number | undefined;
  /** Request facts that hold here. */
  readonly request: RequestView;
  mark(tag: string, base?: Base, path?: string): Mark | undefined;
  setMark(m: Mark): void;
  /** Field path of a target as `TYPE.path`, for messages and for grouping. */
  describe(t: Target): string;
  text(span: Span): string;
  /** A name for where something in this function begins, which edits elsewhere do not change. */
  placeName(place: Span): string;
  /** Untrusted sources of a value, with where they were read. */
  taints(val: Val): readonly Taint[];
  /** The location that an access denotes, equal for equal places: base key and path. */
  locations(targets: readonly Target[]): readonly string[];
  /** Static type of an expression, by declarations alone. */
  typeOf(x: Expr): Ty | undefined;
  /** Type of the member that a pointer points to. */
  memberType(t: Target): Ty | undefined;
}

export interface RequestView {
  /** 0 KernelMode, 1 UserMode, undefined unknown. */
  readonly mode: number | undefined;
  /** Control code when it is known here. */
  readonly code: number | undefined;
  /** 0 buffered, 1 in-direct, 2 out-direct, 3 neither. */
  readonly method: number | undefined;
  readonly major: number | undefined;
  readonly inLen: Lin;
  readonly outLen: Lin;
}
