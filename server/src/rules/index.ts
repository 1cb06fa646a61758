/** All rules, in the order in which the catalogue lists them. */
import type { Rule } from './rule';
import { SYSTEM_RULES } from './families/system';
import { IOCTL_RULES } from './families/ioctl';
import { MEMORY_RULES } from './families/memory';

export const RULES: readonly Rule[] = [...IOCTL_RULES, ...MEMORY_RULES, ...SYSTEM_RULES];
