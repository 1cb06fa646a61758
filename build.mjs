// Bundles the engine's faces and, with --tests, the tests. Needs nothing but the packages of the lockfile.
import { build } from 'esbuild';
import { cpSync, mkdirSync, readdirSync, rmSync, existsSync } from 'node:fs';
import path from 'node:path';

const quiet = process.argv.includes('--quiet');
const tests = process.argv.includes('--tests');
const production = process.argv.includes('--production');
const root = path.dirname(new URL(import.meta.url).pathname);
process.chdir(root);

const shared = {
  bundle: true,
  sourcemap: production ? false : 'linked',
  minify: production,
  logLevel: quiet ? 'error' : 'info',
  legalComments: 'none',
  loader: { '.h': 'text', '.md': 'text', '.html': 'text' },
};
const node = {
  ...shared,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // web-tree-sitter's ES module asks for import.meta.url, which a CommonJS bundle does not have.
  alias: { 'web-tree-sitter': path.resolve('node_modules/web-tree-sitter/web-tree-sitter.cjs') },
};

// Server and client run in browsers, too: one bundle each, whose halves are loaded where they belong.
const conditions = ['browser'];

mkdirSync('dist', { recursive: true });
const entries = { cli: 'server/src/cli/main.ts', server: 'server/src/lsp/main.ts' };
for (const [name, entry] of Object.entries(entries)) {
  if (existsSync(entry))
    await build({
      ...node,
      entryPoints: [entry],
      outfile: `dist/${name}.js`,
      conditions,
      banner: name === 'cli' ? { js: '#!/usr/bin/env node' } : {},
    });
}
if (existsSync('client/src/main.ts'))
  await build({ ...node, entryPoints: ['client/src/main.ts'], outfile: 'dist/client.js', conditions, external: ['vscode'] });
cpSync('node_modules/web-tree-sitter/web-tree-sitter.wasm', 'dist/web-tree-sitter.wasm');
cpSync('grammars/tree-sitter-c.wasm', 'dist/tree-sitter-c.wasm');

if (tests) {
  rmSync('out/test', { recursive: true, force: true });
  const found = readdirSync('test', { recursive: true })
    .map(String)
    .filter((f) => f.endsWith('.test.ts'))
    .map((f) => path.join('test', f));
  await build({
    ...node,
    entryPoints: found,
    outdir: 'out/test',
    outbase: 'test',
    outExtension: { '.js': '.cjs' },
    sourcemap: 'inline',
    external: ['vscode', 'tree-sitter', 'tree-sitter-c', 'esbuild'],
  });
}
