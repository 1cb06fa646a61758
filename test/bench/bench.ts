/**
 * Prints what the budgets of speed and memory speak of, as ratios of one run:
 *   npm run bench -- [--rounds N] FOLDER…
 * The yardstick is a process that only parses the same files with the same grammar in WebAssembly; against a native parser the figures are
 * about 1.3 times as large. A gain that changes the digest of the findings is no gain.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keystrokes } from './keystroke';
import { digestOf, median, prepare, quantile, scan, timed, type Scan } from './measure';

const NATIVE = 1.3;

/** By how much source it is; a small workspace pays for the start of the process. */
function coldBudget(bytes: number): number {
  return (bytes < 10e6 ? 6 : 4) / NATIVE;
}

async function bench(folders: readonly string[], rounds: number): Promise<void> {
  const prepared = prepare(folders);
  const cache = mkdtempSync(path.join(tmpdir(), 'bench-cache-'));
  const parses: number[] = [];
  const colds: Scan[] = [];
  const warms: number[] = [];
  scan(folders, cache);
  for (let i = 0; i < rounds; i++) {
    parses.push(timed('out/bench/yardstick.cjs', [prepared.folder]).milliseconds);
    colds.push(scan(folders));
    warms.push(scan(folders, cache).milliseconds);
  }
  const parse = median(parses);
  const cold = median(colds.map((c) => c.milliseconds));
  console.log(`${prepared.names.length} files, ${(prepared.bytes / 1e6).toFixed(2)} MB; parse-only ${parse.toFixed(0)} ms`);
  line('cold scan / parse-only', cold / parse, coldBudget(prepared.bytes), `${cold.toFixed(0)} ms`);
  line('warm scan / cold scan', median(warms) / cold, 0.08, `${median(warms).toFixed(0)} ms`);
  line('peak memory of a cold scan, MiB', median(colds.map((c) => c.peak)) / 2 ** 20, 300);
  for (const folder of folders) await keystroke(folder);
  console.log(`findings: ${[...new Set(colds.map((c) => digestOf(c.out)))].join(' / ')}`);
  rmSync(prepared.folder, { recursive: true, force: true });
  rmSync(cache, { recursive: true, force: true });
}

/** In the largest source of a folder. */
async function keystroke(folder: string): Promise<void> {
  const { folder: blanked, names, sizes } = prepare([folder]);
  const each = JSON.parse(timed('out/bench/yardstick.cjs', [blanked, '--each']).out) as Record<string, number>;
  const costs = Object.values(each);
  const largest = names
    .map((name, i) => ({ name, size: sizes[i] ?? 0, cost: costs[i] ?? 0 }))
    .filter(({ name }) => name.endsWith('.c'))
    .sort((a, b) => b.size - a.size)[0];
  rmSync(blanked, { recursive: true, force: true });
  if (!largest) return;
  const copy = mkdtempSync(path.join(tmpdir(), 'bench-copy-'));
  cpSync(folder, copy, { recursive: true, filter: (name) => path.basename(name) !== '.git' });
  const times = await keystrokes(copy, largest.name, 20);
  const p95 = quantile(times, 0.95);
  const detail = `${largest.name}: p50 ${median(times).toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`;
  line('keystroke p95 / cold parse of the file', p95 / largest.cost, 0.75, detail);
}

function line(what: string, value: number, budget: number, detail = ''): void {
  const verdict = value <= budget ? 'within' : 'OVER';
  console.log(
    `${what.padEnd(42)} ${value.toFixed(2).padStart(8)}  budget ${budget.toFixed(2).padStart(6)}  ${verdict}  ${detail}`,
  );
}

const argv = process.argv.slice(2);
const at = argv.indexOf('--rounds');
const rounds = at < 0 ? 3 : Number(argv[at + 1]);
const folders = argv.filter((_, i) => at < 0 || (i !== at && i !== at + 1));
if (folders.length === 0) {
  console.error('npm run bench -- [--rounds N] FOLDER…');
  process.exitCode = 2;
} else void bench(folders, rounds);
