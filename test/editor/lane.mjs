// What every editor lane shares: scratch folders, packages from the registry, a free port, skipping by name.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../..');
/** Kept between runs, ignored by git. */
export const cache = path.join(root, '.cache/editors');
/** Pictures of the last run. */
export const pictures = path.join(cache, 'pictures');

/** Ends the lane without a verdict; where the environment says that it is required, that is a failure. */
export function skip(lane, what, install) {
  console.log(`${lane}: skipped, ${what} is missing (${install})`);
  process.exit((process.env.FENCEPOST_REQUIRED_LANES ?? '').split(',').includes(lane) ? 1 : 0);
}

/** The first of these programs that is on the path. */
export function program(...names) {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
      const full = path.join(folder, name);
      if (existsSync(full)) return full;
    }
  }
  return undefined;
}

/** Installs exact versions from the registry once, without their scripts; `nested` folders have dependencies of their own. */
export function packages(name, dependencies, nested = []) {
  const folder = path.join(cache, name);
  const manifest = JSON.stringify({ private: true, dependencies });
  const file = path.join(folder, 'package.json');
  if (existsSync(file) && readFileSync(file, 'utf8') === manifest && existsSync(path.join(folder, 'done'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, manifest);
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  execFileSync('npm', ['install', ...quiet], { cwd: folder, stdio: 'inherit' });
  for (const inner of nested)
    execFileSync('npm', ['install', '--omit=dev', ...quiet], { cwd: path.join(folder, inner), stdio: 'inherit' });
  writeFileSync(file, manifest);
  writeFileSync(path.join(folder, 'done'), '');
  return folder;
}

/** The packaged extension, unpacked: exactly the files that a user gets. */
export function stagedExtension() {
  execFileSync(process.execPath, ['build.mjs', '--quiet', '--production'], { cwd: root, stdio: 'inherit' });
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  const files = execFileSync(process.execPath, [vsce, 'ls', '--no-dependencies'], { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n');
  const staged = path.join(cache, 'extension');
  rmSync(staged, { recursive: true, force: true });
  for (const file of files) {
    mkdirSync(path.dirname(path.join(staged, file)), { recursive: true });
    cpSync(path.join(root, file), path.join(staged, file));
  }
  return staged;
}

/** A copy of the sample driver that a test may change. */
export function sampleCopy() {
  const folder = path.join(mkdtempSync(path.join(tmpdir(), 'fencepost-editor-')), 'ringdrv');
  cpSync(path.join(root, 'samples/ringdrv'), folder, { recursive: true });
  return folder;
}

/** The sample many times over, for a scan that takes a while. */
export function manySamples(count) {
  const folder = mkdtempSync(path.join(tmpdir(), 'fencepost-many-'));
  for (let i = 0; i < count; i++)
    cpSync(path.join(root, 'samples/ringdrv'), path.join(folder, `driver${i}`), { recursive: true });
  return folder;
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export async function until(what, condition, limit = 60000) {
  const end = Date.now() + limit;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${limit} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
