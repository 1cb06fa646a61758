/** Which functions of a driver are callbacks of which kind: by the type of their prototype, or by the member that they are stored in. */
import type { Expr, TypeRef } from '../../syntax/ast';
import { partsOf } from '../../syntax/walk';
import type { FunctionDecl } from '../../syntax/ast';
import type { FileFacts } from '../../syntax/facts';
import type { Program } from '../../program/program';
import type { FunctionSource } from '../rule';
import { bare, shapeOf, sourceOf } from './shape';

export interface Callbacks {
  /**
   * @param role roles of the model by which a prototype's type is known
   * @param member names of members that hold such a callback
   */
  isRole(name: string, role: RegExp, member: RegExp): boolean;
}

/** Functions that run because a program asked the driver for something. */
export function isRequestHandler(cx: FunctionSource, name: string): boolean {
  return callbacksOf(cx).isRole(
    name,
    /^(dispatch|ioctl|write|fast-ioctl|fast-write|flt-message|in-caller-context)$/,
    /^(MajorFunction|EvtIoDeviceControl|EvtIoWrite|FastIoDeviceControl)$/,
  );
}

type Members = ReadonlyMap<string, readonly string[]>;
interface Stored {
  readonly facts: FileFacts;
  readonly version: number;
  /** Members by function name. The same object as long as the same functions stand in the same members. */
  readonly members: Members;
}
const stored = new WeakMap<Program, Map<string, Stored>>();

export function callbacksOf(cx: FunctionSource): Callbacks {
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

function membersOf({ program, constants, model, file }: FunctionSource): Members {
  const source = sourceOf(file, { program, constants, model });
  const members = currentMembers(source);
  program.dependsOn(() => currentMembers(source) === members);
  return members;
}

const NO_MEMBERS: Members = new Map();

function currentMembers(cx: FunctionSource): Members {
  const { program, file } = cx;
  const facts = program.files.get(file);
  if (!facts) return NO_MEMBERS;
  let files = stored.get(program);
  if (!files) stored.set(program, (files = new Map()));
  const kept = files.get(file);
  if (kept?.facts === facts && kept.version === program.version) return kept.members;
  const found = new Map<string, string[]>();
  const add = (member: string, name: string): void => {
    const list = found.get(name);
    if (list) list.push(member);
    else found.set(name, [member]);
  };
  for (const g of facts.globals) {
    if (g.init) initialised(g.init, add);
    if (g.init?.kind === 'init') positional(g.init, g.type, cx, add);
  }
  for (const fn of facts.functions) for (const [member, name] of storedBy(fn, cx)) add(member, name);
  const members = kept && sameMembers(kept.members, found) ? kept.members : found;
  files.set(file, { facts, version: program.version, members });
  return members;
}

function sameMembers(a: Members, b: Members): boolean {
  return a.size === b.size && [...a].every(([name, list]) => b.get(name)?.join() === list.join());
}

type Add = (member: string, name: string) => void;
const inFunctions = new WeakMap<
  FunctionDecl,
  { readonly version: number; readonly pairs: readonly (readonly [string, string])[] }
>();

/** What a function stores in members: the member, the name. */
function storedBy(fn: FunctionDecl, cx: FunctionSource): readonly (readonly [string, string])[] {
  if (!fn.body) return [];
  const { version } = cx.program;
  const kept = inFunctions.get(fn);
  if (kept?.version === version) return kept.pairs;
  const pairs: [string, string][] = [];
  const add: Add = (member, name) => void pairs.push([member, name]);
  for (const x of shapeOf(fn, cx).stores) {
    if (x.l?.kind === 'fld') named(x.l.name, x.r, add);
    if (x.l?.kind === 'idx' && x.l.x.kind === 'fld') named(x.l.x.name, x.r, add);
    initialised(x.r, add);
  }
  inFunctions.set(fn, { version, pairs });
  return pairs;
}

function named(member: string, value: Expr, add: Add): void {
  let v = bare(value);
  if (v.kind === 'un' && v.op === '&') v = bare(v.x);
  if (v.kind === 'id') add(member, v.name);
}

function initialised(e: Expr, add: Add): void {
  if (e.kind === 'init')
    for (const item of e.items) {
      const last = item.designator[item.designator.length - 1];
      if (typeof last === 'string') named(last, item.value, add);
    }
  for (const p of partsOf(e)) initialised(p, add);
}

/** `{ a, b, c }` without designators: the members in order. */
function positional(e: Expr & { kind: 'init' }, type: TypeRef, cx: FunctionSource, add: Add): void {
  const ty = cx.constants.types.resolve(type, cx.file);
  if (ty.k !== 'rec') return;
  e.items.forEach((item, i) => {
    const field = ty.rec.fields[i];
    if (item.designator.length === 0 && field) named(field.name, item.value, add);
  });
}
