/**
 * Abstract values: what a C expression may hold. Numbers are linear forms, pointers are sets of targets, and both carry where they came from.
 */
import type { ApiFact, Origin } from '../model/model';
import type { Step } from '../rules/finding';
import { constOf, same, single, type Lin } from './term';
import type { Ty } from '../program/types';

/** A place in a file that caused something. */
export interface Site {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  /** A name for the place that stays when text before it changes. */
  readonly id?: string;
  /** A name for where it begins. */
  readonly at?: string;
}

/** The same place, also when the function around it was edited in between. */
export function sameSite(a: Site, b: Site): boolean {
  return a === b || (a.id === undefined || b.id === undefined ? a.start === b.start && a.file === b.file : a.id === b.id);
}

/** Both begin at the same place. */
export function sameStart(a: Site, b: Site): boolean {
  return a.at === undefined || b.at === undefined ? a.start === b.start && a.file === b.file : a.at === b.at;
}

/** An object in memory. Interned by `key`. */
export type Base = SymBase | LocalBase | GlobalBase | AllocBase | RegionBase;

interface BaseCommon {
  readonly key: string;
}
/** What a pointer points to that nothing better is known about. `from` names the field it was loaded from. */
export interface SymBase extends BaseCommon {
  readonly k: 'sym';
  readonly t: Lin;
  readonly from?: FieldKey;
}
export interface LocalBase extends BaseCommon {
  readonly k: 'local';
  readonly fn: string;
  readonly name: string;
  /** Bytes, for arrays and structures. */
  readonly size?: number;
}
export interface GlobalBase extends BaseCommon {
  readonly k: 'global';
  readonly name: string;
  readonly file: string;
}
/** Memory (or an object such as an MDL) that one call allocates. */
export interface AllocBase extends BaseCommon {
  readonly k: 'alloc';
  readonly api: string;
  readonly site: Site;
  readonly size?: Lin;
  readonly zeroed: boolean;
  readonly what: 'pool' | 'mdl' | 'pages' | 'device' | 'stack' | 'other';
  /** The same object by the name that the helper had for it which allocated it for this call. */
  readonly within?: AllocBase;
}
/** Memory whose origin is known by where the pointer came from. */
export interface RegionBase extends BaseCommon {
  readonly k: 'region';
  readonly origin: Origin;
  readonly witness: readonly Step[];
  readonly certain: boolean;
  /** Length as an input and as an output, in bytes; absent when nothing states it. */
  readonly inLen?: Lin;
  readonly outLen?: Lin;
  /** The request buffer that it is, for rules that speak of the method. */
  readonly request?: RequestBuffer;
  /** The pointer was loaded from untrusted memory; the region of that memory. */
  readonly nestedIn?: string;
  /** Whoever has the pointer was promised so many bytes behind it. */
  readonly least?: number;
  /** Bytes of a packet that were asked for in one piece. */
  readonly asked?: number;
  /** The same number as the call has it, where it says how much there is: a constant, or a length that was compared with something. */
  readonly askedFor?: Lin;
}
export type RequestBuffer =
  'system' | 'type3' | 'user' | 'mdl' | 'wdf-in' | 'wdf-out' | 'fast-in' | 'fast-out' | 'message' | 'oid' | 'ea' | 'registry';

/** `TYPE:field.path` of the outermost object that is known. */
export type FieldKey = string;

/** One place that a pointer may point to. */
export interface Target {
  readonly base: Base;
  /** Type name of the object that `path` starts in; absent until a typed access names it. */
  readonly root?: string;
  readonly path: string;
  /** Bytes from the start of `base`; absent when unknown. */
  readonly off?: Lin;
  /** How the pointer came here, for the path of a finding. */
  readonly via?: readonly Step[];
  /** The field that the pointer was loaded from, by the outermost type known. */
  readonly from?: FieldKey;
  /** The same field by the innermost type that holds it, when that is another. */
  readonly inner?: FieldKey;
  /** The field it was loaded from holds other things as well. */
  readonly doubt?: boolean;
  /** What is known of the lengths of a request's buffer on the ways on which the pointer leads there, where other ways do not have that. */
  readonly held?: Held;
}

/** Bytes that the input and the output of a request are known to have at least. */
export interface Held {
  readonly input: number;
  readonly output: number;
}

/** Where a value was loaded from, when that matters. */
export interface Taint {
  readonly origin: Origin;
  /** Location that was read: base key and path. */
  readonly loc: string;
  /** The same by the field that leads there, which tells objects of one allocation site apart. */
  readonly field?: string;
  /** The read. */
  readonly site: Site;
  /** Loaded by a plain C access (the compiler may load it again), not by an accessor. */
  readonly plain: boolean;
  readonly certain: boolean;
  readonly witness: readonly Step[];
  /** The value passed through a variable, so it is a copy by now. */
  readonly captured: boolean;
  /** It lay in a field of the driver meanwhile: what was checked before it was put there is not known here. */
  readonly kept?: boolean;
  readonly request?: RequestBuffer;
  readonly accessor?: ApiFact;
}

/** Content that was copied as a whole from somewhere. */
export interface Aggregate {
  readonly from: readonly Target[];
  readonly taint: readonly Taint[];
  /** Copied by an API that reads each location once or that one decides on afterwards. */
  readonly zero?: boolean;
  /** It was copied to this many bytes behind the beginning of the object: what stands before that is something else. */
  readonly behind?: number;
}

/** Whether content that was copied into an object covers a place in it. */
export function covers(agg: Aggregate, t: Target): boolean {
  if (agg.behind === undefined || t.path === '') return true;
  const off = t.off && constOf(t.off);
  return off === undefined || off >= agg.behind;
}

export interface Val {
  readonly t: Lin;
  readonly pts: readonly Target[];
  readonly taint: readonly Taint[];
  readonly ty?: Ty;
  /** Set on the cell of a struct that was copied as a whole. */
  readonly agg?: Aggregate;
  /** Function names, when the value is a function. */
  readonly fns?: readonly string[];
  /** The pointer may be one that an allocation or mapping gave and nobody tested. */
  readonly nullable?: Site;
  /** Untrusted numbers by which a pointer was moved in this very expression. */
  readonly moved?: readonly Taint[];
  /** Bytes of the object `sizeof` was applied to, when `t` is such a size; for rules about sizes. */
  readonly sizeOf?: string;
}

/*
 * Values and targets are copied with a change or two at every step. Those that have all their properties, in one order, are one kind of
 * object to the engine, which is read and made many times faster than one that was spread into another: on the ways that are walked often
 * they are made here.
 */

const NO_TARGETS: readonly Target[] = [];
const NO_TAINT: readonly Taint[] = [];

export function makeVal(
  t: Lin,
  pts: readonly Target[] = NO_TARGETS,
  taint: readonly Taint[] = NO_TAINT,
  ty?: Ty,
  agg?: Aggregate,
  fns?: readonly string[],
  nullable?: Site,
  moved?: readonly Taint[],
  sizeOf?: string,
): Val {
  return { t, pts, taint, ty, agg, fns, nullable, moved, sizeOf };
}
export function withType(v: Val, ty: Ty | undefined): Val {
  return v.ty === ty ? v : makeVal(v.t, v.pts, v.taint, ty, v.agg, v.fns, v.nullable, v.moved, v.sizeOf);
}
export function withTaint(v: Val, taint: readonly Taint[]): Val {
  return v.taint === taint ? v : makeVal(v.t, v.pts, taint, v.ty, v.agg, v.fns, v.nullable, v.moved, v.sizeOf);
}
export function withNumber(v: Val, t: Lin, ty = v.ty): Val {
  return makeVal(t, v.pts, v.taint, ty, v.agg, v.fns, v.nullable, v.moved, v.sizeOf);
}
export function withTargets(v: Val, pts: readonly Target[], ty = v.ty, t = v.t, agg = v.agg): Val {
  return makeVal(t, pts, v.taint, ty, agg, v.fns, v.nullable, v.moved, v.sizeOf);
}
export function withContent(v: Val, agg: Aggregate | undefined, ty = v.ty, t = v.t): Val {
  return makeVal(t, v.pts, v.taint, ty, agg, v.fns, v.nullable, v.moved, v.sizeOf);
}
export function withoutMoves(v: Val): Val {
  return v.moved ? makeVal(v.t, v.pts, v.taint, v.ty, v.agg, v.fns, v.nullable, undefined, v.sizeOf) : v;
}
/** The pointer was tested. */
export function withoutNull(v: Val): Val {
  return makeVal(v.t, v.pts, v.taint, v.ty, v.agg, v.fns, undefined, v.moved, v.sizeOf);
}

export function makeTarget(
  base: Base,
  root: string | undefined,
  path: string,
  off?: Lin,
  via?: readonly Step[],
  from?: FieldKey,
  inner?: FieldKey,
  doubt?: boolean,
  held?: Held,
): Target {
  return { base, root, path, off, via, from, inner, doubt, held };
}
/** Another place in the same object. */
export function elsewhere(t: Target, root: string | undefined, path: string, off: Lin | undefined): Target {
  return makeTarget(t.base, root, path, off, t.via, t.from, t.inner, t.doubt, t.held);
}
export function withOffset(t: Target, off: Lin | undefined): Target {
  return t.off === off ? t : elsewhere(t, t.root, t.path, off);
}
/** The same place in another object. */
export function inObject(t: Target, base: Base, off: Lin | undefined): Target {
  return makeTarget(base, t.root, t.path, off, t.via, t.from, t.inner, t.doubt, t.held);
}

export const MAX_TARGETS = 8;
export const MAX_TAINTS = 5;

/** Key of the object that a number points to, when it is taken as a pointer. */
export function symKey(t: Lin): string {
  return `S:${t.key}${t.c ? `+${String(t.c)}` : ''}`;
}

/** Path of a target inside its object, by the field that leads there: two rings that one function allocates are not one. */
export function placeOf(t: Target, path = t.path): string {
  return t.from === undefined ? path : `${t.from}>${path}`;
}
/** What places of one ring begin with: its header and its elements may be kept in two fields of one structure. */
export function ringOf(t: Target): string {
  return t.from?.slice(0, Math.max(t.from.lastIndexOf('.'), t.from.lastIndexOf(':')) + 1) ?? '';
}
/** The path alone. */
export function pathIn(place: string): string {
  return place.slice(place.indexOf('>') + 1);
}

export function unionTargets(a: readonly Target[], b: readonly Target[]): readonly Target[] {
  if (a === b || b.length === 0) return a;
  if (a.length === 0) return b;
  let out: Target[] | undefined;
  for (const t of b) {
    const list = out ?? a;
    const at = list.findIndex((o) => o === t || (o.path === t.path && o.base.key === t.base.key));
    const old = list[at];
    if (!old) (out ??= [...a]).push(t);
    else if (old !== t) {
      const off = old.off && t.off && same(old.off, t.off) ? old.off : undefined;
      const held = leastHeld(old.held, t.held);
      if (off !== old.off || held !== old.held) (out ??= [...a])[at] = withHeld(withOffset(old, off), held);
    }
  }
  if (!out) return a.length > MAX_TARGETS ? a.slice(0, MAX_TARGETS) : a;
  return capped(out, a, MAX_TARGETS);
}

/** The same place, with what is known of the length of the buffer where the pointer leads there. */
export function withHeld(t: Target, held: Held | undefined): Target {
  return t.held === held ? t : makeTarget(t.base, t.root, t.path, t.off, t.via, t.from, t.inner, t.doubt, held);
}

/** What is known on both of two ways. */
function leastHeld(a: Held | undefined, b: Held | undefined): Held | undefined {
  if (a === b || !a || !b) return a === b ? a : undefined;
  if (a.input <= b.input && a.output <= b.output) return a;
  const least = { input: Math.min(a.input, b.input), output: Math.min(a.output, b.output) };
  return least.input > 0 || least.output > 0 ? least : undefined;
}

/** The first of them; the list itself that was there before, when they are the same. */
function capped<T>(out: readonly T[], before: readonly T[], most: number): readonly T[] {
  if (out.length <= most) return out;
  return before.length === most && before.every((x, i) => x === out[i]) ? before : out.slice(0, most);
}

export function unionTaints(a: readonly Taint[], b: readonly Taint[]): readonly Taint[] {
  if (a === b || b.length === 0) return a;
  if (a.length === 0) return b;
  let out: Taint[] | undefined;
  for (const t of b) {
    const list = out ?? a;
    const at = list.findIndex((o) => o === t || (o.loc === t.loc && o.origin === t.origin && sameSite(o.site, t.site)));
    const old = list[at];
    if (!old) (out ??= [...a]).push(t);
    else if (old.captured && !t.captured) (out ??= [...a])[at] = t;
  }
  if (!out) return a;
  if (out.length <= MAX_TAINTS) return out;
  // Of many sources the same ones are kept, in whatever order they come together: facts that feed each other come to rest.
  const kept = out.sort(byWeight).slice(0, MAX_TAINTS);
  return a.length === MAX_TAINTS && kept.every((t) => a.includes(t)) ? a : kept;
}

const WEIGHT: { readonly [K in Origin]: number } = {
  UserVA: 0,
  SharedPages: 1,
  SharedView: 2,
  Buffered: 3,
  Packet: 4,
  Registry: 5,
  Peer: 6,
  Device: 7,
  Snapshot: 8,
  Kernel: 9,
};

/** Certain sources first, then those that are easiest to abuse, then by name. */
function byWeight(a: Taint, b: Taint): number {
  if (a.certain !== b.certain) return a.certain ? -1 : 1;
  if (a.origin !== b.origin) return WEIGHT[a.origin] - WEIGHT[b.origin];
  const x = weightName(a);
  const y = weightName(b);
  return x < y ? -1 : x > y ? 1 : 0;
}
const weightNames = new WeakMap<Taint, string>();
function weightName(t: Taint): string {
  let name = weightNames.get(t);
  if (name === undefined) weightNames.set(t, (name = `${t.loc}|${t.site.id ?? `${t.site.file}:${String(t.site.start)}`}`));
  return name;
}

function asCopy(t: Taint, isCaptured: boolean, kept: boolean | undefined): Taint {
  const { origin, loc, field, site, plain, certain, witness, request, accessor } = t;
  return { origin, loc, field, site, plain, certain, witness, captured: isCaptured, kept, request, accessor };
}
/** The value as it is once it lay in a field. */
export function kept(taint: readonly Taint[]): readonly Taint[] {
  return taint.length === 0 ? taint : taint.map((t) => asCopy(t, true, true));
}

/** The value as it is once it sits in a variable. */
export function captured(taint: readonly Taint[]): readonly Taint[] {
  for (let i = 0; i < taint.length; i++)
    if (taint[i]?.captured === false) return taint.map((t) => (t.captured ? t : asCopy(t, true, t.kept)));
  return taint;
}

export function sameTargets(a: readonly Target[], b: readonly Target[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const x = a[i];
    const y = b[i];
    if (!x || !y || x.base.key !== y.base.key || x.path !== y.path || x.root !== y.root) return false;
    if ((x.off === undefined) !== (y.off === undefined) || (x.off && y.off && !same(x.off, y.off))) return false;
    if (x.held !== y.held && (x.held?.input !== y.held?.input || x.held?.output !== y.held?.output)) return false;
  }
  return true;
}

export function sameTaints(a: readonly Taint[], b: readonly Taint[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const x = a[i];
    const y = b[i];
    if (!x || !y || x.loc !== y.loc || x.origin !== y.origin || !sameSite(x.site, y.site) || x.captured !== y.captured)
      return false;
  }
  return true;
}

export function sameVal(a: Val, b: Val): boolean {
  if (a === b) return true;
  if (!same(a.t, b.t) || !sameTargets(a.pts, b.pts) || !sameTaints(a.taint, b.taint)) return false;
  if ((a.agg === undefined) !== (b.agg === undefined) || (a.nullable === undefined) !== (b.nullable === undefined)) return false;
  if (a.agg && b.agg) {
    if (a.agg.behind !== b.agg.behind) return false;
    if (!sameTargets(a.agg.from, b.agg.from) || !sameTaints(a.agg.taint, b.agg.taint)) return false;
  }
  return (a.fns?.join() ?? '') === (b.fns?.join() ?? '');
}

/** What a parameter of the function leads to. */
export function isParameter(b: Base): boolean {
  return b.k === 'sym' && single(b.t)?.param === true;
}
