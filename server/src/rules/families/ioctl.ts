/** Rules of requests: their lengths, buffers, addresses and completion. In the order of the catalogue. */
import type { Rule } from '../rule';
import { allocSizeOverflow } from '../alloc-size-overflow/rule';
import { allocUserSizeUnbounded } from '../alloc-user-size-unbounded/rule';
import { bufferedOutputClobbersInput } from '../buffered-output-clobbers-input/rule';
import { deviceCreateInsecure } from '../device-create-insecure/rule';
import { divisorFromCaller } from '../divisor-from-caller/rule';
import { fileObjectTypeConfusion } from '../file-object-type-confusion/rule';
import { handleAccessModeKernel } from '../handle-access-mode-kernel/rule';
import { ioctlArbitraryReadWrite } from '../ioctl-arbitrary-read-write/rule';
import { ioctlAssertAsValidation } from '../ioctl-assert-as-validation/rule';
import { ioctlCodePartialCompare } from '../ioctl-code-partial-compare/rule';
import { ioctlCopyLengthUserControlled } from '../ioctl-copy-length-user-controlled/rule';
import { ioctlDangerousPrimitive } from '../ioctl-dangerous-primitive/rule';
import { ioctlEmbeddedOffsetUnchecked } from '../ioctl-embedded-offset-unchecked/rule';
import { ioctlEmbeddedPointerUnprobed } from '../ioctl-embedded-pointer-unprobed/rule';
import { ioctlExposedAnyAccess } from '../ioctl-exposed-any-access/rule';
import { ioctlInputLengthUnchecked } from '../ioctl-input-length-unchecked/rule';
import { ioctlLengthArithOverflow } from '../ioctl-length-arith-overflow/rule';
import { ioctlLengthFieldMixup } from '../ioctl-length-field-mixup/rule';
import { ioctlMethodBufferMismatch } from '../ioctl-method-buffer-mismatch/rule';
import { ioctlOutputLengthUnchecked } from '../ioctl-output-length-unchecked/rule';
import { ioctlUnknownCodeSuccess } from '../ioctl-unknown-code-success/rule';
import { ioctlVariableRecordWalk } from '../ioctl-variable-record-walk/rule';
import { iostatusInformationOverreport } from '../iostatus-information-overreport/rule';
import { irpCancelRace } from '../irp-cancel-race/rule';
import { irpPendingMismatch } from '../irp-pending-mismatch/rule';
import { irpUseAfterComplete } from '../irp-use-after-complete/rule';
import { kernelOpenWithoutAccessCheck } from '../kernel-open-without-access-check/rule';
import { kernelPointerToUser } from '../kernel-pointer-to-user/rule';
import { methodNeitherUnprobed } from '../method-neither-unprobed/rule';
import { mmisaddressvalidAsValidation } from '../mmisaddressvalid-as-validation/rule';
import { mmprobeOutsideTry } from '../mmprobe-outside-try/rule';
import { modeConstantUsermode } from '../mode-constant-usermode/rule';
import { outputUninitializedBytes } from '../output-uninitialized-bytes/rule';
import { probeLengthMismatch } from '../probe-length-mismatch/rule';
import { probeNotModeGated } from '../probe-not-mode-gated/rule';
import { probeOutsideTry } from '../probe-outside-try/rule';
import { traceUserBuffer } from '../trace-user-buffer/rule';
import { userMemoryOutsideTry } from '../user-memory-outside-try/rule';
import { userMemoryWrongContext } from '../user-memory-wrong-context/rule';
import { wow64LayoutUnhandled } from '../wow64-layout-unhandled/rule';

export const IOCTL_RULES: readonly Rule[] = [
  ioctlInputLengthUnchecked,
  ioctlOutputLengthUnchecked,
  ioctlLengthFieldMixup,
  ioctlCopyLengthUserControlled,
  ioctlLengthArithOverflow,
  ioctlEmbeddedOffsetUnchecked,
  ioctlVariableRecordWalk,
  ioctlEmbeddedPointerUnprobed,
  ioctlArbitraryReadWrite,
  methodNeitherUnprobed,
  mmisaddressvalidAsValidation,
  userMemoryOutsideTry,
  userMemoryWrongContext,
  probeOutsideTry,
  mmprobeOutsideTry,
  probeLengthMismatch,
  probeNotModeGated,
  modeConstantUsermode,
  ioctlExposedAnyAccess,
  deviceCreateInsecure,
  ioctlMethodBufferMismatch,
  bufferedOutputClobbersInput,
  ioctlDangerousPrimitive,
  outputUninitializedBytes,
  iostatusInformationOverreport,
  kernelPointerToUser,
  traceUserBuffer,
  handleAccessModeKernel,
  fileObjectTypeConfusion,
  kernelOpenWithoutAccessCheck,
  wow64LayoutUnhandled,
  ioctlCodePartialCompare,
  ioctlUnknownCodeSuccess,
  ioctlAssertAsValidation,
  irpPendingMismatch,
  irpCancelRace,
  irpUseAfterComplete,
  allocSizeOverflow,
  allocUserSizeUnbounded,
  divisorFromCaller,
];
