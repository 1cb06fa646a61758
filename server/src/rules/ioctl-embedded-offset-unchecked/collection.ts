/**
 * A number of the caller that picks an object out of a collection of the framework: where there is none at that place the answer is NULL,
 * which whoever goes on with has to ask for.
 */
import type { Call, View } from '../../analysis/events';
import type { Taint } from '../../analysis/value';
import { mayBeCapped } from '../request/bounded';
import { chosen, isRequestLength, ofRequest } from '../request/taint';
import { calledName, shapeOf, sourceCall, sourceOf } from '../source/shape';
import type { RuleContext } from '../rule';

/** The number, where nothing was compared with it and the object is used before anybody asks whether there is one. */
export function picksUnseen(e: Call, v: View, cx: RuleContext): Taint | undefined {
  const index = e.name === 'WdfCollectionGetItem' ? e.args[1] : undefined;
  const taint = index && chosen(index, v);
  if (!index || !taint || isRequestLength(taint) || !ofRequest(taint) || mayBeCapped(index.t, v)) return undefined;
  return isUsedUnasked(e, cx) ? taint : undefined;
}

function isUsedUnasked(e: Call, cx: RuleContext): boolean {
  const s = shapeOf(cx.fn, sourceOf(cx.file, cx));
  const store = s.stores.find((t) => t.op === '' && sourceCall(t.r) === e.x);
  if (!store) return s.parent(e.x)?.kind === 'call';
  const next = s.exprs
    .filter((x) => x.kind === 'id' && x.name === store.left && x.start >= e.x.end)
    .reduce<(typeof s.exprs)[number] | undefined>((first, x) => (first && first.start <= x.start ? first : x), undefined);
  if (!next) return false;
  for (const p of s.around(next)) {
    if (p.kind === 'cast') continue;
    // An assertion asks nothing in a free build, but says that the author knows.
    return p.kind === 'call' && !/assert/i.test(calledName(p) ?? 'assert');
  }
  return false;
}
