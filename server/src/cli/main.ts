/**
 * The process: wires the real engine, pages and terminal to `run`. Holds no logic that a test would want to reach.
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { builtinPages } from '../report/builtin-rules';
import manifest from '../../../package.json';
import { userCache } from './cache';
import { compileLater } from './compiler';
import { createEngine, readProject, rulePage } from './engine';
import type { Parts } from './parts';
import { run } from './run';
import { workShare } from './workers';

compileLater();

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

const parts: Parts = {
  cwd: process.cwd(),
  version: manifest.version,
  terminal: {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outIsTerminal: process.stdout.isTTY,
    errIsTerminal: process.stderr.isTTY,
    colour: (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb',
  },
  createEngine,
  threadScript: __filename,
  cache: userCache([__filename, ...['tree-sitter-c.wasm', 'web-tree-sitter.wasm'].map((name) => path.join(__dirname, name))]),
  page: (rule) => builtinPages[rule] ?? rulePage(rule),
  readProject,
  readStandardInput: () => fs.readFileSync(0, 'utf8'),
  startLanguageServer: () => {
    // A bundle of its own beside this one.
    createRequire(__filename)(path.join(__dirname, 'server.js'));
  },
};

if (!workShare(createEngine))
  void run(process.argv.slice(2), parts).then((code) => {
    if (code !== undefined) process.exitCode = code;
  });
