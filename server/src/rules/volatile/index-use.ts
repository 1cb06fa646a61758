/**
 * Numbers from memory that others can rewrite, where they are used as an index or an offset: which of them nothing limits, and which of
 * them are limited by another such number only.
 */
import type { Index, OriginHit, View } from '../../analysis/events';
import { isVolatileOrigin } from '../../analysis/origins';
import type { Lin } from '../../analysis/term';
import type { Taint } from '../../analysis/value';
import { isInside } from '../request/inside';
import { bounded, clamped } from './clamp';

export type Limit = 'none' | 'shared' | 'own';

/** The untrusted source of an index and what limits it. */
export function indexSource(e: Index, v: View): { readonly taint: Taint; readonly limit: Limit } | undefined {
  const taint = e.index.taint.find((t) => isVolatileOrigin(t.origin) && t.certain && t.kept !== true);
  if (!taint || v.request.mode === 0) return undefined;
  // What a process does to its own addresses is its own affair.
  const to = v.origins(e.targets);
  if (to.length > 0 && to.every((h) => h.origin === 'UserVA')) return undefined;
  return { taint, limit: limitOf(e, v, to) };
}

function limitOf(e: Index, v: View, to: readonly OriginHit[]): Limit {
  void to;
  if (maskedByShared(e.index.t)) return 'shared';
  if (bounded(e.index, v, e.count) || isInside(e, v)) return 'own';
  let shared = false;
  let own = false;
  for (const m of v.state.may()) {
    if (m.tag !== 'limit' || !e.index.t.t.some(([x]) => m.path === `${x.key}|${m.data ?? ''}`)) continue;
    if (m.data === 'shared') shared = true;
    else own = true;
  }
  if (own) return 'own';
  if (shared) return 'shared';
  return clamped(e.index, v, e.count) ? 'own' : 'none';
}

/** `x & Shared->Mask`, `min(x, Shared->Count)`: every side of the operation was fetched from there. */
function maskedByShared(t: Lin): boolean {
  const atom = t.t.length === 1 ? t.t[0]?.[0] : undefined;
  if (!atom || !/^(&|%|min)\(/.test(atom.key)) return false;
  return atom.args.every((a) => a.t.some(([x]) => x.key.startsWith('fetch:')));
}
