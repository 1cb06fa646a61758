/**
 * The start of a packet's data is moved, and one path leaves without moving it back, while another path of the function does.
 */
import type { CallExpr, Expr, Span } from '../../syntax/ast';
import { partsOf } from '../../syntax/walk';
import { borrows } from '../source/borrowed';
import { succeeds } from '../source/outcomes';
import { follow } from '../source/paths';
import { bare, functionRule, mentions, type CallSite, type Shape } from '../source/shape';
import page from './page.md';

/** A start that was moved and not yet moved back. */
interface Moved {
  readonly call: CallSite;
  readonly target: string;
  readonly by: string;
  /** What says by its success that it was moved; undefined once that is known. */
  readonly status?: string | CallExpr;
}
type State = ReadonlyMap<string, Moved>;

/** These look at a packet, or make another one from it. */
const LOOKS =
  /^(NET_BUFFER\w*|NdisGetDataBuffer|NdisQuery\w+|NdisGetNblInfo|NdisTestNblFlag|Fwps?AllocateClone\w+|FwpsAllocateCloneNetBufferList\d|NdisAllocateCloneNetBufferList|NdisAllocateFragmentNetBufferList|NdisCopy\w+|Fwps(Get|Query|Construct)\w+|MmGet\w+|UNREFERENCED_PARAMETER)$/;

export const ndisAdvanceRetreatImbalance = functionRule(
  {
    id: 'ndis-advance-retreat-imbalance',
    title: 'Start of packet data moved and not moved back',
    threats: ['NDIS lightweight filter (LWF) driver API', 'Packet parsing'],
    severity: 'warning',
    precision: 'medium',
    cwe: [459, 125],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    const moves = s.calls.filter((c) => roleOf(c, s) !== undefined);
    const targets = new Set(moves.map((c) => targetOf(c, s)));
    const restored = new Set(
      [...targets].filter((t) => new Set(moves.filter((c) => targetOf(c, s) === t).map((c) => roleOf(c, s))).size > 1),
    );
    if (restored.size === 0) return;
    const at = new Map<CallExpr, CallSite>(s.calls.map((c) => [c.x, c]));
    const one = new Step(s, at, restored);
    follow<State>(s, {
      begin: new Map(),
      eval: (x, state) => one.eval(x, state),
      declared: (v, state) => (v.init ? one.eval(v.init, state, v.name) : state),
      known: (c, state, holds) => one.known(c, state, holds),
      meet: both,
      same: (a, b) => a.size === b.size && [...a].every(([k, m]) => b.get(k)?.status === m.status),
      leaves(place: Span, _x, state) {
        for (const m of state.values()) {
          if (m.status !== undefined) continue;
          const back = roleOf(m.call, s) === 'nb-retreat' ? 'back' : 'forward';
          tell(
            place,
            `This path leaves the data of \`${m.target}\` moved ${back} by \`${m.by}\`; other paths move it to where it was.`,
            {
              from: [s.step(m.call.x, 'origin', `\`${m.call.name}\` moves it here`)],
              use: 'leaves here',
            },
          );
        }
      },
    });
  },
);

class Step {
  constructor(
    private readonly s: Shape,
    private readonly at: ReadonlyMap<CallExpr, CallSite>,
    private readonly restored: ReadonlySet<string>,
  ) {}

  eval(x: Expr, before: State, declared?: string): State {
    let state = before;
    if (x.kind === 'asg') {
      state = this.eval(x.r, state, this.s.text(bare(x.l)));
      // Another packet under the same name: the loop goes on to the next one.
      const name = this.s.text(bare(x.l));
      if (/^\w+$/.test(name))
        state = without(state, (m) => mentions(m.target, name) || (m.status === name && m.call.x !== bare(x.r)));
      const r = this.s.text(x.r);
      return bare(x.r).kind === 'call' ? state : without(state, (m) => m.target === r);
    }
    for (const p of partsOf(x)) state = this.eval(p, state);
    const call = x.kind === 'call' ? this.at.get(x) : undefined;
    return call ? this.call(call, state, declared) : state;
  }

  private call(call: CallSite, state: State, into: string | undefined): State {
    const { s } = this;
    const role = roleOf(call, s);
    if (role !== undefined) {
      const target = targetOf(call, s);
      const old = state.get(target);
      const next = new Map(state);
      if (old && roleOf(old.call, s) !== role) next.delete(target);
      else if (this.restored.has(target)) {
        const status = role === 'nb-retreat' ? statusOf(call, s, into) : undefined;
        next.set(target, { call, target, by: s.text(call.args[1] ?? call.x), status });
      }
      return next;
    }
    if (state.size === 0 || LOOKS.test(call.name)) return state;
    return without(state, (m) =>
      call.args.some((a, i) => {
        const text = s.text(bare(a));
        return (
          (mentions(text, m.target) || rootsOf(m.target, s).some((r) => text === r)) &&
          !borrows(s, call.name, s.cx.model.api(call.name), i)
        );
      }),
    );
  }

  known(c: Expr, state: State, holds: boolean): State {
    let next: Map<string, Moved> | undefined;
    for (const [k, m] of state) {
      if (m.status === undefined) continue;
      const ok = succeeds(bare(c), m.status);
      if (ok === undefined) continue;
      next ??= new Map(state);
      if (ok === holds) next.set(k, { ...m, status: undefined });
      else next.delete(k);
    }
    return next ?? state;
  }
}

function roleOf(c: CallSite, s: Shape): 'nb-advance' | 'nb-retreat' | undefined {
  const role = s.cx.model.api(c.name)?.role;
  return role === 'nb-advance' || role === 'nb-retreat' ? role : undefined;
}

function targetOf(c: CallSite, s: Shape): string {
  return c.args[0] ? s.text(bare(c.args[0])) : '';
}

/** Names in what is moved, and in what it was taken from: whoever takes the list takes its packets. */
function rootsOf(target: string, s: Shape): readonly string[] {
  const names: readonly string[] = target.match(/\w+/g) ?? [];
  return [...names, ...s.stores.filter((t) => names.includes(t.left)).flatMap((t) => s.text(t.r).match(/\w+/g) ?? [])];
}

/** What takes the status: a variable, or the call itself where it stands in a condition; undefined where nobody asks. */
function statusOf(c: CallSite, s: Shape, into: string | undefined): string | CallExpr | undefined {
  if (into !== undefined) return into;
  const p = s.parent(c.x);
  return p?.kind === 'call' || p?.kind === 'bin' ? c.x : undefined;
}

function without(state: State, gone: (m: Moved) => boolean): State {
  const left = [...state].filter(([, m]) => !gone(m));
  return left.length === state.size ? state : new Map(left);
}

/** Moved on both paths. */
function both(a: State, b: State): State {
  const out = new Map<string, Moved>();
  for (const [k, m] of a) {
    const other = b.get(k);
    if (other && roleEqual(m, other)) out.set(k, m.status === other.status ? m : { ...m, status: m.status ?? other.status });
  }
  return out;
}
function roleEqual(a: Moved, b: Moved): boolean {
  return a.call.name === b.call.name;
}
