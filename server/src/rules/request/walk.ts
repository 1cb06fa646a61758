/**
 * Steps of a pointer by an untrusted amount: whether a place moves a pointer on to the next record of a list.
 */
import type { FunctionDecl, Span } from '../../syntax/ast';
import { enclosing } from './statements';

/** The loop whose pointer is moved here, `p = (T *)((UCHAR *)p + p->Next)`; undefined when this is no such step. */
export function step(fn: FunctionDecl, place: Span, text: (s: Span) => string): Span | undefined {
  const around = enclosing(fn, place);
  const loop = around.filter((s) => s.kind === 'while' || s.kind === 'do' || s.kind === 'for').pop();
  if (!loop) return undefined;
  const last = around[around.length - 1];
  const x = last?.kind === 'expr' ? last.x : last?.kind === 'for' ? last.step : undefined;
  // What a `for` starts with and what it compares with are no steps.
  if (x?.kind !== 'asg' || x.l.kind !== 'id' || place.start < x.start || place.end > x.end) return undefined;
  if (x.op === '+') return loop;
  return x.op === '' && new RegExp(`\\b${x.l.name}\\b`).test(text(x.r)) ? loop : undefined;
}
