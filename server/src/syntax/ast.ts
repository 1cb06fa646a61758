/**
 * The shape of lowered C: what `syntax` hands to `program` and `analysis` instead of a tree.
 * Every position is an offset in UTF-16 code units into the file's text; the dialect never moves a character, so an offset here
 * is an offset in the text that the user sees.
 * Types only: nothing here computes.
 */

/** A half-open range of UTF-16 code units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A type as written. Names are resolved by `program`, never here. */
export type TypeRef = NamedType | TagType | PointerType | ArrayType | FunctionType;

interface Qualified {
  readonly volatile?: boolean;
  readonly const?: boolean;
  /** `UNALIGNED` or `__unaligned` was written. */
  readonly unaligned?: boolean;
}
/** A typedef name or a builtin one, with the words of a builtin joined in the order written: `unsigned long`. */
export interface NamedType extends Qualified {
  readonly kind: 'name';
  readonly name: string;
}
/** `struct X`; an unnamed one is called `<anonymous>@…` after the text of its definition. */
export interface TagType extends Qualified {
  readonly kind: 'tag';
  readonly tag: 'struct' | 'union' | 'enum';
  readonly name: string;
}
export interface PointerType extends Qualified {
  readonly kind: 'pointer';
  readonly to: TypeRef;
}
export interface ArrayType extends Qualified {
  readonly kind: 'array';
  readonly of: TypeRef;
  /** Absent for `[]`. */
  readonly size?: Expr;
}
export interface FunctionType extends Qualified {
  readonly kind: 'function';
  readonly returns: TypeRef;
  readonly params: readonly ParamDecl[];
}

export type Expr =
  | IdExpr
  | NumberExpr
  | StringExpr
  | UnaryExpr
  | BinaryExpr
  | AssignExpr
  | UpdateExpr
  | CallExpr
  | FieldExpr
  | IndexExpr
  | CastExpr
  | SizeofExpr
  | CondExpr
  | CommaExpr
  | InitExpr
  | TypeExpr
  | UnknownExpr;

export interface IdExpr extends Span {
  readonly kind: 'id';
  readonly name: string;
}
/** Integer, character (multi-character too) or floating constant. `value` is NaN where it does not fit a double exactly enough to matter. */
export interface NumberExpr extends Span {
  readonly kind: 'num';
  readonly value: number;
  readonly text: string;
}
export interface StringExpr extends Span {
  readonly kind: 'str';
  /** Source text between the quotes, escapes kept; adjacent literals joined. */
  readonly value: string;
  readonly wide: boolean;
}
export interface UnaryExpr extends Span {
  readonly kind: 'un';
  /** `*` is a dereference, `&` takes an address. */
  readonly op: '*' | '&' | '-' | '+' | '!' | '~';
  readonly x: Expr;
}
export interface BinaryExpr extends Span {
  readonly kind: 'bin';
  readonly op: '+' | '-' | '*' | '/' | '%' | '<<' | '>>' | '&' | '|' | '^' | '&&' | '||' | '==' | '!=' | '<' | '<=' | '>' | '>=';
  readonly l: Expr;
  readonly r: Expr;
}
export interface AssignExpr extends Span {
  readonly kind: 'asg';
  /** `` for `=`, else the operator before it: `+` for `+=`. */
  readonly op: '' | '+' | '-' | '*' | '/' | '%' | '<<' | '>>' | '&' | '|' | '^';
  readonly l: Expr;
  readonly r: Expr;
}
export interface UpdateExpr extends Span {
  readonly kind: 'upd';
  readonly op: '++' | '--';
  readonly prefix: boolean;
  readonly x: Expr;
}
export interface CallExpr extends Span {
  readonly kind: 'call';
  readonly f: Expr;
  readonly args: readonly Expr[];
}
export interface FieldExpr extends Span {
  readonly kind: 'fld';
  readonly x: Expr;
  readonly name: string;
  readonly arrow: boolean;
  readonly nameSpan: Span;
}
export interface IndexExpr extends Span {
  readonly kind: 'idx';
  readonly x: Expr;
  readonly i: Expr;
}
export interface CastExpr extends Span {
  readonly kind: 'cast';
  readonly type: TypeRef;
  readonly x: Expr;
}
/** `sizeof(T)` has `type`, `sizeof x` has `x`; `sizeof(Name)` has both, because the grammar cannot tell. */
export interface SizeofExpr extends Span {
  readonly kind: 'sizeof';
  readonly type?: TypeRef;
  readonly x?: Expr;
}
export interface CondExpr extends Span {
  readonly kind: 'cond';
  readonly c: Expr;
  readonly a: Expr;
  readonly b: Expr;
}
export interface CommaExpr extends Span {
  readonly kind: 'comma';
  readonly l: Expr;
  readonly r: Expr;
}
/** `{ … }` or `(T){ … }`. A designator is `.a.b` as ['a','b']; an index designator is its expression. */
export interface InitExpr extends Span {
  readonly kind: 'init';
  readonly type?: TypeRef;
  readonly items: readonly { readonly designator: readonly (string | Expr)[]; readonly value: Expr }[];
}
/** A type where the grammar has an expression: the second argument of `CONTAINING_RECORD`, say. */
export interface TypeExpr extends Span {
  readonly kind: 'type';
  readonly type: TypeRef;
}
export interface UnknownExpr extends Span {
  readonly kind: 'unknown';
  /** What stands there, of an argument that is no expression: `goto Exit`, say. */
  readonly text?: string;
}

export type Stmt =
  | BlockStmt
  | ExprStmt
  | DeclStmt
  | IfStmt
  | WhileStmt
  | DoStmt
  | ForStmt
  | SwitchStmt
  | CaseStmt
  | LabelStmt
  | GotoStmt
  | BreakStmt
  | ContinueStmt
  | ReturnStmt
  | LeaveStmt
  | TryStmt
  | AsmStmt
  | ErrorStmt;

export interface BlockStmt extends Span {
  readonly kind: 'block';
  readonly body: readonly Stmt[];
}
export interface ExprStmt extends Span {
  readonly kind: 'expr';
  readonly x: Expr;
}
export interface DeclStmt extends Span {
  readonly kind: 'decl';
  readonly vars: readonly VarDecl[];
}
export interface IfStmt extends Span {
  readonly kind: 'if';
  readonly c: Expr;
  readonly then: Stmt;
  readonly else?: Stmt;
}
export interface WhileStmt extends Span {
  readonly kind: 'while';
  readonly c: Expr;
  readonly body: Stmt;
}
export interface DoStmt extends Span {
  readonly kind: 'do';
  readonly c: Expr;
  readonly body: Stmt;
}
export interface ForStmt extends Span {
  readonly kind: 'for';
  readonly init?: Stmt;
  readonly c?: Expr;
  readonly step?: Expr;
  readonly body: Stmt;
}
export interface SwitchStmt extends Span {
  readonly kind: 'switch';
  readonly x: Expr;
  readonly body: Stmt;
}
/** A `case` or `default` label; the statements after it follow as siblings, as in C. `value` absent: `default`. */
export interface CaseStmt extends Span {
  readonly kind: 'case';
  readonly value?: Expr;
  readonly to?: Expr;
}
export interface LabelStmt extends Span {
  readonly kind: 'label';
  readonly name: string;
}
export interface GotoStmt extends Span {
  readonly kind: 'goto';
  readonly label: string;
}
export interface BreakStmt extends Span {
  readonly kind: 'break';
}
export interface ContinueStmt extends Span {
  readonly kind: 'continue';
}
export interface ReturnStmt extends Span {
  readonly kind: 'return';
  readonly x?: Expr;
}
export interface LeaveStmt extends Span {
  readonly kind: 'leave';
}
/** `__try`. Exactly one of `filter` with `handler`, or `finally`. */
export interface TryStmt extends Span {
  readonly kind: 'try';
  readonly body: Stmt;
  readonly filter?: Expr;
  readonly handler?: Stmt;
  readonly finally?: Stmt;
}
export interface AsmStmt extends Span {
  readonly kind: 'asm';
}
/** A range that was not understood. */
export interface ErrorStmt extends Span {
  readonly kind: 'error';
}

/** One SAL annotation or old-style direction word, as it stood before it was blanked. */
export interface Annotation extends Span {
  /** `_In_reads_bytes_`, `IN`, `_IRQL_requires_max_`, … */
  readonly name: string;
  /** Source text of the arguments, split at top-level commas, trimmed. */
  readonly args: readonly string[];
}

export interface VarDecl extends Span {
  readonly name: string;
  readonly nameSpan: Span;
  readonly type: TypeRef;
  readonly init?: Expr;
  readonly storage?: 'static' | 'extern' | 'typedef';
}
export interface ParamDecl extends Span {
  /** Empty for an unnamed one. */
  readonly name: string;
  readonly type: TypeRef;
  readonly annotations: readonly Annotation[];
}
export interface FieldDecl extends Span {
  /** Empty for an anonymous struct or union member, or an unnamed bit-field. */
  readonly name: string;
  readonly type: TypeRef;
  readonly bits?: Expr;
  readonly annotations: readonly Annotation[];
}
export interface RecordDecl extends Span {
  readonly tag: 'struct' | 'union';
  readonly name: string;
  readonly fields: readonly FieldDecl[];
  /** `#pragma pack` in force, in bytes; absent: the default of the target. */
  readonly pack?: number;
  /** `DECLSPEC_ALIGN(n)` and its kin, in bytes; absent: natural. */
  readonly align?: number;
}
export interface EnumDecl extends Span {
  readonly name: string;
  readonly members: readonly { readonly name: string; readonly value?: Expr; readonly span: Span }[];
}
export interface TypedefDecl extends Span {
  readonly name: string;
  readonly type: TypeRef;
}
/** A prototype (`body` absent) or a definition. `static DRIVER_DISPATCH F;` is a prototype whose `typedefName` is `DRIVER_DISPATCH`. */
export interface FunctionDecl extends Span {
  readonly name: string;
  readonly nameSpan: Span;
  readonly returns: TypeRef;
  readonly params: readonly ParamDecl[];
  readonly variadic: boolean;
  readonly static: boolean;
  readonly inline: boolean;
  readonly typedefName?: string;
  /** Annotations before the return type and after the parameter list. */
  readonly annotations: readonly Annotation[];
  readonly body?: BlockStmt;
  /** True when the body holds a range that was not understood. */
  readonly broken?: boolean;
}
export interface MacroDecl extends Span {
  readonly name: string;
  /** Absent for an object-like macro. A trailing `...` stands as `...`. */
  readonly params?: readonly string[];
  /** Replacement text with line splices and comments replaced by blanks; empty for an empty one. */
  readonly body: string;
  /** Offset of the first character of the replacement text. */
  readonly bodyStart: number;
}
export interface IncludeDecl extends Span {
  /** As written between the quotes or brackets. */
  readonly path: string;
  readonly system: boolean;
}
