/** Rules about the rest of the system that a driver deals with: registry, network stack, peers, pool, locks, package files. */
import type { Rule } from '../rule';

export const SYSTEM_RULES: readonly Rule[] = [];
