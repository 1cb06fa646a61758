/**
 * What a function is run under: its arguments and what its caller tells it, and the way back to the caller's names. Calls that look alike
 * have equal contexts, and share one answer. Types only.
 */
import type { Cell, State } from './state';
import type { Atom, Lin } from './term';
import type { Base, Val } from './value';

export interface Context {
  readonly args: readonly Val[];
  readonly state: State;
  /** Equal contexts have equal keys. */
  readonly key: string;
  readonly inTry: boolean;
  /** From the callee's names back to the caller's. */
  readonly back?: ReadonlyMap<Atom, Lin>;
  /** Objects of the caller that the callee can reach. */
  readonly reach?: ReadonlyMap<string, Base>;
  /** Cells that the callee was told, by the caller's names. */
  readonly passed?: ReadonlyMap<string, Cell>;
  /** Objects of the caller, by the name that the callee has for them. */
  readonly localsBack?: ReadonlyMap<string, Base>;
  /** Objects of the caller that are one to the callee. */
  readonly several?: ReadonlyMap<string, readonly Base[]>;
}

/** What the key of a joined context begins with. */
export const GENERAL_CONTEXT = 'general:';
