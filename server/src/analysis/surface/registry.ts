/** Registry values that the driver reads, with the checks on their type and size, where they are kept, and what they decide. */
import type { Expr } from '../../syntax/ast';
import { bare, literal, mentioned, type Outline, type OutlineCall } from './outline';
import { listed, placeOf, type Entry, type SurfaceContext } from './entry';
import { textOf } from './strings';
import { Branches, type Switch } from './switches';

/** A function of the driver that reads the value whose name it is given. */
interface Reader {
  readonly index: number;
  readonly checksType: boolean;
}

interface Read {
  readonly o: Outline;
  readonly place: Expr;
  readonly by: string;
  readonly value: string | undefined;
  /** Names of variables that receive the value. */
  readonly into: readonly string[];
  readonly typed: boolean;
  readonly after: number;
}

/** Names by which a value says that it switches a protection off. */
const SWITCH = /Disable|Skip|NoValid|Unsafe|ZeroCopy|Bypass|FaultInject|NoCheck/i;
const TYPE_TEST = /(->|\.)\s*(Type|ParameterType|ValueType)\b\s*(!=|==)|\bREG_\w+\s*(!=|==)|(!=|==)\s*REG_\w+/;

export function registryValues(cx: SurfaceContext): Entry[] {
  const reads = [...direct(cx), ...tables(cx)];
  const readers = new Map<string, Reader>();
  const pending: Read[] = [];
  for (const r of reads) {
    const index = r.o.fn.params.findIndex((p) => `<${p.name}>` === r.value);
    if (index < 0) pending.push(r);
    else readers.set(r.o.key, { index, checksType: r.typed });
  }
  for (let round = 0; round < 4; round++) if (!wrapped(cx, readers, (r) => pending.push(r), round === 3)) break;
  const conditions = conditionIndex(cx);
  const branches = new Branches(cx);
  const out: Entry[] = [];
  const seen = new Set<string>();
  for (const r of pending) {
    const place = placeOf(cx, r.o.file, r.place);
    const id = `${place.file}:${String(place.start)}`;
    if (seen.has(id)) continue;
    seen.add(id);
    const { facts, switchesOff } = factsOf(r, conditions, branches);
    const name = r.value ?? 'a value whose name is not known';
    out.push({ kind: 'registry', name, place, facts, ...(switchesOff.length > 0 ? { switchesOff } : {}) });
  }
  return out;
}

/** Calls of the interfaces themselves. A name that is a parameter is written `<name>`. */
function direct(cx: SurfaceContext): Read[] {
  const out: Read[] = [];
  for (const o of cx.outlines.values())
    for (const call of o.calls) {
      const api = cx.model.api(call.name);
      if (!api || (api.role !== 'reg-query' && api.role !== 'reg-query-typed' && api.role !== 'reg-query-alloc')) continue;
      const at = api.args?.['name'];
      const name = at === undefined ? undefined : call.x.args[at];
      if (!name) continue;
      const text = textOf(name, o, cx.program, call.x.start);
      const param = text?.kind === 'parameter' ? o.fn.params[text.index]?.name : undefined;
      out.push({
        o,
        place: call.x,
        by: call.name,
        value: text?.kind === 'text' ? text.text : param === undefined ? undefined : `<${param}>`,
        into: variables(call, api.args?.['out'] ?? api.args?.['buffer'] ?? api.args?.['paramOut']),
        typed: api.role === 'reg-query-typed' || comparesType(o),
        after: call.x.end,
      });
    }
  return out;
}

/** A query table: `Table[0].Name = L"…"`, or an initialised one. */
function tables(cx: SurfaceContext): Read[] {
  const out: Read[] = [];
  for (const o of cx.outlines.values()) {
    const calls = o.calls.filter((c) => cx.model.api(c.name)?.role === 'reg-query-table');
    const first = calls[0];
    if (!first) continue;
    /** The call that is given a table. */
    const callOf = (object: string, from: number): OutlineCall =>
      calls.find((c) => c.x.start > from && c.x.args.some((a) => mentioned(a).has(/^\w+/.exec(object)?.[0] ?? ''))) ?? first;
    const store = (object: string, member: string): Expr | undefined => o.stores.find((s) => s.left === `${object}.${member}`)?.r;
    for (const s of o.stores) {
      const object = /^(.*)\.Name$/.exec(s.left)?.[1];
      const text = object === undefined ? undefined : textOf(s.r, o, cx.program);
      if (object === undefined || text?.kind !== 'text') continue;
      const flags = store(object, 'Flags');
      const context = store(object, 'EntryContext');
      const call = callOf(object, s.r.start);
      out.push({
        o,
        place: s.r,
        by: call.name,
        value: text.text,
        into: context ? [...mentioned(context)] : [],
        typed: flags !== undefined && o.text(flags).includes('TYPECHECK'),
        after: call.x.end,
      });
    }
    for (const s of o.stores) {
      const type = o.locals.get(s.left)?.type;
      if (s.r.kind !== 'init' || !type || !JSON.stringify(type).includes('RTL_QUERY_REGISTRY_TABLE')) continue;
      const call = callOf(s.left, s.r.start);
      for (const item of s.r.items) {
        const text = literal(item.value);
        if (text === undefined) continue;
        const into = [...mentioned(item.value)].filter((n) => o.locals.has(n) || cx.program.global(n, o.file) !== undefined);
        const typed = o.text(item.value).includes('TYPECHECK');
        out.push({ o, place: item.value, by: call.name, value: text, into, typed, after: call.x.end });
      }
    }
  }
  return out;
}

/** Calls of the driver's own readers; a reader that is given the name makes its caller one. Answers whether there were new ones. */
function wrapped(cx: SurfaceContext, readers: Map<string, Reader>, add: (r: Read) => void, last: boolean): boolean {
  const found: Read[] = [];
  let grew = false;
  for (const o of cx.outlines.values())
    for (const call of o.calls) {
      const decl = cx.program.function(call.name, o.file);
      const reader = decl && readers.get(`${decl.file}:${decl.decl.name}`);
      const name = reader && call.x.args[reader.index];
      if (!reader || !name) continue;
      const text = textOf(name, o, cx.program, call.x.start);
      if (text?.kind === 'parameter') {
        if (!readers.has(o.key)) {
          readers.set(o.key, { index: text.index, checksType: reader.checksType });
          grew = true;
        }
        continue;
      }
      found.push({
        o,
        place: call.x,
        by: call.name,
        value: text?.text,
        into: variables(call, undefined, reader.index),
        typed: reader.checksType || comparesType(o),
        after: call.x.end,
      });
    }
  if (!grew || last) for (const r of found) add(r);
  return grew;
}

/** Variables whose address a call is given. */
function variables(call: OutlineCall, index: number | undefined, but?: number): string[] {
  const out = new Set<string>();
  call.x.args.forEach((a, i) => {
    if ((index !== undefined && i !== index) || i === but || i === 0) return;
    if (index === undefined && !(a.kind === 'un' && a.op === '&') && !(a.kind === 'cast' && a.x.kind === 'un')) return;
    const x = bare(a);
    if (x.kind === 'id' || x.kind === 'fld') out.add(x.name);
  });
  return [...out];
}

function comparesType(o: Outline): boolean {
  return o.conditions.some((c) => TYPE_TEST.test(o.text(c)));
}

/** Where each name stands in a condition, and where it is compared by size. */
interface Conditions {
  readonly read: ReadonlyMap<string, ReadonlySet<string>>;
  readonly tested: ReadonlyMap<string, ReadonlySet<string>>;
  readonly ordered: ReadonlyMap<string, ReadonlySet<string>>;
}

function conditionIndex(cx: SurfaceContext): Conditions {
  const tested = new Map<string, Set<string>>();
  const ordered = new Map<string, Set<string>>();
  const read = new Map<string, Set<string>>();
  const add = (map: Map<string, Set<string>>, name: string, fn: string): void => {
    const set = map.get(name) ?? new Set<string>();
    set.add(fn);
    map.set(name, set);
  };
  const visit = (e: Expr, fn: string): void => {
    if (e.kind === 'bin' && /^[<>]=?$/.test(e.op)) for (const n of mentioned(e)) add(ordered, n, fn);
    for (const part of e.kind === 'bin' ? [e.l, e.r] : e.kind === 'un' ? [e.x] : []) visit(part, fn);
  };
  for (const o of cx.outlines.values()) {
    for (const n of o.members) add(read, n, o.fn.name);
    for (const c of o.conditions) {
      for (const n of mentioned(c)) add(tested, n, o.fn.name);
      visit(c, o.fn.name);
    }
    for (const c of o.calls)
      if (/^(min|max|MIN|MAX|Rtl\w*(Min|Max|Clamp)\w*)$/.test(c.name))
        for (const a of c.x.args) for (const n of mentioned(a)) add(ordered, n, o.fn.name);
  }
  return { tested, ordered, read };
}

function factsOf(r: Read, conditions: Conditions, branches: Branches): { facts: string[]; switchesOff: string[] } {
  const facts = [`Read by \`${r.by}\` in \`${r.o.fn.name}\`.`];
  facts.push(r.typed ? 'Its type is checked.' : 'No check of its type was found.');
  const kept = new Map<string, string>();
  const next = r.o.calls.find((c) => c.name === r.by && c.x.start > r.after)?.x.start ?? Infinity;
  for (const s of r.o.stores) {
    if (s.r.start < r.after || s.r.start > next) continue;
    const names = mentioned(s.r);
    const last = /(\w+)$/.exec(s.left)?.[1];
    const root = /\w+/.exec(s.left)?.[0] ?? '';
    if (last !== undefined && !r.o.locals.has(root) && r.into.some((n) => names.has(n))) kept.set(s.left, last);
  }
  for (const name of r.into) if (!r.o.locals.has(name) && !r.o.fn.params.some((p) => p.name === name)) kept.set(name, name);
  const local = r.into.filter((n) => r.o.locals.has(n));
  const compared =
    local.some((n) => conditions.ordered.get(n)?.has(r.o.fn.name)) ||
    [...kept.values()].some((n) => (conditions.ordered.get(n)?.size ?? 0) > 0);
  facts.push(compared ? 'It is compared with a limit.' : 'No limit on its value was found.');
  if (kept.size > 0) facts.push(`Kept in ${listed([...kept.keys()].sort())}.`);
  const deciding = new Set<string>();
  for (const n of kept.values()) for (const fn of conditions.tested.get(n) ?? []) deciding.add(fn);
  for (const n of local) if (conditions.tested.get(n)?.has(r.o.fn.name)) deciding.add(r.o.fn.name);
  const looking = new Set<string>();
  for (const n of kept.values()) for (const fn of conditions.read.get(n) ?? []) if (!deciding.has(fn)) looking.add(fn);
  if (deciding.size > 0) facts.push(`Decides a branch in ${listed([...deciding].sort())}.`);
  if (looking.size > 0) facts.push(`Looked at in ${listed([...looking].sort())}.`);
  const name = [r.value ?? '', ...kept.values()].find((n) => SWITCH.test(n));
  const asSwitch: Switch = {
    members: new Set(kept.values()),
    locals: new Map([[r.o.key, new Set(local)]]),
    named: name !== undefined,
  };
  for (const helper of branches.helpers(asSwitch).keys()) {
    const asking = [...new Set(branches.asking(helper))].sort();
    facts.push(`Settles what \`${helper}\` answers${asking.length > 0 ? `, asked in ${listed(asking)}` : ''}.`);
  }
  const switchesOff = branches
    .switched(asSwitch)
    .map((s) => `when it is ${s.when === 'zero' ? '0' : 'not 0'}: ${s.what} in \`${s.fn}\``);
  for (const s of switchesOff.slice(0, 6)) facts.push(`Switches a protection off ${s}.`);
  if (switchesOff.length > 6) facts.push(`Switches ${String(switchesOff.length - 6)} more protections off.`);
  if (name !== undefined) facts.push(`By its name \`${name}\` it may switch a protection off: say who may write it.`);
  return { facts, switchesOff: name !== undefined && switchesOff.length === 0 ? [`by its name \`${name}\``] : switchesOff };
}
