/** The table of fences against the ruling: what each orders on x64 and on ARM64. */
import assert from 'node:assert/strict';
import { createModel } from '../../server/src/model';
import type { Architecture } from '../../server/src/model/model';

const model = createModel();

/** `LL LS SS SL`, with `c` in front when it is for the compiler only; `-` when it is no fence. */
function orders(name: string, architecture: Architecture, argument?: string): string {
  const fence = model.fence(name, architecture, argument);
  if (!fence) return '-';
  const words = [fence.loadLoad && 'LL', fence.loadStore && 'LS', fence.storeStore && 'SS', fence.storeLoad && 'SL'].filter(
    Boolean,
  );
  return [...(fence.compilerOnly ? ['c'] : []), ...words].join(' ');
}

const full = 'LL LS SS SL';
const rows: readonly (readonly [name: string, x64: string, arm64: string])[] = [
  ['KeMemoryBarrier', full, full],
  ['MemoryBarrier', full, full],
  ['_mm_mfence', full, full],
  ['__faststorefence', full, full],
  ['FastFence', full, full],
  ['_mm_lfence', 'LL LS', 'LL LS'],
  ['LoadFence', 'LL LS', 'LL LS'],
  ['_mm_sfence', 'SS', 'SS'],
  ['StoreFence', 'SS', 'SS'],
  ['_ReadWriteBarrier', 'c LL LS SS', 'c'],
  ['KeMemoryBarrierWithoutFence', 'c LL LS SS', 'c'],
  ['_ReadBarrier', 'c LL', 'c'],
  ['_WriteBarrier', 'c SS', 'c'],
  ['__dmb', full, full],
  ['__dsb', full, full],
  ['__isb', '-', '-'],
  ['YieldProcessor', '-', '-'],
  ['InterlockedIncrement', full, full],
  ['InterlockedCompareExchange64', full, full],
  ['InterlockedExchangePointer', full, full],
  ['InterlockedOr', full, full],
  ['InterlockedPushEntrySList', full, full],
  ['InterlockedOrToUser', full, full],
  ['ExInterlockedInsertTailList', full, full],
  ['ExInterlockedFlushSList', full, full],
  ['InterlockedIncrementNoFence', full, '-'],
  ['InterlockedIncrementAcquire', full, '-'],
  ['InterlockedExchangePointerRelease', full, '-'],
  ['ReadULongAcquire', '-', '-'],
  ['WriteULongRelease', '-', '-'],
  ['READ_REGISTER_ULONG', '-', '-'],
  ['KeAcquireSpinLock', '-', '-'],
  ['SomethingElse', '-', '-'],
];

describe('fences', () => {
  for (const [name, x64, arm64] of rows) {
    it(`${name}: x64 ${x64 || 'nothing'}, ARM64 ${arm64 || 'nothing'}`, () => {
      assert.equal(orders(name, 'x64'), x64);
      assert.equal(orders(name, 'arm64'), arm64);
    });
  }

  it('reads the type of an ARM64 barrier', () => {
    assert.equal(orders('__dmb', 'arm64', '_ARM64_BARRIER_ISHLD'), 'LL LS');
    assert.equal(orders('__dmb', 'arm64', '_ARM64_BARRIER_ISHST'), 'SS');
    assert.equal(orders('__dmb', 'arm64', '_ARM64_BARRIER_ISH'), full);
    assert.equal(orders('__dmb', 'arm64', '_ARM64_BARRIER_LD'), 'LL LS');
    assert.equal(orders('__dmb', 'arm64', '_ARM64_BARRIER_ST'), 'SS');
    assert.equal(orders('__dsb', 'arm64', '0xF'), full);
    assert.equal(orders('__dmb', 'arm64', '0x9'), 'LL LS');
    assert.equal(orders('__dmb', 'arm64', '10'), 'SS');
  });
});
