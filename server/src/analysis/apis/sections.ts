/** Calls that open sections and map views of them. */
import type { FunctionDecl } from '../../syntax/ast';
import { expressions } from '../../syntax/walk';
import type { Call } from '../events';
import { siteOf } from '../made-values';
import { constant } from '../term';
import { type Handler, succeedOrFail, put, pointerTo, alloc } from './handler';
import type { State } from '../state';
import type { Site } from '../value';
import { mayFail, OBJECT_OF_CALLER } from './status';

/** The section of the physical memory, which is the machine's and of no process: its handle leads to it. */
export const openSection: Handler = (api, c, s, f) => {
  if (!namesPhysicalMemory(f.fn)) return mayFail(api, c, s, f);
  return succeedOrFail(c, s, f, (ok) => {
    put(
      c.arg('handleOut'),
      pointerTo({ base: alloc(c, f, 'device', undefined, false), path: '', off: constant(0) }, f, c),
      c,
      ok,
      f,
    );
  });
};

/** The name of the section as C writes it. */
const PHYSICAL_MEMORY = '\\\\device\\\\physicalmemory';
const naming = new WeakMap<FunctionDecl, boolean>();

function namesPhysicalMemory(fn: FunctionDecl): boolean {
  let does = naming.get(fn);
  if (does === undefined) {
    does = expressions(fn.body).some((e) => e.kind === 'str' && e.value.toLowerCase() === PHYSICAL_MEMORY);
    naming.set(fn, does);
  }
  return does;
}

export const mapSection: Handler = (api, c, s, f) => {
  const handle = c.arg('section')?.pts ?? [];
  if (handle.length > 0 && handle.every(({ base }) => base.k === 'alloc' && base.what === 'device'))
    return succeedOrFail(c, s, f, (ok) => {
      put(
        c.arg('baseOut') ?? c.arg('baseInOut'),
        pointerTo({ base: alloc(c, f, 'device', undefined, false), path: '', off: constant(0) }, f, c),
        c,
        ok,
        f,
      );
    });
  const toProcess = api.role === 'map-section-process';
  const site = siteOf(f, c.place);
  const given = toProcess ? undefined : sectionOfCaller(c, s);
  const region = given
    ? f.regions.region(`view:${f.at(c.place)}`, 'SharedPages', [
        f.regions.step(given, 'the section is one that the caller has a handle to'),
        f.regions.step(site, `\`${c.name}\` maps it: user mode can go on writing it`),
      ])
    : f.regions.region(
        `view:${f.at(c.place)}`,
        'SharedView',
        [f.regions.step(site, `\`${c.name}\` maps a section: whoever holds it can write, re-protect or unmap the view`)],
        // While the driver starts, the process is that of the system, and no user has a handle to it.
        { certain: toProcess && s.hasMust('role')?.data !== 'entry' },
      );
  return succeedOrFail(c, s, f, (ok) => {
    put(c.arg('baseOut') ?? c.arg('baseInOut'), pointerTo({ base: region, path: '', off: constant(0) }, f, c), c, ok, f);
  });
};

/** Where the section became known, when it is the caller's. */
function sectionOfCaller(c: Call, s: State): Site | undefined {
  const section = c.arg('section');
  return section && s.hasMust(OBJECT_OF_CALLER, undefined, section.t.key)?.site;
}
