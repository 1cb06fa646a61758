/**
 * Calls that query the registry.
 */
import { clobber } from '../calls';
import { fresh, plain, siteOf } from '../made-values';
import type { State } from '../state';
import { constant } from '../term';
import type { RegionBase, Site, Taint, Target, Val } from '../value';
import { INT, type Handler, one, succeedOrFail, put, pointerTo } from './handler';

/** What a value that was read from the registry carries. */
function readFrom(region: RegionBase, site: Site): Taint {
  return { origin: 'Registry', loc: region.key, site, plain: false, certain: true, witness: region.witness, captured: true };
}

export const registry: Handler = (_api, c, s, f) => {
  const site = siteOf(f, c.place);
  const region = f.regions.region(
    `reg:${f.at(c.place)}`,
    'Registry',
    [f.regions.step(site, `\`${c.name}\` fills it from the registry`)],
    { request: 'registry' },
  );
  const outcomes = succeedOrFail(c, s, f, (ok) => {
    const buffer = c.arg('buffer') ?? c.arg('out');
    if (buffer) {
      const pointee = f.pointee(buffer.ty);
      const taint = [readFrom(region, site)];
      for (const t of f.memory.targetsOf(buffer)) {
        ok.dropUnder(t.base, t.path);
        const ty = pointee.k === 'void' || pointee.k === 'unknown' ? undefined : pointee;
        const cell: Val = {
          t: fresh(f, c.place, 'reg', ty),
          pts: [],
          taint,
          ty,
          agg: ty?.k === 'int' ? undefined : { from: [{ base: region, path: '', off: constant(0) }], taint },
        };
        f.memory.store(ok, [t], cell, site);
      }
    }
  });
  // How much there is to be had is said in either case.
  const len = c.arg('lengthOut');
  if (len) for (const o of outcomes) clobber(len, c.x, 5, o.s, f);
  // Without room there is nothing but the length to be had.
  const room = c.arg('len');
  return room && s.isZero(room.t) ? outcomes.slice(1) : outcomes;
};

export const registryTyped: Handler = (api, c, s, f) => {
  const site = siteOf(f, c.place);
  const out = c.arg('out') ?? c.arg('paramOut');
  const region = f.regions.region(
    `reg:${f.at(c.place)}`,
    'Registry',
    [f.regions.step(site, `\`${c.name}\` reads a registry value`)],
    { request: 'registry' },
  );
  const fillOut = (ok: State): void => {
    if (!out) return;
    const pointee = f.pointee(out.ty);
    const taint = [readFrom(region, site)];
    const v: Val =
      pointee.k === 'ptr'
        ? pointerTo({ base: region, path: '', off: constant(0) }, f, c)
        : {
            t: fresh(f, c.place, 'reg', pointee),
            pts: [],
            taint,
            ty: pointee,
            agg: pointee.k === 'rec' ? { from: [{ base: region, path: '', off: constant(0) }], taint } : undefined,
          };
    put(out, v, c, ok, f);
  };
  if (api.args?.['statusOut'] !== undefined) {
    fillOut(s);
    const st = c.arg('statusOut');
    if (st) clobber(st, c.x, 0, s, f);
    return one(s, plain(constant(0), INT));
  }
  return succeedOrFail(c, s, f, fillOut);
};

/** A query table names the variables to fill, and what they point to is filled with them: nothing is known of either afterwards. */
export const registryTable: Handler = (_api, c, s, f) =>
  succeedOrFail(c, s, f, (ok) => {
    const table = c.arg('table')?.pts ?? [];
    const filled = [...table.flatMap((t) => pointersIn(t, ok)), ...(c.arg('context')?.pts ?? [])];
    const seen = new Set<string>();
    for (let t = filled.pop(); t !== undefined; t = filled.pop()) {
      const key = `${t.base.key}|${t.path}`;
      if (t.base.k !== 'local' || seen.has(key)) continue;
      seen.add(key);
      const inside = pointersIn(t, ok);
      filled.push(...inside);
      forgetNumbers(t, ok);
    }
  });

function isUnder(path: string, t: Target): boolean {
  return t.path === '' || path === t.path || (path.startsWith(t.path) && /[.[]/.test(path.charAt(t.path.length)));
}

/** Where the pointers that an object holds lead to. */
function pointersIn(t: Target, s: State): Target[] {
  return [...s.cells()].filter((c) => c.base.key === t.base.key && isUnder(c.path, t)).flatMap((c) => c.val.pts);
}

/** A string keeps its buffer. */
function forgetNumbers(t: Target, s: State): void {
  const kept = [...s.cells()].filter(
    (c) => c.base.key === t.base.key && c.val.pts.length > 0 && c.path !== '' && isUnder(c.path, t),
  );
  s.dropUnder(t.base, t.path);
  for (const c of kept) s.setCell(c.base, c.path, c.val);
}
