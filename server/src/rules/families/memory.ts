/** Rules of memory that user mode can rewrite, of mappings, and of code that shares memory without locks. */
import type { Rule } from '../rule';
import { sharedNonvolatileRead } from '../shared-nonvolatile-read/rule';
import { sharedNonvolatileWrite } from '../shared-nonvolatile-write/rule';
import { sharedNonatomicRmw } from '../shared-nonatomic-rmw/rule';
import { sharedBulkCopyNonvolatile } from '../shared-bulk-copy-nonvolatile/rule';
import { doubleFetch } from '../double-fetch/rule';
import { packetToctou } from '../packet-toctou/rule';
import { sharedIndexUnclamped } from '../shared-index-unclamped/rule';
import { sharedBoundFromShared } from '../shared-bound-from-shared/rule';
import { sharedAvailableCountUnclamped } from '../shared-available-count-unclamped/rule';
import { sharedPointerFromUser } from '../shared-pointer-from-user/rule';
import { sharedHandedToImmutableConsumer } from '../shared-handed-to-immutable-consumer/rule';
import { userMapRwx } from '../user-map-rwx/rule';
import { userMapOutsideTry } from '../user-map-outside-try/rule';
import { userMapUninitialized } from '../user-map-uninitialized/rule';
import { userMapPartialPage } from '../user-map-partial-page/rule';
import { userMapLifetime } from '../user-map-lifetime/rule';
import { mdlMappingNullUnchecked } from '../mdl-mapping-null-unchecked/rule';
import { mdlAccessMode } from '../mdl-access-mode/rule';
import { mdlLengthMismatch } from '../mdl-length-mismatch/rule';
import { sectionViewUnsafe } from '../section-view-unsafe/rule';
import { lockedMemoryNoQuota } from '../locked-memory-no-quota/rule';
import { dmaBufferTrust } from '../dma-buffer-trust/rule';
import { missingAcquireOnIndex } from '../missing-acquire-on-index/rule';
import { missingReleaseOnPublish } from '../missing-release-on-publish/rule';
import { storeLoadBarrierMissing } from '../store-load-barrier-missing/rule';
import { compilerBarrierAsCpuBarrier } from '../compiler-barrier-as-cpu-barrier/rule';
import { publishBeforeInit } from '../publish-before-init/rule';
import { casLoopPlainLoad } from '../cas-loop-plain-load/rule';
import { mixedAtomicPlain } from '../mixed-atomic-plain/rule';
import { refcountMisuse } from '../refcount-misuse/rule';
import { doubleCheckedInit } from '../double-checked-init/rule';
import { rundownUseAfterWait } from '../rundown-use-after-wait/rule';
import { statCounterPlain } from '../stat-counter-plain/rule';
import { barrierUnpaired } from '../barrier-unpaired/rule';

export const MEMORY_RULES: readonly Rule[] = [
  sharedNonvolatileRead,
  sharedNonvolatileWrite,
  sharedNonatomicRmw,
  sharedBulkCopyNonvolatile,
  doubleFetch,
  packetToctou,
  sharedIndexUnclamped,
  sharedBoundFromShared,
  sharedAvailableCountUnclamped,
  sharedPointerFromUser,
  sharedHandedToImmutableConsumer,
  userMapRwx,
  userMapOutsideTry,
  userMapUninitialized,
  userMapPartialPage,
  userMapLifetime,
  mdlMappingNullUnchecked,
  mdlAccessMode,
  mdlLengthMismatch,
  sectionViewUnsafe,
  lockedMemoryNoQuota,
  dmaBufferTrust,
  missingAcquireOnIndex,
  missingReleaseOnPublish,
  storeLoadBarrierMissing,
  compilerBarrierAsCpuBarrier,
  publishBeforeInit,
  casLoopPlainLoad,
  mixedAtomicPlain,
  refcountMisuse,
  doubleCheckedInit,
  rundownUseAfterWait,
  statCounterPlain,
  barrierUnpaired,
];
