/** Whether two lowered declarations are the same but for where they stand. */

/** @param delta what must be added to the offsets of `b` */
export function sameShape(a: unknown, b: unknown, delta: number): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b);
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((x, i) => sameShape(x, b[i], delta));
  const left = Object.entries(a);
  const right = b as Record<string, unknown>;
  if (left.length !== Object.keys(b).length) return false;
  return left.every(([k, x]) => {
    const y = right[k];
    if ((k === 'start' || k === 'end' || k === 'bodyStart') && typeof x === 'number' && typeof y === 'number')
      return x === y + delta;
    return sameShape(x, y, delta);
  });
}
