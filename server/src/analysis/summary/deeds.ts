/**
 * What one run of one function does, in the words of its parameters: a listener that is put on when somebody asks for a summary, so that
 * a scan pays nothing for it. Judges nothing.
 */
import type { Expr, FunctionDecl } from '../../syntax/ast';
import type { Declared } from '../../program/program';
import type { Access, Call, Copy, Observer, View } from '../events';
import { isVolatileOrigin } from '../origins';
import { single } from '../term';
import type { Target, Val } from '../value';
import { followed, isParam, parameter, Places, type Named, type ParamPlace } from './places';

export type DeedKind =
  | 'reads'
  | 'writes'
  | 'copies'
  | 'probes'
  | 'checks'
  | 'frees'
  | 'gives'
  | 'returns'
  | 'orders'
  | 'locks'
  | 'irql'
  | 'waits'
  | 'try'
  | 'request'
  | 'unknown';

/** One thing that a function does. `$0` in the text is the first place, `*0` what lies there. */
export interface Deed {
  readonly kind: DeedKind;
  readonly says: string;
  readonly places: readonly Named[];
  /** The function that does it for this one. */
  readonly via?: string;
}

export interface MadeCall {
  readonly callee: Declared<FunctionDecl>;
  /** What each argument is to the caller. */
  readonly args: readonly Named[];
  /** Inside a `__try` that catches. */
  readonly tried: boolean;
}

export interface Deeds {
  readonly list: Map<string, Deed>;
  readonly calls: Map<string, MadeCall>;
}

export function newDeeds(): Deeds {
  return { list: new Map(), calls: new Map() };
}

const FREES: ReadonlySet<string> = new Set([
  'free',
  'mdl-free',
  'object-deref',
  'unlock-pages',
  'unmap',
  'handle-close',
  'device-delete',
]);
const VERBS: Readonly<Record<string, string>> = {
  'object-deref': 'Gives up a reference on',
  'unlock-pages': 'Unlocks the pages of',
  unmap: 'Unmaps',
  'handle-close': 'Closes',
};
const REQUEST: Readonly<Record<string, string>> = {
  'irp-complete': 'Completes the request',
  'request-complete': 'Completes the request',
  'irp-pending': 'Marks the request as pending',
  'irp-send': 'Sends the request on to another driver',
};
const COMPARISONS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=', '==', '!=']);

/** @param args values of the parameters in this run, with the objects that stand for unknown ones */
export function deedsObserver(fn: FunctionDecl, args: readonly { val: Val; targets: readonly Target[] }[], out: Deeds): Observer {
  const places = new Places();
  const numbers = new Map<string, number>();
  args.forEach(({ val, targets }, param) => {
    for (const t of targets) places.add(t, parameter(param));
    const atom = single(val.t);
    if (atom && targets.length === 0 && !numbers.has(atom.key)) numbers.set(atom.key, param);
  });
  const note = (kind: DeedKind, says: string, ...list: Named[]): void => {
    const deed: Deed = { kind, says, places: list };
    out.list.set(deedKey(deed), deed);
  };
  const learn = (from: ParamPlace, v: Val | undefined): void => {
    for (const t of v?.pts ?? []) if (t.base.k !== 'global' && !places.knows(t)) places.add(t, followed(from));
  };
  const named = (v: Val | undefined, x: Expr | undefined, view: View): Named => {
    const p = v && places.first(v.pts);
    if (p) return p;
    const param = x?.kind === 'id' ? fn.params.findIndex((q) => q.name === x.name) : -1;
    return param >= 0 ? parameter(param) : { text: short(x, view) };
  };
  const userMemory = (targets: readonly Target[], view: View): boolean =>
    view.origins(targets).some((h) => h.certain && (h.origin === 'UserVA' || h.origin === 'SharedView'));

  const touch = (e: Access, view: View): void => {
    const p = places.first(e.targets);
    if (userMemory(e.targets, view) && !view.tryStmt)
      note('try', 'Must run in `__try`: it touches user memory at $0', p ?? { text: short(e.x, view) });
    if (!p) return;
    if (e.kind === 'read') learn(p, e.val);
    const how = e.api ? `with \`${e.api.name}\`` : e.volatile ? 'as volatile' : 'plainly';
    if (e.kind === 'read') note('reads', `Reads *0 ${how}`, p);
    else if (e.kind === 'rmw') note('writes', `Changes *0 ${how}`, p);
    else {
      const of = e.val && places.first(e.val.pts);
      if (of && (of.param !== p.param || of.pointer !== p.pointer)) note('gives', 'Stores a pointer to $1 in *0', p, of);
      else note('writes', `Writes *0 ${how}`, p);
    }
    const order = e.api?.order;
    if (order === 'acquire' || order === 'full') note('orders', `Acquires what *0 announces (\`${e.api?.name ?? ''}\`)`, p);
    if (e.kind !== 'read' && (order === 'release' || order === 'full'))
      note('orders', `Releases what was written before, by *0 (\`${e.api?.name ?? ''}\`)`, p);
  };

  return {
    access(e, view) {
      if (!e.inAssert) touch(e, view);
    },
    copy(e: Copy, view) {
      const dst = e.dst && places.first(e.dst.pts);
      const src = e.src && places.first(e.src.pts);
      const len = named(undefined, e.lenExpr, view);
      for (const [side, at, x] of [
        [e.dst, dst, e.dstExpr],
        [e.src, src, e.srcExpr],
      ] as const)
        if (side && userMemory(side.pts, view) && !view.tryStmt)
          note('try', `Must run in \`__try\`: \`${e.name}\` touches user memory at $0`, at ?? { text: short(x, view) });
      if (!dst && !src) return;
      const size = e.lenExpr ? '$1 bytes' : 'a structure';
      if (e.fill) note('copies', `Fills ${size} at $0 (\`${e.name}\`)`, dst ?? { text: '' }, len);
      else {
        const to = dst ?? { text: short(e.dstExpr, view) };
        const from = src ?? { text: short(e.srcExpr, view) };
        note('copies', `Copies ${size} from $2 to $0 (\`${e.name}\`)`, to, len, from);
      }
    },
    branch(e, view) {
      const c = e.c;
      const compares = c.kind === 'bin' && COMPARISONS.has(c.op);
      e.vals.forEach((v, i) => {
        for (const name of atoms(v)) {
          const param = numbers.get(name);
          const what: Named | undefined =
            param !== undefined
              ? parameter(param)
              : name === 'REQ.InLen'
                ? { text: 'the input length of the request' }
                : name === 'REQ.OutLen'
                  ? { text: 'the output length of the request' }
                  : undefined;
          if (!what) continue;
          const other = compares ? (i === 0 ? c.r : c.l) : undefined;
          const side = other && named(undefined, other, view);
          if (side) note('checks', 'Checks $0 against $1', what, side);
          else note('checks', 'Checks $0', what);
        }
      });
    },
    call(e, view) {
      for (const callee of e.callees) {
        const args = e.args.map((a, i) => named(a, e.argExprs[i], view));
        const call: MadeCall = { callee, args, tried: view.tryStmt !== undefined };
        out.calls.set(`${callee.file}:${callee.decl.name}:${JSON.stringify(args)}:${String(call.tried)}`, call);
      }
      if (e.api) known(e, view);
      else if (e.callees.length === 0 && !view.model.ddi(e.name)) {
        const given = e.args.map((a) => places.first(a.pts)).find(isParam);
        const name = e.name === '' ? short(e.x.f, view) : `\`${e.name}\``;
        if (given) note('unknown', `$0 (${name})`, given);
      }
    },
    ret(x, val, _place, view) {
      if (!val) return;
      const p = places.first(val.pts);
      if (p) note('returns', p.path === '' ? 'Returns $0' : 'Returns a pointer into $0', p);
      else if (val.pts.some((t) => t.base.k === 'alloc')) note('returns', 'Returns memory that it allocates');
      for (const h of view.origins(val.pts))
        if (isVolatileOrigin(h.origin)) note('returns', `Returns a pointer to ${h.origin}${h.certain ? '' : ', possibly'}`);
      for (const t of val.taint)
        if (x && isVolatileOrigin(t.origin)) note('returns', `Returns a number that was loaded from ${t.origin}`);
    },
  };

  function known(e: Call, view: View): void {
    const api = e.api;
    if (!api) return;
    if (api.role === 'probe') {
      const at = named(e.arg('address'), e.argExpr('address'), view);
      note('probes', `Probes $1 bytes at $0 (\`${e.name}\`)`, at, named(undefined, e.argExpr('len'), view));
    }
    if (FREES.has(api.role)) {
      const gone = e.args.map((a) => places.first(a.pts)).find(isParam) ?? named(undefined, e.argExprs[0], view);
      if (isParam(gone)) note('frees', `${VERBS[api.role] ?? 'Frees'} $0 (\`${e.name}\`)`, gone);
    }
    const request = REQUEST[api.role];
    if (request !== undefined) note('request', `${request} (\`${e.name}\`)`);
    if (api.role === 'fence') {
      const first = e.argExprs[0];
      const text = first && view.text(first);
      const x64 = view.model.fence(e.name, 'x64', text);
      const arm = view.model.fence(e.name, 'arm64', text);
      const full = arm?.loadLoad === true && arm.storeStore && arm.storeLoad;
      note(
        'orders',
        (x64 ?? arm)?.compilerOnly === true
          ? `Passes a fence for the compiler only (\`${e.name}\`)`
          : `Passes a ${full ? 'full ' : ''}fence (\`${e.name}\`)`,
      );
    }
    if (api.role === 'lock-acquire') note('locks', `Takes the lock $0 (\`${e.name}\`)`, named(e.args[0], e.argExprs[0], view));
    if (api.role === 'lock-release') note('locks', `Releases the lock $0 (\`${e.name}\`)`, named(e.args[0], e.argExprs[0], view));
    if (api.raisesIrqlTo !== undefined) note('irql', `Raises IRQL to ${api.raisesIrqlTo} (\`${e.name}\`)`);
    if (api.lowersIrql !== undefined && api.lowersIrql !== false) note('irql', `Lowers IRQL (\`${e.name}\`)`);
    if (api.blocks !== undefined && api.blocks !== false)
      note('waits', `${api.blocks === true ? 'May wait' : `May wait (${api.blocks})`} in \`${e.name}\``);
    if ((api.seh === true || api.raises === true || api.role === 'probe') && !view.tryStmt && raises(e, view))
      note('try', `Must run in \`__try\`: \`${e.name}\` raises an exception when it fails`);
  }

  /** Locking and mapping raise for user mode alone. */
  function raises(e: Call, view: View): boolean {
    const mode = e.arg('mode');
    return !mode || view.range(mode.t).hi !== 0;
  }
}

export function deedKey(d: Deed): string {
  return `${d.kind}|${d.says}|${JSON.stringify(d.places)}`;
}

/** Atoms of a number, and of what it was computed from. */
function* atoms(v: Val): Generator<string> {
  for (const [a] of v.t.t) {
    yield a.key;
    for (const arg of a.args) for (const [b] of arg.t) yield b.key;
  }
}

function short(x: Expr | undefined, view: View): string {
  const text = x ? view.text(x).replace(/\s+/g, ' ').trim() : '';
  return text === '' ? 'memory of its own' : `\`${text.length > 60 ? `${text.slice(0, 57)}…` : text}\``;
}
