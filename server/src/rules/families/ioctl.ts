/** Rules of requests: their lengths, buffers, addresses and completion. */
import type { Rule } from '../rule';
import { ioctlInputLengthUnchecked } from '../ioctl-input-length-unchecked/rule';
import { ioctlOutputLengthUnchecked } from '../ioctl-output-length-unchecked/rule';
import { ioctlCopyLengthUserControlled } from '../ioctl-copy-length-user-controlled/rule';
import { ioctlLengthArithOverflow } from '../ioctl-length-arith-overflow/rule';
import { allocSizeOverflow } from '../alloc-size-overflow/rule';
import { allocUserSizeUnbounded } from '../alloc-user-size-unbounded/rule';

export const IOCTL_RULES: readonly Rule[] = [
  ioctlInputLengthUnchecked,
  ioctlOutputLengthUnchecked,
  ioctlCopyLengthUserControlled,
  ioctlLengthArithOverflow,
  allocSizeOverflow,
  allocUserSizeUnbounded,
];
