/** One parser for the tests of this folder, and short ways to ask it. */
import { readFileSync } from 'node:fs';
import type { Expr, FunctionDecl, MacroDecl, Stmt } from '../../server/src/syntax/ast';
import type { FileFacts, NameOracle, Syntax } from '../../server/src/syntax/facts';
import { createSyntax } from '../../server/src/syntax/index';

let made: Promise<Syntax> | undefined;

export function syntax(): Promise<Syntax> {
  made ??= newSyntax();
  return made;
}

/** A parser of its own, with trees of its own. */
export function newSyntax(): Promise<Syntax> {
  return createSyntax(
    readFileSync('node_modules/web-tree-sitter/web-tree-sitter.wasm'),
    readFileSync('grammars/tree-sitter-c.wasm'),
  );
}

/** An oracle over definitions given as `NAME`, `NAME body` or `NAME(a, b) body`. */
export function oracle(defines: readonly string[], types: readonly string[] = []): NameOracle {
  const macros = new Map<string, MacroDecl>();
  for (const d of defines) {
    const m = /^(\w+)(\([^)]*\))?\s*([\s\S]*)$/.exec(d);
    if (!m?.[1]) continue;
    const params = m[2]?.slice(1, -1).split(',');
    macros.set(m[1], {
      name: m[1],
      ...(params ? { params: params.map((p) => p.trim()) } : {}),
      body: m[3] ?? '',
      bodyStart: 0,
      start: 0,
      end: 0,
    });
  }
  return { macro: (n) => macros.get(n), isType: (n) => types.includes(n) };
}

export async function read(
  text: string,
  names: NameOracle = oracle([]),
  configuration = new Map<string, string>(),
): Promise<FileFacts> {
  const s = await syntax();
  const facts = s.read('t.c', text, names, configuration);
  s.close('t.c');
  return facts;
}

export function errors(f: FileFacts): string[] {
  return f.gaps.filter((g) => g.kind === 'error').map((g) => f.text.slice(g.start, g.end));
}

export function only(f: FileFacts, name?: string): FunctionDecl {
  const found = f.functions.find((x) => name === undefined || x.name === name);
  if (!found) throw new Error(`no function ${name ?? ''}`);
  return found;
}

/** Statements of a function body written as text. */
export async function body(text: string, names?: NameOracle): Promise<readonly Stmt[]> {
  const f = await read(`void f(void)\n{\n    ${text}\n}\n`, names);
  if (errors(f).length > 0) throw new Error(`not understood: ${errors(f).join(' | ')}`);
  return only(f).body?.body ?? [];
}

/** The expression of a statement `x = …;`. */
export async function expr(text: string, names?: NameOracle): Promise<Expr> {
  const s = (await body(`x = ${text};`, names))[0];
  if (s?.kind !== 'expr' || s.x.kind !== 'asg') throw new Error('no assignment');
  return s.x.r;
}

/** A tree without its positions, for comparison. */
export function bare(x: unknown): unknown {
  return JSON.parse(
    JSON.stringify(x, (k, v: unknown) => (k === 'start' || k === 'end' || k === 'nameSpan' || k === 'span' ? undefined : v)),
  ) as unknown;
}
