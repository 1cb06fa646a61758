/**
 * One function as its author wrote it: calls, stores, conditions, loops, in source order, with what encloses them. For rules whose
 * question is about the text of one function and needs no data flow. A guard counts when it stands anywhere before the use: such rules
 * rather miss than cry wolf.
 */
import type { AssignExpr, CallExpr, Expr, FunctionDecl, Span, Stmt, TypeRef, VarDecl } from '../../syntax/ast';
import { partsOf, partsOfStatement } from '../../syntax/walk';
import { isPointer, type Rec, type Ty } from '../../program/types';
import type { Fix, RuleMeta, Severity, Step } from '../finding';
import type { Draft, FunctionContext, FunctionSource, Rule } from '../rule';

export interface CallSite {
  /** After renaming macros are followed. */
  readonly name: string;
  readonly x: CallExpr;
  readonly args: readonly Expr[];
}

/** `left = right`, or a declaration with an initialiser. */
export interface StoreSite {
  readonly left: string;
  readonly l?: Expr;
  readonly r: Expr;
  readonly op: string;
  readonly place: Span;
}

export interface LoopSite {
  readonly stmt: Stmt & { kind: 'while' | 'do' | 'for' };
}

export class Shape {
  readonly exprs: Expr[] = [];
  readonly stmts: Stmt[] = [];
  readonly calls: CallSite[] = [];
  readonly stores: StoreSite[] = [];
  readonly conditions: Expr[] = [];
  readonly loops: LoopSite[] = [];
  readonly locals = new Map<string, VarDecl>();
  private readonly parents = new Map<Expr | Stmt, Expr | Stmt>();

  constructor(
    readonly fn: FunctionDecl,
    readonly cx: FunctionSource,
  ) {
    if (fn.body) this.statement(fn.body);
  }

  get name(): string {
    return this.fn.name;
  }

  private statement(s: Stmt): void {
    this.stmts.push(s);
    const { exprs, vars, stmts } = partsOfStatement(s);
    if (s.kind === 'if' || s.kind === 'while' || s.kind === 'do' || s.kind === 'switch') this.conditions.push(exprs[0] as Expr);
    if (s.kind === 'for' && s.c) this.conditions.push(s.c);
    if (s.kind === 'while' || s.kind === 'do' || s.kind === 'for') this.loops.push({ stmt: s });
    for (const v of vars) {
      this.locals.set(v.name, v);
      if (v.init) {
        this.stores.push({ left: v.name, r: v.init, op: '', place: v });
        this.parents.set(v.init, s);
        this.expression(v.init);
      }
    }
    // A `do` is tested behind its body.
    const visitExprs = (): void => {
      for (const e of exprs) {
        this.parents.set(e, s);
        this.expression(e);
      }
    };
    if (s.kind !== 'do') visitExprs();
    for (const inner of stmts) {
      this.parents.set(inner, s);
      this.statement(inner);
    }
    if (s.kind === 'do') visitExprs();
  }

  private expression(e: Expr): void {
    this.exprs.push(e);
    if (e.kind === 'call') {
      const name = calledName(e);
      if (name !== undefined) this.calls.push({ name: this.cx.program.alias(name, this.cx.file), x: e, args: e.args });
    }
    if (e.kind === 'asg') this.stores.push({ left: this.text(e.l), l: e.l, r: e.r, op: e.op, place: e });
    if (e.kind === 'cond') this.conditions.push(e.c);
    for (const p of partsOf(e)) {
      this.parents.set(p, e);
      this.expression(p);
    }
  }

  parent(e: Expr | Stmt): Expr | Stmt | undefined {
    return this.parents.get(e);
  }
  /** What encloses it, innermost first. */
  *around(e: Expr | Stmt): Generator<Expr | Stmt> {
    for (let p = this.parents.get(e); p; p = this.parents.get(p)) yield p;
  }
  /** The statement that an expression stands in. */
  statementOf(e: Expr): Stmt | undefined {
    for (const p of this.around(e)) if (isStatement(p)) return p;
    return undefined;
  }
  within(e: Expr | Stmt, span: Span): boolean {
    return e.start >= span.start && e.end <= span.end;
  }

  /** Source text with its white space made even. */
  text(span: Span): string {
    return this.cx.slice(span).replace(/\s+/g, ' ').trim();
  }

  /** Calls of a name that the pattern matches in full. */
  callsOf(pattern: RegExp): readonly CallSite[] {
    return this.calls.filter((c) => pattern.test(c.name));
  }

  /** Conditions, and conditions of macros that leave, before an offset, as text. */
  testsBefore(offset: number, except: readonly Span[] = []): readonly string[] {
    const counts = (x: Expr): boolean => x.start < offset && !except.some((o) => this.within(x, o));
    const out = this.conditions.filter(counts).map((c) => this.text(c));
    for (const c of this.calls)
      if (
        counts(c.x) &&
        /^(NT_VERIFY|NT_FRE_ASSERT|FRE_ASSERT|VERIFY|[A-Z][A-Z0-9_]*(CHECK|VERIFY|VALIDATE|REQUIRE|BAIL|EXIT|RETURN|GOTO)[A-Z0-9_]*)$/.test(
          c.name,
        )
      )
        out.push(this.text(c.x));
    return out;
  }
  /**
   * The same on the way to a use: without those that promise nothing where it stands, in the other branch. `if (a && n > 4) … else use`
   * says nothing of `n`, and `if (n > 4) … else use` that it is too small.
   */
  testsOnWayTo(e: Expr, what: string): readonly string[] {
    const idle: Expr[] = [];
    for (const p of this.around(e))
      if (p.kind === 'if' && p.else && this.within(e, p.else) && this.promisesNothing(p.c, what)) idle.push(p.c);
    return this.testsBefore(e.start, idle);
  }
  /** What is known of a number where this condition is false: not that it is large enough. */
  private promisesNothing(c: Expr, what: string): boolean {
    let x = bare(c);
    while (x.kind === 'call' && x.args[0]) x = bare(x.args[0]);
    if (x.kind !== 'bin') return false;
    if (x.op === '&&') return true;
    const small = x.op === '>' || x.op === '>=' ? x.l : x.op === '<' || x.op === '<=' ? x.r : undefined;
    return small !== undefined && mentions(this.text(small), what);
  }
  /** A condition before the offset names this text as a whole word or path. */
  testedBefore(what: string, offset: number): boolean {
    return this.testsBefore(offset).some((t) => mentions(t, what));
  }
  tested(what: string): boolean {
    return this.testedBefore(what, Infinity);
  }
  mentions(pattern: RegExp): boolean {
    return this.exprs.some((e) => e.kind === 'id' && pattern.test(e.name));
  }

  paramType(name: string): TypeRef | undefined {
    return this.fn.params.find((p) => p.name === name)?.type;
  }

  /** Static type of an expression by declarations alone. */
  typeOf(e: Expr): Ty | undefined {
    const types = this.cx.constants.types;
    const file = this.cx.file;
    switch (e.kind) {
      case 'id': {
        const ref = this.locals.get(e.name)?.type ?? this.paramType(e.name);
        if (ref) return types.resolve(ref, file);
        const g = this.cx.program.global(e.name, file);
        return g && types.resolve(g.decl.type, g.file);
      }
      case 'cast':
        return types.resolve(e.type, file);
      case 'asg':
        return this.typeOf(e.l);
      case 'un':
        if (e.op === '*') return this.pointee(this.typeOf(e.x));
        return e.op === '&' ? undefined : this.typeOf(e.x);
      case 'idx':
        return this.pointee(this.typeOf(e.x));
      case 'fld': {
        const outer = this.typeOf(e.x);
        const rec = e.arrow ? this.pointee(outer) : outer;
        return rec?.k === 'rec' ? rec.rec.field(e.name)?.ty : undefined;
      }
      case 'call': {
        const name = calledName(e);
        const d =
          name === undefined ? undefined : (this.cx.program.function(name, file) ?? this.cx.program.prototype(name, file));
        return d && types.resolve(d.decl.returns, d.file);
      }
      default:
        return undefined;
    }
  }
  pointee(ty: Ty | undefined): Ty | undefined {
    if (!ty) return undefined;
    return ty.k === 'ptr' ? this.cx.constants.types.pointee(ty) : ty.k === 'arr' ? ty.of : undefined;
  }
  /** The record that an expression is, or points to. */
  recordOf(e: Expr): Rec | undefined {
    const ty = this.typeOf(e);
    const rec = ty && isPointer(ty) ? this.pointee(ty) : ty;
    return rec?.k === 'rec' ? rec.rec : undefined;
  }
  constant(e: Expr | undefined): number | undefined {
    return e && this.cx.constants.evaluate(e, this.cx.file);
  }

  step(place: Span, role: Step['role'], message: string): Step {
    return { file: this.cx.file, start: place.start, end: place.end, role, message };
  }
}

export interface Told {
  readonly severity?: Severity;
  readonly confidence?: Draft['confidence'];
  /** Where what is used comes from. */
  readonly from?: readonly Step[];
  readonly use?: string;
  readonly fixes?: readonly Fix[];
  readonly decide?: Draft['decide'];
}

export type Tell = (place: Span, message: string, more?: Told) => void;

/** A rule about functions one by one. */
export function functionRule(meta: RuleMeta, page: string, check: (s: Shape, tell: Tell, cx: FunctionContext) => void): Rule {
  return {
    meta,
    page,
    each(cx) {
      const s = shapeOf(cx.fn, cx);
      check(
        s,
        (place, message, more) => {
          cx.report({
            place,
            message,
            severity: more?.severity ?? meta.severity,
            confidence: more?.confidence ?? 'likely',
            path: [...(more?.from ?? []), s.step(place, 'use', more?.use ?? 'here')],
            fixes: more?.fixes,
            decide: more?.decide,
          });
        },
        cx,
      );
    },
  };
}

const shapes = new WeakMap<FunctionDecl, { readonly shape: Shape; readonly file: string; readonly version: number }>();

/** The shape of a function; kept as long as the function and all declarations are the same. */
export function shapeOf(fn: FunctionDecl, source: FunctionSource): Shape {
  const kept = shapes.get(fn);
  if (kept?.file === source.file && kept.version === source.program.version && kept.shape.cx.model === source.model)
    return kept.shape;
  const shape = new Shape(fn, source);
  shapes.set(fn, { shape, file: source.file, version: source.program.version });
  return shape;
}

/** Where another function stands. */
export function sourceOf(
  file: string,
  { program, constants, model }: Pick<FunctionSource, 'program' | 'constants' | 'model'>,
): FunctionSource {
  return {
    file,
    program,
    constants,
    model,
    slice: (span) => program.slice(file, span),
    isWritten: (pattern) => program.isWritten(file, pattern),
  };
}

export function isStatement(n: Expr | Stmt): n is Stmt {
  return /^(block|expr|decl|if|while|do|for|switch|case|label|goto|break|continue|return|leave|try|asm|error)$/.test(n.kind);
}

export function calledName(e: CallExpr): string | undefined {
  let f: Expr = e.f;
  while (f.kind === 'cast') f = f.x;
  return f.kind === 'id' ? f.name : undefined;
}

/** Without casts, and without the parentheses that facts do not keep. */
export function bare(e: Expr): Expr {
  let x = e;
  while (x.kind === 'cast') x = x.x;
  return x;
}

/** True when a text names a variable or a path as a whole. */
export function mentions(text: string, what: string): boolean {
  if (what === '') return false;
  for (let at = text.indexOf(what); at >= 0; at = text.indexOf(what, at + 1)) {
    const before = text.charAt(at - 1);
    const after = text.charAt(at + what.length);
    if (!/[\w.]/.test(before) && !(before === '>' && text.charAt(at - 2) === '-') && !/\w/.test(after)) return true;
  }
  return false;
}

/** `E` of `E = …` chains: the call that a value comes from, through casts and nested assignments. */
export function sourceCall(e: Expr): CallExpr | undefined {
  let x: Expr = e;
  while (x.kind === 'cast' || (x.kind === 'asg' && x.op === '')) x = x.kind === 'cast' ? x.x : x.r;
  return x.kind === 'call' ? x : undefined;
}

export type { AssignExpr };
