/**
 * Control flow of one function: basic blocks with short circuits taken apart, macros that leave expanded into the branches they are,
 * and structured exception handling as edges. Owns shape only; evaluates nothing.
 */
import type { Expr, FunctionDecl, Span, Stmt, TryStmt, VarDecl } from '../syntax/ast';
import type { Program } from '../program/program';
import { substitute, substituteStatements } from '../program/substitute';

export type Item = { readonly kind: 'eval'; readonly x: Expr } | { readonly kind: 'decl'; readonly v: VarDecl };

export type Terminator =
  | { readonly kind: 'jump'; readonly to: number }
  | { readonly kind: 'branch'; readonly c: Expr; readonly yes: number; readonly no: number }
  | {
      readonly kind: 'switch';
      readonly x: Expr;
      readonly cases: readonly { readonly value?: Expr; readonly to?: Expr; readonly block: number }[];
      readonly otherwise: number;
    }
  | { readonly kind: 'return'; readonly x?: Expr; readonly at: Span };

export interface Block {
  readonly id: number;
  readonly items: Item[];
  end: Terminator;
  /** Handler block of each enclosing `__try … __except`, outermost first. */
  readonly handlers: readonly number[];
  /** True inside the body of a `__try` whose handler catches. */
  readonly inTry: boolean;
  /** Statement that a `__try` body belongs to, innermost; for fixes. */
  readonly tryStmt?: TryStmt;
  loopHead: boolean;
}

export interface Cfg {
  readonly blocks: readonly Block[];
  readonly entry: number;
  /** Reverse post-order of reachable blocks. */
  readonly order: readonly number[];
  /** Names declared inside the function: parameters and locals. */
  readonly locals: ReadonlySet<string>;
  /** Declarations of locals, in the order of the text. */
  readonly vars: readonly VarDecl[];
  /** Ranges inside the body that were not understood. */
  readonly holes: readonly Span[];
}

const MAX_EXPANSIONS = 400;

/** Macros that the evaluator understands by name; everything else with a body is expanded. */
export type Opaque = (name: string) => boolean;

export function buildCfg(fn: FunctionDecl, file: string, program: Program, opaque: Opaque): Cfg {
  return new Builder(fn, file, program, opaque).build();
}

function varsOf(blocks: readonly Block[]): VarDecl[] {
  return blocks.flatMap((b) => b.items.flatMap((i) => (i.kind === 'decl' ? [i.v] : [])));
}

class Builder {
  private readonly blocks: Block[] = [];
  private readonly labels = new Map<string, number>();
  private readonly locals = new Set<string>();
  private readonly holes: Span[] = [];
  private current: Block;
  private breakTo: number[] = [];
  private continueTo: number[] = [];
  private leaveTo: number[] = [];
  private handlers: number[] = [];
  private catching = 0;
  private tryStmt: TryStmt | undefined;
  private expansions = 0;
  private expanding: string[] = [];

  constructor(
    private readonly fn: FunctionDecl,
    private readonly file: string,
    private readonly program: Program,
    private readonly opaque: Opaque,
  ) {
    this.current = this.block();
  }

  build(): Cfg {
    for (const p of this.fn.params) if (p.name) this.locals.add(p.name);
    const entry = this.current.id;
    if (this.fn.body) this.stmts(this.fn.body.body);
    this.current.end = { kind: 'return', at: { start: Math.max(this.fn.end - 1, 0), end: this.fn.end } };
    const order = this.reversePostOrder(entry);
    return { blocks: this.blocks, entry, order, locals: this.locals, vars: varsOf(this.blocks), holes: this.holes };
  }

  private block(): Block {
    const b: Block = {
      id: this.blocks.length,
      items: [],
      end: { kind: 'return', at: { start: 0, end: 0 } },
      handlers: [...this.handlers],
      inTry: this.catching > 0,
      tryStmt: this.tryStmt,
      loopHead: false,
    };
    this.blocks.push(b);
    return b;
  }

  private goTo(to: Block): void {
    this.current.end = { kind: 'jump', to: to.id };
  }
  private startAt(b: Block): void {
    this.current = b;
  }
  private dead(): void {
    this.current = this.block();
  }

  private label(name: string): number {
    let id = this.labels.get(name);
    if (id === undefined) {
      id = this.block().id;
      this.labels.set(name, id);
    }
    return id;
  }

  private stmts(list: readonly Stmt[]): void {
    for (const s of list) this.stmt(s);
  }

  private stmt(s: Stmt): void {
    switch (s.kind) {
      case 'block':
        this.stmts(s.body);
        return;
      case 'expr':
        this.exprStmt(s.x);
        return;
      case 'decl':
        for (const v of s.vars) {
          this.locals.add(v.name);
          this.current.items.push({ kind: 'decl', v });
        }
        return;
      case 'if': {
        const yes = this.block();
        const no = this.block();
        this.cond(s.c, yes.id, no.id);
        const after = s.else ? this.block() : no;
        this.startAt(yes);
        this.stmt(s.then);
        this.goTo(after);
        if (s.else) {
          this.startAt(no);
          this.stmt(s.else);
          this.goTo(after);
        }
        this.startAt(after);
        return;
      }
      case 'while':
        this.loop(s.c, undefined, s.body, true);
        return;
      case 'do':
        this.loop(s.c, undefined, s.body, false);
        return;
      case 'for':
        if (s.init) this.stmt(s.init);
        this.loop(s.c, s.step, s.body, true);
        return;
      case 'switch':
        this.switch(s.x, s.body);
        return;
      case 'case':
        return; // outside a switch: nothing to say
      case 'label': {
        const b = this.blocks[this.label(s.name)];
        if (!b) return;
        // A label block made by an earlier goto takes the nesting of the label itself.
        Object.assign(b, { handlers: [...this.handlers], inTry: this.catching > 0, tryStmt: this.tryStmt });
        this.goTo(b);
        this.startAt(b);
        return;
      }
      case 'goto':
        this.current.end = { kind: 'jump', to: this.label(s.label) };
        this.dead();
        return;
      case 'break':
        this.leave(this.breakTo);
        return;
      case 'continue':
        this.leave(this.continueTo);
        return;
      case 'leave':
        this.leave(this.leaveTo);
        return;
      case 'return':
        this.current.end = { kind: 'return', x: s.x, at: s };
        this.dead();
        return;
      case 'try':
        this.try(s);
        return;
      case 'asm':
        return;
      case 'error':
        this.holes.push(s);
        return;
    }
  }

  private leave(stack: readonly number[]): void {
    const to = stack[stack.length - 1];
    if (to !== undefined) this.current.end = { kind: 'jump', to };
    this.dead();
  }

  private exprStmt(x: Expr): void {
    if (x.kind === 'call' && x.f.kind === 'id' && this.expand(x.f.name, x.args, x)) return;
    if (x.kind === 'id' && this.expand(x.name, undefined, x)) return;
    if (x.kind === 'comma') {
      this.exprStmt(x.l);
      this.exprStmt(x.r);
      return;
    }
    if (x.kind === 'cast') {
      this.exprStmt(x.x);
      return;
    }
    if (x.kind === 'cond') {
      const yes = this.block();
      const no = this.block();
      const after = this.block();
      this.cond(x.c, yes.id, no.id);
      this.startAt(yes);
      this.exprStmt(x.a);
      this.goTo(after);
      this.startAt(no);
      this.exprStmt(x.b);
      this.goTo(after);
      this.startAt(after);
      return;
    }
    this.current.items.push({ kind: 'eval', x });
  }

  /** A macro whose replacement is statements becomes those statements. */
  private expand(name: string, args: readonly Expr[] | undefined, at: Span): boolean {
    if (this.opaque(name) || this.locals.has(name) || this.expanding.includes(name) || this.expansions >= MAX_EXPANSIONS)
      return false;
    const macro = this.program.macro(name, this.file);
    if (!macro || (macro.decl.params === undefined) !== (args === undefined)) return false;
    const pastes = macro.decl.params !== undefined && macro.decl.body.includes('##');
    const snippet = pastes
      ? this.program.pasted(
          macro.decl,
          (args ?? []).map((a) => this.program.slice(this.file, a)),
        )
      : this.program.snippet(macro.decl);
    const params = pastes ? [] : (macro.decl.params ?? []);
    if (snippet?.expr?.kind === 'call' && snippet.expr.f.kind === 'id') {
      // A macro that hands its arguments on to another one.
      const inner = substitute(snippet.expr, params, args ?? [], at);
      if (inner.kind !== 'call' || inner.f.kind !== 'id') return false;
      this.expanding.push(name);
      const done = this.expand(inner.f.name, inner.args, at);
      this.expanding.pop();
      return done;
    }
    if (!snippet?.stmts) return false;
    this.expansions++;
    this.expanding.push(name);
    this.stmts(substituteStatements(snippet.stmts, params, args ?? [], at, (text) => this.program.statements(text)));
    this.expanding.pop();
    return true;
  }

  private loop(c: Expr | undefined, step: Expr | undefined, body: Stmt, testFirst: boolean): void {
    const once = !testFirst && c !== undefined && this.isFalse(c);
    const head = this.block();
    const bodyBlock = this.block();
    const next = this.block();
    const after = this.block();
    this.goTo(testFirst ? head : bodyBlock);
    if (!once) (testFirst ? head : bodyBlock).loopHead = true;
    this.startAt(head);
    if (c) this.cond(c, bodyBlock.id, after.id);
    else this.goTo(bodyBlock);
    this.breakTo.push(after.id);
    this.continueTo.push(next.id);
    this.startAt(bodyBlock);
    this.stmt(body);
    this.goTo(next);
    this.breakTo.pop();
    this.continueTo.pop();
    this.startAt(next);
    if (step) this.exprStmt(step);
    this.goTo(once ? after : head);
    this.startAt(after);
  }

  private isFalse(c: Expr): boolean {
    return (c.kind === 'num' && c.value === 0) || (c.kind === 'id' && c.name === 'FALSE');
  }

  private switch(x: Expr, body: Stmt): void {
    const from = this.current;
    const after = this.block();
    const cases: { value?: Expr; to?: Expr; block: number }[] = [];
    let otherwise = after.id;
    this.breakTo.push(after.id);
    this.dead();
    const list = body.kind === 'block' ? body.body : [body];
    const walk = (items: readonly Stmt[]): void => {
      for (const s of items) {
        if (s.kind === 'case') {
          const b = this.block();
          this.goTo(b);
          this.startAt(b);
          if (s.value) cases.push({ value: s.value, to: s.to, block: b.id });
          else otherwise = b.id;
        } else if (s.kind === 'block' && s.body.some((i) => i.kind === 'case')) walk(s.body);
        else this.stmt(s);
      }
    };
    walk(list);
    this.goTo(after);
    this.breakTo.pop();
    from.end = { kind: 'switch', x, cases, otherwise };
    this.startAt(after);
  }

  private try(s: TryStmt): void {
    const after = this.block();
    const outer = this.tryStmt;
    if (s.handler) {
      const handler = this.block();
      const catches = !this.neverCatches(s.filter);
      this.handlers.push(handler.id);
      if (catches) this.catching++;
      this.tryStmt = s;
      const body = this.block();
      this.goTo(body);
      this.startAt(body);
      this.leaveTo.push(after.id);
      this.stmt(s.body);
      this.leaveTo.pop();
      this.goTo(after);
      this.handlers.pop();
      if (catches) this.catching--;
      this.tryStmt = outer;
      this.startAt(handler);
      if (s.filter) this.current.items.push({ kind: 'eval', x: s.filter });
      this.stmt(s.handler);
      this.goTo(after);
    } else {
      const last = this.block();
      const body = this.block();
      this.goTo(body);
      this.startAt(body);
      this.leaveTo.push(last.id);
      this.stmt(s.body);
      this.leaveTo.pop();
      this.goTo(last);
      this.startAt(last);
      if (s.finally) this.stmt(s.finally);
      this.goTo(after);
    }
    this.startAt(after);
  }

  private neverCatches(filter: Expr | undefined): boolean {
    return filter?.kind === 'id' && filter.name === 'EXCEPTION_CONTINUE_SEARCH';
  }

  /** Branches on a condition, taking `&&`, `||`, `!` and expression macros apart. */
  private cond(c: Expr, yes: number, no: number): void {
    switch (c.kind) {
      case 'bin':
        if (c.op === '&&' || c.op === '||') {
          const second = this.block();
          if (c.op === '&&') this.cond(c.l, second.id, no);
          else this.cond(c.l, yes, second.id);
          this.startAt(second);
          this.cond(c.r, yes, no);
          return;
        }
        break;
      case 'un':
        if (c.op === '!') {
          this.cond(c.x, no, yes);
          return;
        }
        break;
      case 'call':
        if (
          c.f.kind === 'id' &&
          !this.opaque(c.f.name) &&
          !this.expanding.includes(c.f.name) &&
          this.expansions < MAX_EXPANSIONS
        ) {
          const macro = this.program.macro(c.f.name, this.file);
          const body = macro?.decl.params && this.program.snippet(macro.decl)?.expr;
          if (macro?.decl.params && body && (body.kind === 'bin' || body.kind === 'un')) {
            this.expansions++;
            this.expanding.push(c.f.name);
            this.cond(substitute(body, macro.decl.params, c.args, c), yes, no);
            this.expanding.pop();
            return;
          }
        }
        break;
      default:
        break;
    }
    this.current.end = { kind: 'branch', c, yes, no };
  }

  private reversePostOrder(entry: number): number[] {
    const seen = new Set<number>();
    const post: number[] = [];
    const stack: { id: number; next: number[] }[] = [];
    const push = (id: number): void => {
      if (seen.has(id)) return;
      seen.add(id);
      const b = this.blocks[id];
      if (b) stack.push({ id, next: successors(b) });
    };
    push(entry);
    while (stack.length) {
      const top = stack[stack.length - 1];
      if (!top) break;
      const next = top.next.pop();
      if (next === undefined) {
        post.push(top.id);
        stack.pop();
      } else push(next);
    }
    const order = post.reverse();
    const at = new Map(order.map((id, i) => [id, i]));
    for (const id of order) {
      const b = this.blocks[id];
      for (const s of b ? successors(b) : []) {
        const target = this.blocks[s];
        if (target && (at.get(s) ?? 0) <= (at.get(id) ?? 0)) target.loopHead = true;
      }
    }
    return order;
  }
}

export function successors(b: Block): number[] {
  const out: number[] = [];
  switch (b.end.kind) {
    case 'jump':
      out.push(b.end.to);
      break;
    case 'branch':
      out.push(b.end.yes, b.end.no);
      break;
    case 'switch':
      for (const c of b.end.cases) out.push(c.block);
      out.push(b.end.otherwise);
      break;
    case 'return':
      break;
  }
  const handler = b.handlers[b.handlers.length - 1];
  if (handler !== undefined) out.push(handler);
  return out;
}
