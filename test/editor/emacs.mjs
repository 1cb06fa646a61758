// Emacs with eglot as a third client: it takes what is pushed, and speaks to the bundled server alone.
import { spawnSync, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { program, root, sampleCopy, skip } from './lane.mjs';

const LANE = 'emacs';
const PACKAGES = '/usr/share/emacs/site-lisp/elpa';
const emacs = program('emacs', 'emacs-nox');
if (!emacs || !existsSync(PACKAGES)) skip(LANE, 'emacs with eglot', 'apt-get install emacs-nox elpa-eglot');

execFileSync(process.execPath, ['build.mjs', '--quiet'], { cwd: root, stdio: 'inherit' });
const { status, error } = spawnSync(emacs, ['-Q', '--batch', '-l', path.join(root, 'test/editor/emacs.el')], {
  stdio: 'inherit',
  timeout: 120000,
  env: {
    ...process.env,
    FENCEPOST_NODE: process.execPath,
    FENCEPOST_SERVER: path.join(root, 'dist/server.js'),
    FENCEPOST_FILE: path.join(sampleCopy(), 'session.c'),
  },
});
if (error) console.error(`${LANE}: ${error.message}`);
process.exit(status ?? 1);
