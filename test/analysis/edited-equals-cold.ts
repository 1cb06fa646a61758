/**
 * Edits a driver at random and holds the findings against those of a cold scan of the same texts. The promise does not cover text that is
 * half-typed (there the last good answer stands), so such files are taken back before a comparison.
 */
import type { EngineWorkspace } from '../../server/src/report/engine';
import { separateEngine, run } from './analysed';
import { RandomEdits, type Edit } from './random-edits';

export interface Difference {
  readonly afterEdit: number;
  readonly since: readonly Edit[];
  readonly onlyCold: readonly string[];
  readonly onlyWarm: readonly string[];
}

export interface EditRun {
  readonly edits: number;
  readonly comparisons: number;
  readonly differences: readonly Difference[];
  readonly warm: number;
  readonly cold: number;
}

export interface EditOptions {
  readonly seed: number;
  readonly edits: number;
  /** A comparison after so many edits. */
  readonly every: number;
  /** Edits that are made before somebody looks; 1: each is analysed. */
  readonly burst?: number;
  /** Stops at so many differences. */
  readonly stopAt: number;
  said?(text: string): void;
}

export async function editAndCompare(texts: ReadonlyMap<string, string>, o: EditOptions): Promise<EditRun> {
  const engine = await separateEngine(Object.fromEntries(texts));
  const edits = new RandomEdits(texts, o.seed);
  const differences: Difference[] = [];
  let warm = 0;
  let cold = 0;
  let comparisons = 0;
  let since: Edit[] = [];
  run(engine);
  for (let i = 1; i <= o.edits; i++) {
    const edit = edits.next();
    since.push(edit);
    hand(engine, edit);
    if (i % (o.burst ?? 1) === 0) {
      const start = performance.now();
      run(engine);
      warm += performance.now() - start;
    }
    if (i % o.every !== 0 && i !== o.edits) continue;
    for (const repaired of edits.repair((path) => isBroken(engine, path) && edits.current.get(path) !== texts.get(path))) {
      since.push(repaired);
      hand(engine, repaired);
      run(engine);
    }
    const now = said(engine);
    const fresh = await separateEngine(Object.fromEntries(edits.current));
    const began = performance.now();
    run(fresh);
    cold += performance.now() - began;
    const want = said(fresh);
    fresh.dispose();
    comparisons++;
    o.said?.(`${String(i)} edits: ${String(want.length)} findings and notes, ${String(differences.length)} differences so far`);
    const onlyCold = want.filter((x) => !now.includes(x));
    const onlyWarm = now.filter((x) => !want.includes(x));
    if (onlyCold.length + onlyWarm.length > 0 || now.join() !== want.join())
      differences.push({ afterEdit: i, since: since.map(({ kind, path }) => ({ kind, path })), onlyCold, onlyWarm });
    if (differences.length >= o.stopAt) break;
    since = [];
  }
  engine.dispose();
  return { edits: o.edits, comparisons, differences, warm, cold };
}

function hand(engine: EngineWorkspace, edit: Edit): void {
  if (edit.text === undefined) engine.remove(edit.path);
  else engine.set(edit.path, edit.text);
}

function isBroken(engine: EngineWorkspace, path: string): boolean {
  return engine.gaps(path).some((g) => g.kind === 'error');
}

/** All that a face would show, as text. */
function said(engine: EngineWorkspace): string[] {
  const { findings, notes } = run(engine);
  return [...findings, ...notes].map((f) => JSON.stringify(f));
}
