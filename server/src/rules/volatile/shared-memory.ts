/**
 * What the rules about memory that user mode can rewrite have in common: which of it is meant, names for places and fields under which
 * functions note what they saw, and the step that says which guard would have silenced a finding.
 */
import type { Access, Call, Observer, OriginHit } from '../../analysis/events';
import { isVolatileOrigin } from '../../analysis/origins';
import { isElement } from '../../analysis/trail';
import type { Target, Taint } from '../../analysis/value';
import type { Span } from '../../syntax/ast';
import type { Step } from '../finding';
import type { DriverFacts, RuleContext } from '../rule';

/** A number of the field is set against another one, or used as an index: it is no mere state or counter. */
export const INDEXES = 'indexes-ring';
/** This side stores to the field (value: function names). */
export const WRITES = 'writes-shared';
/** The same by the innermost type alone, for reads through an object whose place is not known. */
const WRITES_INSIDE = 'writes-shared-inside';
/** The driver reads or writes such memory by accessors. */
export const ACCESSORS = 'uses-accessors';
/** It reads or writes user addresses by accessors: those of user mode, or volatile ones. */
export const USER_ACCESSORS = 'uses-user-accessors';
/** The driver copies such memory by volatile copies. */
export const VOLATILE_COPIES = 'uses-volatile-copies';

/** The driver puts such a mapping, or the MDL of its pages, where it outlives the function (key: the mapping). */
const KEPT = 'keeps-mapping';

export function isShared(origin: OriginHit['origin']): boolean {
  return origin === 'SharedPages' || origin === 'SharedView';
}

/** The most certain answer that is memory which user mode can rewrite. */
export function rewritable(hits: readonly OriginHit[]): OriginHit | undefined {
  const found = hits.filter((h) => isVolatileOrigin(h.origin));
  return found.find((h) => h.certain) ?? found[0];
}

/** Memory that both sides go on using, as opposed to the buffer of one request. */
export function lasting(h: OriginHit): boolean {
  return isShared(h.origin) && h.region?.request === undefined;
}

/** Pages of the caller that one function locks, maps and gives back: the other side has no part in them beyond that call. */
export function isForOneCall({ target }: OriginHit, facts: DriverFacts): boolean {
  const { base } = target;
  return base.k === 'region' && OF_A_CALL.test(base.key) && target.from === undefined && !facts.has(KEPT, base.key);
}

/** What the mapping of an MDL is called. */
const MAPPED = 'R:mapped:';
/** The same of one that was allocated on the way, or lies on the stack; what was found in a field is nobody's in particular. */
const OF_A_CALL = /^R:mapped:[AL]:/;

/** A pointer to such pages, or to the MDL that describes them, is stored in an object. */
function noteKept(e: Access, cx: RuleContext): void {
  // Where `*Out = Mapping` of a helper leads is seen where it is called.
  const isHandedOut = ({ base, root, path }: Target): boolean =>
    base.k === 'local' || (base.k === 'sym' && root === undefined && path === '');
  if (e.kind === 'read' || !e.val || e.targets.every(isHandedOut)) return;
  for (const { base } of e.val.pts) {
    if (base.k === 'region' && base.key.startsWith(MAPPED)) cx.note(KEPT, base.key);
    for (let b = base.k === 'alloc' ? base : undefined; b; b = b.within)
      if (b.what === 'mdl') cx.note(KEPT, `${MAPPED}${b.key}:SharedPages`);
  }
}

/** A field of shared memory, equal for all who reach it. */
export function fieldKey(t: Target): string {
  return `${t.from ?? t.base.key}|${t.path}`;
}

/** This side writes it too, as far as is seen: through the same object, or in code that is reached with objects too many to tell apart. */
export function isWritten(t: Target, facts: DriverFacts): boolean {
  // Elements pass from side to side; only what lies in the header has one writer.
  if (isElement(t)) return false;
  return isFieldWritten(fieldKey(t), facts) || (t.inner !== undefined && facts.has(WRITES, `${t.inner}|${t.path}`));
}

/** The same of the field that a number was read from. */
export function fieldOf(t: Taint): string {
  return t.field?.replace('>', '|') ?? t.loc;
}

/** The same by the name of the field; one that is named by its inner type may lie in any object of the type. */
export function isFieldWritten(field: string, facts: DriverFacts): boolean {
  return facts.has(WRITES, field) || facts.has(WRITES_INSIDE, field);
}

export function taintPlace(t: Taint): string {
  return t.site.at ?? `${t.site.file}:${String(t.site.start)}`;
}

/** Notes what the driver does to such memory, for rules that ask what it does elsewhere. */
export function habits(cx: RuleContext): Observer {
  return {
    access(e, v) {
      noteKept(e, cx);
      const hits = v.origins(e.targets).filter((h) => isVolatileOrigin(h.origin));
      if (hits.length === 0) return;
      if (e.api && e.volatile) {
        cx.note(ACCESSORS, e.api.name);
        if (/^(user-|volatile-accessor)/.test(e.api.role) && hits.some((h) => h.origin === 'UserVA'))
          cx.note(USER_ACCESSORS, e.api.name);
      }
      if (e.kind === 'read') return;
      for (const { target } of hits) {
        cx.note(WRITES, fieldKey(target), cx.fn.name);
        if (target.inner !== undefined) cx.note(WRITES_INSIDE, `${target.inner}|${target.path}`, cx.fn.name);
      }
    },
    arith(e) {
      if (e.op !== '-') return;
      for (const val of [e.l, e.r]) for (const t of val.taint) if (isShared(t.origin)) cx.note(INDEXES, fieldOf(t));
    },
    index(e) {
      for (const t of e.index.taint) if (isShared(t.origin)) cx.note(INDEXES, fieldOf(t));
    },
    copy(e, v) {
      if (e.api.volatile !== true) return;
      for (const val of [e.src, e.dst])
        if (val && v.pointee(val).some((h) => isVolatileOrigin(h.origin))) cx.note(VOLATILE_COPIES, e.api.name);
    },
  };
}

/** Origin, flow, use, and the guard that would have silenced it. */
export function proof(cx: RuleContext, hit: OriginHit | undefined, place: Span, use: string, guard: string): readonly Step[] {
  return [...cx.path(hit, place, use), cx.step(place, 'guard', guard)];
}

/** Several listeners as one. */
export function together(...list: readonly Observer[]): Observer {
  return {
    access: (e, v) => {
      for (const o of list) o.access?.(e, v);
    },
    copy: (e, v) => {
      for (const o of list) o.copy?.(e, v);
    },
    call: (e, v) => {
      for (const o of list) o.call?.(e, v);
    },
    branch: (e, v) => {
      for (const o of list) o.branch?.(e, v);
    },
    index: (e, v) => {
      for (const o of list) o.index?.(e, v);
    },
    arith: (e, v) => {
      for (const o of list) o.arith?.(e, v);
    },
    ret: (x, val, place, v) => {
      for (const o of list) o.ret?.(x, val, place, v);
    },
    done: () => {
      for (const o of list) o.done?.();
    },
  };
}

/** A fence of the driver's own, by its name: what it orders is not known, so it is taken for enough. */
export function namesFence(e: Call): boolean {
  return e.api === undefined && /Barrier|Fence/.test(e.name);
}

/** A plain C access, which the compiler may split, repeat or move. */
export function isPlain(e: Access): boolean {
  return !e.volatile && !e.api && !e.inAssert;
}

/** Text of a place on one line, for messages. */
export function short(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 90 ? `${line.slice(0, 87)}…` : line;
}
