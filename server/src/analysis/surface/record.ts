/**
 * What one function in one context shows of the attack surface, told apart by the control code in force: whom it calls, which lengths it
 * checks, which request buffers it touches, which dangerous operations it reaches. A listener beside the rules: it judges nothing, and
 * does little per event, because it hears every function of every scan.
 */
import type { FunctionDecl } from '../../syntax/ast';
import type { Origin } from '../../model/model';
import type { Step } from '../../rules/finding';
import type { Access, Copy, Observer, View } from '../events';
import type { Declared } from '../../program/program';
import type { Lin } from '../term';
import type { RegionBase, RequestBuffer, Target, Val } from '../value';
import { SINKS } from './sinks';

/** How a request buffer was touched. */
export interface BufferUse {
  readonly request: RequestBuffer;
  readonly writes: boolean;
  readonly raw: boolean;
  /** The length that bounds it was tested before every touch. */
  checked: boolean;
  /** Bytes that were certain to be there at the least certain touch. */
  least: number;
  outsideTry: boolean;
}

/** What happens under one control code. */
export interface Bucket {
  /** Functions of the driver, as `file:name`. */
  readonly calls: Set<string>;
  /** Lengths that a condition tests. */
  readonly checks: Set<'input' | 'output'>;
  readonly buffers: Map<string, BufferUse>;
  /** Phrases, see `sinks.ts`. */
  readonly sinks: Set<string>;
}

/** How one kind of memory that others can write is touched. */
export interface SharedUse {
  readonly origin: Origin;
  readonly root: string;
  readonly witness: Step | undefined;
  /** The field that the pointer was loaded from. */
  readonly through: Set<string>;
  /** `read ReadULongAcquire`, `write plainly`, … */
  readonly how: Set<string>;
}

export interface SurfaceRecord {
  readonly fn: Declared<FunctionDecl>;
  /** A condition or a switch looks at the control code where it is not known yet. */
  decides: boolean;
  /** By control code; -1 where it is not known. */
  readonly buckets: Map<number, Bucket>;
  readonly shared: Map<string, SharedUse>;
  /** Expressions whose value an attacker chooses: start to end. */
  readonly untrusted: Map<number, number>;
}

export const ANY_CODE = -1;

const SHARED: ReadonlySet<Origin> = new Set<Origin>(['SharedPages', 'SharedView', 'Device']);
/** Origins whose values an attacker chooses. */
const CHOSEN: ReadonlySet<Origin> = new Set<Origin>(['UserVA', 'SharedPages', 'SharedView', 'Buffered', 'Packet', 'Snapshot']);

export function surfaceRecord(fn: Declared<FunctionDecl>): SurfaceRecord {
  return { fn, decides: false, buckets: new Map(), shared: new Map(), untrusted: new Map() };
}

export function surfaceObserver(record: SurfaceRecord): Observer {
  const bucket = (v: View): Bucket => {
    const code = v.request.code ?? ANY_CODE;
    let b = record.buckets.get(code);
    if (!b) record.buckets.set(code, (b = { calls: new Set(), checks: new Set(), buffers: new Map(), sinks: new Set() }));
    return b;
  };
  const touch = (targets: readonly Target[], kind: Access['kind'], how: string, v: View): void => {
    for (const t of targets) {
      if (t.base.k === 'local') continue;
      if (t.base.k === 'region' && t.base.request) note(bucket(v), t.base, t.base.request, kind, v);
      for (const hit of v.origins([t])) {
        if (!SHARED.has(hit.origin) || !hit.certain || hit.region?.request) continue;
        share(record, t, hit.origin, hit.witness[0], `${kind === 'rmw' ? 'change' : kind} ${how}`);
      }
    }
  };
  return {
    call(e, v) {
      for (const c of e.callees) bucket(v).calls.add(`${c.file}:${c.decl.name}`);
      const role = e.api?.role;
      if (role === undefined) return;
      const sink = SINKS.get(role);
      if (!sink) return;
      const arg = sink.chosen === undefined ? undefined : e.arg(sink.chosen);
      if (sink.chosen !== undefined && (!arg || !isChosen(arg))) return;
      if (sink.userMode && e.arg('mode') && v.range((e.arg('mode') as Val).t).hi === 0) return;
      bucket(v).sinks.add(`${sink.says} (\`${e.name}\`)`);
    },
    copy(e: Copy, v) {
      if (e.len && isChosen(e.len)) bucket(v).sinks.add(`copies or fills as many bytes as the caller says (\`${e.name}\`)`);
      if (e.lenExpr && e.len && isTainted(e.len)) record.untrusted.set(e.lenExpr.start, e.lenExpr.end);
      if (e.src) touch(e.src.pts, 'read', `with \`${e.name}\``, v);
      if (e.dst) touch(e.dst.pts, 'write', `with \`${e.name}\``, v);
    },
    access(e, v) {
      if (e.inAssert) return;
      if (e.kind === 'read' && e.val && isTainted(e.val)) record.untrusted.set(e.place.start, e.place.end);
      touch(e.targets, e.kind, e.api ? `with \`${e.api.name}\`` : e.volatile ? 'as volatile' : 'plainly', v);
    },
    index(e) {
      if (e.x.kind === 'idx' && isTainted(e.index)) record.untrusted.set(e.x.i.start, e.x.i.end);
    },
    branch(e, v) {
      for (const val of e.vals)
        for (const name of names(val.t)) {
          if (name === 'REQ.InLen') bucket(v).checks.add('input');
          else if (name === 'REQ.OutLen') bucket(v).checks.add('output');
          else if (name === 'REQ.Code' && v.request.code === undefined) {
            record.decides = true;
            bucket(v);
          }
        }
    },
  };
}

/** Atoms of a number, and of what it was computed from. */
function* names(t: Lin, depth = 0): Generator<string> {
  for (const [a] of t.t) {
    yield a.key;
    if (depth < 2) for (const inner of a.args) yield* names(inner, depth + 1);
  }
}

function isChosen(v: Val): boolean {
  return v.taint.some((t) => CHOSEN.has(t.origin)) || v.t.t.some(([a]) => a.key === 'REQ.InLen' || a.key === 'REQ.OutLen');
}

function isTainted(v: Val): boolean {
  return v.taint.some((t) => t.certain && CHOSEN.has(t.origin));
}

function note(b: Bucket, region: RegionBase, request: RequestBuffer, kind: Access['kind'], v: View): void {
  const writes = kind !== 'read';
  const key = `${request}|${String(writes)}`;
  const len = (writes ? region.outLen : region.inLen) ?? region.inLen ?? region.outLen;
  const least = len ? v.range(len).lo : 0;
  const checked = least > 0 || (len !== undefined && v.wasCompared(len));
  const raw = region.origin === 'UserVA';
  const old = b.buffers.get(key);
  if (!old) {
    b.buffers.set(key, { request, writes, raw, checked, least, outsideTry: !v.inTry });
    return;
  }
  old.checked &&= checked;
  old.least = Math.min(old.least, least);
  old.outsideTry ||= !v.inTry;
}

function share(record: SurfaceRecord, t: Target, origin: Origin, witness: Step | undefined, how: string): void {
  const root = t.root ?? '';
  const key = `${origin}|${root}|${witness ? `${witness.file}:${String(witness.start)}` : ''}`;
  let use = record.shared.get(key);
  if (!use) record.shared.set(key, (use = { origin, root, witness, through: new Set(), how: new Set() }));
  if (t.from !== undefined) use.through.add(t.from);
  use.how.add(how);
}
