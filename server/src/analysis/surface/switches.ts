/**
 * What a registry value decides: which probe, comparison or check of access runs only when it has the one value or the other. Reads conditions
 * as they are written, and follows a value through a function that only answers a question about it.
 */
import { partsOf, partsOfStatement } from '../../syntax/walk';
import type { Expr, IfStmt, Stmt } from '../../syntax/ast';
import type { Model } from '../../model/model';
import type { Program } from '../../program/program';
import type { SurfaceContext } from './entry';
import { bare, type Outline } from './outline';

/** A protection that is left out, in the words of the surface. */
export interface Switched {
  /** Left out when the value is zero, or when it is anything else. */
  readonly when: 'zero' | 'set';
  readonly what: string;
  readonly fn: string;
}

const ROLES: Readonly<Record<string, string>> = {
  probe: 'the probe',
  'lock-user-pages': 'the lock of pages with their probe',
  'access-check': 'the check of access',
  'user-copy': 'the capture',
  'user-accessor': 'the capture',
};
/** A bulk copy protects only where something says so. */
const COPIES: ReadonlySet<string> = new Set(['sized-copy', 'bulk-copy', 'bounded-copy']);

/** Names by which the driver keeps a value, and functions that answer whether it is set. */
export interface Switch {
  readonly members: ReadonlySet<string>;
  /** Variables of one function. */
  readonly locals: ReadonlyMap<string, ReadonlySet<string>>;
  /** Its name says that it switches something off. */
  readonly named: boolean;
}

/** Where values are tested: made once, asked for each value. */
export class Branches {
  private readonly ifs = new Map<string, { readonly o: Outline; readonly s: IfStmt; readonly rest: readonly Stmt[] }[]>();
  /** Functions that only answer: what they return, by the names in it. */
  private readonly answers = new Map<string, { readonly fn: string; readonly x: Expr }[]>();

  constructor(private readonly cx: SurfaceContext) {
    for (const o of cx.outlines.values()) if (o.fn.body) this.statement(o.fn.body, o, []);
  }

  /** Deduplicated, in the order of functions. */
  switched(of: Switch): Switched[] {
    const out = new Map<string, Switched>();
    const helpers = this.helpers(of);
    const names = new Set([...of.members, ...[...of.locals.values()].flatMap((s) => [...s]), ...helpers.keys()]);
    for (const name of names)
      for (const { o, s, rest } of this.ifs.get(name) ?? [])
        for (const when of ['zero', 'set'] as const) {
          const truth = value(s.c, (e) => this.known(e, o, of, helpers, when));
          if (truth === undefined) continue;
          for (const what of this.leftOut(s, truth, rest, o, of.named, names))
            out.set(`${when}|${what}|${o.fn.name}`, { when, what, fn: o.fn.name });
        }
    return [...out.values()];
  }

  /** Functions whose answer the value settles: with what it answers when it is zero, and when it is set. */
  helpers(of: Switch): Map<string, { readonly zero?: boolean; readonly set?: boolean }> {
    const out = new Map<string, { zero?: boolean; set?: boolean }>();
    for (const name of of.members)
      for (const { fn, x } of this.answers.get(name) ?? []) {
        const at = (when: 'zero' | 'set'): boolean | undefined =>
          value(x, (e) => (bareName(e) === name ? when === 'set' : undefined));
        const zero = at('zero');
        const set = at('set');
        if (zero !== set) out.set(fn, { ...(zero === undefined ? {} : { zero }), ...(set === undefined ? {} : { set }) });
      }
    return out;
  }

  /** Functions in which a condition asks one of these. */
  asking(helper: string): string[] {
    return (this.ifs.get(helper) ?? []).map((i) => i.o.fn.name);
  }

  private known(
    e: Expr,
    o: Outline,
    of: Switch,
    helpers: ReadonlyMap<string, { readonly zero?: boolean; readonly set?: boolean }>,
    when: 'zero' | 'set',
  ): boolean | undefined {
    const x = bare(e);
    if (x.kind === 'call' && x.f.kind === 'id') return helpers.get(x.f.name)?.[when];
    const name = bareName(x);
    if (name === undefined) return undefined;
    const isIt = x.kind === 'id' && o.locals.has(name) ? of.locals.get(o.key)?.has(name) === true : of.members.has(name);
    return isIt ? when === 'set' : undefined;
  }

  private *leftOut(
    s: IfStmt,
    truth: boolean,
    rest: readonly Stmt[],
    o: Outline,
    named: boolean,
    own: ReadonlySet<string>,
  ): Generator<string> {
    const skipped = truth ? s.else : s.then;
    const { model, program } = this.cx;
    if (skipped) yield* protections(skipped, o, model, program, named, own);
    // A refusal whose condition is false from the start, or whose check is satisfied without being asked.
    if (!truth && refuses(s.then)) for (const c of limits(s.c, own)) yield `the check \`${brief(o.text(c))}\``;
    if (truth && s.c.kind === 'bin' && s.c.op === '||' && !refuses(s.then))
      for (const c of limits(s.c, own)) yield `the check \`${brief(o.text(c))}\``;
    // `if (Skip) return STATUS_SUCCESS;` in front of what protects.
    if (truth && leaves(s.then) && !refuses(s.then)) for (const r of rest) yield* protections(r, o, model, program, false, own);
  }

  private statement(s: Stmt, o: Outline, rest: readonly Stmt[]): void {
    if (s.kind === 'if') for (const n of asked(s.c)) push(this.ifs, n, { o, s, rest });
    if (s.kind === 'return' && s.x && /^(BOOLEAN|BOOL|bool)$/.test(returned(o)))
      for (const n of asked(s.x)) push(this.answers, n, { fn: o.fn.name, x: s.x });
    const { stmts } = partsOfStatement(s);
    stmts.forEach((inner, i) => this.statement(inner, o, s.kind === 'block' ? stmts.slice(i + 1) : []));
  }
}

function returned(o: Outline): string {
  const r = o.fn.returns;
  return r.kind === 'name' ? r.name : '';
}

function push<T>(map: Map<string, T[]>, name: string, one: T): void {
  const list = map.get(name);
  if (list) list.push(one);
  else map.set(name, [one]);
}

/** Names, members and functions that a condition asks. */
function asked(e: Expr, into = new Set<string>()): Set<string> {
  if (e.kind === 'id' || e.kind === 'fld') into.add(e.name);
  for (const p of partsOf(e)) asked(p, into);
  return into;
}

function bareName(e: Expr): string | undefined {
  const x = bare(e);
  return x.kind === 'id' || x.kind === 'fld' ? x.name : undefined;
}

/** What a condition comes to, as far as one value settles it. */
function value(e: Expr, known: (e: Expr) => boolean | undefined): boolean | undefined {
  const x = bare(e);
  const own = known(x);
  if (own !== undefined) return own;
  if (x.kind === 'un' && x.op === '!') {
    const of = value(x.x, known);
    return of === undefined ? undefined : !of;
  }
  if (x.kind !== 'bin') return undefined;
  if (x.op === '&&' || x.op === '||') {
    const settles = x.op === '||';
    const l = value(x.l, known);
    const r = value(x.r, known);
    if (l === settles || r === settles) return settles;
    return l !== undefined && r !== undefined ? !settles : undefined;
  }
  if (x.op !== '==' && x.op !== '!=') return undefined;
  const l = value(x.l, known);
  const truth = constantTruth(x.r);
  // `== 1` says nothing of a value that is only known not to be zero.
  if (l === undefined || truth === undefined || (truth && l && bare(x.r).kind === 'num')) return undefined;
  return (l === truth) === (x.op === '==');
}

function constantTruth(e: Expr): boolean | undefined {
  const x = bare(e);
  if (x.kind === 'num') return x.value !== 0;
  if (x.kind === 'id') return x.name === 'TRUE' ? true : x.name === 'FALSE' ? false : undefined;
  return undefined;
}

function* protections(
  s: Stmt,
  o: Outline,
  model: Model,
  program: Program,
  copies: boolean,
  own: ReadonlySet<string>,
): Generator<string> {
  for (const name of callsIn(s, o, program)) {
    const role = model.api(name)?.role;
    const what = role === undefined ? undefined : (ROLES[role] ?? (copies && COPIES.has(role) ? 'the copy' : undefined));
    if (what !== undefined) yield `${what} (\`${name}\`)`;
  }
  for (const i of ifsIn(s)) if (refuses(i.then)) for (const c of limits(i.c, own)) yield `the check \`${brief(o.text(c))}\``;
}

function callsIn(s: Stmt, o: Outline, program: Program): Set<string> {
  const out = new Set<string>();
  const expression = (e: Expr): void => {
    if (e.kind === 'call' && e.f.kind === 'id') out.add(program.alias(e.f.name, o.file));
    for (const p of partsOf(e)) expression(p);
  };
  const statement = (x: Stmt): void => {
    const { exprs, vars, stmts } = partsOfStatement(x);
    for (const e of exprs) expression(e);
    for (const v of vars) if (v.init) expression(v.init);
    for (const inner of stmts) statement(inner);
  };
  statement(s);
  return out;
}

function* ifsIn(s: Stmt): Generator<IfStmt> {
  if (s.kind === 'if') yield s;
  for (const inner of partsOfStatement(s).stmts) yield* ifsIn(inner);
}

/** Comparisons by size. */
function* comparisons(e: Expr): Generator<Expr> {
  if (e.kind === 'bin' && /^[<>]=?$/.test(e.op)) yield e;
  else if (e.kind === 'bin' && (e.op === '&&' || e.op === '||')) {
    yield* comparisons(e.l);
    yield* comparisons(e.r);
  } else if (e.kind === 'un' && e.op === '!') yield* comparisons(e.x);
}

/** Comparisons of something else than the value itself: a limit on the switch is none that it switches. */
function* limits(e: Expr, own: ReadonlySet<string>): Generator<Expr> {
  for (const c of comparisons(e)) if (![...asked(c)].some((n) => own.has(n))) yield c;
}

function last(s: Stmt): Stmt {
  if (s.kind !== 'block') return s;
  const end = s.body.at(-1);
  return end ? last(end) : s;
}

function leaves(s: Stmt): boolean {
  return /^(return|goto|leave)$/.test(last(s).kind);
}

/** It leaves with a status that says no. */
function refuses(s: Stmt): boolean {
  if (!leaves(s)) return false;
  const words = new Set<string>();
  const visit = (x: Stmt): void => {
    const { exprs, stmts } = partsOfStatement(x);
    for (const e of exprs) asked(e, words);
    for (const inner of stmts) visit(inner);
  };
  visit(s);
  return [...words].some((w) => w === 'FALSE' || (w.startsWith('STATUS_') && w !== 'STATUS_SUCCESS' && w !== 'STATUS_PENDING'));
}

function brief(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
