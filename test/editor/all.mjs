// Every editor lane, one after the other; ends with one line for each.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { root } from './lane.mjs';

const lanes = ['nvim', 'emacs', 'web', 'code-server'];
const said = lanes.map((lane) => {
  const { status, stdout } = spawnSync(process.execPath, [path.join(root, 'test/editor', `${lane}.mjs`)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  process.stdout.write(stdout ?? '');
  const verdict = status !== 0 ? 'failed' : /: skipped, /.test(stdout ?? '') ? 'skipped' : 'passed';
  if (verdict === 'failed') process.exitCode = 1;
  return `${lane} ${verdict}`;
});
console.log(said.join(', '));
