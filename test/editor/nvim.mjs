// Neovim as a second client: it cannot pull, has none of our commands, and speaks to the bundled server alone.
import { spawnSync, execFileSync } from 'node:child_process';
import path from 'node:path';
import { program, root, sampleCopy, skip } from './lane.mjs';

const LANE = 'nvim';
const nvim = program('nvim');
if (!nvim) skip(LANE, 'nvim', 'apt-get install neovim');

execFileSync(process.execPath, ['build.mjs', '--quiet'], { cwd: root, stdio: 'inherit' });
const { status, error } = spawnSync(nvim, ['--clean', '--headless', '-c', `luafile ${path.join(root, 'test/editor/nvim.lua')}`], {
  stdio: 'inherit',
  timeout: 60000,
  env: {
    ...process.env,
    FENCEPOST_NODE: process.execPath,
    FENCEPOST_SERVER: path.join(root, 'dist/server.js'),
    FENCEPOST_FILE: path.join(sampleCopy(), 'session.c'),
  },
});
if (error) console.error(`${LANE}: ${error.message}`);
process.exit(status ?? 1);
