/**
 * Several engines over the same texts: each analyses its share of the drivers, and what they found is put together again. Drivers are
 * whole, so the findings are the same whoever analysed them.
 */
import type { Finding } from '../rules/finding';
import type { Note } from './workspace';

/** One of so many engines. */
export interface Share {
  readonly index: number;
  readonly count: number;
}

/** What one driver gave; plain data, which passes between threads. */
export interface DriverResult {
  readonly id: string;
  readonly findings: readonly Finding[];
  readonly notes: readonly Note[];
  readonly configurations: readonly string[];
}

interface Sized {
  readonly id: string;
  /** Characters of its sources: what it costs, roughly. */
  readonly size: number;
}

/** Whose a driver is, by id: the largest first, each to whom has least. The same for everybody who asks. */
export function sharesOf(drivers: readonly Sized[], count: number): ReadonlyMap<string, number> {
  const load = new Array<number>(count).fill(0);
  const out = new Map<string, number>();
  for (const { id, size } of [...drivers].sort((a, b) => b.size - a.size || (a.id < b.id ? -1 : 1))) {
    const least = load.indexOf(Math.min(...load));
    load[least] = (load[least] ?? 0) + size;
    out.set(id, least);
  }
  return out;
}
