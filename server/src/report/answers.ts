/** Answers to questions about one place, as faces show them. Plain data. */
import type { Answer } from '../analysis/ask';
import type { Origin } from '../model/model';
import type { Place, Step } from '../rules/finding';

export interface OriginAnswer {
  readonly origins: readonly {
    readonly origin: Origin;
    /** The memory that the expression points to, or the place where its value was loaded from. */
    readonly of: 'pointee' | 'value';
    readonly certain: boolean;
    /** The call, field or setting that made it so. */
    readonly witness?: Place & { readonly message?: string };
    /** From the witness to the place that was asked about. */
    readonly steps?: readonly Step[];
  }[];
  /** True when the analysis does not know. */
  readonly unknown: boolean;
  /** What is known there: checked lengths, probes, the mode, `__try`. */
  readonly guards?: readonly { readonly message: string; readonly always: boolean; readonly place?: Place }[];
  /** What is assumed of the build. */
  readonly configuration?: string;
}

export function asAnswer(answer: Answer): OriginAnswer {
  return {
    unknown: answer.unknown,
    origins: answer.origins.map(({ origin, of, certain, witness }) => ({
      origin,
      of,
      certain,
      witness: witness[0],
      steps: witness,
    })),
    guards: answer.guards.map(({ message, always, place }) => ({ message, always, place })),
  };
}
