/**
 * Where execution enters a driver, and with what: dispatch routines, framework callbacks, fast I/O, messages. A function whose role is
 * known starts with what its caller promises; every other function that nobody calls starts with nothing.
 */
import type { FunctionDecl, TypeRef } from '../syntax/ast';
import type { ApiFact, Model } from '../model/model';
import { usesOf } from '../program/handed';
import { isHeader } from '../program/groups';
import type { Declared, Program } from '../program/program';
import type { Analyzer } from './analyzer';
import type { Heap } from './heap';
import type { Memory } from './memory';
import { callbackType } from './registrations';
import type { State } from './state';
import { constant, lin } from './term';
import type { RegionBase, Val } from './value';

export interface Root {
  readonly fn: Declared<FunctionDecl>;
  /** Role of the model, or `any`. */
  readonly role: string;
  /** Tells roots of one function apart. */
  readonly tag: string;
  /** Only a prototype says the role: a function that other code calls starts with what that code knows. */
  readonly weak?: boolean;
  /** Its address is handed on: whoever calls it stands, for all that is known, inside `__try`. */
  readonly handed?: boolean;
  seed(state: State, a: Analyzer): Val[];
  /** The same root of the function as it is after an edit. */
  at(fn: Declared<FunctionDecl>): Root;
}

const SKIP = new Set(['sized-copy']);

/** Callbacks that are handed a request when it arrives, before anybody has checked it. */
const REQUEST_ROLES: ReadonlySet<string> = new Set([
  'dispatch',
  'ioctl',
  'ioctl-internal',
  'read',
  'write',
  'io-default',
  'in-caller-context',
  'fast-ioctl',
  'fast-read',
  'fast-write',
  'flt-message',
  'flt-connect',
  'flt-pre',
  'wmi-block',
]);

export function roots(program: Program, files: readonly string[], model: Model, heap: Heap, memory: Memory): Root[] {
  const out: Root[] = [];
  const seen = new Set<string>();
  const add = (fn: Declared<FunctionDecl> | undefined, fact: ApiFact, tag: string, major?: number, weak = false): void => {
    if (!fn?.decl.body || SKIP.has(fact.role)) return;
    const id = `${fn.file}:${fn.decl.name}:${fact.role}:${tag}`;
    if (seen.has(id)) return;
    seen.add(id);
    out.push(knownRoot(fn, fact, tag, major, weak));
  };
  // Functions stored where a callback belongs.
  for (const [field, stores] of heap.entries()) {
    if (field.startsWith('DRIVER_OBJECT:MajorFunction')) continue;
    for (const s of stores.values())
      for (const name of s.fns) add(program.function(name, s.site.file), roleOfField(field, memory, model) ?? NONE, field);
  }
  for (const m of majorFunctions(heap)) add(program.function(m.name, m.file), DISPATCH, `major${String(m.major ?? '')}`, m.major);
  // Prototypes that carry a role: `DRIVER_DISPATCH F;`
  for (const file of files) {
    const facts = program.files.get(file);
    for (const p of facts?.prototypes ?? []) {
      const fact = p.typedefName !== undefined ? model.api(p.typedefName) : undefined;
      if (fact) add(program.function(p.name, file), fact, fact.name, undefined, true);
      else if (p.typedefName !== undefined) {
        const kernel = kernelTypedef(p.typedefName, file, program, model);
        if (kernel) add(program.function(p.name, file), kernel, kernel.name, undefined, true);
      }
    }
    for (const fn of facts?.functions ?? []) if (fn.name === 'DriverEntry') add({ file, decl: fn }, ENTRY, 'entry');
  }
  const known = out.filter((r) => r.role !== 'none');
  const handed = new Set<string>();
  const called = new Set<string>();
  for (const file of files) {
    const uses = usesOf(program.files.get(file), model);
    for (const name of uses.handed) handed.add(name);
    for (const name of uses.called) called.add(name);
  }
  const others: Root[] = [];
  for (const file of files) {
    for (const decl of program.files.get(file)?.functions ?? []) {
      const fn = { file, decl };
      if (isSpare(fn, files)) continue;
      others.push(unknownRoot(fn, handed.has(decl.name)));
    }
  }
  // What others call is reached from there, with what they know.
  return [...known, ...others.filter((r) => !called.has(r.fn.decl.name)), ...others.filter((r) => called.has(r.fn.decl.name))];
}

/** How one function starts that the default configuration does not have: by the role of its prototype, else with nothing. */
export function rootsOf(fn: Declared<FunctionDecl>, program: Program, model: Model, files: readonly string[]): Root[] {
  const out: Root[] = [];
  for (const file of files) {
    for (const p of program.files.get(file)?.prototypes ?? []) {
      if (p.name !== fn.decl.name || p.typedefName === undefined || out.length > 0) continue;
      const fact = model.api(p.typedefName) ?? kernelTypedef(p.typedefName, file, program, model);
      if (fact && !SKIP.has(fact.role)) out.push(knownRoot(fn, fact, fact.name, undefined, false));
    }
  }
  if (out.length > 0) return out;
  return isSpare(fn, files) ? [] : [unknownRoot(fn, false)];
}

function knownRoot(fn: Declared<FunctionDecl>, fact: ApiFact, tag: string, major: number | undefined, weak: boolean): Root {
  return {
    fn,
    role: fact.role,
    tag,
    weak,
    seed: (s, a) => seedRole(fn, fact, s, a, major),
    at: (edited) => knownRoot(edited, fact, tag, major, weak),
  };
}

function unknownRoot(fn: Declared<FunctionDecl>, handed: boolean): Root {
  return { fn, role: 'any', tag: '', handed, seed: (s, a) => seedUnknown(fn, s, a), at: (edited) => unknownRoot(edited, handed) };
}

/** An inline function of a header that this driver does not call is not part of it. */
function isSpare(fn: Declared<FunctionDecl>, files: readonly string[]): boolean {
  return isHeader(fn.file) && (fn.decl.static || fn.decl.inline) && files.some((f) => !isHeader(f));
}

const NONE: ApiFact = { name: '', role: 'none' };
const DISPATCH: ApiFact = { name: 'DRIVER_DISPATCH', role: 'dispatch', args: { device: 0, irp: 1 } };
const ENTRY: ApiFact = { name: 'DRIVER_INITIALIZE', role: 'entry', args: { driver: 0, path: 1 } };

function* majorFunctions(heap: Heap): Generator<{ name: string; file: string; major?: number }> {
  for (const [field, stores] of heap.entries()) {
    if (!field.startsWith('DRIVER_OBJECT:MajorFunction')) continue;
    const m = /\[(\d+)\]/.exec(field);
    for (const s of stores.values())
      for (const name of s.fns) yield { name, file: s.site.file, major: m?.[1] === undefined ? undefined : Number(m[1]) };
  }
}

/** A field whose declared type is a documented callback. */
function roleOfField(field: string, memory: Memory, model: Model): ApiFact | undefined {
  const handed = callbackType(field);
  if (handed !== undefined) return model.api(handed);
  const colon = field.indexOf(':');
  const rec = memory.recs.get(field.slice(0, colon));
  const last = field.slice(colon + 1);
  const declared = rec?.decl.fields.find((x) => x.name === last)?.type;
  const name = declared && callbackName(declared);
  return name === undefined ? undefined : model.api(name);
}

function callbackName(ref: TypeRef): string | undefined {
  if (ref.kind === 'pointer') return callbackName(ref.to);
  if (ref.kind !== 'name') return undefined;
  return ref.name.replace(/^PFN_WDF_/, 'EVT_WDF_').replace(/^P(?=[A-Z])(?!FLT_|ROTOCOL)/, '');
}

function kernelTypedef(name: string, file: string, program: Program, model: Model): ApiFact | undefined {
  const t = program.typedef(name, file)?.decl.type;
  const inner = t && callbackName(t);
  return inner === undefined || inner === name ? undefined : model.api(inner);
}

/** control: device control. request: any other request of a caller. other: everything else. */
function entryKind(role: string, major: number | undefined): 'control' | 'request' | 'other' {
  if (!REQUEST_ROLES.has(role)) return 'other';
  if (role === 'ioctl' || role === 'fast-ioctl' || role === 'flt-message' || major === 13 || major === 14) return 'control';
  // Plug and play, power, WMI, internal control, close, cleanup and shutdown come from the system.
  return major !== undefined && [2, 15, 16, 18, 22, 23, 27].includes(major) ? 'other' : 'request';
}

/** A function that nothing is seen to call: a request that it is given may come straight from its sender. */
function seedUnknown(fn: Declared<FunctionDecl>, s: State, a: Analyzer): Val[] {
  const site = { file: fn.file, start: fn.decl.nameSpan.start, end: fn.decl.nameSpan.end };
  // A start-I/O routine gets what a dispatch routine has queued.
  const queued = a.program.prototype(fn.decl.name, fn.file)?.decl.typedefName === 'DRIVER_STARTIO';
  const given = !queued && fn.decl.params.some((p) => /^P?(_?IRP|IO_STACK_LOCATION)$|^WDFREQUEST$/.test(pointeeName(p.type)));
  s.setMust({ tag: 'entry', path: given ? 'request' : 'other', site });
  const values = params(fn, s, a);
  if (fn.decl.annotations.some((x) => SYSTEM_SERVICE.test(x.name))) return serviceData(values, site, a);
  return isStreamHandler(fn.decl) ? streamData(values, site, a) : values;
}

/** What says of a function that user mode calls it. */
const SYSTEM_SERVICE = /^_?_kernel_entry_?$/i;

/** Pointers that a system service is given. */
function serviceData(values: readonly Val[], site: { file: string; start: number; end: number }, a: Analyzer): Val[] {
  return values.map((v, i) => {
    if (v.ty?.k !== 'ptr') return v;
    const region = a.regions.region(`Service:${String(i)}`, 'UserVA', [
      a.regions.step(site, 'what a system service is given is an address that the caller chose'),
    ]);
    return {
      ...v,
      t: lin(a.atoms.atom(`ptr:${region.key}`, { frame: false })),
      pts: [{ base: region, path: '', off: constant(0) }],
    };
  });
}

/** A handler of kernel streaming stands in tables that macros write: it is known by what it takes. */
function isStreamHandler(fn: FunctionDecl): boolean {
  const [irp, request] = fn.params.map((p) => pointeeName(p.type));
  return (
    fn.params.length === 3 &&
    /^P?_?IRP$/.test(irp ?? '') &&
    /^P?KS(P_|E_|M_|PROPERTY|IDENTIFIER|METHOD|EVENT)/.test(request ?? '')
  );
}

function streamData(values: readonly Val[], site: { file: string; start: number; end: number }, a: Analyzer): Val[] {
  return values.map((v, i) => {
    if (i === 0) return v;
    const region = a.regions.region(`Stream:${String(i)}`, 'Buffered', [
      a.regions.step(site, 'what the caller passed, as kernel streaming copied it'),
    ]);
    return {
      ...v,
      t: lin(a.atoms.atom(`ptr:${region.key}`, { frame: false })),
      pts: [{ base: region, path: '', off: constant(0) }],
    };
  });
}

function pointeeName(ref: TypeRef): string {
  if (ref.kind === 'pointer') return pointeeName(ref.to);
  return ref.kind === 'name' || ref.kind === 'tag' ? ref.name : '';
}

/** Parameters without a known role. */
function params(fn: Declared<FunctionDecl>, s: State, a: Analyzer): Val[] {
  void s;
  return fn.decl.params.map((p, i) => {
    const ty = a.types.resolve(p.type, fn.file);
    const t = lin(
      a.atoms.atom(
        `P${String(i)}@${fn.file}:${fn.decl.name}`,
        ty.k === 'int' && !ty.signed ? { lo: 0, hi: 2 ** (8 * ty.size) - 1 } : {},
      ),
    );
    return { t, pts: [], taint: [], ty };
  });
}

function seedRole(fn: Declared<FunctionDecl>, fact: ApiFact, s: State, a: Analyzer, major: number | undefined): Val[] {
  const out = params(fn, s, a);
  const r = a.regions;
  const site = { file: fn.file, start: fn.decl.nameSpan.start, end: fn.decl.nameSpan.end };
  const pointer = (role: string, region: RegionBase): void => {
    const i = fact.args?.[role];
    const old = i === undefined ? undefined : out[i];
    if (i !== undefined && old)
      out[i] = {
        ...old,
        t: lin(a.atoms.atom(`ptr:${region.key}`, { frame: false })),
        pts: [{ base: region, path: '', off: constant(0) }],
      };
  };
  const number = (role: string, t: Val['t']): void => {
    const i = fact.args?.[role];
    const old = i === undefined ? undefined : out[i];
    if (i !== undefined && old)
      out[i] = {
        ...old,
        t,
        taint: [
          {
            origin: 'Buffered',
            loc: `REQ|${role}`,
            site,
            plain: false,
            certain: true,
            witness: [],
            captured: true,
            request: 'system',
          },
        ],
      };
  };
  const user = (key: string, message: string, len: 'in' | 'out', request: RegionBase['request']): RegionBase =>
    r.region(key, 'UserVA', [r.step(site, message)], len === 'in' ? { inLen: r.inLen, request } : { outLen: r.outLen, request });
  const block = (key: string, lengths: { inLen?: Val['t']; outLen?: Val['t'] }): RegionBase =>
    r.region(key, 'Buffered', [r.step(site, 'a block of WMI, as long as whoever asked said')], { ...lengths, request: 'system' });
  s.setMust({ tag: 'role', data: fact.role, site });
  s.setMust({ tag: 'entry', path: entryKind(fact.role, major), site });
  switch (fact.role) {
    case 'dispatch':
      if (major !== undefined) s.bounds.add(r.major, major, major);
      // IRP_MJ_INTERNAL_DEVICE_CONTROL: other drivers alone can send it.
      if (major === 15) s.bounds.add(r.mode, 0, 0);
      break;
    case 'ioctl':
      number('inLen', r.inLen);
      number('outLen', r.outLen);
      number('code', r.code);
      break;
    case 'ioctl-internal':
      number('inLen', r.inLen);
      number('outLen', r.outLen);
      number('code', r.code);
      s.bounds.add(r.mode, 0, 0);
      break;
    case 'read':
      number('len', r.outLen);
      break;
    case 'write':
      number('len', r.inLen);
      break;
    case 'fast-ioctl':
      pointer('in', user('FastIn', 'the input buffer of fast I/O is an address that the caller chose', 'in', 'fast-in'));
      pointer('out', user('FastOut', 'the output buffer of fast I/O is an address that the caller chose', 'out', 'fast-out'));
      number('inLen', r.inLen);
      number('outLen', r.outLen);
      number('code', r.code);
      break;
    case 'fast-read':
    case 'fast-write':
      pointer(
        'buffer',
        user(
          `Fast:${fact.role}`,
          'the buffer of fast I/O is an address that the caller chose',
          fact.role === 'fast-read' ? 'out' : 'in',
          'fast-in',
        ),
      );
      number('len', fact.role === 'fast-read' ? r.outLen : r.inLen);
      break;
    case 'flt-message':
      pointer('in', user('MessageIn', 'the message buffer of a filter port is a raw user address', 'in', 'message'));
      pointer('out', user('MessageOut', 'the reply buffer of a filter port is a raw user address', 'out', 'message'));
      number('inLen', r.inLen);
      number('outLen', r.outLen);
      break;
    case 'flt-connect': {
      const i = fact.args?.['in'];
      const old = i === undefined ? undefined : out[i];
      const region = r.region('Connect', 'Buffered', [r.step(site, 'the connection context that user mode passed')], {
        inLen: r.inLen,
        request: 'message',
      });
      if (i !== undefined && old) out[i] = { ...old, pts: [{ base: region, path: '', off: constant(0) }] };
      number('inLen', r.inLen);
      break;
    }
    case 'wmi-block':
      pointer('in', block('WmiIn', { inLen: r.inLen }));
      pointer('out', block('WmiOut', { outLen: r.outLen }));
      number('inLen', r.inLen);
      number('outLen', r.outLen);
      break;
    case 'request-data':
    case 'ks-handler':
      // The system has copied what the caller passed; its length is checked by the system or stands beside it.
      for (const role of ['in', 'request', 'buffer'])
        pointer(
          role,
          r.region(`Data:${fact.name}:${role}`, 'Buffered', [r.step(site, 'what the caller passed, as the system copied it')]),
        );
      break;
    case 'nmr-attach-callback':
      pointer('peerDispatch', r.region('PeerDispatch', 'Peer', [r.step(site, 'the dispatch table of the other module')]));
      pointer('peerInstance', r.region('PeerInstance', 'Peer', [r.step(site, 'the registration of the other module')]));
      break;
    default:
      break;
  }
  return out;
}
