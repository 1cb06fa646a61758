/** Who calls a function, directly, by name. */
import { usesOf } from '../../program/handed';
import { shapeOf, sourceOf, type CallSite, type Shape } from './shape';

export interface Caller {
  readonly shape: Shape;
  readonly call: CallSite;
}

/** Asked of few functions: all bodies of the driver take part in the answer. */
export function callersOf(s: Shape): readonly Caller[] {
  const { program, model } = s.cx;
  program.dependsOnBodies();
  const out: Caller[] = [];
  for (const [file, facts] of program.files) {
    if (!usesOf(facts, model).called.has(s.name)) continue;
    for (const fn of facts.functions) {
      if (!fn.body || fn.name === s.name || !program.slice(file, fn).includes(s.name)) continue;
      const shape = shapeOf(fn, sourceOf(file, s.cx));
      for (const call of shape.calls) if (call.name === s.name) out.push({ shape, call });
    }
  }
  return out;
}
