/**
 * Edits a real driver at random and compares with cold scans. Not part of the tests: the folder comes from the command line.
 *   node out/realcode/edits.cjs FOLDER [--edits 1000] [--every 25] [--seed 1] [--stop-at 1]
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { editAndCompare } from '../analysis/edited-equals-cold';

function sources(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile() && /\.(c|h|inl|vcxproj)$|^(sources|CMakeLists\.txt)$/i.test(e.name))
    .map((e) => path.join(e.parentPath, e.name))
    .sort();
  return new Map(
    names.map((n) => [path.relative(folder, n).split(path.sep).join('/'), readFileSync(n, 'utf8').replace(/^\ufeff/, '')]),
  );
}

async function main(argv: readonly string[]): Promise<void> {
  const option = (name: string, otherwise: number): number => {
    const at = argv.indexOf(`--${name}`);
    return at < 0 ? otherwise : Number(argv[at + 1]);
  };
  const folder = argv[0];
  if (folder === undefined) throw new Error('name a folder');
  const result = await editAndCompare(sources(folder), {
    seed: option('seed', 1),
    edits: option('edits', 1000),
    every: option('every', 25),
    stopAt: option('stop-at', 1),
    said: (text) => {
      console.log(text);
    },
  });
  for (const d of result.differences) {
    console.log(`\nafter edit ${String(d.afterEdit)}, since the last comparison:`);
    for (const e of d.since) console.log(`  ${e.kind} ${e.path}`);
    for (const x of d.onlyCold) console.log(`  only cold: ${x}`);
    for (const x of d.onlyWarm) console.log(`  only warm: ${x}`);
  }
  console.log(
    `${String(result.comparisons)} comparisons, ${String(result.differences.length)} differ; ` +
      `${(result.warm / result.edits).toFixed(0)} ms per edit, ${(result.cold / result.comparisons).toFixed(0)} ms per cold scan`,
  );
  process.exitCode = result.differences.length === 0 ? 0 : 1;
}

void main(process.argv.slice(2));
