/**
 * A reference, a rundown protection or memory is given back by a function that is called on the way, and then once more by the caller.
 */
import type { CallExpr, Expr } from '../../syntax/ast';
import { partsOf } from '../../syntax/walk';
import { givesBack, type GivenBack } from '../source/gives-back';
import { nullTest, succeeds } from '../source/outcomes';
import { follow } from '../source/paths';
import { bare, functionRule, type CallSite, type Shape, type Tell } from '../source/shape';
import page from './page.md';

/** What a callee gave back, by the name it has here. */
interface Gone {
  readonly what: GivenBack;
  readonly call: CallSite;
  /** Only where this says that the callee failed. */
  readonly status?: string;
}
type State = ReadonlyMap<string, Gone>;

export const releaseTwiceOnError = functionRule(
  {
    id: 'release-twice-on-error',
    title: 'Given back by a callee and again by its caller',
    threats: ['Miscellaneous kernel APIs', 'Local DoS'],
    severity: 'error',
    precision: 'medium',
    cwe: [415, 911],
    profile: 'default',
  },
  page,
  (s, tell) => {
    const calls = new Map<CallExpr, { readonly site: CallSite; readonly back: readonly GivenBack[] }>();
    let some = false;
    for (const site of s.calls) {
      const back = givesBack(s, site);
      if (back.length === 0) continue;
      calls.set(site.x, { site, back });
      some ||= back.some((b) => b.via !== undefined);
    }
    if (!some) return;
    const one = new Step(s, calls, tell);
    follow<State>(s, {
      begin: new Map(),
      eval: (x, state, telling) => one.eval(x, state, telling),
      declared: (v, state, telling) => (v.init ? one.eval(v.init, state, telling, v.name) : state),
      known: (c, state, holds) => one.known(c, state, holds),
      meet: either,
      same: (a, b) => a.size === b.size && [...a].every(([k, g]) => b.get(k)?.status === g.status),
    });
  },
);

class Step {
  /** Releases of which the second has been told: whatever else comes behind it has the same cause. */
  private readonly told = new Set<Expr>();
  constructor(
    private readonly s: Shape,
    private readonly calls: ReadonlyMap<CallExpr, { readonly site: CallSite; readonly back: readonly GivenBack[] }>,
    private readonly tell: Tell,
  ) {}

  eval(x: Expr, before: State, telling: boolean, into?: string): State {
    let state = before;
    if (x.kind === 'asg') {
      const left = this.s.text(bare(x.l));
      state = this.eval(x.r, state, telling, left);
      // The name stands for something else; what it stood for is gone all the same where the release has another name.
      return without(state, (k, g) => isIn(k, left) || (g.status === left && g.call.x !== bare(x.r)));
    }
    for (const p of partsOf(x)) state = this.eval(p, state, telling);
    if (x.kind !== 'call')
      return x.kind === 'un' && x.op === '&' ? without(state, (k) => isIn(k, this.s.text(bare(x.x)))) : state;
    const known = this.calls.get(x);
    if (!known) return this.refilled(x, this.acquired(x, state));
    const next = new Map(state);
    for (const b of known.back) {
      const gone = state.get(b.name);
      if (gone && gone.status === undefined && gone.call.x !== x && (gone.what.via !== undefined) !== (b.via !== undefined)) {
        if (telling) this.say(known.site, b, gone);
        continue;
      }
      if (b.via !== undefined || this.matters(b))
        next.set(b.name, { what: b, call: known.site, status: b.failing ? (into ?? '?') : undefined });
    }
    return next;
  }

  /** A release of this function's own is of interest where a callee may do it again. */
  private matters(b: GivenBack): boolean {
    return [...this.calls.values()].some((c) => c.back.some((o) => o.via !== undefined && o.name === b.name));
  }

  private acquired(x: CallExpr, state: State): State {
    if (state.size === 0) return state;
    const role = this.s.cx.model.api(this.s.calls.find((c) => c.x === x)?.name ?? '')?.role ?? '';
    if (!/acquire|ref$/.test(role)) return state;
    const name = x.args[0] && this.s.text(bare(x.args[0]));
    return without(state, (k) => k === name);
  }

  /** A function that is given the object may put something else into its members. */
  private refilled(x: CallExpr, state: State): State {
    if (state.size === 0) return state;
    const args = x.args.map((a) => this.s.text(bare(a)));
    return without(state, (k) => args.some((a) => k !== a && isIn(k, a)));
  }

  private say(site: CallSite, again: GivenBack, gone: Gone): void {
    if (this.told.has(site.x) || this.told.has(gone.call.x)) return;
    this.told.add(site.x);
    this.told.add(gone.call.x);
    const via = again.via ?? gone.what.via;
    const who = again.via !== undefined ? site.name : gone.call.name;
    this.tell(
      site.x,
      `\`${again.name}\` is given back twice on this path: by \`${who}\`, which calls \`${via?.api ?? ''}\`, and by \`${again.via === undefined ? site.name : gone.call.name}\` itself.`,
      {
        from: [
          this.s.step(gone.call.x, 'origin', 'given back here the first time'),
          ...(via ? [{ ...via.place, role: 'flow' as const, message: `\`${who}\` gives it back here` }] : []),
        ],
        use: 'given back once more here',
      },
    );
  }

  known(c: Expr, state: State, holds: boolean): State {
    const x = bare(c);
    const pointer = nullTest(x);
    return mapped(state, (k, g) => {
      // Where the pointer is none, the callee was not called for it.
      if (pointer && pointer.isNull === holds && (k === pointer.name || g.what.object === pointer.name)) return undefined;
      if (g.status === undefined) return g;
      const ok = succeeds(x, g.status);
      if (ok === undefined) return g;
      return ok === holds ? undefined : { ...g, status: undefined };
    });
  }
}

/** The place itself, or a member that one comes to from it. */
function isIn(place: string, what: string): boolean {
  return place === what || place.startsWith(`${what}->`) || place.startsWith(`${what}.`);
}

function mapped(state: State, change: (k: string, g: Gone) => Gone | undefined): State {
  let isNew = false;
  const out = new Map<string, Gone>();
  for (const [k, g] of state) {
    const next = change(k, g);
    if (next) out.set(k, next);
    isNew ||= next !== g;
  }
  return isNew ? out : state;
}
function without(state: State, gone: (k: string, g: Gone) => boolean): State {
  return mapped(state, (k, g) => (gone(k, g) ? undefined : g));
}

/** Given back on one of the paths. */
function either(a: State, b: State): State {
  const out = new Map(a);
  for (const [k, g] of b) {
    const mine = out.get(k);
    if (!mine || (mine.status !== undefined && g.status === undefined)) out.set(k, g);
  }
  return out;
}
