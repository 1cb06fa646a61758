/** Memory that user mode or a device can write while the driver looks at it, with the accessors that touch it. */
import { listed, placeOf, type Entry, type SurfaceContext } from './entry';
import type { SurfaceRecord } from './record';

interface Region {
  readonly origin: string;
  readonly root: string;
  readonly witness: NonNullable<SurfaceRecord['shared'] extends ReadonlyMap<string, infer U> ? U : never>['witness'];
  readonly fallback: Entry['place'];
  readonly through: Set<string>;
  /** Functions by what they do. */
  readonly how: Map<string, Set<string>>;
}

const ORIGINS: Readonly<Record<string, string>> = {
  SharedPages: 'Pages that user mode can write at any time',
  SharedView: 'A section view that user mode can write, unmap or protect',
  Device: 'Memory that a device writes',
};

export function sharedRegions(cx: SurfaceContext): Entry[] {
  const regions = new Map<string, Region>();
  for (const r of cx.records.values())
    for (const [key, use] of r.shared) {
      let region = regions.get(key);
      if (!region) {
        const fallback = placeOf(cx, r.fn.file, r.fn.decl.nameSpan);
        region = { origin: use.origin, root: use.root, witness: use.witness, fallback, through: new Set(), how: new Map() };
        regions.set(key, region);
      }
      for (const t of use.through) region.through.add(t.replace(':', '.'));
      for (const h of use.how) {
        const fns = region.how.get(h) ?? new Set<string>();
        fns.add(r.fn.decl.name);
        region.how.set(h, fns);
      }
    }
  return [...regions.values()].map((r) => {
    const facts = [`${ORIGINS[r.origin] ?? r.origin}${r.witness ? `: ${r.witness.message}` : ''}.`];
    if (r.through.size > 0) facts.push(`Reached through ${listed([...r.through].sort())}.`);
    for (const [how, fns] of [...r.how].sort(([a], [b]) => (a < b ? -1 : 1)))
      facts.push(`${past(how)} in ${listed([...fns].sort())}.`);
    const place = r.witness ? placeOf(cx, r.witness.file, r.witness) : r.fallback;
    return { kind: 'shared memory', name: r.root || [...r.through].sort()[0] || 'memory of unknown type', place, facts };
  });
}

function past(how: string): string {
  return how
    .replace(/^read /, 'Read ')
    .replace(/^write /, 'Written ')
    .replace(/^change /, 'Changed ');
}
