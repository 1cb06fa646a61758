/**
 * NDIS filter handlers come in pairs; one that is registered alone leaves packets or requests without an owner.
 */
import { functionRule } from '../source/shape';
import page from './page.md';

const PAIRS: readonly (readonly [string, string])[] = [
  ['OidRequestHandler', 'OidRequestCompleteHandler'],
  ['DirectOidRequestHandler', 'DirectOidRequestCompleteHandler'],
  ['AttachHandler', 'DetachHandler'],
  ['PauseHandler', 'RestartHandler'],
];
export const ndisCallbackPair = functionRule(
  {
    id: 'ndis-callback-pair',
    title: 'Filter handler registered without its counterpart',
    threats: ['NDIS lightweight filter (LWF) driver API'],
    severity: 'warning',
    precision: 'high',
    cwe: [404],
    profile: 'default',
  },
  page,
  (s, tell) => {
    const ours = s.stores.flatMap((x) =>
      x.l?.kind === 'fld' && /HANDLER$|Handler$/.test(x.l.name) ? [{ l: x.l, place: x.place }] : [],
    );
    const set = new Map(
      ours
        .filter((x) => /^_?NDIS_FILTER_DRIVER_CHARACTERISTICS$/.test(s.recordOf(x.l.x)?.name ?? ''))
        .map((x) => [x.l.name, x.place]),
    );
    for (const [one, other] of PAIRS) {
      const place = set.get(one);
      if (place && !set.has(other))
        tell(place, `\`${one}\` is registered, but \`${other}\` is not: what it starts is never finished.`);
    }
  },
);
