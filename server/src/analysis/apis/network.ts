/**
 * Calls of the network stack: packets, attaching modules, OID requests.
 */
import { clobber, unknownResult } from '../calls';
import { fresh, siteOf } from '../made-values';
import type { State } from '../state';
import { constant, constOf, type Lin } from '../term';
import { OID_SENT } from '../trail';
import type { Val } from '../value';
import { type Handler, one, succeedOrFail, put, pointerTo } from './handler';

export const packet: Handler = (_api, c, s, f) => {
  const region = f.regions.region(
    `nb:${f.at(c.place)}`,
    'Packet',
    [f.regions.step(siteOf(f, c.place), `\`${c.name}\` returns packet bytes`)],
    {},
  );
  const len = c.arg('len');
  const base = len
    ? {
        ...region,
        key: `${region.key}:${len.t.key}:${String(len.t.c)}`,
        inLen: undefined,
        asked: constOf(len.t),
        askedFor: measured(len.t, s),
      }
    : region;
  return one(s, pointerTo({ base, path: '', off: constant(0) }, f, c, { nullable: siteOf(f, c.place) }));
};

/** A length that nobody compared ends where something lies that was found before: how far the packet reaches, it does not say. */
function measured(len: Lin, s: State): Lin | undefined {
  return constOf(len) !== undefined || s.wasCompared(len) ? len : undefined;
}

/** The table of the other module, as it was handed over. */
export const nmrAttach: Handler = (_api, c, s, f) => {
  const site = siteOf(f, c.place);
  const region = f.regions.region('PeerDispatch', 'Peer', [
    f.regions.step(site, `\`${c.name}\` returns the dispatch table of the other module`),
  ]);
  return succeedOrFail(c, s, f, (ok) => {
    put(c.arg('peerDispatchOut'), pointerTo({ base: region, path: '', off: constant(0) }, f, c), c, ok, f);
    const context = c.arg('peerContextOut');
    if (context) clobber(context, c.x, 3, ok, f);
  });
};

/** Where an OID request has its buffer, and what the other driver says about it. */
const OID_BUFFERS = ['QUERY_INFORMATION', 'SET_INFORMATION', 'METHOD_INFORMATION'];

const OID_ANSWERS = ['BytesWritten', 'BytesNeeded', 'BytesRead'];

/** A request that another driver answers: what stands in its buffer afterwards is that driver's. */
export const oidRequest: Handler = (_api, c, s, f) => {
  const oid = c.arg('oid');
  if (!oid) return undefined;
  const site = siteOf(f, c.place);
  const region = f.regions.region(`oid:${f.at(c.place)}`, 'Peer', [
    f.regions.step(site, `\`${c.name}\` has another driver fill it`),
  ]);
  const taint = [
    { origin: 'Peer' as const, loc: region.key, site, plain: false, certain: true, witness: region.witness, captured: true },
  ];
  s.setMust({ tag: OID_SENT, site });
  for (const t of f.memory.targetsOf(oid)) {
    for (const kind of OID_BUFFERS) {
      const path = `${t.path === '' ? '' : `${t.path}.`}DATA.${kind}`;
      for (const to of s.cell(t.base, `${path}.InformationBuffer`)?.pts ?? []) {
        if (to.base.k === 'region') continue;
        s.dropUnder(to.base, to.path);
        const v: Val = {
          t: fresh(f, c.place, 'oid'),
          pts: [],
          taint,
          agg: { from: [{ base: region, path: '', off: constant(0) }], taint },
        };
        f.memory.store(s, [to], v, site);
      }
      for (const name of OID_ANSWERS) {
        const old = s.cell(t.base, `${path}.${name}`);
        if (old || t.base.k === 'local')
          s.setCell(t.base, `${path}.${name}`, { t: fresh(f, c.place, `oid${name}${kind}`), pts: [], taint, ty: old?.ty });
      }
    }
  }
  return one(s, unknownResult(c.name, c.x, f));
};
