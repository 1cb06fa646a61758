/**
 * What a value that was read from untrusted memory goes on to decide: notes it under the place of the read, so that the severity of a
 * read can follow its consequence.
 */
import type { Observer, View } from '../../analysis/events';
import { isVolatileOrigin } from '../../analysis/origins';
import type { Val } from '../../analysis/value';
import type { DriverFacts, RuleContext } from '../rule';
import { bounded, limited } from './clamp';
import { taintPlace } from './shared-memory';

const DECIDES = 'read-decides';

/** A use that reaches memory. `unclamped` ones are as wide as the number itself. */
export type Decision =
  'a branch' | 'a comparison' | 'an index' | 'an unclamped index' | 'the length of a copy' | 'a size' | 'a pointer' | 'a switch';

/** Decisions that reach memory, or say how much of it. */
export const REACHES: ReadonlySet<string> = new Set<Decision>([
  'a pointer',
  'an unclamped index',
  'an index',
  'the length of a copy',
  'a size',
]);

export function decisions(cx: RuleContext): Observer {
  const decides = (val: Val, what: Decision): void => {
    for (const t of val.taint) if (isVolatileOrigin(t.origin) || t.origin === 'Packet') cx.note(DECIDES, taintPlace(t), what);
  };
  const pointer = (val: Val | undefined): void => {
    if (val) decides(val, 'a pointer');
  };
  return {
    access(e) {
      if (e.pointer && e.pointer.ty?.k === 'ptr') pointer(e.pointer);
    },
    branch(e) {
      for (const val of e.vals) decides(val, 'a branch');
      if (e.c.kind === 'bin' && e.c.op !== '==' && e.c.op !== '!=') for (const val of e.vals) decides(val, 'a comparison');
    },
    index(e, v) {
      decides(e.index, loose(e.index, v, e.count) ? 'an unclamped index' : 'an index');
    },
    copy(e) {
      if (e.len) decides(e.len, 'the length of a copy');
      pointer(e.src);
      pointer(e.dst);
    },
    call(e) {
      for (const role of ['size', 'len', 'length']) {
        const val = e.arg(role);
        if (val) decides(val, 'a size');
      }
    },
  };
}

function loose(val: Val, v: View, count: number | undefined): boolean {
  return !bounded(val, v, count) && !limited(val.t, v);
}

/** What the read at a place decides, worst first. */
export function decisionsOf(place: string, facts: DriverFacts): readonly string[] {
  return worst(facts.values(DECIDES, place));
}

export function worst(uses: readonly string[]): readonly string[] {
  const order = [
    'a pointer',
    'an unclamped index',
    'the length of a copy',
    'a size',
    'an index',
    'a switch',
    'a comparison',
    'a branch',
  ];
  return [...uses].sort((a, b) => order.indexOf(a) - order.indexOf(b));
}
