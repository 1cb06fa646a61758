/**
 * The one door to the parser: text in, facts out. Owns the order of blanking, parsing and lowering, and the snippets of macros.
 * Lets no tree out; never throws on a text.
 */
import { blank } from '../dialect/blank';
import type { Blanked } from '../dialect/side';
import type { Expr, Stmt } from './ast';
import { knownBodies, type Reading } from './bodies';
import { Context } from './context';
import { type Declarations, fileScope } from './declarations';
import { Engine } from './engine';
import { expression } from './expressions';
import type { Configuration, FileFacts, NameOracle, Syntax } from './facts';
import type { Flat } from './flat';
import { errorGaps, markBroken } from './gaps';
import { generated } from './generated';
import { foreignGaps } from './foreign';
import { F, N } from './nodes';
import { statements } from './statements';

/** Loads runtime and grammar from their bytes. Rejects when they do not fit each other. */
export async function createSyntax(runtimeWasm: Uint8Array | undefined, grammarWasm: Uint8Array): Promise<Syntax> {
  return new TreeSyntax(await Engine.create(runtimeWasm, grammarWasm));
}

const NO_NAMES: NameOracle = { macro: () => undefined, isType: () => false };

class TreeSyntax implements Syntax {
  /** By the copies of trees that the engine keeps. */
  private readonly readings = new WeakMap<Flat, Reading>();

  constructor(private readonly engine: Engine) {}

  get liveTrees(): number {
    return this.engine.liveTrees;
  }

  close(path: string): void {
    this.engine.close(path);
  }

  read(path: string, text: string, oracle: NameOracle, configuration: Configuration): FileFacts {
    const side = blank(text, oracle, configuration);
    // A configuration beside the default is read once: its tree is not worth keeping.
    const parsed = this.engine.parse(side.text, configuration.size === 0 ? path : undefined);
    const { flat, taken } = parsed;
    const cx = new Context(flat, text, side, 0, knownBodies(parsed, text, side, taken && this.readings.get(taken.from)));
    this.readings.set(flat, { text, side, plain: cx.plain });
    const out: Declarations = { functions: [], prototypes: [], typedefs: [], globals: [] };
    fileScope(cx, 0, out);
    generated(side.calls, 0, out);
    const errors = errorGaps(flat, text);
    const gaps = [...errors, ...cx.gaps, ...side.gaps].sort((a, b) => a.start - b.start || a.end - b.end);
    return {
      path,
      text,
      lineStarts: lineStarts(text),
      functions: markBroken(out.functions, gaps),
      prototypes: out.prototypes,
      records: cx.records,
      enums: cx.enums,
      typedefs: out.typedefs,
      globals: out.globals,
      macros: side.macros,
      includes: side.includes,
      gaps: foreignGaps(path, gaps, text, side.text),
      comments: side.comments,
      conditions: side.conditions,
      conditionals: side.conditionals,
      inactive: side.inactive,
      consulted: side.consulted,
    };
  }

  snippet(text: string): { readonly expr?: Expr; readonly stmts?: readonly Stmt[] } | undefined {
    const body = text.trim();
    if (body === '' || body.length > 20000) return undefined;
    return this.asExpression(text) ?? this.asStatements(text);
  }

  private wrapped(prefix: string, text: string, suffix: string): { cx: Context; body: number } | undefined {
    const whole = prefix + text + suffix;
    const side: Blanked = blank(whole, NO_NAMES, new Map());
    const { flat } = this.engine.parse(side.text);
    if (flat.kind.subarray(0, flat.n).includes(N.ERROR)) return undefined;
    const f = flat.first(0, N.ERROR);
    const body = f < 0 || flat.kindOf(f) !== N.function_definition || flat.after(f) < flat.n ? -1 : flat.child(f, F.body);
    if (body < 0) return undefined;
    return { cx: new Context(flat, whole, side, prefix.length), body };
  }

  private asExpression(text: string): { expr: Expr } | undefined {
    const w = this.wrapped('void _(){_=(', text, '\n);}');
    if (!w) return undefined;
    const { flat } = w.cx;
    const s = flat.first(w.body, N.ERROR);
    const x =
      s < 0 || flat.kindOf(s) !== N.expression_statement || flat.after(s) < flat.after(w.body) ? -1 : flat.first(s, N.ERROR);
    if (x < 0 || flat.kindOf(x) !== N.assignment_expression) return undefined;
    const right = flat.child(x, F.right);
    if (right < 0 || flat.kindOf(right) !== N.parenthesized_expression) return undefined;
    if (flat.kindOf(flat.first(right, N.ERROR)) === N.compound_statement) return undefined;
    return { expr: expression(w.cx, right) };
  }

  private asStatements(text: string): { stmts: Stmt[] } | undefined {
    const w = this.wrapped('void _(){', text, '\n;}') ?? this.wrapped('void _(){', text, '\n}');
    return w && { stmts: statements(w.cx, w.body) };
  }
}

/** Offsets of line starts; a line ends with LF, CR LF or a lone CR. */
function lineStarts(text: string): number[] {
  const out = [0];
  if (/\r(?!\n)/.test(text)) {
    const re = /\r\n?|\n/g;
    while (re.test(text)) out.push(re.lastIndex);
  } else for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) out.push(i + 1);
  return out;
}
