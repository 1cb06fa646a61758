/**
 * The memory model: what each fence orders, per architecture. A table from the kit's declarations and the processors' manuals
 * (Intel SDM volume 3 chapter 9, Arm ARM chapter B2); no analysis. See FenceFact for what a row means.
 */
import type { ApiFact, Architecture, FenceFact } from './model';

const row = (words: string, compilerOnly = false): FenceFact => ({
  compilerOnly,
  loadLoad: words.includes('LL'),
  loadStore: words.includes('LS'),
  storeStore: words.includes('SS'),
  storeLoad: words.includes('SL'),
});

const full = row('LL LS SS SL');
/** A read barrier: earlier loads before everything later. */
const load = row('LL LS');
const store = row('SS');
/** Everything earlier before later stores. */
const release = row('LS SS');
/** x64 reorders nothing but a store with a later load, so what holds the compiler holds these orders. */
const compilerOnX64 = row('LL LS SS', true);
const readCompilerOnX64 = row('LL', true);
const writeCompilerOnX64 = row('SS', true);
/** ARM64 reorders all of them: a fence for the compiler alone orders nothing at run time. */
const compilerOnArm64 = row('', true);

interface PerArchitecture {
  readonly x64?: FenceFact;
  readonly arm64?: FenceFact;
}
const both = (fact: FenceFact): PerArchitecture => ({ x64: fact, arm64: fact });

const table: ReadonlyMap<string, PerArchitecture> = new Map<string, PerArchitecture>([
  ['KeMemoryBarrier', both(full)],
  ['MemoryBarrier', both(full)],
  ['_mm_mfence', both(full)],
  ['MemoryFence', both(full)],
  ['__faststorefence', both(full)],
  ['FastFence', both(full)],
  ['_mm_lfence', both(load)],
  ['LoadFence', both(load)],
  ['BarrierAfterRead', both(load)],
  ['_mm_sfence', both(store)],
  ['StoreFence', both(store)],
  ['_ReadWriteBarrier', { x64: compilerOnX64, arm64: compilerOnArm64 }],
  ['KeMemoryBarrierWithoutFence', { x64: compilerOnX64, arm64: compilerOnArm64 }],
  ['_ReadBarrier', { x64: readCompilerOnX64, arm64: compilerOnArm64 }],
  ['_WriteBarrier', { x64: writeCompilerOnX64, arm64: compilerOnArm64 }],
  ['__dmb', both(full)],
  ['__dsb', both(full)],
]);

/** Types of `__dmb` and `__dsb` by their low two bits: 1 loads, 2 stores, 3 all; the domain does not matter between threads of one program. */
function barrierType(argument: string): FenceFact {
  const value = /^(0[xX][0-9a-fA-F]+|\d+)$/.test(argument.trim()) ? Number(argument.trim()) & 3 : undefined;
  if (value === 1 || /(_|SH)LD$/.test(argument.trim())) return load;
  if (value === 2 || /(_|SH)ST$/.test(argument.trim())) return store;
  return full;
}

/**
 * The fence that a call is. `fact` is what the model knows about the name, for the families that are not in the table one by one:
 * interlocked operations are full where they carry no weaker suffix, and always on x64, where the instruction is locked.
 */
export function builtinFence(
  name: string,
  fact: ApiFact | undefined,
  architecture: Architecture,
  argument?: string,
): FenceFact | undefined {
  if ((name === '__dmb' || name === '__dsb') && argument !== undefined) return barrierType(argument);
  const entry = table.get(name);
  if (entry) return entry[architecture];
  switch (fact?.role) {
    case 'interlocked':
    case 'user-interlocked':
    case 'interlocked-list':
      return architecture === 'x64' || (fact.order ?? 'full') === 'full' ? full : undefined;
    case 'locked-list':
      return full;
    default:
      return undefined;
  }
}

/** What a fence named in `fencepost.json` orders, by the word the project chose. */
export function projectFence(fact: ApiFact, architecture: Architecture): FenceFact | undefined {
  switch (fact.order) {
    case 'full':
      return full;
    case 'acquire':
    case 'load':
      return load;
    case 'release':
      return release;
    case 'store':
      return store;
    case 'compiler':
      return architecture === 'x64' ? compilerOnX64 : compilerOnArm64;
    default:
      return undefined;
  }
}
