/**
 * Says, per folder of sources, how many files are understood without a gap and how many function definitions are recovered,
 * with Universal Ctags as the witness where it is installed. Not part of the tests: folders come from the command line.
 *   node out/realcode/parse-report.cjs [--ext c,h] [--errors N] [--missing N] [--guesses] [--cost] FOLDER…
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { blank } from '../../server/src/dialect/blank';
import type { MacroDecl } from '../../server/src/syntax/ast';
import type { FileFacts, NameOracle, Syntax } from '../../server/src/syntax/facts';
import { Engine } from '../../server/src/syntax/engine';
import { createSyntax } from '../../server/src/syntax/index';
import { witness, type Witnessed } from './ctags';

interface Options {
  exts: string[];
  errors: number;
  missing: number;
  folders: string[];
  /** A file whose blanked text is printed. */
  dump: string;
  guesses: boolean;
  /** Measures the dialect against this parser. */
  cost?: Engine;
}

function options(argv: readonly string[]): { o: Options; measured: boolean } {
  let measured = false;
  const o: Options = { exts: ['c', 'h'], errors: 0, missing: 0, folders: [], dump: '', guesses: false };
  for (let i = 0; i < argv.length; i++) {
    const a = argv[i] ?? '';
    if (a === '--ext') o.exts = (argv[++i] ?? '').split(',');
    else if (a === '--errors') o.errors = Number(argv[++i]);
    else if (a === '--missing') o.missing = Number(argv[++i]);
    else if (a === '--cost') measured = true;
    else if (a === '--guesses') o.guesses = true;
    else if (a === '--dump') o.dump = argv[++i] ?? '';
    else o.folders.push(a);
  }
  return { o, measured };
}

function list(folder: string, exts: readonly string[]): string[] {
  if (statSync(folder).isFile()) return [folder];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile() && exts.some((x) => e.name.toLowerCase().endsWith('.' + x)))
    .map((e) => path.join(e.parentPath, e.name))
    .sort();
}

function decode(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.toString('utf16le').slice(1);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Definitions that all files of a folder make; good enough for a report. */
class FolderNames implements NameOracle {
  readonly macros = new Map<string, MacroDecl>();
  readonly types = new Set<string>();
  macro(name: string): MacroDecl | undefined {
    return this.macros.get(name);
  }
  isType(name: string): boolean {
    return this.types.has(name);
  }
}

function lineOf(f: FileFacts, at: number): number {
  let lo = 0;
  let hi = f.lineStarts.length - 1;
  while (lo < hi) {
    const mid = (lo + hi + 1) >> 1;
    if ((f.lineStarts[mid] ?? 0) <= at) lo = mid;
    else hi = mid - 1;
  }
  return lo + 1;
}

/** What the dialect costs beside the parser, each alone over the same texts; medians of five runs. */
function cost(texts: ReadonlyMap<string, string>, names: NameOracle, engine: Engine): void {
  const spent = { dialect: [] as number[], parse: [] as number[] };
  for (let run = 0; run < 5; run++) {
    let at = performance.now();
    const blanked = [...texts.values()].map((text) => blank(text, names, new Map()).text);
    spent.dialect.push(performance.now() - at);
    at = performance.now();
    for (const text of blanked) engine.parse(text);
    spent.parse.push(performance.now() - at);
  }
  const [dialect, parse] = [spent.dialect, spent.parse].map((list) => list.sort((a, b) => a - b)[2] ?? 0);
  console.log(
    `  cost: dialect ${(dialect ?? 0).toFixed(0)} ms, parser ${(parse ?? 0).toFixed(0)} ms, ratio ${((dialect ?? 0) / (parse ?? 1)).toFixed(3)}`,
  );
}

function report(syntax: Syntax, folder: string, o: Options): void {
  const files = list(folder, o.exts);
  const texts = new Map(files.map((f) => [f, decode(readFileSync(f))]));
  const names = new FolderNames();
  for (const [file, text] of texts) {
    const facts = syntax.read(file, text, { macro: () => undefined, isType: () => false }, new Map());
    syntax.close(file);
    for (const m of facts.macros) if (!names.macros.has(m.name)) names.macros.set(m.name, m);
    for (const t of facts.typedefs) names.types.add(t.name);
  }
  const started = process.hrtime.bigint();
  const all = new Map<string, FileFacts>();
  for (const [file, text] of texts) {
    all.set(file, syntax.read(file, text, names, new Map()));
    syntax.close(file);
  }
  if (o.dump !== '') console.log(blank(texts.get(path.join(folder, o.dump)) ?? '', names, new Map()).text);
  if (o.cost) cost(texts, names, o.cost);
  const ms = Number(process.hrtime.bigint() - started) / 1e6;
  let clean = 0;
  let foreign = 0;
  let guesses = 0;
  let shown = 0;
  for (const [file, f] of all) {
    const errors = f.gaps.filter((g) => g.kind === 'error');
    guesses += f.gaps.length - errors.length;
    if (o.guesses)
      for (const g of f.gaps)
        if (g.kind === 'guess') console.log(`  ${path.relative(folder, file)}:${lineOf(f, g.start)}: ${g.message}`);
    if (f.gaps.some((g) => g.message.startsWith('This file is C++'))) foreign++;
    else if (errors.length === 0) clean++;
    else
      for (const g of errors.slice(0, 3)) {
        if (shown++ >= o.errors) break;
        const text = f.text.slice(Math.max(0, g.start - 30), Math.min(g.end, g.start + 70)).replace(/\s+/g, ' ');
        console.log(`  ${path.relative(folder, file)}:${lineOf(f, g.start)}: ${text}`);
      }
  }
  const functions = [...all.values()].reduce((n, f) => n + f.functions.length, 0);
  const broken = [...all.values()].reduce((n, f) => n + f.functions.filter((x) => x.broken).length, 0);
  console.log(
    `${folder}: ${clean} of ${files.length - foreign} C files without a gap (${((100 * clean) / Math.max(1, files.length - foreign)).toFixed(1)} %), ` +
      `${foreign === 0 ? '' : `${foreign} are C++, `}` +
      `${functions} functions, ${broken} broken, ${guesses} guesses, ${ms.toFixed(0)} ms`,
  );
  const seen = witness(files);
  if (!seen) {
    console.log('  Universal Ctags is not installed: no witness.');
    return;
  }
  compare(folder, all, seen, o);
}

function compare(folder: string, all: ReadonlyMap<string, FileFacts>, seen: readonly Witnessed[], o: Options): void {
  let found = 0;
  let counted = 0;
  let right = 0;
  let shown = 0;
  const mine = new Map([...all].map(([file, f]) => [file, f.functions.map((x) => ({ x, line: lineOf(f, x.nameSpan.start) }))]));
  for (const w of seen) {
    const f = all.get(w.file);
    if (!f) continue;
    const hit = mine.get(w.file)?.find((m) => m.x.name === w.name && Math.abs(m.line - w.line) <= 3);
    if (!hit) {
      const at = f.lineStarts[w.line - 1] ?? 0;
      if (f.inactive.some((s) => at >= s.start && at < s.end)) continue;
      counted++;
      if (shown++ < o.missing) console.log(`  not recovered: ${path.relative(folder, w.file)}:${w.line} ${w.name}${w.signature}`);
      continue;
    }
    counted++;
    found++;
    if (w.params === hit.x.params.length) right++;
    else if (shown++ < o.missing)
      console.log(
        `  parameters: ${path.relative(folder, w.file)}:${w.line} ${w.name}${w.signature} read as ${hit.x.params.length}`,
      );
  }
  console.log(
    `  ctags: ${found} of ${counted} definitions recovered (${((100 * found) / Math.max(1, counted)).toFixed(2)} %), ` +
      `parameter count equal in ${right} of ${found}`,
  );
}

async function main(): Promise<void> {
  const { o, measured } = options(process.argv.slice(2));
  const runtime = readFileSync('node_modules/web-tree-sitter/web-tree-sitter.wasm');
  const grammar = readFileSync('grammars/tree-sitter-c.wasm');
  const syntax = await createSyntax(runtime, grammar);
  if (measured) o.cost = await Engine.create(runtime, grammar);
  for (const folder of o.folders) report(syntax, folder, o);
}

void main();
