/** Which calls give memory, a handle or a reference that whoever called answers for. */
import type { ApiFact } from '../../model/model';
import type { CallExpr, Expr } from '../../syntax/ast';
import { borrows } from './borrowed';
import { bare, calledName, shapeOf, sourceCall, sourceOf, type Shape } from './shape';

const ACQUIRES: ReadonlySet<string> = new Set([
  'alloc',
  'alloc-irp',
  'alloc-workitem',
  'file-open',
  'handle-to-object',
  'lookaside-alloc',
  'lookup-process',
  'lookup-thread',
  'map-physical',
  'mdl-alloc',
  'nbl-alloc',
  'ndis-oid-clone',
  'object-to-handle',
  'open-process',
  'open-token',
  'reg-create',
  'reg-open',
  'section-create',
  'section-open',
]);

export function acquires(api: ApiFact | undefined): boolean {
  if (api?.role === undefined || !ACQUIRES.has(api.role) || (api.pair?.length ?? 0) === 0) return false;
  // The framework releases with its parent what nobody closed.
  return !api.name.startsWith('Wdf') && (api.nullOnFail === true || outIndex(api) !== undefined);
}

/** Position of the pointer through which it is given; undefined where the call answers it. */
export function outIndex(api: ApiFact | undefined): number | undefined {
  return api?.args?.['handleOut'] ?? api?.args?.['keyOut'] ?? api?.args?.['objectOut'] ?? api?.args?.['out'];
}

export interface Giver {
  /** What is called, as the author wrote it. */
  readonly name: string;
  /** The interface of the kernel that gives it in the end. */
  readonly api: ApiFact;
  readonly isDirect: boolean;
}

/** The call answers what it acquired: an interface of the kernel, a macro for one, or a helper of the driver that hands on what one gave. */
export function giver(s: Shape, x: CallExpr): Giver | undefined {
  const name = calledName(x);
  if (name === undefined) return undefined;
  const direct = answering(s, name);
  if (direct) return { name: direct.name, api: direct, isDirect: true };
  const { program, file } = s.cx;
  const macro = program.macro(name, file);
  if (macro) {
    const body = macro.decl.params && program.snippet(macro.decl)?.expr;
    const called = body && sourceCall(body);
    const inner = called && calledName(called);
    const api = inner === undefined ? undefined : answering(s, inner);
    return api && { name, api, isDirect: false };
  }
  const callee = program.function(name, file);
  const api = callee?.decl.body && handedOn(shapeOf(callee.decl, sourceOf(callee.file, s.cx)));
  return api && { name, api, isDirect: false };
}

function answering(s: Shape, name: string): ApiFact | undefined {
  const api = s.cx.model.api(s.cx.program.alias(name, s.cx.file));
  return api && acquires(api) && outIndex(api) === undefined ? api : undefined;
}

/** What a helper returns that does nothing else with it than fill it. */
function handedOn(s: Shape): ApiFact | undefined {
  const gives = s.calls.flatMap((c) => {
    const api = answering(s, c.name);
    return api ? [{ x: c.x, api }] : [];
  });
  const [only] = gives;
  if (!only || gives.length > 1 || only.api.role === 'mdl-alloc') return undefined;
  const name = s.stores.find((t) => t.op === '' && sourceCall(t.r) === only.x)?.left;
  let isReturned = false;
  for (const t of s.stmts) {
    if (t.kind !== 'return' || !t.x) continue;
    const x = bare(t.x);
    if (x === only.x || (x.kind === 'id' && x.name === name)) isReturned = true;
    else if (!(x.kind === 'id' && x.name === 'NULL') && !(x.kind === 'num' && x.value === 0)) return undefined;
  }
  if (!isReturned) return undefined;
  const uses = s.exprs.filter((e) => e.kind === 'id' && e.name === name);
  return uses.every((e) => isReturnedOrLent(s, e)) ? only.api : undefined;
}

function isReturnedOrLent(s: Shape, use: Expr): boolean {
  let inner = use;
  for (const p of s.around(use)) {
    if (p.kind === 'cast') {
      inner = p;
      continue;
    }
    if (p.kind === 'return' || p.kind === 'if' || p.kind === 'while') return true;
    if (p.kind === 'asg') return p.l === inner;
    if (p.kind === 'un') return p.op === '!';
    if (p.kind === 'bin') return p.op === '==' || p.op === '!=';
    if (p.kind === 'fld') return s.parent(p)?.kind === 'asg';
    if (p.kind !== 'call') return false;
    const name = calledName(p);
    return name !== undefined && borrows(s, name, s.cx.model.api(name), p.args.indexOf(inner), 1);
  }
  return false;
}
