/** Rules about the rest of the system that a driver deals with: registry, network stack, peers, pool, locks, package files. */
import type { Rule } from '../rule';
import { allocResultUnchecked } from '../alloc-result-unchecked/rule';
import { copyBeyondObject } from '../copy-beyond-object/rule';
import { copyPasteDuplicateCondition } from '../copy-paste-duplicate-condition/rule';
import { cryptoOffloadSilentFailure } from '../crypto-offload-silent-failure/rule';
import { doubleFree } from '../double-free/rule';
import { driverIsolationRegistry } from '../driver-isolation-registry/rule';
import { filterEnumUnvalidated } from '../filter-enum-unvalidated/rule';
import { filterRuleCountUnbounded } from '../filter-rule-count-unbounded/rule';
import { fntableCallUnderLock } from '../fntable-call-under-lock/rule';
import { fntableHeaderUnvalidated } from '../fntable-header-unvalidated/rule';
import { fntableNotCaptured } from '../fntable-not-captured/rule';
import { fntableNullCall } from '../fntable-null-call/rule';
import { fntableReadBeyondSize } from '../fntable-read-beyond-size/rule';
import { fntableVersionLowerBoundOnly } from '../fntable-version-lower-bound-only/rule';
import { fntableWritableGlobal } from '../fntable-writable-global/rule';
import { illegalFieldAccess } from '../illegal-field-access/rule';
import { infInsecureDeviceSecurity } from '../inf-insecure-device-security/rule';
import { irpStackEntryCopy } from '../irp-stack-entry-copy/rule';
import { kewaitUsermodeHoldingResource } from '../kewait-usermode-holding-resource/rule';
import { kewaitBlocksMissing } from '../kewait-blocks-missing/rule';
import { kewaitUsermodeOnStack } from '../kewait-usermode-on-stack/rule';
import { keyMaterialNotZeroized } from '../key-material-not-zeroized/rule';
import { keyMaterialTraced } from '../key-material-traced/rule';
import { listGrowthUnbounded } from '../list-growth-unbounded/rule';
import { lockImbalance } from '../lock-imbalance/rule';
import { lockWaitUnderSpinlock } from '../lock-wait-under-spinlock/rule';
import { narrowLoopCounter } from '../narrow-loop-counter/rule';
import { ndisAdvanceRetreatImbalance } from '../ndis-advance-retreat-imbalance/rule';
import { ndisCallbackPair } from '../ndis-callback-pair/rule';
import { ndisGetdatabufferNull } from '../ndis-getdatabuffer-null/rule';
import { ndisMdlWalkUnchecked } from '../ndis-mdl-walk-unchecked/rule';
import { ndisNblOwnership } from '../ndis-nbl-ownership/rule';
import { ndisObjectHeaderUnchecked } from '../ndis-object-header-unchecked/rule';
import { ndisOidCloneMishandled } from '../ndis-oid-clone-mishandled/rule';
import { ndisOidLengthUnchecked } from '../ndis-oid-length-unchecked/rule';
import { netCapabilityUngated } from '../net-capability-ungated/rule';
import { nmrAttachUnvalidated } from '../nmr-attach-unvalidated/rule';
import { nmrDeregisterNotWaited } from '../nmr-deregister-not-waited/rule';
import { nmrDetachBlocks } from '../nmr-detach-blocks/rule';
import { nmrDetachPendingNeverCompleted } from '../nmr-detach-pending-never-completed/rule';
import { nmrDoubleAttach } from '../nmr-double-attach/rule';
import { packetByteOrder } from '../packet-byte-order/rule';
import { packetHeaderBeforeLength } from '../packet-header-before-length/rule';
import { packetHeaderLengthUnchecked } from '../packet-header-length-unchecked/rule';
import { packetLoopNoProgress } from '../packet-loop-no-progress/rule';
import { packetLengthFieldTrusted } from '../packet-length-field-trusted/rule';
import { packetTailUninitialized } from '../packet-tail-uninitialized/rule';
import { packetWriteBounds } from '../packet-write-bounds/rule';
import { pagedCodeRaisedIrql } from '../paged-code-raised-irql/rule';
import { poolDefaultTag } from '../pool-default-tag/rule';
import { poolDeprecatedOrUninitialized } from '../pool-deprecated-or-uninitialized/rule';
import { poolExecutable } from '../pool-executable/rule';
import { poolTagMismatch } from '../pool-tag-mismatch/rule';
import { previousModeConfusion } from '../previous-mode-confusion/rule';
import { pushlockWithoutCriticalRegion } from '../pushlock-without-critical-region/rule';
import { registryCallbackUserBuffer } from '../registry-callback-user-buffer/rule';
import { registryDirectWithoutTypecheck } from '../registry-direct-without-typecheck/rule';
import { registryDisablesMitigation } from '../registry-disables-mitigation/rule';
import { registryDoubleQuery } from '../registry-double-query/rule';
import { registryLengthUnchecked } from '../registry-length-unchecked/rule';
import { registryTypeUnchecked } from '../registry-type-unchecked/rule';
import { registryUserWritablePath } from '../registry-user-writable-path/rule';
import { registryValueUnbounded } from '../registry-value-unbounded/rule';
import { releaseTwiceOnError } from '../release-twice-on-error/rule';
import { resourceLeakOnPath } from '../resource-leak-on-path/rule';
import { rssTableUnvalidated } from '../rss-table-unvalidated/rule';
import { rxDropSilent } from '../rx-drop-silent/rule';
import { rxInjectUnvalidated } from '../rx-inject-unvalidated/rule';
import { rxModifySharedNbl } from '../rx-modify-shared-nbl/rule';
import { rxStealUnownedTarget } from '../rx-steal-unowned-target/rule';
import { sehFilterContinue } from '../seh-filter-continue/rule';
import { sizeofPointer } from '../sizeof-pointer/rule';
import { stackBypassHotspot } from '../stack-bypass-hotspot/rule';
import { statusIgnored } from '../status-ignored/rule';
import { statusOrCombined } from '../status-or-combined/rule';
import { threadPriorityFromUser } from '../thread-priority-from-user/rule';
import { txSpoofUnvalidated } from '../tx-spoof-unvalidated/rule';
import { useAfterFree } from '../use-after-free/rule';
import { userControlledDelay } from '../user-controlled-delay/rule';
import { wfpBlockWithoutClearingRight } from '../wfp-block-without-clearing-right/rule';
import { wfpClassifyRightsIgnored } from '../wfp-classify-rights-ignored/rule';
import { wfpPermitOnError } from '../wfp-permit-on-error/rule';
import { wfpSelfInjectionLoop } from '../wfp-self-injection-loop/rule';

export const SYSTEM_RULES: readonly Rule[] = [
  allocResultUnchecked,
  copyBeyondObject,
  copyPasteDuplicateCondition,
  cryptoOffloadSilentFailure,
  doubleFree,
  driverIsolationRegistry,
  filterEnumUnvalidated,
  filterRuleCountUnbounded,
  fntableCallUnderLock,
  fntableHeaderUnvalidated,
  fntableNotCaptured,
  fntableNullCall,
  fntableReadBeyondSize,
  fntableVersionLowerBoundOnly,
  fntableWritableGlobal,
  illegalFieldAccess,
  infInsecureDeviceSecurity,
  irpStackEntryCopy,
  kewaitUsermodeHoldingResource,
  kewaitBlocksMissing,
  kewaitUsermodeOnStack,
  keyMaterialNotZeroized,
  keyMaterialTraced,
  listGrowthUnbounded,
  lockImbalance,
  lockWaitUnderSpinlock,
  narrowLoopCounter,
  ndisAdvanceRetreatImbalance,
  ndisCallbackPair,
  ndisGetdatabufferNull,
  ndisMdlWalkUnchecked,
  ndisNblOwnership,
  ndisObjectHeaderUnchecked,
  ndisOidCloneMishandled,
  ndisOidLengthUnchecked,
  netCapabilityUngated,
  nmrAttachUnvalidated,
  nmrDeregisterNotWaited,
  nmrDetachBlocks,
  nmrDetachPendingNeverCompleted,
  nmrDoubleAttach,
  packetByteOrder,
  packetHeaderBeforeLength,
  packetHeaderLengthUnchecked,
  packetLoopNoProgress,
  packetLengthFieldTrusted,
  packetTailUninitialized,
  packetWriteBounds,
  pagedCodeRaisedIrql,
  poolDefaultTag,
  poolDeprecatedOrUninitialized,
  poolExecutable,
  poolTagMismatch,
  previousModeConfusion,
  pushlockWithoutCriticalRegion,
  registryCallbackUserBuffer,
  registryDirectWithoutTypecheck,
  registryDisablesMitigation,
  registryDoubleQuery,
  registryLengthUnchecked,
  registryTypeUnchecked,
  registryUserWritablePath,
  registryValueUnbounded,
  releaseTwiceOnError,
  resourceLeakOnPath,
  rssTableUnvalidated,
  rxDropSilent,
  rxInjectUnvalidated,
  rxModifySharedNbl,
  rxStealUnownedTarget,
  sehFilterContinue,
  sizeofPointer,
  stackBypassHotspot,
  statusIgnored,
  statusOrCombined,
  threadPriorityFromUser,
  txSpoofUnvalidated,
  useAfterFree,
  userControlledDelay,
  wfpBlockWithoutClearingRight,
  wfpClassifyRightsIgnored,
  wfpPermitOnError,
  wfpSelfInjectionLoop,
];
