/** Rules of memory that user mode can rewrite, of mappings, and of code that shares memory without locks. */
import type { Rule } from '../rule';
import { dmaBufferTrust } from '../dma-buffer-trust/rule';
import { doubleFetch } from '../double-fetch/rule';
import { missingAcquireOnIndex } from '../missing-acquire-on-index/rule';
import { missingReleaseOnPublish } from '../missing-release-on-publish/rule';
import { packetToctou } from '../packet-toctou/rule';
import { sharedAvailableCountUnclamped } from '../shared-available-count-unclamped/rule';
import { sharedBoundFromShared } from '../shared-bound-from-shared/rule';
import { sharedBulkCopyNonvolatile } from '../shared-bulk-copy-nonvolatile/rule';
import { sharedIndexUnclamped } from '../shared-index-unclamped/rule';
import { sharedNonatomicRmw } from '../shared-nonatomic-rmw/rule';
import { sharedNonvolatileRead } from '../shared-nonvolatile-read/rule';
import { sharedNonvolatileWrite } from '../shared-nonvolatile-write/rule';
import { sharedPointerFromUser } from '../shared-pointer-from-user/rule';

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
  dmaBufferTrust,
  missingAcquireOnIndex,
  missingReleaseOnPublish,
];
