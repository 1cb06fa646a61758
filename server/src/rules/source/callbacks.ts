/** Which functions of a driver are callbacks of which kind: by the type of their prototype, or by the member that they are stored in. */
import type { Expr, TypeRef } from '../../syntax/ast';
import { partsOf } from '../../syntax/walk';
import type { FileContext } from '../rule';
import { bare, shapesOf } from './shape';

export interface Callbacks {
  /**
   * @param role roles of the model by which a prototype's type is known
   * @param member names of members that hold such a callback
   */
  isRole(name: string, role: RegExp, member: RegExp): boolean;
}

/** Functions that run because a program asked the driver for something. */
export function isRequestHandler(cx: FileContext, name: string): boolean {
  return callbacksOf(cx).isRole(
    name,
    /^(dispatch|ioctl|write|fast-ioctl|fast-write|flt-message|in-caller-context)$/,
    /^(MajorFunction|EvtIoDeviceControl|EvtIoWrite|FastIoDeviceControl)$/,
  );
}

/** Members by function name, for one file. */
const stored = new WeakMap<object, { readonly members: ReadonlyMap<string, readonly string[]>; readonly version: number }>();

export function callbacksOf(cx: FileContext): Callbacks {
  return {
    isRole(name, role, member) {
      for (const p of cx.program.prototypesNamed(name)) {
        const fact = p.decl.typedefName === undefined ? undefined : cx.model.api(p.decl.typedefName);
        if (fact && role.test(fact.role)) return true;
      }
      return (membersOf(cx).get(name) ?? []).some((m) => member.test(m));
    },
  };
}

function membersOf(cx: FileContext): ReadonlyMap<string, readonly string[]> {
  const facts = cx.facts;
  if (!facts) return new Map();
  const kept = stored.get(facts);
  if (kept?.version === cx.program.version) return kept.members;
  const out = new Map<string, string[]>();
  const add = (member: string, value: Expr): void => {
    let v = bare(value);
    if (v.kind === 'un' && v.op === '&') v = bare(v.x);
    if (v.kind === 'id') out.set(v.name, [...(out.get(v.name) ?? []), member]);
  };
  const initialiser = (e: Expr): void => {
    if (e.kind === 'init')
      for (const item of e.items) {
        const last = item.designator[item.designator.length - 1];
        if (typeof last === 'string') add(last, item.value);
      }
    for (const p of partsOf(e)) initialiser(p);
  };
  for (const g of facts.globals) {
    if (g.init) initialiser(g.init);
    if (g.init?.kind === 'init') positional(g.init, g.type, cx, add);
  }
  for (const s of shapesOf(cx)) {
    for (const x of s.stores) {
      if (x.l?.kind === 'fld') add(x.l.name, x.r);
      if (x.l?.kind === 'idx' && x.l.x.kind === 'fld') add(x.l.x.name, x.r);
      initialiser(x.r);
    }
  }
  stored.set(facts, { members: out, version: cx.program.version });
  return out;
}

/** `{ a, b, c }` without designators: the members in order. */
function positional(
  e: Expr & { kind: 'init' },
  type: TypeRef,
  cx: FileContext,
  add: (member: string, value: Expr) => void,
): void {
  const ty = cx.constants.types.resolve(type, cx.file);
  if (ty.k !== 'rec') return;
  e.items.forEach((item, i) => {
    const field = ty.rec.fields[i];
    if (item.designator.length === 0 && field) add(field.name, item.value);
  });
}
