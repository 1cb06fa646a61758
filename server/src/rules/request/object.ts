/**
 * How many bytes are left in an object from where a pointer points. Knows allocations, arrays, structures and string literals.
 */
import { literalLength } from '../../analysis/made-values';
import type { View } from '../../analysis/events';
import { constant, constOf, lin, minus, plus, single, type Atom, type Lin } from '../../analysis/term';
import type { Target, Val } from '../../analysis/value';
import type { Expr } from '../../syntax/ast';
import { mayBeCapped } from './bounded';
import { isHeldByCaller, shortfall } from './shortfall';

export interface Room {
  readonly bytes: Lin;
  /** `string` for a literal. */
  readonly what: 'pool' | 'variable' | 'string' | 'member';
}

/** @returns undefined where the object, its size or the place in it is not known */
export function room(val: Val, x: Expr | undefined, v: View): Room | undefined {
  const only = val.pts.length === 1 ? val.pts[0] : undefined;
  if (!only) return undefined;
  const member = (x && memberSize(x, v)) ?? pointedMember(only, v);
  if (member !== undefined) return { bytes: constant(member), what: 'member' };
  return only.base.k === 'global' ? inGlobal(only, v) : left(only, v);
}

/** A variable of the file, as long as its declaration says. */
function inGlobal(t: Target, v: View): Room | undefined {
  if (t.base.k !== 'global' || !t.off) return undefined;
  const g = v.program.global(t.base.name, v.file);
  if (!g) return undefined;
  const ty = v.types.resolve(g.decl.type, g.file);
  const init = g.decl.init;
  // `char Text[] = "…"` is as long as the string and its end.
  const size =
    v.types.sizeOf(ty) ??
    (ty.k === 'arr' && ty.n === undefined && init?.kind === 'str' ? literalBytes(init, v.types.sizeOf(ty.of)) : undefined);
  return size === undefined
    ? undefined
    : { bytes: minus(constant(size), t.off), what: init?.kind === 'str' ? 'string' : 'variable' };
}

function left(t: Target, v: View): Room | undefined {
  const b = t.base;
  if (!t.off) return undefined;
  // What a helper allocates is as long as its caller said: in the helper's words, which mean nothing here.
  if (b.k === 'alloc' && b.size?.t.some(([x]) => x.param && !x.key.endsWith(`@${v.file}:${v.fn.name}`))) return undefined;
  if (b.k === 'alloc' && b.size) return { bytes: minus(b.size, t.off), what: b.api === 'string' ? 'string' : 'pool' };
  if (b.k === 'local' && b.size !== undefined) return { bytes: minus(constant(b.size), t.off), what: 'variable' };
  return undefined;
}

function literalBytes(init: Expr & { kind: 'str' }, element: number | undefined): number | undefined {
  if (element === undefined) return undefined;
  return literalLength(init.value) * element;
}

/** Size of an array that is a member of a structure; one at the end with a single element is a header of more. */
function memberSize(x: Expr, v: View): number | undefined {
  let e = x;
  let isAddress = false;
  while (e.kind === 'cast' || (e.kind === 'un' && e.op === '&')) {
    isAddress ||= e.kind === 'un';
    e = e.x;
  }
  if (e.kind === 'idx') {
    // What an element holds leads elsewhere.
    if (!isAddress && v.typeOf(e)?.k !== 'arr') return undefined;
    e = e.x;
  }
  if (e.kind !== 'fld') return undefined;
  const ty = v.typeOf(e);
  return ty?.k === 'arr' && (ty.n ?? 0) > 1 ? v.types.sizeOf(ty) : undefined;
}

/** The same, where a pointer was set to the array before. */
function pointedMember(t: Target, v: View): number | undefined {
  const ty = v.memberType(t);
  return ty?.k === 'arr' && (ty.n ?? 0) > 1 ? v.types.sizeOf(ty) : undefined;
}

/** For messages. */
export function sizeInWords(r: Room): string {
  const c = constOf(r.bytes);
  const size = c === undefined ? 'an object' : `${String(c)} bytes`;
  return r.what === 'string'
    ? `a string of ${String(c ?? 0)} bytes`
    : r.what === 'pool'
      ? `a pool block of ${c === undefined ? 'another size' : size}`
      : size;
}

/**
 * True when the length may be larger, and no comparison was made that might say otherwise.
 * @param other an address in another object: that the length fits there says nothing of this one
 */
export function isBeyond(r: Room, len: Lin, v: View, other?: Lin): boolean {
  const spare = minus(r.bytes, len);
  if (v.proves(spare)) return false;
  const size = constOf(r.bytes);
  // A block of a size that was computed may have been computed from what was compared.
  if (size === undefined && r.what === 'pool' && runsBehind(r.bytes, len, v)) return true;
  if (size === undefined ? !v.wasCompared(len) : !mayBeCapped(len, v)) return true;
  const high = v.range(len).hi;
  const atom = len.t[0]?.[0];
  if (size === undefined || atom === undefined) return false;
  if (high > size && other === undefined && isHeldByCaller(len, v)) return true;
  return high < 2 ** 31 ? high > size && !isHeld(atom, v, other) : other === undefined && isHeldByRequest(atom, v);
}

/** Some relation holds the number from above. That a part of another number is no larger than all of it says nothing, unless that one is held. */
function isHeld(x: Atom, v: View, other: Lin | undefined, depth = 0): boolean {
  const of = x.args.filter((a) => a.t.length > 0);
  const whole = of.length === 1 && /^(&|%|>>|\/)\(/.test(x.key) ? of[0] : undefined;
  if (!whole || depth > 3) return v.state.bounds.heldFromAbove(x, other);
  return (
    v.state.bounds.heldFromAbove(x, other ? plus(other, whole) : whole) || whole.t.some(([y]) => isHeld(y, v, other, depth + 1))
  );
}

/** A block as long as the request is, and a length that was compared with that, but too little. */
function runsBehind(bytes: Lin, len: Lin, v: View): boolean {
  const all = bytes.t.find(([x, k]) => k === 1 && x.key.startsWith('REQ.'))?.[0];
  return all !== undefined && shortfall(lin(all), minus(len, minus(bytes, lin(all))), v) !== undefined;
}

/** All that holds the number is how much the caller sent, which nothing holds to anything: right for the caller's buffer, and for no other. */
function isHeldByRequest(x: Atom, v: View): boolean {
  const lengths = [single(v.request.inLen), single(v.request.outLen)];
  if (lengths.includes(x)) return false;
  const relations = v.state.bounds.relationsOf(x);
  if (relations.length === 0) return false;
  return relations.every((b) =>
    b.form.t.every(
      ([y]) =>
        y === x ||
        (lengths.includes(y) &&
          v.range(lin(y)).hi >= y.hi &&
          v.state.bounds.relationsOf(y).every((o) => o.form.t.some(([z]) => z === x))),
    ),
  );
}
