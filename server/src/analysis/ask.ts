/**
 * What an expression is, and why: the answer behind `inspect --origin` and the hover. Runs the enclosing function again in all its
 * contexts and looks at the values of the expressions that start at a place.
 */
import type { Expr } from '../syntax/ast';
import type { Origin } from '../model/model';
import type { Step } from '../rules/finding';
import type { Declared } from '../program/program';
import type { FunctionDecl } from '../syntax/ast';
import { isPointer } from '../program/types';
import type { Analyzer } from './analyzer';
import type { Taint } from './value';

export interface OriginOf {
  readonly origin: Origin;
  readonly of: 'pointee' | 'value';
  readonly certain: boolean;
  readonly witness: readonly Step[];
}

export interface Answer {
  readonly origins: readonly OriginOf[];
  /** True when no run of the function reached the expression, or none exists. */
  readonly unknown: boolean;
  readonly start: number;
  readonly end: number;
  readonly functionName: string;
}

/** @param offset UTF-16 units; where the expression starts, or, with `inside`, anywhere in it */
export function originsAt(a: Analyzer, file: string, offset: number, inside = false): Answer | undefined {
  const fn = enclosing(a, file, offset);
  if (!fn) return undefined;
  const found: { e: Expr; length: number; origins: OriginOf[] }[] = [];
  a.replay(fn, (e, v, s, f) => {
    if (!isChain(e) || (inside ? offset < e.start || offset >= e.end : e.start !== offset)) return;
    const origins: OriginOf[] = [];
    if (v.pts.length > 0 || isPointer(v.ty)) {
      for (const h of f.origins(v.pts, s))
        origins.push({ origin: h.origin, of: 'pointee', certain: h.certain, witness: h.witness });
      if (v.pts.length === 0) origins.push({ origin: 'Kernel', of: 'pointee', certain: true, witness: [] });
    }
    for (const t of v.taint) origins.push({ origin: valueOrigin(t), of: 'value', certain: t.certain, witness: t.witness });
    if (v.taint.length === 0) origins.push({ origin: 'Kernel', of: 'value', certain: true, witness: [] });
    found.push({ e, length: e.end - e.start, origins });
  });
  if (found.length === 0) return { origins: [], unknown: true, start: offset, end: offset, functionName: fn.decl.name };
  const out = new Map<string, OriginOf>();
  let end = offset;
  let start = offset;
  for (const of of ['pointee', 'value'] as const) {
    const with_ = found.filter((x) => x.origins.some((o) => o.of === of));
    const size = inside ? Math.min(...with_.map((x) => x.length)) : Math.max(...with_.map((x) => x.length));
    for (const x of with_) {
      if (x.length !== size) continue;
      end = Math.max(end, x.e.end);
      start = Math.min(start, x.e.start);
      for (const o of x.origins) {
        if (o.of !== of) continue;
        const key = `${o.of}:${o.origin}`;
        const old = out.get(key);
        if (!old || (!old.certain && o.certain)) out.set(key, o);
      }
    }
  }
  const list = [...out.values()];
  // Kernel beside an untrusted origin says nothing more.
  const untrusted = (of: string): boolean => list.some((o) => o.of === of && o.origin !== 'Kernel' && o.certain);
  return {
    origins: list.filter((o) => o.origin !== 'Kernel' || !untrusted(o.of)),
    unknown: false,
    start,
    end,
    functionName: fn.decl.name,
  };
}

/** A value that sits in a variable is a copy; what a device, a packet, the registry or a peer said keeps its name. */
function valueOrigin(t: Taint): Origin {
  if (!t.captured) return t.origin;
  return t.origin === 'Registry' || t.origin === 'Peer' || t.origin === 'Packet' || t.origin === 'Device' ? t.origin : 'Snapshot';
}

/** Names, members, elements, calls and what is written before them; not operators. */
function isChain(e: Expr): boolean {
  return (
    e.kind === 'id' ||
    e.kind === 'fld' ||
    e.kind === 'idx' ||
    e.kind === 'call' ||
    e.kind === 'cast' ||
    (e.kind === 'un' && (e.op === '*' || e.op === '&')) ||
    (e.kind === 'bin' && e.op === '+')
  );
}

export function enclosing(a: Analyzer, file: string, offset: number): Declared<FunctionDecl> | undefined {
  const decl = a.program.files.get(file)?.functions.find((f) => offset >= f.start && offset < f.end);
  return decl && { file, decl };
}
