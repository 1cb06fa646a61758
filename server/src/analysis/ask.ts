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
import { guardsAt, type Guard } from './guards';
import type { Taint } from './value';

export interface OriginOf {
  readonly origin: Origin;
  readonly of: 'pointee' | 'value';
  readonly certain: boolean;
  readonly witness: readonly Step[];
}

export interface Answer {
  readonly origins: readonly OriginOf[];
  readonly guards: readonly Guard[];
  /** True when no run of the function reached the expression, or none exists. */
  readonly unknown: boolean;
  readonly start: number;
  readonly end: number;
  readonly functionName: string;
}

/** @param offset UTF-16 units; where the expression starts, or, with `inside`, anywhere in it */
export function originsAt(a: Analyzer, file: string, at: number, inside = false): Answer | undefined {
  // An edited function keeps the coordinates under which it was analysed.
  const offset = a.program.analysedOffset(file, at);
  const fn = enclosing(a, file, offset);
  if (!fn) return undefined;
  const found: { e: Expr; length: number; origins: OriginOf[]; guards: ReadonlyMap<string, Guard> }[] = [];
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
    found.push({ e, length: e.end - e.start, origins, guards: guardsAt(v, s, f) });
  });
  if (found.length === 0) return { origins: [], guards: [], unknown: true, start: at, end: at, functionName: fn.decl.name };
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
  const now = <T extends Step>(p: T): T => {
    const moved = a.program.currentOffset(p.file, p.start);
    return moved === p.start ? p : { ...p, start: moved, end: moved + (p.end - p.start) };
  };
  const shown = found.filter((x) => x.e.start === start && x.e.end === end);
  return {
    origins: list
      .filter((o) => o.origin !== 'Kernel' || !untrusted(o.of))
      .map((o) => ({ ...o, witness: dedupe(o.witness).map(now) })),
    guards: joined(shown.map((x) => x.guards)).map((g) => (g.place ? { ...g, place: now(g.place) } : g)),
    unknown: false,
    start: at - (offset - start),
    end: at + (end - offset),
    functionName: fn.decl.name,
  };
}

function dedupe(steps: readonly Step[]): Step[] {
  return steps.filter(
    (s, i) => steps.findIndex((o) => o.file === s.file && o.start === s.start && o.message === s.message) === i,
  );
}

/** What holds in every run stands first. */
function joined(runs: readonly ReadonlyMap<string, Guard>[]): Guard[] {
  const all = new Map<string, Guard>();
  for (const run of runs) for (const [k, g] of run) all.set(k, g);
  const out = [...all].map(([k, g]) => ({ ...g, always: runs.every((run) => run.has(k)) }));
  return out.sort((x, y) => Number(y.always) - Number(x.always) || (x.message < y.message ? -1 : 1));
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
