/** All rules, in the order in which the catalogue lists them. */
import type { Rule } from './rule';
import { SYSTEM_RULES } from './families/system';
import { ioctlInputLengthUnchecked } from './ioctl-input-length-unchecked/rule';
import { sharedNonatomicRmw } from './shared-nonatomic-rmw/rule';
import { sharedNonvolatileRead } from './shared-nonvolatile-read/rule';

export const RULES: readonly Rule[] = [ioctlInputLengthUnchecked, sharedNonvolatileRead, sharedNonatomicRmw, ...SYSTEM_RULES];
