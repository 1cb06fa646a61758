/** A scan of what was scanned before takes its outcome from the cache, and only then. */
import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { cacheFolder, type CachePlace } from '../../server/src/cli/cache';
import { fencepost, Folder } from './harness';

const SOURCE = 'x = y; // FIND rule-a error: read twice\n';

describe('the cache of outcomes', () => {
  let folder: Folder;
  let build: string;
  let cache: CachePlace;
  beforeEach(() => {
    folder = new Folder();
    build = 'one';
    cache = { folder: folder.at('cache'), build: () => build };
    folder.write('src/a.c', SOURCE).write('src/b.h', 'int x;\n');
  });
  afterEach(() => {
    folder.remove();
  });

  async function scan(...more: string[]) {
    let analysed = 0;
    const ran = await fencepost(['scan', '--format', 'json', ...more, 'src'], {
      cwd: folder.path,
      cache,
      extend: (engine) => {
        const own = engine.analyse.bind(engine);
        engine.analyse = function* () {
          analysed++;
          return yield* own();
        };
        return engine;
      },
    });
    return { ...ran, analysed };
  }

  it('gives the same report without an analysis', async () => {
    const cold = await scan();
    const warm = await scan();
    assert.deepStrictEqual([cold.analysed, warm.analysed], [1, 0]);
    assert.strictEqual(warm.out, cold.out);
    assert.strictEqual(warm.code, cold.code);
  });

  it('is for these texts, names, settings and this build', async () => {
    await scan();
    folder.write('src/b.h', 'int y;\n');
    assert.strictEqual((await scan()).analysed, 1, 'a text changed');
    fs.renameSync(folder.at('src/b.h'), folder.at('src/c.h'));
    assert.strictEqual((await scan()).analysed, 1, 'a name changed');
    assert.strictEqual((await scan('--profile', 'audit')).analysed, 1, 'a setting changed');
    build = 'two';
    assert.strictEqual((await scan()).analysed, 1, 'the program changed');
    assert.strictEqual((await scan()).analysed, 0);
  });

  it('is left alone when told so', async () => {
    await scan();
    assert.strictEqual((await scan('--no-cache')).analysed, 1);
    fs.rmSync(folder.at('cache'), { recursive: true });
    await scan('--no-cache');
    assert.ok(!fs.existsSync(folder.at('cache')));
  });

  it('costs nothing but time when it is broken', async () => {
    const cold = await scan();
    for (const name of fs.readdirSync(folder.at('cache'))) folder.write(`cache/${name}`, '{"findings":');
    const again = await scan();
    assert.deepStrictEqual([again.analysed, again.out], [1, cold.out]);
    fs.rmSync(folder.at('cache'), { recursive: true });
    folder.write('cache', 'a file where the folder should be');
    assert.strictEqual((await scan()).out, cold.out);
  });

  it('keeps what was used last', async () => {
    for (let i = 0; i < 30; i++) {
      folder.write('src/b.h', `int x${String(i)};\n`);
      await scan();
    }
    assert.ok(fs.readdirSync(folder.at('cache')).length <= 24);
    assert.strictEqual((await scan()).analysed, 0);
  });

  it('lies below the folder that the system has for caches', () => {
    assert.strictEqual(cacheFolder({}, 'linux', '/home/x'), path.join('/home/x', '.cache', 'fencepost'));
    assert.strictEqual(cacheFolder({ XDG_CACHE_HOME: '/c' }, 'linux', '/home/x'), path.join('/c', 'fencepost'));
    assert.strictEqual(cacheFolder({ XDG_CACHE_HOME: 'c' }, 'linux', '/home/x'), path.join('/home/x', '.cache', 'fencepost'));
    assert.strictEqual(cacheFolder({ LOCALAPPDATA: '/l' }, 'win32', '/u'), path.join('/l', 'fencepost', 'cache'));
  });

  it('holds everything that a report shows', function () {
    this.timeout(120_000);
    const run = (format: string) =>
      spawnSync(process.execPath, [path.resolve('dist/cli.js'), 'scan', '--format', format, path.resolve('samples/ringdrv')], {
        encoding: 'utf8',
        env: { ...process.env, XDG_CACHE_HOME: folder.path },
      }).stdout;
    for (const format of ['json', 'sarif']) assert.strictEqual(run(format), run(format));
    assert.strictEqual(fs.readdirSync(folder.at('fencepost')).length, 1);
  });
});
