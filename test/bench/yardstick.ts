/**
 * What everything is measured against: a process that reads files and parses them, and does nothing else.
 *   node yardstick.cjs FOLDER      prints milliseconds per file name as JSON when asked with --each
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Language, Parser } from 'web-tree-sitter';

const PIECE = 2000;

async function main(folder: string, each: boolean): Promise<void> {
  const wasmBinary = readFileSync(path.resolve('node_modules/web-tree-sitter/web-tree-sitter.wasm'));
  await Parser.init({ wasmBinary } as unknown as Parameters<typeof Parser.init>[0]);
  const parser = new Parser();
  parser.setLanguage(await Language.load(readFileSync(path.resolve('grammars/tree-sitter-c.wasm'))));
  const times: Record<string, number> = {};
  let bytes = 0;
  for (const name of readdirSync(folder).sort()) {
    const text = readFileSync(path.join(folder, name), 'utf8');
    const start = performance.now();
    parser.parse((at) => (at < text.length ? text.slice(at, at + PIECE) : undefined))?.delete();
    times[name] = performance.now() - start;
    bytes += text.length;
  }
  process.stdout.write(JSON.stringify(each ? times : { bytes, files: Object.keys(times).length }));
}

void main(process.argv[2] ?? '.', process.argv.includes('--each'));
