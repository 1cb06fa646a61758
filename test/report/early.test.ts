/** What is said of a file that somebody looks at, while other drivers are still to come. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createWorkspace, type EngineWorkspace } from '../../server/src/report/engine';
import type { Outcome } from '../../server/src/report/workspace';
import { AS_SHIPPED } from '../analysis/analysed';
import { syntax } from '../syntax/reading';

const SAMPLE = 'samples/ringdrv';
const DRIVERS = ['a', 'b', 'c'];

async function workspace(baseline: readonly string[] = []): Promise<EngineWorkspace> {
  const engine = createWorkspace({ syntax: await syntax(), settings: { ...AS_SHIPPED, baseline: new Set(baseline) } });
  for (const driver of DRIVERS)
    for (const file of readdirSync(SAMPLE).filter((name) => /\.[ch]$/.test(name))) {
      const text = readFileSync(path.join(SAMPLE, file), 'utf8');
      // One name in each driver, as files of one name in several drivers are told apart by their order.
      engine.set(`${driver}/${file === 'session.c' ? `${driver}_session.c` : file}`, text);
    }
  return engine;
}

/** Runs to the end; `looked` may change on the way. */
function run(engine: EngineWorkspace, looked: () => string[]): { early: Outcome[]; outcome: Outcome } {
  const early: Outcome[] = [];
  const generator = engine.analyse('later', looked);
  for (;;) {
    const step = generator.next();
    if (step.done) return { early, outcome: step.value };
    if (step.value.early) early.push(step.value.early);
  }
}

const saying = ({ findings, notes }: Outcome, file: string): unknown => [
  findings.filter((f) => f.file === file),
  notes.filter((n) => n.file === file),
];

describe('a file that somebody looks at', () => {
  it('is known before the other drivers, and nothing is said otherwise later', async () => {
    const engine = await workspace();
    const file = 'c/c_session.c';
    const { early, outcome } = run(engine, () => [file, 'c/ringdrv.h', 'nowhere.c']);
    assert.deepEqual(
      early.map(({ files }) => files),
      [['c/c_session.c', 'c/ringdrv.h']],
    );
    const [first] = early;
    assert.ok(first && first.findings.filter((f) => f.file === file).length > 0);
    assert.deepEqual(saying(first, file), saying(outcome, file));
    assert.ok(first.findings.every((f) => first.files.includes(f.file)));
    engine.dispose();
  });

  it('changes nothing in the outcome', async () => {
    const [plain, looking] = [await workspace(), await workspace()];
    assert.deepEqual(run(looking, () => ['c/c_session.c']).outcome.findings, run(plain, () => []).outcome.findings);
    plain.dispose();
    looking.dispose();
  });

  it('may be opened while the analysis runs', async () => {
    const engine = await workspace();
    let asked = 0;
    // The first driver is chosen for one file, and then another one is looked at.
    const { early } = run(engine, () => (asked++ === 0 ? ['b/b_session.c'] : ['c/c_session.c', 'b/b_session.c']));
    assert.deepEqual(
      early.map(({ files }) => files),
      [['b/b_session.c'], ['c/c_session.c']],
    );
    engine.dispose();
  });

  it('waits for files of its name where a baseline tells them apart', async () => {
    const engine = await workspace(['0000000000000000']);
    const { early } = run(engine, () => ['c/control.c', 'c/c_session.c']);
    assert.deepEqual(
      early.map(({ files }) => files),
      [['c/c_session.c']],
    );
    engine.dispose();
  });

  it('is known at once when only another driver has changed', async () => {
    const engine = await workspace();
    run(engine, () => []);
    engine.set('a/ring.c', `${readFileSync(path.join(SAMPLE, 'ring.c'), 'utf8')}\nint One(void) { return 1; }\n`);
    const generator = engine.analyse('later', () => ['b/b_session.c']);
    let step = generator.next();
    while (!step.done && !step.value.early) step = generator.next();
    assert.ok(!step.done && step.value.early?.files.includes('b/b_session.c'));
    engine.dispose();
  });
});
