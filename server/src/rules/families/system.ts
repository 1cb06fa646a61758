/** Rules about the rest of the system that a driver deals with: registry, network stack, peers, pool, locks, package files. */
import type { Rule } from '../rule';
import { allocResultUnchecked } from '../alloc-result-unchecked/rule';
import { doubleFree } from '../double-free/rule';
import { fntableHeaderUnvalidated } from '../fntable-header-unvalidated/rule';
import { fntableNullCall } from '../fntable-null-call/rule';
import { fntableReadBeyondSize } from '../fntable-read-beyond-size/rule';
import { fntableVersionLowerBoundOnly } from '../fntable-version-lower-bound-only/rule';
import { fntableWritableGlobal } from '../fntable-writable-global/rule';
import { infInsecureDeviceSecurity } from '../inf-insecure-device-security/rule';
import { kewaitUsermodeOnStack } from '../kewait-usermode-on-stack/rule';
import { keyMaterialNotZeroized } from '../key-material-not-zeroized/rule';
import { keyMaterialTraced } from '../key-material-traced/rule';
import { lockImbalance } from '../lock-imbalance/rule';
import { lockWaitUnderSpinlock } from '../lock-wait-under-spinlock/rule';
import { narrowLoopCounter } from '../narrow-loop-counter/rule';
import { ndisCallbackPair } from '../ndis-callback-pair/rule';
import { ndisGetdatabufferNull } from '../ndis-getdatabuffer-null/rule';
import { ndisMdlWalkUnchecked } from '../ndis-mdl-walk-unchecked/rule';
import { ndisNblOwnership } from '../ndis-nbl-ownership/rule';
import { ndisObjectHeaderUnchecked } from '../ndis-object-header-unchecked/rule';
import { ndisOidCloneMishandled } from '../ndis-oid-clone-mishandled/rule';
import { ndisOidLengthUnchecked } from '../ndis-oid-length-unchecked/rule';
import { nmrAttachUnvalidated } from '../nmr-attach-unvalidated/rule';
import { nmrDeregisterNotWaited } from '../nmr-deregister-not-waited/rule';
import { nmrDetachBlocks } from '../nmr-detach-blocks/rule';
import { packetByteOrder } from '../packet-byte-order/rule';
import { packetHeaderBeforeLength } from '../packet-header-before-length/rule';
import { packetLengthFieldTrusted } from '../packet-length-field-trusted/rule';
import { packetLoopNoProgress } from '../packet-loop-no-progress/rule';
import { registryCallbackUserBuffer } from '../registry-callback-user-buffer/rule';
import { registryDirectWithoutTypecheck } from '../registry-direct-without-typecheck/rule';
import { registryDisablesMitigation } from '../registry-disables-mitigation/rule';
import { registryDoubleQuery } from '../registry-double-query/rule';
import { registryLengthUnchecked } from '../registry-length-unchecked/rule';
import { registryTypeUnchecked } from '../registry-type-unchecked/rule';
import { registryUserWritablePath } from '../registry-user-writable-path/rule';
import { sehFilterContinue } from '../seh-filter-continue/rule';
import { sizeofPointer } from '../sizeof-pointer/rule';
import { useAfterFree } from '../use-after-free/rule';

export const SYSTEM_RULES: readonly Rule[] = [
  allocResultUnchecked,
  doubleFree,
  fntableHeaderUnvalidated,
  fntableNullCall,
  fntableReadBeyondSize,
  fntableVersionLowerBoundOnly,
  fntableWritableGlobal,
  infInsecureDeviceSecurity,
  kewaitUsermodeOnStack,
  keyMaterialNotZeroized,
  keyMaterialTraced,
  lockImbalance,
  lockWaitUnderSpinlock,
  narrowLoopCounter,
  ndisCallbackPair,
  ndisGetdatabufferNull,
  ndisMdlWalkUnchecked,
  ndisNblOwnership,
  ndisObjectHeaderUnchecked,
  ndisOidCloneMishandled,
  ndisOidLengthUnchecked,
  nmrAttachUnvalidated,
  nmrDeregisterNotWaited,
  nmrDetachBlocks,
  packetByteOrder,
  packetHeaderBeforeLength,
  packetLengthFieldTrusted,
  packetLoopNoProgress,
  registryCallbackUserBuffer,
  registryDirectWithoutTypecheck,
  registryDisablesMitigation,
  registryDoubleQuery,
  registryLengthUnchecked,
  registryTypeUnchecked,
  registryUserWritablePath,
  sehFilterContinue,
  sizeofPointer,
  useAfterFree,
];
