/** Walks over records of varying length: a pointer, or an offset, that a loop moves by a length that the record itself names. */
import type { Expr } from '../../syntax/ast';
import { bare, calledName, mentions, type LoopSite, type Shape, type StoreSite } from './shape';

export interface RecordWalk {
  readonly loop: LoopSite;
  /** The pointer to the record, or the offset that it lies at. */
  readonly pointer: string;
  /** What says how far it is to the next record, as `p->Length` or `p[1]`. */
  readonly step: string;
  readonly stepExpr: Expr;
  readonly advance: StoreSite;
  /** The count of bytes that are left, where the loop keeps one. */
  readonly left?: string;
}

export function recordWalks(s: Shape): RecordWalk[] {
  const out: RecordWalk[] = [];
  for (const loop of s.loops) {
    const inside = s.stores.filter((x) => s.within(x.r, loop.stmt));
    for (const advance of inside) {
      const pointer = advance.left;
      if (!/^\w+$/.test(pointer)) continue;
      const moved = stepOf(advance, pointer, s);
      const stepExpr = moved && resolve(swapped(moved), inside, pointer, s);
      if (!stepExpr) continue;
      const step = s.text(stepExpr);
      const left = inside.find(
        (x) =>
          x.op === '-' &&
          /^\w+$/.test(x.left) &&
          (s.text(bare(x.r)) === step || (moved.kind === 'id' && s.text(bare(x.r)) === moved.name)),
      );
      out.push({ loop, pointer, step, stepExpr, advance, ...(left ? { left: left.left } : {}) });
    }
  }
  return out;
}

/** What is added to the pointer. */
function stepOf(store: StoreSite, pointer: string, s: Shape): Expr | undefined {
  const r = bare(store.r);
  if (store.op === '+') return bytes(pointer, s) || isOffset(pointer, s) ? r : undefined;
  if (store.op !== '') return undefined;
  const names = (e: Expr): boolean => {
    const b = bare(e);
    return b.kind === 'id' && b.name === pointer;
  };
  if (r.kind === 'bin' && r.op === '+') {
    if (names(r.l) && (r.l.kind === 'cast' || bytes(pointer, s) || isOffset(pointer, s))) return bare(r.r);
    if (names(r.r) && r.r.kind === 'cast') return bare(r.l);
  }
  if (r.kind === 'call' && /^(RTL_PTR_ADD|Add2Ptr)$/.test(s.text(r.f)) && r.args[0] && r.args[1] && names(r.args[0]))
    return bare(r.args[1]);
  return undefined;
}

function bytes(pointer: string, s: Shape): boolean {
  const to = s.pointee(s.typeOf({ kind: 'id', name: pointer, start: 0, end: 0 }));
  return to?.k === 'int' && to.size === 1;
}

/** An integer, which an array of bytes is indexed with. */
function isOffset(name: string, s: Shape): boolean {
  return s.typeOf({ kind: 'id', name, start: 0, end: 0 })?.k === 'int';
}

/** The number in the order of the network, as it lies in the record. */
function swapped(step: Expr): Expr {
  const x = bare(step);
  if (x.kind !== 'call' || x.args.length !== 1 || !x.args[0]) return x;
  return /swap|ntoh|hton|nettohost|net_to_host|be(16|32|64)/i.test(calledName(x) ?? '') ? bare(x.args[0]) : x;
}

/** What of the record the step is, directly or through a local that holds it: a member, or a byte at the pointer or the offset. */
function resolve(step: Expr, stores: readonly StoreSite[], pointer: string, s: Shape): Expr | undefined {
  if (step.kind === 'fld' && step.arrow) {
    const x = bare(step.x);
    if (x.kind !== 'id') return undefined;
    if (x.name === pointer) return step;
    // `Record = (T *)(Buffer + Offset)`
    const at = stores.find((y) => y.left === x.name && y.op === '');
    return at && isOffset(pointer, s) && mentions(s.text(at.r), pointer) && isAddress(at.r) ? step : undefined;
  }
  if (step.kind === 'idx') {
    const base = bare(step.x);
    const isByte = elementSize(step, s) === 1;
    if (isByte && base.kind === 'id' && base.name === pointer) return step;
    return isByte && isOffset(pointer, s) && mentions(s.text(step.i), pointer) ? step : undefined;
  }
  if (step.kind === 'un' && step.op === '*') {
    const at = bare(step.x);
    const l = at.kind === 'bin' && at.op === '+' ? bare(at.l) : at;
    return l.kind === 'id' && l.name === pointer && bytes(pointer, s) ? step : undefined;
  }
  if (step.kind !== 'id') return undefined;
  const from = stores.find((x) => x.left === step.name && x.op === '');
  const r = from && swapped(from.r);
  return r !== undefined && r.kind !== 'id' ? resolve(r, stores, pointer, s) : undefined;
}

function elementSize(x: Expr, s: Shape): number | undefined {
  const ty = s.typeOf(x);
  return ty?.k === 'int' ? ty.size : undefined;
}

/** Arithmetic on a pointer, or the address of an element. */
function isAddress(e: Expr): boolean {
  const x = bare(e);
  return (x.kind === 'bin' && x.op === '+') || (x.kind === 'un' && x.op === '&');
}

/** The conditions of the loop itself and inside it. */
export function testsOf(walk: RecordWalk, s: Shape): readonly Expr[] {
  return s.conditions.filter((c) => s.within(c, walk.loop.stmt));
}

export function testsStep(walk: RecordWalk, s: Shape): boolean {
  const names = [
    walk.step,
    ...s.stores.filter((x) => x.op === '' && s.within(x.r, walk.loop.stmt) && s.text(bare(x.r)) === walk.step).map((x) => x.left),
  ];
  return testsOf(walk, s).some((c) => names.some((n) => mentions(s.text(c), n)));
}

/** The loop's own condition names a number that the loop counts up or down, or shifts away. */
export function counted(walk: RecordWalk, s: Shape): boolean {
  const { stmt } = walk.loop;
  const condition = stmt.c ? s.text(stmt.c) : '';
  const isOwn = (name: string): boolean => name !== walk.pointer && mentions(condition, name);
  return (
    s.exprs.some((e) => e.kind === 'upd' && s.within(e, stmt) && isOwn(s.text(e.x))) ||
    s.stores.some((x) => /^(>>|-)$/.test(x.op) && bare(x.r).kind === 'num' && s.within(x.r, stmt) && isOwn(x.left))
  );
}

/** The loop writes the record that it then steps over: the length is its own. */
export function ownStep(walk: RecordWalk, s: Shape): boolean {
  return s.stores.some(
    (x) => x.op === '' && x.left === walk.step && s.within(x.r, walk.loop.stmt) && x.r.start < walk.advance.place.start,
  );
}

/** The walk ends at a pointer that set out from the same place and came along the same records. */
export function followsItself(walk: RecordWalk, s: Shape): boolean {
  return s.loops.some((l) => s.within(walk.advance.r, l.stmt) && endsAtFollower(l.stmt.c, walk, s));
}

function endsAtFollower(condition: Expr | undefined, walk: RecordWalk, s: Shape): boolean {
  const c = condition && bare(condition);
  if (c?.kind !== 'bin' || !/^([<>]|!=)$/.test(c.op)) return false;
  const sides = [bare(c.l), bare(c.r)].map((x) => (x.kind === 'id' ? x.name : ''));
  const end = sides.find((n) => n !== walk.pointer);
  if (!end || !sides.includes(walk.pointer)) return false;
  const starts = (name: string): string[] => s.stores.filter((x) => x.op === '' && x.left === name).map((x) => s.text(bare(x.r)));
  const from = new Set(starts(walk.pointer));
  return starts(end).some((x) => from.has(x) && /^\w+$/.test(x));
}
