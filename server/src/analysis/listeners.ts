/**
 * Who hears of what happens in a function: observers, sorted once by what they listen to, and the trail along the path, which is kept whether
 * or not somebody listens.
 */
import type { Access, Arith, Assertion, Branch, Call, Copy, Divide, Index, Observer, View } from './events';
import type { Frame } from './frame';
import type { State } from './state';
import { leaveAccess, leaveArith, leaveBranch, leaveCall, leaveCopy } from './trail';

export interface Events {
  access: Access;
  copy: Copy;
  call: Call;
  branch: Branch;
  assertion: Assertion;
  index: Index;
  arith: Arith;
  divide: Divide;
}

/** What is kept of an event along the path. */
export const TRAIL: { readonly [K in keyof Events]?: (e: Events[K], s: State, f: Frame) => void } = {
  access: leaveAccess,
  copy: leaveCopy,
  branch: leaveBranch,
  arith: leaveArith,
  call: leaveCall,
};

/** What observers listen to, by kind of event. */
export type Listeners = { readonly [K in keyof Events]: ((e: Events[K], v: View) => void)[] } & {
  readonly ret: NonNullable<Observer['ret']>[];
  readonly all: readonly Observer[];
};

export function listenersOf(all: readonly Observer[]): Listeners {
  const out: Listeners = {
    all,
    access: [],
    copy: [],
    call: [],
    branch: [],
    assertion: [],
    index: [],
    arith: [],
    divide: [],
    ret: [],
  };
  for (const o of all) {
    if (o.access) out.access.push(o.access.bind(o));
    if (o.copy) out.copy.push(o.copy.bind(o));
    if (o.call) out.call.push(o.call.bind(o));
    if (o.assertion) out.assertion.push(o.assertion.bind(o));
    if (o.branch) out.branch.push(o.branch.bind(o));
    if (o.index) out.index.push(o.index.bind(o));
    if (o.arith) out.arith.push(o.arith.bind(o));
    if (o.divide) out.divide.push(o.divide.bind(o));
    if (o.ret) out.ret.push(o.ret.bind(o));
  }
  return out;
}
export const NOBODY = listenersOf([]);
