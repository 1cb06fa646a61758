/** Calls of a function that lead, directly or through functions of the driver, to a call of some name. */
import type { Step } from '../finding';
import { shapeOf, sourceOf, type CallSite, type Shape } from './shape';

export interface Reached {
  /** The call in the function that was asked about. */
  readonly call: CallSite;
  /** The name that was looked for. */
  readonly name: string;
  readonly via: readonly Step[];
}

const MAX_DEPTH = 4;

/** One answer per call of the function. */
export function reach(s: Shape, wanted: RegExp): Reached[] {
  const out: Reached[] = [];
  for (const call of s.calls) {
    if (wanted.test(call.name)) out.push({ call, name: call.name, via: [] });
    else {
      const inner = through(s, call, wanted, MAX_DEPTH, new Set([s.name]));
      if (inner) out.push({ call, ...inner });
    }
  }
  return out;
}

function through(
  s: Shape,
  call: CallSite,
  wanted: RegExp,
  depth: number,
  seen: Set<string>,
): { name: string; via: readonly Step[] } | undefined {
  if (depth === 0 || seen.has(call.name)) return undefined;
  seen.add(call.name);
  const callee = s.cx.program.function(call.name, s.cx.file);
  if (!callee?.decl.body) return undefined;
  const inner = shapeOf(callee.decl, sourceOf(callee.file, s.cx));
  const step = inner.step(callee.decl.nameSpan, 'flow', `through \`${call.name}\``);
  for (const c of inner.calls) if (wanted.test(c.name)) return { name: c.name, via: [step] };
  for (const c of inner.calls) {
    const deeper = through(inner, c, wanted, depth - 1, seen);
    if (deeper) return { name: deeper.name, via: [step, ...deeper.via] };
  }
  return undefined;
}
