// Bundles the benchmark and runs it: npm run bench -- [--rounds N] FOLDER…
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import path from 'node:path';

await build({
  entryPoints: ['test/bench/bench.ts', 'test/bench/yardstick.ts'],
  outdir: 'out/bench',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  logLevel: 'error',
  loader: { '.h': 'text', '.md': 'text', '.html': 'text' },
  alias: { 'web-tree-sitter': path.resolve('node_modules/web-tree-sitter/web-tree-sitter.cjs') },
});
const ran = spawnSync(process.execPath, ['out/bench/bench.cjs', ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = ran.status ?? 1;
