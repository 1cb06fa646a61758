/** Control codes with their handlers, and the other routines through which requests and callbacks enter. */
import type { Root } from '../roots';
import { codeParts, declaredCodes, describeCode, hex, type NamedCode } from './control-codes';
import { listed, nameOf, placeOf, reachedFacts, type Entry, type SurfaceContext } from './entry';
import { bare } from './outline';

/** Where a code is told from others. */
interface Decided {
  readonly fnKey: string;
  readonly code: number;
}

export function controlCodes(cx: SurfaceContext): Entry[] {
  const declared = declaredCodes(cx.program, cx.constants, cx.files);
  const decided = decisions(cx);
  const entries: Entry[] = [];
  const named = new Set<string>();
  for (const d of declared) {
    const here = decided.filter((x) => x.code === d.value && cx.outlines.get(x.fnKey)?.ids.has(d.name));
    for (const x of here) named.add(`${x.fnKey}|${String(x.code)}`);
    entries.push(entryOf(cx, d, here));
  }
  // Codes that are written as numbers, or by names that no file here defines.
  const places = new Map<number, Decided[]>();
  for (const x of decided) if (!named.has(`${x.fnKey}|${String(x.code)}`)) places.set(x.code, [...(places.get(x.code) ?? []), x]);
  for (const [code, list] of [...places].sort(([a], [b]) => a - b)) {
    const first = list[0];
    const outline = first && cx.outlines.get(first.fnKey);
    if (!first || !outline) continue;
    const label = outline.cases.find((e) => (cx.constants.evaluate(e, outline.file) ?? NaN) >>> 0 === code);
    if (code >>> 16 === 0 && !label) continue;
    const name = label?.kind === 'id' ? label.name : hex(code, 8);
    const span = label ?? outline.fn.nameSpan;
    entries.push(entryOf(cx, { name, ...placeOf(cx, outline.file, span), value: code }, list));
  }
  return [...entries, ...unknownLabels(cx, new Set(entries.map((e) => e.name)))];
}

/** Functions that tell a control code from others. */
function decisions(cx: SurfaceContext): Decided[] {
  const out = new Map<string, Decided>();
  for (const r of cx.records.values()) {
    if (!r.decides) continue;
    const fnKey = `${r.fn.file}:${r.fn.decl.name}`;
    for (const code of r.buckets.keys()) if (code >= 0) out.set(`${fnKey}|${String(code)}`, { fnKey, code });
  }
  return [...out.values()].sort((a, b) => (a.fnKey < b.fnKey ? -1 : a.fnKey > b.fnKey ? 1 : a.code - b.code));
}

function entryOf(cx: SurfaceContext, d: NamedCode, decided: readonly Decided[]): Entry {
  const facts: string[] = [];
  if (d.value === undefined) facts.push('Its parts are not known: a name in it is defined nowhere in these files.');
  else facts.push(...describeCode(d.value));
  const handlers = new Set<string>();
  const functions = new Set<string>();
  const buckets = [];
  for (const x of decided) {
    const own = handlersOf(cx, x);
    for (const h of own) handlers.add(h);
    facts.push(
      own.length > 0
        ? `Handled by ${listed(own.map(nameOf))}, called from \`${nameOf(x.fnKey)}\`${fast(cx, x.fnKey)}.`
        : `Handled in \`${nameOf(x.fnKey)}\`${fast(cx, x.fnKey)}.`,
    );
    if (own.length === 0) handlers.add(x.fnKey);
    const reached = cx.reach.from(x.fnKey, x.code);
    for (const f of reached.functions) if (f !== x.fnKey || own.length === 0) functions.add(f);
    buckets.push(...reached.buckets);
  }
  if (decided.length > 0) facts.push(...reachedFacts(cx, { functions, buckets }));
  else {
    const users = [...cx.outlines.values()].filter((o) => o.ids.has(d.name)).map((o) => o.fn.name);
    facts.push(
      users.length > 0
        ? `No handler was recognised; it is used in ${listed([...new Set(users)].sort())}.`
        : 'No handler was found in these files.',
    );
  }
  return {
    kind: 'ioctl',
    name: d.name,
    place: { file: d.file, start: d.start, end: d.end },
    facts,
    handlers: [...handlers],
    label: codeLabel(d),
  };
}

function handlersOf(cx: SurfaceContext, x: Decided): string[] {
  const out = new Set<string>();
  for (const id of cx.reach.contexts(x.fnKey)) {
    const buckets = cx.records.get(id)?.buckets;
    // What every code calls is no handler of this one.
    const others = [...(buckets ?? [])].filter(([code]) => code !== x.code);
    for (const key of buckets?.get(x.code)?.calls ?? [])
      if (others.length < 2 || !others.every(([, b]) => b.calls.has(key))) out.add(key);
  }
  return [...out].sort();
}

function fast(cx: SurfaceContext, fnKey: string): string {
  const roles = new Set<string>();
  for (const id of cx.reach.contexts(fnKey)) roles.add(cx.answers.get(id)?.role ?? '');
  return roles.has('fast-ioctl') ? ' (fast I/O)' : '';
}

/** `case` labels beside control codes whose definition is not here. */
function unknownLabels(cx: SurfaceContext, known: ReadonlySet<string>): Entry[] {
  const out: Entry[] = [];
  const done = new Set(known);
  const deciding = new Set([...cx.records.values()].filter((r) => r.decides).map((r) => `${r.fn.file}:${r.fn.decl.name}`));
  for (const key of [...deciding].sort()) {
    const o = cx.outlines.get(key);
    for (const e of o?.cases ?? []) {
      if (!o || e.kind !== 'id' || done.has(e.name) || cx.constants.evaluate(e, o.file) !== undefined) continue;
      done.add(e.name);
      out.push({
        kind: 'ioctl',
        name: e.name,
        place: placeOf(cx, o.file, e),
        facts: ['Its value is not known: the header that defines it is not among these files.', `Handled in \`${o.fn.name}\`.`],
        handlers: [key],
      });
    }
  }
  return out;
}

const KINDS: readonly (readonly [RegExp, string, string])[] = [
  [/^dispatch$/, 'dispatch', 'requests that the I/O manager sends'],
  [/^(fast-|)read$|^(fast-|)write$|^ioctl|^io-|^in-caller-context$|^create$|^fast-/, 'dispatch', 'requests of user mode'],
  [/^flt-/, 'callback', 'the filter manager'],
  [/^ndis-/, 'callback', 'NDIS: packets, requests and events of other drivers'],
  [/^nmr-/, 'callback', 'the network module registrar: other drivers'],
  [/^wfp-/, 'callback', 'the filtering platform: network traffic'],
  [/^registry-callback$/, 'callback', 'registry operations of any process'],
  [/^ks-|^storport-/, 'callback', 'the port driver'],
];

/** `MajorFunction[IRP_MJ_…] = F`, by the name of the function. */
function majorNames(cx: SurfaceContext): ReadonlyMap<string, ReadonlySet<string>> {
  const out = new Map<string, Set<string>>();
  for (const o of cx.outlines.values())
    for (const s of o.stores) {
      const major = /\bMajorFunction\s*\[\s*(\w+)\s*\]$/.exec(s.left)?.[1];
      let value = bare(s.r);
      while (value.kind === 'asg') value = bare(value.r);
      if (major === undefined || value.kind !== 'id') continue;
      const fn = cx.program.function(value.name, o.file);
      if (!fn) continue;
      const key = `${fn.file}:${fn.decl.name}`;
      out.set(key, (out.get(key) ?? new Set<string>()).add(major));
    }
  return out;
}

/** Dispatch routines, fast I/O, framework queues, filters, network and registry callbacks. */
export function entryPoints(cx: SurfaceContext): Entry[] {
  const byFunction = new Map<string, { roles: Set<string>; tags: Set<string>; root: Root }>();
  for (const root of cx.roots) {
    if (!KINDS.some(([role]) => role.test(root.role))) continue;
    const key = `${root.fn.file}:${root.fn.decl.name}`;
    const one = byFunction.get(key) ?? { roles: new Set<string>(), tags: new Set<string>(), root };
    one.roles.add(root.role);
    one.tags.add(root.tag);
    byFunction.set(key, one);
  }
  const majors = majorNames(cx);
  const out: Entry[] = [];
  for (const [key, { roles, tags, root }] of byFunction) {
    const role = [...roles].sort()[0] ?? '';
    const [, kind, from] = KINDS.find(([pattern]) => pattern.test(role)) ?? [undefined, 'callback', ''];
    const facts = [`Entered by ${from}.`];
    const served = [...(majors.get(key) ?? [])].sort();
    if (served.length > 0) facts.push(`Serves ${listed(served, 30)}.`);
    const stored = [...tags].filter((t) => t.includes(':')).sort();
    if (stored.length > 0) facts.push(`Registered in ${listed(stored.map((t) => t.replace(':', '.')))}.`);
    facts.push(...reachedFacts(cx, cx.reach.from(key)));
    const place = placeOf(cx, root.fn.file, root.fn.decl.nameSpan);
    out.push({
      kind: role.startsWith('fast-') ? 'fast I/O' : kind,
      name: root.fn.decl.name,
      place,
      facts,
      handlers: [key],
      label: [entryLabel(role), ...served].join(' · '),
    });
  }
  return out;
}

function entryLabel(role: string): string {
  return role === 'dispatch' ? 'dispatch routine' : role.startsWith('fast-') ? 'fast I/O' : role.replaceAll('-', ' ');
}

function codeLabel(d: NamedCode): string {
  if (d.value === undefined) return d.name;
  const { method, access } = codeParts(d.value);
  return [d.name, method, access].join(' · ');
}
