/**
 * The attack surface: every way into a driver from outside, with what stands in it and what is reached behind it. Puts together what
 * the recorder heard and what names say; decides nothing about defects.
 */
import { devices } from './devices';
import type { Entry, SurfaceContext, SurfaceInput } from './entry';
import { Outline } from './outline';
import { Reach } from './reach';
import { registryValues } from './registry';
import { controlCodes, entryPoints } from './requests';
import { sharedRegions } from './shared';

export type { Entry, SurfaceInput } from './entry';

const KINDS = ['ioctl', 'dispatch', 'fast I/O', 'callback', 'device', 'registry', 'shared memory'];

const NOTHING: ReadonlySet<string> = new Set();

/** Ordered by kind, file and place. */
export function surfaceOf(input: SurfaceInput): readonly Entry[] {
  const outlines = new Map<string, Outline>();
  for (const file of input.files)
    for (const fn of input.program.files.get(file)?.functions ?? []) {
      const o = new Outline(fn, file, input.program);
      outlines.set(o.key, o);
    }
  const reach = new Reach(input.records, (id) => input.answers.get(id)?.callees ?? NOTHING);
  const cx: SurfaceContext = { ...input, outlines, reach };
  return [...controlCodes(cx), ...entryPoints(cx), ...devices(cx), ...registryValues(cx), ...sharedRegions(cx)].sort(order);
}

/** The surfaces of several drivers; what a shared header defines is said once, by the driver that handles it. */
export function mergeEntries(lists: readonly (readonly Entry[])[]): readonly Entry[] {
  const best = new Map<string, Entry>();
  for (const e of lists.flat()) {
    const key = `${e.kind}|${e.name}|${e.place.file}|${String(e.place.start)}`;
    const old = best.get(key);
    if (!old || weight(e) > weight(old)) best.set(key, e);
  }
  // A code that is told where it is handled is not told again where it is defined.
  const handled = new Set([...best.values()].flatMap((e) => (isHandled(e) ? [codeOf(e)] : [])));
  return [...best.values()].filter((e) => e.kind !== 'ioctl' || isHandled(e) || !handled.has(codeOf(e))).sort(order);
}

/** The name of a control code with what its number says. */
function codeOf(e: Entry): string {
  return `${e.name}|${e.facts[0] ?? ''}`;
}

function isHandled(e: Entry): boolean {
  return e.kind === 'ioctl' && (e.handlers?.length ?? 0) > 0;
}

function weight(e: Entry): number {
  return (e.handlers?.length ?? 0) * 100 + e.facts.length;
}

function order(a: Entry, b: Entry): number {
  return (
    KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
    (a.place.file < b.place.file ? -1 : a.place.file > b.place.file ? 1 : a.place.start - b.place.start) ||
    (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
  );
}
