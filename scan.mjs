// `npm run scan`: builds quietly, then scans the given folders, or the sample driver when none is given.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(fileURLToPath(import.meta.url));
const args = process.argv.slice(2);
// Options without a value of their own; any other takes the next word.
const flags = new Set(['--no-cache', '--ignore-project-config', '--write-baseline', '--help', '-h']);
let named = false;
for (let at = 0; at < args.length; at++) {
  if (args[at] === '--') named ||= at + 1 < args.length;
  else if (!args[at].startsWith('-')) named = true;
  else if (!args[at].includes('=') && !flags.has(args[at])) at++;
}

const built = spawnSync(process.execPath, [path.join(root, 'build.mjs'), '--quiet'], { cwd: root, stdio: 'inherit' });
if (built.status !== 0) process.exit(2);
const folders = named ? [] : [path.join(root, 'samples', 'ringdrv')];
// npm runs scripts in the package's folder; a relative path is meant from where the user stands.
const cwd = process.env.INIT_CWD ?? process.cwd();
const ran = spawnSync(process.execPath, [path.join(root, 'dist', 'cli.js'), 'scan', ...args, ...folders], {
  cwd,
  stdio: 'inherit',
});
process.exit(ran.status ?? 2);
