/** Processes and medians for the benchmark: everything is a ratio of two things that ran in turns, because machines are noisy. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { blank } from '../../server/src/dialect/blank';
import { load } from '../../server/src/cli/load';
import { noProject, type Parts } from '../../server/src/cli/parts';

/** What reading needs of the command line's parts. */
const READING = {
  cwd: process.cwd(),
  readProject: () => ({ config: noProject, problems: [] }),
} as unknown as Parts;

export interface Prepared {
  /** Blanked sources, one file each, named by number. */
  readonly folder: string;
  readonly names: readonly string[];
  readonly sizes: readonly number[];
  readonly bytes: number;
}

/** Writes the C files that a scan of these folders reads, with what the grammar cannot read blanked, for the yardstick. */
export function prepare(folders: readonly string[]): Prepared {
  const loaded = load(folders, true, READING);
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  const oracle = { macro: () => undefined, isType: () => false };
  loaded.sources.forEach((name, i) => {
    const { text } = blank(loaded.texts.get(name) ?? '', oracle, new Map());
    writeFileSync(path.join(folder, `${String(i).padStart(6, '0')}.c`), text);
  });
  const sizes = loaded.sources.map((name) => loaded.texts.get(name)?.length ?? 0);
  return { folder, names: loaded.sources, sizes, bytes: loaded.bytes };
}

export interface Timed {
  readonly milliseconds: number;
  readonly out: string;
}

export function timed(script: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Timed {
  const start = performance.now();
  const ran = spawnSync(process.execPath, [script, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    env: { ...process.env, ...env },
  });
  const milliseconds = performance.now() - start;
  if (ran.error) throw ran.error;
  if (ran.status !== 0) throw new Error(`${script} ended with ${String(ran.status)}: ${ran.stderr.slice(0, 500)}`);
  return { milliseconds, out: ran.stdout };
}

interface Stats {
  readonly peakMemoryBytes: number;
}

export interface Scan extends Timed {
  readonly peak: number;
}

/** One scan as a process; `cache` names a folder for outcomes, absent: everything is done. */
export function scan(folders: readonly string[], cache?: string): Scan {
  const stats = path.join(mkdtempSync(path.join(tmpdir(), 'bench-')), 'stats.json');
  const args = [
    'scan',
    '--format',
    'json',
    '--fail-on',
    'never',
    '--stats',
    stats,
    ...(cache === undefined ? ['--no-cache'] : []),
  ];
  const ran = timed('dist/cli.js', [...args, ...folders], cache === undefined ? {} : { XDG_CACHE_HOME: cache });
  return { ...ran, peak: (JSON.parse(readFileSync(stats, 'utf8')) as Stats).peakMemoryBytes };
}

/** Equal for equal findings. */
export function digestOf(report: string): string {
  const { findings } = JSON.parse(report) as { findings: readonly Record<string, unknown>[] };
  const lines = findings.map((f) => JSON.stringify([f['rule'], f['file'], f['start'], f['end'], f['severity'], f['message']]));
  return `${String(findings.length)} findings, ${createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16)}`;
}

export function median(numbers: readonly number[]): number {
  return quantile(numbers, 0.5);
}
export function quantile(numbers: readonly number[], q: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? NaN;
}
