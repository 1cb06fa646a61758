/** What globals hold before anything runs: their initialisers are evaluated as if a function of their own stored them. */
import type { FunctionDecl } from '../syntax/ast';
import type { Analyzer } from './analyzer';
import { evaluate } from './evaluate';
import { Frame } from './frame';
import { emptyContribution, sameContribution, type Contribution } from './heap';
import { initialise } from './initialisers';
import { siteOf } from './made-values';
import { State } from './state';
import { constant } from './term';

export class Seeds {
  private seeds: Contribution | undefined;
  /** Version of the program for which the seeds hold. */
  private seeded = -1;

  constructor(private readonly analyzer: Analyzer) {}

  /** Nothing has been analysed yet. */
  get isFirst(): boolean {
    return this.seeds === undefined;
  }

  /** What initialisers store now, and whether that is something else than before. */
  now(): { readonly seeds: Contribution; readonly reseeded: boolean } {
    const { heap, program } = this.analyzer;
    const before = this.seeds;
    if (before !== undefined && this.seeded === program.version) return { seeds: before, reseeded: false };
    const seeds = emptyContribution();
    heap.collector = seeds;
    heap.immediate = before === undefined;
    this.run();
    this.seeds = seeds;
    this.seeded = program.version;
    return { seeds, reseeded: before !== undefined && !sameContribution(before, seeds) };
  }

  private run(): void {
    const a = this.analyzer;
    for (const file of a.files) {
      const facts = a.program.files.get(file);
      for (const g of facts?.globals ?? []) {
        if (!g.init) continue;
        const fn = initialiser(g.name, g.start, g.end);
        const f = new Frame(
          a,
          file,
          fn,
          { blocks: [], entry: 0, order: [], locals: new Set(), vars: [], holes: [] },
          0,
          false,
          [],
        );
        const ty = a.types.resolve(g.type, file);
        const base = a.globalBase(g.name, g.storage === 'static' ? file : '');
        const state = new State();
        if (g.init.kind === 'init')
          initialise({ base, root: a.memory.keyOf(ty), path: '', off: constant(0) }, ty, g.init, state, f);
        else {
          const v = evaluate(g.init, state, f);
          a.memory.store(state, [{ base, root: a.memory.keyOf(ty), path: '', off: constant(0) }], v, siteOf(f, g.init));
        }
      }
    }
  }
}

/** The function that an initialiser is evaluated in. */
function initialiser(name: string, start: number, end: number): FunctionDecl {
  return {
    name,
    start,
    end,
    nameSpan: { start, end },
    returns: { kind: 'name', name: 'void' },
    params: [],
    variadic: false,
    static: true,
    inline: false,
    annotations: [],
  };
}
