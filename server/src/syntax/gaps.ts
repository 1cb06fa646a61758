/**
 * What the grammar did not understand, as ranges, and the functions that hold such a range.
 */
import type { FunctionDecl } from './ast';
import type { Gap } from './facts';
import type { Flat } from './flat';
import { ERROR } from './nodes';

/** Error nodes of a tree; nested ones are part of the outer one. */
export function errorGaps(flat: Flat, text: string): Gap[] {
  const out: Gap[] = [];
  for (let i = 0; i < flat.n; i++) {
    if (flat.kind[i] !== ERROR) continue;
    const start = flat.from(i);
    const end = Math.max(flat.to(i), Math.min(start + 1, text.length));
    const line = text.slice(start, Math.min(end, start + 40)).split(/[\r\n]/, 1)[0] ?? '';
    out.push({
      kind: 'error',
      start,
      end,
      message: flat.to(i) === flat.from(i) ? 'Something is missing here.' : `Not understood: \`${line.trim()}\`.`,
    });
    if (flat.to(i) > flat.from(i)) i = flat.after(i) - 1;
  }
  return out;
}

export function markBroken(functions: readonly FunctionDecl[], gaps: readonly Gap[]): FunctionDecl[] {
  const errors = gaps.filter((g) => g.kind === 'error');
  if (errors.length === 0) return [...functions];
  return functions.map((f) => {
    const { body } = f;
    return body && errors.some((g) => g.start < body.end && g.end > body.start) ? { ...f, broken: true } : f;
  });
}
