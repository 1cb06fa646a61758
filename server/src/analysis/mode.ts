/**
 * Where the path of a request from the kernel meets that of one from user mode: what was an address of the caller on the one is an address
 * of the kernel, and needed no probe. Said before the paths meet, because afterwards nobody knows the mode.
 */
import type { Mark, State } from './state';
import { constant, type Lin } from './term';
import { symKey, type Base, type Target, type Val } from './value';

/** No probe was needed: the address is NULL or the kernel's, or it was probed. */
const VOUCHED = 'vouched';

function isUsers(b: Base): boolean {
  return b.k === 'region' && b.origin === 'UserVA';
}

export function isFromKernel(s: State, mode: Lin | undefined): boolean {
  return mode !== undefined && s.bounds.range(mode, 0).hi === 0;
}

/** The state of a request from the kernel, with its addresses called what they are. */
export function asKernel(s: State): State {
  let out: State | undefined;
  for (const c of s.cells()) {
    if (!c.val.pts.some((p) => isUsers(p.base))) continue;
    out ??= s.clone();
    out.setCell(c.base, c.path, ofKernel(c.val));
  }
  return out ?? s;
}

/** The same of one value. */
export function ofKernel(v: Val): Val {
  if (!v.pts.some((p) => isUsers(p.base))) return v;
  const own: Target = { base: { k: 'sym', key: symKey(v.t), t: v.t }, path: '', off: constant(0) };
  return { ...v, pts: [own, ...v.pts.filter((p) => !isUsers(p.base))] };
}

export function isProbe(m: Mark): boolean {
  return m.tag === 'probed' || m.tag === VOUCHED;
}

/** Marks that hold where two paths meet because the other one needed none. */
export function vouchedFor(a: State, b: State, mode: Lin | undefined, probes: readonly Base[]): Mark[] {
  const out: Mark[] = [];
  const sides = [a, b] as const;
  const kernel = sides.map((s) => isFromKernel(s, mode));
  if (probes.length === 0 && kernel[0] === kernel[1]) return out;
  const seen = new Set<string>();
  const consider = (base: Base): void => {
    if (!isUsers(base) || seen.has(base.key)) return;
    seen.add(base.key);
    const marks = sides.map((s) => s.hasMust('probed', base) ?? s.hasMust(VOUCHED, base));
    if (!sides.every((s, i) => marks[i] !== undefined || kernel[i] === true || isNull(s, base))) return;
    const site = marks[0]?.site ?? marks[1]?.site ?? NOWHERE;
    out.push(marks.find((m) => m?.tag === 'probed') ?? { tag: VOUCHED, base, site });
  };
  for (const base of probes) consider(base);
  // What one path knows of the mode and the other of the address is forgotten where they meet.
  if (kernel[0] !== kernel[1])
    for (const c of (kernel[0] === true ? b : a).cells())
      if (c.val.pts.length > 0 && zero(kernel[0] === true ? b : a, c.val)) for (const p of c.val.pts) consider(p.base);
  return out;
}
const NOWHERE = { file: '', start: 0, end: 0 };

function isNull(s: State, base: Base): boolean {
  let found = false;
  for (const c of s.cells()) {
    if (!c.val.pts.some((p) => p.base.key === base.key)) continue;
    if (!zero(s, c.val)) return false;
    found = true;
  }
  return found;
}

function zero(s: State, v: Val): boolean {
  const r = s.bounds.range(v.t, 0);
  return r.lo === 0 && r.hi === 0;
}

/** Whether a probe is still owed for an address. */
export function isVouched(s: State, base: Base): boolean {
  return s.hasMust(VOUCHED, base) !== undefined;
}
