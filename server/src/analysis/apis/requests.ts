/**
 * Calls about requests: their buffers, lengths and stack locations, their completion, and probes of what they name.
 */
import type { Ty } from '../../program/types';
import { clobber, unknownResult } from '../calls';
import { fresh, plain, siteOf } from '../made-values';
import type { Call } from '../events';
import type { Frame } from '../frame';
import type { State } from '../state';
import { constOf, constant, lin, minus, plus, type Lin } from '../term';
import type { Target, Val } from '../value';
import { INT, VOID_PTR, type Handler, one, succeedOrFail, put, pointerTo } from './handler';

/** A request that is handed back: nothing of it may be touched afterwards. */
export const complete: Handler = (_api, c, s, f) => {
  const irp = c.args[0];
  if (!irp) return undefined;
  for (const t of f.memory.targetsOf(irp)) s.setMust({ tag: 'completed', base: t.base, path: t.path, site: siteOf(f, c.place) });
  return one(s, plain(constant(0), INT));
};

/** The next driver is told to take the request as it is; nobody else has asked to get it back. */
export const stackOp: Handler = (_api, c, s, f) => {
  if (/Get|Next/.test(c.name) && !c.name.startsWith('IoCopy')) return one(s, unknownResult(c.name, c.x, f));
  const irp = c.arg('irp');
  for (const t of irp ? f.memory.targetsOf(irp) : []) s.setMust({ tag: PASSES_ON, base: t.base, site: siteOf(f, c.place) });
  return one(s, plain(constant(0), INT));
};

/** Whoever asks to hear of the end of a request may keep it from ending. */
export const setCompletion: Handler = (_api, c, s, f) => {
  const irp = c.arg('irp');
  for (const t of irp ? f.memory.targetsOf(irp) : []) s.dropMust(PASSES_ON, t.base);
  return undefined;
};

/** A request that goes on to the next driver without a way back: that driver completes it, and its memory goes. */
export const send: Handler = (_api, c, s, f) => {
  const irp = c.arg('irp');
  for (const t of irp ? f.memory.targetsOf(irp) : []) {
    if (!s.hasMust(PASSES_ON, t.base)) continue;
    s.dropMust(PASSES_ON, t.base);
    s.setMust({ tag: 'completed', base: t.base, path: t.path, site: siteOf(f, c.place), data: 'sent' });
  }
  return undefined;
};

const PASSES_ON = 'passes-on';

export const pend: Handler = (_api, c, s, f) => {
  const irp = c.args[0];
  if (!irp) return undefined;
  for (const t of f.memory.targetsOf(irp)) s.setMust({ tag: 'pended', base: t.base, site: siteOf(f, c.place) });
  return one(s, plain(constant(0), INT));
};

export const probe: Handler = (api, c, s, f) => {
  const p = c.arg('address');
  if (!p) return undefined;
  probed(p, c.arg('len'), api.access, c, s, f);
  return one(s, plain(constant(0), INT));
};

/** From here on an address is known to lie in user memory. */
export function probed(p: Val, asked: Val | undefined, access: string | undefined, c: Call, s: State, f: Frame): void {
  // A number that is the driver's own and not in view: how much it promises is the driver's knowledge.
  const len = asked && isInView(asked) ? asked : undefined;
  for (const t of f.memory.targetsOf(p)) {
    // The end of what is probed; an earlier probe that reaches as far stands.
    const num = len && t.off ? plus(t.off, len.t) : len?.t;
    const before = s.hasMust('probed', t.base);
    if (!(before?.num && num && s.bounds.proves(minus(before.num, num))))
      s.setMust({ tag: 'probed', base: t.base, site: siteOf(f, c.place), num, data: access });
    s.replaceMay({ tag: 'probe', base: t.base, site: siteOf(f, c.place), num: len?.t, data: access });
  }
}

/** A constant, or a number in which the caller has a part. */
function isInView(len: Val): boolean {
  return constOf(len.t) !== undefined || len.taint.length > 0 || len.t.t.some(([x]) => x.key.includes('REQ.'));
}

export const irpStack: Handler = (_api, _c, s, f) => {
  const ty = f.named('IO_STACK_LOCATION');
  const base = f.memory.sym(lin(f.atoms.atom('REQ.Stack', { frame: false, lo: 1 })));
  return one(s, {
    t: base.t,
    pts: [{ base, root: 'IO_STACK_LOCATION', path: '', off: constant(0) }],
    taint: [],
    ty: { k: 'ptr', ref: f.ref(ty), file: f.file },
  });
};

/** A length that the caller stated, as an interface hands it over. */
export function requestLength(t: Lin, c: Call, f: Frame): Val {
  const ty: Ty = { k: 'int', size: 8, signed: false, name: 'size_t' };
  return plain(t, ty, {
    taint: [
      {
        origin: 'Buffered',
        loc: `REQ|${c.name}`,
        site: siteOf(f, c.place),
        plain: false,
        certain: true,
        witness: [],
        captured: true,
        request: 'system',
      },
    ],
  });
}

/** Bytes that the MDL of a request describes: the length that the caller stated. */
export const mdlLength: Handler = (_api, c, s, f) => {
  const pages = (c.args[0]?.pts ?? []).map((p) => f.memory.pagesOf(p.base)).find((p) => p !== undefined);
  const len = pages?.inLen;
  return len ? one(s, { ...requestLength(len, c, f), ty: { k: 'int', size: 4, signed: false, name: 'ULONG' } }) : undefined;
};

export const requestBuffer: Handler = (_api, c, s, f) => {
  const input = /Input/.test(c.name);
  const unsafe = /Unsafe/.test(c.name);
  const len = input ? f.regions.inLen : f.regions.outLen;
  const witness = [
    f.regions.step(
      siteOf(f, c.place),
      `\`${c.name}\` returns ${unsafe ? 'an address that the caller chose' : 'the request’s buffer'}`,
    ),
  ];
  const method = f.request(s).method;
  const direct = !input && (method === 1 || method === 2);
  const origin = unsafe ? 'UserVA' : direct ? 'SharedPages' : 'Buffered';
  const min = c.arg('minLen');
  const least = min && constOf(min.t);
  const region = f.regions.region(unsafe ? (input ? 'Type3' : 'User') : direct ? 'Direct' : 'Sys', origin, witness, {
    inLen: unsafe && !input ? undefined : f.regions.inLen,
    outLen: unsafe && input ? undefined : f.regions.outLen,
    request: unsafe ? (input ? 'type3' : 'user') : input ? 'wdf-in' : 'wdf-out',
    least: least !== undefined && least > 0 ? least : undefined,
  });
  return succeedOrFail(c, s, f, (ok) => {
    const target: Target = { base: region, path: '', off: constant(0) };
    put(
      c.arg('bufferOut'),
      { t: lin(f.atoms.atom(`ptr:${region.key}`, { frame: false, lo: 1 })), pts: [target], taint: [], ty: VOID_PTR },
      c,
      ok,
      f,
    );
    const out = c.arg('lengthOut');
    if (out && out.pts.length) put(out, requestLength(len, c, f), c, ok, f);
    ok.bounds.add(len, 1, Infinity);
    if (min) {
      ok.bounds.add(minus(len, min.t), 0, Infinity);
      if (constOf(min.t) !== 0) ok.compare(len);
    }
  });
};

export const requestMemory: Handler = (_api, c, s, f) => {
  const input = /Input/.test(c.name);
  const witness = [f.regions.step(siteOf(f, c.place), `\`${c.name}\` returns the request’s buffer`)];
  const region = f.regions.region('Sys', 'Buffered', witness, {
    inLen: f.regions.inLen,
    outLen: f.regions.outLen,
    request: input ? 'wdf-in' : 'wdf-out',
  });
  return succeedOrFail(c, s, f, (ok) => {
    put(
      c.arg('memoryOut'),
      { t: fresh(f, c.place, 'wdfmem'), pts: [{ base: region, path: '$obj' }], taint: [], ty: VOID_PTR },
      c,
      ok,
      f,
    );
    ok.bounds.add(input ? f.regions.inLen : f.regions.outLen, 1, Infinity);
  });
};

export const bufferOf: Handler = (_api, c, s, f) => {
  const object = c.arg('object');
  const hit = object?.pts.find((t) => t.path === '$obj');
  const out = c.arg('lengthOut');
  if (hit?.base.k === 'region') {
    const len = hit.base.request === 'wdf-out' ? f.regions.outLen : f.regions.inLen;
    if (out?.pts.length) put(out, requestLength(len, c, f), c, s, f);
    return one(s, pointerTo({ base: hit.base, path: '', off: constant(0) }, f, c));
  }
  if (hit) return one(s, pointerTo({ base: hit.base, path: '', off: constant(0) }, f, c));
  if (out) clobber(out, c.x, 1, s, f);
  return one(s, unknownResult(c.name, c.x, f));
};

export const requestMdl: Handler = (_api, c, s, f) => {
  const witness = [f.regions.step(siteOf(f, c.place), `\`${c.name}\` returns the MDL of the caller’s buffer`)];
  const region = f.regions.region('Direct', 'SharedPages', witness, {
    inLen: f.regions.outLen,
    outLen: f.regions.outLen,
    request: 'mdl',
  });
  return succeedOrFail(c, s, f, (ok) => {
    put(
      c.arg('mdlOut'),
      { t: fresh(f, c.place, 'mdl'), pts: [{ base: f.memory.mdlOf(region), root: 'MDL', path: '' }], taint: [], ty: VOID_PTR },
      c,
      ok,
      f,
    );
  });
};

export const requestParams: Handler = (_api, c, s, f) => {
  const p = c.arg('paramsOut');
  if (p) for (const t of f.memory.targetsOf(p)) s.dropUnder(t.base, t.path);
  return one(s, plain(constant(0), INT));
};

export const mode: Handler = (_api, _c, s, f) =>
  one(s, plain(f.regions.mode, { k: 'int', size: 1, signed: false, name: 'KPROCESSOR_MODE' }));
