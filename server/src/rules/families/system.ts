/** Rules about the rest of the system that a driver deals with: registry, network stack, peers, pool, locks, package files. */
import type { Rule } from '../rule';
import { fntableHeaderUnvalidated } from '../fntable-header-unvalidated/rule';
import { fntableNullCall } from '../fntable-null-call/rule';
import { fntableReadBeyondSize } from '../fntable-read-beyond-size/rule';
import { fntableVersionLowerBoundOnly } from '../fntable-version-lower-bound-only/rule';
import { nmrAttachUnvalidated } from '../nmr-attach-unvalidated/rule';
import { nmrDeregisterNotWaited } from '../nmr-deregister-not-waited/rule';
import { nmrDetachBlocks } from '../nmr-detach-blocks/rule';
import { registryCallbackUserBuffer } from '../registry-callback-user-buffer/rule';
import { registryDirectWithoutTypecheck } from '../registry-direct-without-typecheck/rule';
import { registryDisablesMitigation } from '../registry-disables-mitigation/rule';
import { registryDoubleQuery } from '../registry-double-query/rule';
import { registryLengthUnchecked } from '../registry-length-unchecked/rule';
import { registryTypeUnchecked } from '../registry-type-unchecked/rule';
import { registryUserWritablePath } from '../registry-user-writable-path/rule';

export const SYSTEM_RULES: readonly Rule[] = [
  fntableHeaderUnvalidated,
  fntableNullCall,
  fntableReadBeyondSize,
  fntableVersionLowerBoundOnly,
  nmrAttachUnvalidated,
  nmrDeregisterNotWaited,
  nmrDetachBlocks,
  registryCallbackUserBuffer,
  registryDirectWithoutTypecheck,
  registryDisablesMitigation,
  registryDoubleQuery,
  registryLengthUnchecked,
  registryTypeUnchecked,
  registryUserWritablePath,
];
