/**
 * The language server as a process of its own. The two wasm files lie beside the bundle.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { version } from '../../../package.json';
import { userCache } from '../cli/cache';
import { compileLater } from '../cli/compiler';
import { keptOutcomes } from './kept';
import { NodeFiles } from './node-files';
import { engineFrom, readProject, rulePage } from './real-engine';
import { serveStdio } from './stdio';
import { platformTurns } from './turns';

compileLater();

const beside = (name: string): Promise<Uint8Array> => readFile(path.join(__dirname, name));

const kept = keptOutcomes(
  userCache([__filename, ...['web-tree-sitter.wasm', 'tree-sitter-c.wasm'].map((name) => path.join(__dirname, name))]),
);

serveStdio({
  engines: () =>
    engineFrom(async () => {
      const [parser, grammar] = await Promise.all([beside('web-tree-sitter.wasm'), beside('tree-sitter-c.wasm')]);
      return { parser, grammar };
    }),
  turns: platformTurns(),
  disk: new NodeFiles(),
  ...(kept ? { kept } : {}),
  readProject,
  rulePage,
  version,
});
