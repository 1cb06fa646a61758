/**
 * What happened, on the way here, to memory that someone else can change: what was fetched and tested, which elements were written and
 * not yet published, which index was read and not yet acquired. Leaves marks in the state; reports nothing.
 */
import type { Expr } from '../syntax/ast';
import { evaluate } from './evaluate';
import type { Access, Arith, Branch, Call, Copy } from './events';
import type { Frame } from './frame';
import { isVolatileOrigin } from './origins';
import type { Mark, State } from './state';
import { constOf } from './term';
import { pathIn, placeOf, ringOf, sameStart, type Site, type Target, type Taint, type Val } from './value';

/**
 * Tags of marks, by object and place in it:
 *   fetch   read before (`num` is the offset, `data` how: `plain`, `accessor`, `copy`)
 *   tested  what was fetched there decided a condition (site: the fetch; `data` is `LIMITED` when it was held below or above something)
 *   peek    an index of the other side was read without acquire and taken for a count (site: the read; `data` is `equal` when it was only
 *           compared for equality, as other things are, too)
 *   slot    an element was written, and nothing that publishes in order came since
 *   stored  an own index or flag was stored, and no full fence came since (`data` is `RAISED` when a constant that is not zero was)
 *   published, locked, user-mapped  what became of an object, an MDL, an allocation
 *   limit   a number was compared (`path` is its key, `data` with what: `shared` or `own`)
 */
export type TrailTag = 'fetch' | 'tested' | 'peek' | 'slot' | 'stored' | 'limit';

/** They stay in the function that left them, so that calls that look alike share one answer. */
export const STAYS: ReadonlySet<string> = new Set(['fetch', 'stored', 'peek', 'slot', 'limit', 'mdl-length', 'published']);
/** What a full fence settles. */
export const ORDERED: ReadonlySet<string> = new Set(['peek', 'slot', 'stored']);
export const LIMITED = 'limited';
/** The drivers below have had the OID request: what is done from here on is done on its way back, also when it came back at once. */
export const OID_SENT = 'oid-sent';
/** A flag was set, as opposed to an index that was moved on or a flag that was taken back. */
export const RAISED = 'raised';
/** A callee that passed a full fence says so with this tag. */
export const FENCED = 'fenced';

export function leaveAccess(e: Access, s: State, f: Frame): void {
  // `Control &= ~SL_PENDING_RETURNED` takes the mark back.
  if (e.op === '&' && e.x.kind === 'fld' && e.x.name === 'Control' && e.targets.some((t) => t.root === 'IO_STACK_LOCATION'))
    for (const m of s.must()) if (m.tag === 'pended') s.dropMust(m.tag, m.base, m.path);
  for (const t of e.targets) {
    const origin = watched(t, s, f);
    if (origin === undefined) continue;
    const order = e.api?.order;
    if (e.kind !== 'write') {
      if (!e.inAssert && e.bitField !== true)
        s.setMay({
          tag: 'fetch',
          base: t.base,
          path: placeOf(t),
          site: siteOf(e, f),
          num: t.off,
          data: e.api ? 'accessor' : e.whole ? 'copy' : 'plain',
        });
      if (order === 'acquire' || order === 'full') drop('peek', t, s);
    }
    if (e.kind === 'read' || origin === 'packet') continue;
    if (order === 'release' || order === 'full' || (e.api?.role === 'interlocked' && order === undefined)) {
      drop('slot', t, s);
      if (order !== 'release') drop('stored', t, s);
    } else if (isElement(t)) {
      s.setMay({ tag: 'slot', base: t.base, path: placeOf(t, ''), site: siteOf(e, f) });
    }
    if (e.kind === 'write' && !isElement(t))
      s.replaceMay({
        tag: 'stored',
        base: t.base,
        path: placeOf(t),
        site: siteOf(e, f),
        data: isRaised(e.val) ? RAISED : undefined,
      });
  }
}

function isRaised(val: Val | undefined): boolean {
  const c = val && constOf(val.t);
  return c !== undefined && c !== 0;
}

export function leaveCopy(e: Copy, s: State, f: Frame): void {
  for (const t of e.src?.pts ?? [])
    if (watched(t, s, f) !== undefined)
      s.setMay({ tag: 'fetch', base: t.base, path: placeOf(t), site: siteOf(e, f), num: t.off, data: 'copy' });
  for (const t of e.dst?.pts ?? [])
    if (watched(t, s, f) === 'shared') s.setMay({ tag: 'slot', base: t.base, path: placeOf(t, ''), site: siteOf(e, f) });
}

export function leaveBranch(e: Branch, s: State, f: Frame): void {
  const limits = e.c.kind === 'bin' && /^[<>]=?$/.test(e.c.op);
  for (const v of e.vals)
    for (const t of v.taint) {
      const m = fetchOf(t, s);
      if (m && limits) s.replaceMay({ ...m, tag: 'tested', data: LIMITED });
      else if (m) s.setMay({ ...m, tag: 'tested' });
    }
  if (e.c.kind === 'bin') {
    const [l, r] = e.vals;
    if (!l || !r) return;
    const equality = e.c.op === '==' || e.c.op === '!=';
    peek(l, r, s, equality);
    if (equality) return;
    limit(l, r, e.c.l, e.c.r, e, s, f);
    limit(r, l, e.c.r, e.c.l, e, s, f);
  }
}

/** What an untrusted number was compared with: a number of this side, or another one that may change. */
function limit(a: Val, b: Val, ax: Expr, bx: Expr, e: Branch, s: State, f: Frame): void {
  if (!a.taint.some((t) => isVolatileOrigin(t.origin))) return;
  const other = mayChange(b) && !isRestOfOwn(bx, s, f) ? 'shared' : 'own';
  // `n > Room - Got`: what is subtracted is held by what it is subtracted from, too.
  const rest = other === 'shared' && a.t.t.some(([, k]) => k < 0) && isRestOfOwn(ax, s, f);
  for (const [x, k] of a.t.t) {
    const data = rest && k < 0 ? 'own' : other;
    s.setMay({ tag: 'limit', path: `${x.key}|${data}`, site: siteOf(e, f), data });
  }
}

function mayChange(v: Val): boolean {
  return v.taint.some((t) => isVolatileOrigin(t.origin) && t.kept !== true);
}

/** `Size - Offset`: no more than the size, which is this side's. */
function isRestOfOwn(x: Expr, s: State, f: Frame): boolean {
  let e = x;
  while (e.kind === 'cast') e = e.x;
  if (e.kind !== 'bin' || e.op !== '-') return false;
  const { l } = e;
  return isRestOfOwn(l, s, f) || !mayChange(f.quiet(() => evaluate(l, s, f)));
}

export function leaveArith(e: Arith, s: State): void {
  if (e.op === '-') peek(e.l, e.r, s, false);
}

/** A number that the other side writes is set against one of this side: it says how much there is. */
function peek(l: Val, r: Val, s: State, equality: boolean): void {
  for (const [a, b] of [
    [l, r],
    [r, l],
  ] as const) {
    if (constOf(b.t) !== undefined) continue;
    for (const t of a.taint) {
      if (!t.certain || !isVolatileOrigin(t.origin) || t.origin === 'UserVA' || acquired(t)) continue;
      if (b.taint.some((x) => x.origin === t.origin && objectOf(x) === objectOf(t))) continue;
      const m = fetchOf(t, s);
      if (m && !isElementPath(pathIn(m.path ?? '')) && (!m.num || constOf(m.num) !== undefined))
        s.setMay({ ...m, tag: 'peek', data: equality ? 'equal' : undefined });
    }
  }
}

export function leaveCall(e: Call, s: State, f: Frame): void {
  switch (e.api?.role) {
    case 'lock-user-pages':
      for (const t of e.arg('mdl')?.pts ?? []) s.setMust({ tag: 'locked', base: t.base, site: siteOf(e, f) });
      return;
    case 'unlock-pages':
      for (const t of e.arg('mdl')?.pts ?? []) s.dropMust('locked', t.base);
      return;
    case 'map-mdl': {
      const mode = e.arg('mode');
      if (!mode || s.bounds.range(mode.t).lo <= 0) return;
      for (const t of e.arg('mdl')?.pts ?? [])
        for (const p of s.cell(t.base, '$va')?.pts ?? []) s.setMust({ tag: 'user-mapped', base: p.base, site: siteOf(e, f) });
      return;
    }
    case 'unmap':
      for (const m of s.must()) if (m.tag === 'user-mapped') s.dropMust(m.tag, m.base, m.path);
      return;
    case 'interlocked':
      if (e.api.op === 'swap' || e.api.op === 'cas') publish(e.args[1], e, s, f);
      return;
    case 'volatile-accessor':
      if (e.api.order === 'release') publish(e.args[1], e, s, f);
      return;
    default:
      if (e.api?.role !== 'fence') return;
  }
  const argument = e.argExprs[0];
  const fence = f.model.fence(e.name, 'arm64', argument && f.text(argument));
  if (!fence || fence.compilerOnly) return;
  if (fence.loadLoad) for (const m of s.may()) if (m.tag === 'peek') s.dropMay(m.tag, m.base, m.path);
  if (fence.storeStore && fence.loadStore) for (const m of s.may()) if (m.tag === 'slot') s.dropMay(m.tag, m.base, m.path);
  if (fence.storeLoad) {
    for (const m of s.may()) if (m.tag === 'stored') s.dropMay(m.tag, m.base, m.path);
    s.setMust({ tag: FENCED, site: siteOf(e, f) });
  }
}

/** Others can reach the object from here on. */
function publish(v: Val | undefined, e: Call, s: State, f: Frame): void {
  for (const t of v?.pts ?? [])
    if (t.base.k === 'alloc' && t.path === '') s.setMay({ tag: 'published', base: t.base, site: siteOf(e, f) });
}

/** Loaded in an order that later accesses keep. */
export function acquired(t: Taint): boolean {
  const order = t.accessor?.order;
  return order === 'acquire' || order === 'full' || t.accessor?.role === 'interlocked';
}

/** Name of the object that a value was read from. */
export function objectOf(t: Taint): string {
  return t.loc.slice(0, parting(t));
}

/** The place in that object, as marks name it. */
export function insideOf(t: Taint): string {
  return t.field ?? t.loc.slice(parting(t) + 1);
}

/** Where the object's name ends: one that was found through a field of another bears that field in its name. */
function parting(t: Taint): number {
  return t.loc.lastIndexOf('|');
}

/** An element of an array or a record behind the header, not a field of the header itself. */
export function isElement(t: Target): boolean {
  return isElementPath(t.path) || t.off === undefined || constOf(t.off) === undefined;
}

function isElementPath(path: string): boolean {
  return path.includes('[') || path.startsWith('+');
}

function fetchOf(t: Taint, s: State) {
  for (const m of s.may())
    if (m.tag === 'fetch' && m.base && sameStart(m.site, t.site) && objectOf(t) === m.base.key && insideOf(t) === m.path)
      return m;
  return undefined;
}

/** Nothing says that the object is anything but memory of this side: asked of every access, so it is asked quickly. */
function isPlain(t: Target, s: State, f: Frame): boolean {
  return (
    t.base.k === 'sym' &&
    t.base.from === undefined &&
    f.model.project.sharedTypes.size === 0 &&
    s.hasMay('probe', t.base) === undefined
  );
}

function watched(t: Target, s: State, f: Frame): 'shared' | 'packet' | undefined {
  if (t.base.k === 'local' || t.base.k === 'global') return undefined;
  if (isPlain(t, s, f)) return undefined;
  const hits = f.memory.originsOf(s, t);
  if (hits.some((h) => isVolatileOrigin(h.origin))) return 'shared';
  return hits.some((h) => h.origin === 'Packet') ? 'packet' : undefined;
}

/** Takes back what was left about a ring. */
function drop(tag: TrailTag, t: Target, s: State): void {
  for (const m of [...ringMarks(tag, t, s)]) s.dropMay(tag, m.base, m.path);
}

/** What was left about the ring that a target lies in. */
export function* ringMarks(tag: TrailTag, t: Target, s: State): Generator<Mark> {
  const ring = ringOf(t);
  for (const m of s.may()) if (m.tag === tag && m.base?.key === t.base.key && (m.path ?? '').startsWith(ring)) yield m;
}

function siteOf(e: { readonly place: { readonly start: number; readonly end: number } }, f: Frame): Site {
  return f.site(e.place);
}
