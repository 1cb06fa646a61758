/** What a routine of the system writes through its output parameters. */
import type { Call, OriginHit, View } from '../../analysis/events';
import { constant, type Lin } from '../../analysis/term';
import type { Span } from '../../syntax/ast';

export interface Filled {
  readonly hit: OriginHit;
  readonly size: Lin;
  readonly place: Span;
}

/** Objects whose type says how long they are. Calls of the model tell what they write themselves. */
export function* filledBy(e: Call, v: View): Generator<Filled, void> {
  if (e.api || e.callees.length > 0) return;
  const params = v.model.ddi(e.name)?.params ?? [];
  for (const [i, { dir }] of params.entries()) {
    const given = e.args[i];
    const place = e.argExprs[i];
    if (!given || !place || !dir?.includes('out')) continue;
    const to = v.typeOf(place);
    for (const hit of v.pointee(given)) {
      const member = v.memberType(hit.target) ?? (to?.k === 'ptr' ? v.types.pointee(to) : undefined);
      const size = member && v.types.sizeOf(member);
      if (size !== undefined) yield { hit, size: constant(size), place };
    }
  }
}
