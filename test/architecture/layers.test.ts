/** Imports go one way. What crosses against it is a type from one of the files that say what layers hand each other. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = 'server/src';
/** Left to right; a layer imports only what stands to its left. The faces stand side by side. */
const RANK: Readonly<Record<string, number>> = {
  dialect: 0,
  syntax: 1,
  model: 2,
  program: 3,
  analysis: 4,
  rules: 5,
  report: 6,
  cli: 7,
  lsp: 7,
};
/** Data that layers hand each other: their types may be named anywhere. */
const INTERFACES = new Set(['syntax/ast', 'syntax/facts', 'rules/finding', 'model/model', 'report/workspace']);

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((n) => path.join(folder, String(n)))
    .filter((n) => n.endsWith('.ts') && !n.endsWith('.d.ts'));
}

export function importsOf(file: string, text: string): Import[] {
  const out: Import[] = [];
  for (const m of text.matchAll(/^\s*(?:import|export)\s+(type\s+)?([^'";]*?\s*from\s*)?'([^']+)'/gm)) {
    const names = /\{([\s\S]*)\}/.exec(m[2] ?? '')?.[1];
    const allTypes =
      names !== undefined &&
      !/\w\s*,?\s*\{/.test(m[2] ?? '') &&
      names
        .split(',')
        .filter((n) => n.trim())
        .every((n) => /^\s*type\s/.test(n));
    out.push({ from: file, to: m[3] ?? '', typeOnly: m[1] !== undefined || allTypes });
  }
  return out;
}

/** Layer-relative name without its ending, or undefined for a package and for what lies outside. */
function target(i: Import): string | undefined {
  if (!i.to.startsWith('.')) return undefined;
  const name = path.posix.relative(ROOT, path.posix.join(path.posix.dirname(i.from), i.to)).replace(/\.(ts|js)$/, '');
  return name.startsWith('..') ? undefined : name;
}

function layer(name: string): string {
  return name.split('/')[0] ?? '';
}

function breaks(i: Import): boolean {
  const to = target(i);
  if (to === undefined) return false;
  const from = layer(path.posix.relative(ROOT, i.from));
  const mine = RANK[from];
  const theirs = RANK[layer(to)];
  if (mine === undefined || theirs === undefined) return true;
  if (layer(to) === 'model' && mine < 3 && from !== 'model') return !(i.typeOnly && INTERFACES.has(to));
  return theirs > mine && !(i.typeOnly && INTERFACES.has(to));
}

describe('layers', () => {
  const all = sources(ROOT).flatMap((file) => importsOf(file, readFileSync(file, 'utf8')));

  it('finds the imports', () => {
    assert.ok(all.length > 200, `only ${all.length} imports found`);
  });
  it('go one way', () => {
    assert.deepEqual(
      all.filter(breaks).map((i) => `${i.from} imports ${i.to}`),
      [],
    );
  });
  it('only the syntax layer knows the parser', () => {
    const outside = all.filter((i) => i.to.startsWith('web-tree-sitter') && !i.from.startsWith(`${ROOT}/syntax/`));
    assert.deepEqual(outside, []);
  });
  it('the engine does no input or output of its own', () => {
    const io = /^(node:|fs$|path$|os$|child_process$|http|net$|worker_threads$|vscode)/;
    const engine = all.filter((i) => (RANK[layer(path.posix.relative(ROOT, i.from))] ?? 9) < 7 && io.test(i.to));
    assert.deepEqual(
      engine.map((i) => `${i.from} imports ${i.to}`),
      [],
    );
  });
  it('a wrong import is seen', () => {
    const wrong = importsOf(
      'server/src/syntax/a.ts',
      "import { x } from '../analysis/value';\nimport type { T } from '../rules/finding';\n",
    );
    assert.deepEqual(wrong.map(breaks), [true, false]);
    assert.equal(importsOf('a.ts', "import {\n  type A,\n  type B,\n} from './b';")[0]?.typeOnly, true);
    assert.equal(importsOf('a.ts', "import { type A, b } from './b';")[0]?.typeOnly, false);
  });
});
