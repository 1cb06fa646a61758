/**
 * Calls about memory descriptor lists, sections and mappings: what gives memory to user mode, and takes memory of user mode.
 */
import { clobber, unknownResult } from '../calls';
import { fresh, plain, siteOf } from '../made-values';
import type { Call } from '../events';
import type { Frame } from '../frame';
import { ONE_OF } from '../origins';
import type { State } from '../state';
import { constant, lin } from '../term';
import type { AllocBase, Base, Site, Target, Val } from '../value';
import { INT, VOID_PTR, type Handler, one, succeedOrFail, put, pointerTo, alloc } from './handler';
import { probed, requestLength } from './requests';
import { OBJECT_OF_CALLER } from './status';

export const describeMdl: Handler = (_api, c, s, f) => {
  const va = c.arg('va');
  if (c.name === 'IoBuildPartialMdl') {
    const to = c.arg('mdl');
    if (to && va)
      for (const t of f.memory.targetsOf(to))
        f.memory.heap.setMdl(t.base.key, { va: f.memory.targetsOf(va), site: siteOf(f, c.place) });
    return one(s, plain(constant(0), INT));
  }
  const base = alloc(c, f, 'mdl', undefined, false);
  if (va) {
    f.memory.heap.setMdl(base.key, { va: f.memory.targetsOf(va), site: siteOf(f, c.place) });
    s.setCell(base, '$va', va);
    const length = c.arg('length');
    if (length) s.replaceMay({ tag: 'mdl-length', base, site: siteOf(f, c.place), num: length.t });
  }
  const v: Val = {
    t: lin(f.atoms.atom(`alloc:${f.at(c.place)}`, { lo: 0 })),
    pts: [{ base, path: '', root: 'MDL' }],
    taint: [],
    ty: { k: 'ptr', ref: f.ref(f.named('MDL')), file: f.file },
    nullable: siteOf(f, c.place),
  };
  return one(s, v);
};

export const allocPages: Handler = (_api, c, s, f) => {
  const base = alloc(c, f, 'mdl', undefined, true);
  const pages: AllocBase = f.allocBase(`P:${f.at(c.place)}`, c.name, siteOf(f, c.place), 'pages', undefined, true);
  f.memory.heap.setMdl(base.key, { va: [{ base: pages, path: '', off: constant(0) }], site: siteOf(f, c.place), built: true });
  s.setMust({ tag: 'fresh', base: pages, site: base.site });
  return one(s, {
    t: lin(f.atoms.atom(`alloc:${f.at(c.place)}`, { lo: 0 })),
    pts: [{ base, path: '', root: 'MDL' }],
    taint: [],
    ty: { k: 'ptr', ref: f.ref(f.named('MDL')), file: f.file },
    nullable: siteOf(f, c.place),
  });
};

export const lockPages: Handler = (api, c, s, f) => {
  const mdl = c.arg('mdl');
  if (!mdl) {
    // The framework's form: (request, buffer, length, memory out).
    const memory = c.arg('memoryOut');
    const buffer = c.arg('buffer');
    if (!memory || !buffer) return undefined;
    const input = /Read$/.test(c.name);
    const from = f.memory.targetsOf(buffer)[0]?.base;
    const region = f.regions.region(
      `locked:${from?.key ?? ''}`,
      'SharedPages',
      [f.regions.step(siteOf(f, c.place), `\`${c.name}\` locks pages of user mode, which it can go on writing`)],
      {
        inLen: from?.k === 'region' ? from.inLen : undefined,
        outLen: from?.k === 'region' ? from.outLen : undefined,
        request: input ? 'wdf-in' : 'wdf-out',
      },
    );
    return succeedOrFail(c, s, f, (ok) => {
      if (from?.k === 'region' && from.origin === 'UserVA') probed(buffer, c.arg('len'), input ? 'read' : 'write', c, ok, f);
      put(memory, { t: fresh(f, c.place, 'wdfmem'), pts: [{ base: region, path: '$obj' }], taint: [], ty: VOID_PTR }, c, ok, f);
    });
  }
  const mode = c.arg('mode');
  const kernel = mode !== undefined && s.isZero(mode.t);
  if (!kernel)
    for (const t of f.memory.targetsOf(mdl)) {
      f.memory.heap.setMdl(t.base.key, { userLock: siteOf(f, c.place), site: siteOf(f, c.place) });
      probedByLock(t.base, c, s, f);
    }
  void api;
  return one(s, plain(constant(0), INT));
};

/** A lock for user mode probes what the MDL describes: the address is the caller's from there on, by whichever way it is reached. */
function probedByLock(mdl: Base, c: Call, s: State, f: Frame): void {
  const va = s.cell(mdl, '$va');
  if (!va?.pts.some((p) => p.base.k === 'region' && p.base.origin === 'UserVA')) return;
  const operation = c.arg('operation');
  const length = s.hasMay('mdl-length', mdl)?.num;
  probed(va, length && plain(length, INT), operation && s.isZero(operation.t) ? 'read' : 'write', c, s, f);
}

export const buildNonPaged: Handler = (_api, c, s, f) => {
  const mdl = c.arg('mdl');
  if (mdl) for (const t of f.memory.targetsOf(mdl)) f.memory.heap.setMdl(t.base.key, { built: true, site: siteOf(f, c.place) });
  return one(s, plain(constant(0), INT));
};

/** System or user mapping of what an MDL describes. */
export const mapMdl: Handler = (api, c, s, f) => {
  const mdl = c.arg('mdl');
  const mode = c.arg('mode');
  const toUser = api.role === 'map-mdl' && mode !== undefined && !s.isZero(mode.t);
  const nullable = api.nullOnFail ? siteOf(f, c.place) : undefined;
  const pts: Target[] = [];
  const site = siteOf(f, c.place);
  const targets = mdl ? f.memory.targetsOf(mdl) : [];
  for (const t of targets) {
    const pages = f.memory.pagesOf(t.base);
    if (pages) {
      const region = pages.witness.length
        ? pages
        : {
            ...pages,
            witness: [
              f.regions.step(
                site,
                `\`${c.name}\` maps ${pages.origin === 'Packet' ? 'packet memory' : 'pages that user mode can write'}`,
              ),
            ],
          };
      pts.push({ base: region, path: '', off: constant(0) });
      continue;
    }
    f.noteMdl(t.base.key);
    const fact = f.memory.heap.mdl(t.base.key);
    const va = fact?.va ?? s.cell(t.base, '$va')?.pts;
    if (toUser) {
      for (const v of va ?? []) share(v, c, s, f);
      if (va === undefined && t.base.k === 'sym' && t.base.from)
        f.memory.heap.share(`mdlva:${t.base.from}`, [f.regions.step(site, 'mapped to user mode')]);
      continue;
    }
    if (fact?.userLock) {
      const lock = fact.userLock;
      // The buffer that the request itself names stays that, whoever made the descriptor of its pages.
      const whole = va?.length === 1 && va[0]?.path === '' ? va[0].base : undefined;
      const of =
        whole?.k === 'region' && whole.origin === 'UserVA' && whole.nestedIn === undefined && whole.request !== undefined
          ? whole
          : undefined;
      const region = f.regions.region(
        of ? `mapped:${t.base.key}@${of.key}` : `mapped:${t.base.key}`,
        'SharedPages',
        [
          f.regions.step(lock, 'these pages of user mode are locked here'),
          f.regions.step(site, `\`${c.name}\` maps them: user mode can go on writing them`),
        ],
        { inLen: of?.inLen, outLen: of?.outLen, request: of?.request },
      );
      const length = s.hasMay('mdl-length', t.base);
      if (length) s.replaceMay({ ...length, base: region });
      pts.push({ base: region, path: '', off: constant(0) });
    } else if (va?.length) pts.push(...va.map((from) => inSystem(from, t, c, f)));
    else {
      const origin =
        t.root === 'NET_BUFFER' || /NetBuffer|NBL|NET_BUFFER/i.test(t.base.k === 'sym' ? (t.base.from ?? '') : '')
          ? 'Packet'
          : 'SharedPages';
      const region = f.regions.region(
        `mapped:${f.at(c.place)}`,
        origin,
        [f.regions.step(site, `\`${c.name}\` maps pages whose owner is not known here`)],
        { certain: false },
      );
      pts.push({ base: region, path: '', off: constant(0) });
    }
  }
  if (toUser) {
    const region = f.regions.region(
      `usermap:${f.at(c.place)}`,
      'UserVA',
      [f.regions.step(site, `\`${c.name}\` returns an address in the process`)],
      {},
    );
    return one(s, pointerTo({ base: region, path: '', off: constant(0) }, f, c, { nullable }));
  }
  const v: Val = {
    t: lin(f.atoms.atom(`map:${f.at(c.place)}`, { lo: 0 })),
    pts,
    taint: [],
    ty: VOID_PTR,
    nullable,
  };
  const out = c.arg('baseOut') ?? c.arg('bufferOut');
  if (out) {
    put(out, v, c, s, f);
    const len = c.arg('lengthOut');
    const request = pts.length === 1 && pts[0]?.base.k === 'region' ? pts[0].base.inLen : undefined;
    if (len && request) put(len, requestLength(request, c, f), c, s, f);
    else if (len) clobber(len, c.x, 2, s, f);
    return one(s, unknownResult(c.name, c.x, f));
  }
  return one(s, v);
};

/**
 * Pages at an address of the caller, locked as if the kernel had named them and mapped into the system: they cannot fault any more, and
 * whose they are is not known.
 */
function inSystem(from: Target, mdl: Target, c: Call, f: Frame): Target {
  const { base } = from;
  if (base.k !== 'region' || base.origin !== 'UserVA') return from;
  const region = f.regions.region(
    `mapped:${mdl.base.key}@${base.key}`,
    'SharedPages',
    [...base.witness, f.regions.step(siteOf(f, c.place), `\`${c.name}\` maps them: user mode can go on writing them`)],
    { inLen: base.inLen, outLen: base.outLen, request: base.request, certain: false },
  );
  return { base: region, path: from.path, root: from.root, off: from.off };
}

function share(v: Target, c: Call, s: State, f: Frame): void {
  const witness = [
    f.regions.step(siteOf(f, c.place), `\`${c.name}\` maps this memory into a process, which can write it at any time`),
  ];
  if (v.base.k === 'alloc') {
    f.memory.heap.share(v.base.key, witness);
    for (let b = v.base.within; b; b = b.within) f.memory.heap.share(ONE_OF + b.key, witness);
    s.setMay({ tag: 'mapped', base: v.base, site: siteOf(f, c.place) });
  } else if (v.base.k === 'sym' && v.base.from) f.memory.heap.share(`field:${v.base.from}`, witness);
}

export const mdlVa: Handler = (_api, c, s, f) => {
  const mdl = c.arg('mdl');
  const pts = (mdl ? f.memory.targetsOf(mdl) : []).flatMap((t) => f.memory.heap.mdl(t.base.key)?.va ?? []);
  return one(s, { t: fresh(f, c.place, 'mdlva'), pts, taint: [], ty: VOID_PTR });
};

export const mapSection: Handler = (api, c, s, f) => {
  const toProcess = api.role === 'map-section-process';
  const site = siteOf(f, c.place);
  const given = toProcess ? undefined : sectionOfCaller(c, s);
  const region = given
    ? f.regions.region(`view:${f.at(c.place)}`, 'SharedPages', [
        f.regions.step(given, 'the section is one that the caller has a handle to'),
        f.regions.step(site, `\`${c.name}\` maps it: user mode can go on writing it`),
      ])
    : f.regions.region(
        `view:${f.at(c.place)}`,
        'SharedView',
        [f.regions.step(site, `\`${c.name}\` maps a section: whoever holds it can write, re-protect or unmap the view`)],
        // While the driver starts, the process is that of the system, and no user has a handle to it.
        { certain: toProcess && s.hasMust('role')?.data !== 'entry' },
      );
  return succeedOrFail(c, s, f, (ok) => {
    put(c.arg('baseOut') ?? c.arg('baseInOut'), pointerTo({ base: region, path: '', off: constant(0) }, f, c), c, ok, f);
  });
};

/** Where the section became known, when it is the caller's. */
function sectionOfCaller(c: Call, s: State): Site | undefined {
  const section = c.arg('section');
  return section && s.hasMust(OBJECT_OF_CALLER, undefined, section.t.key)?.site;
}

/** Memory that is allocated in a process: threads of it can write, free and re-protect it. Which process that is, is not known here. */
export const allocUser: Handler = (_api, c, s, f) => {
  const site = siteOf(f, c.place);
  const region = f.regions.region(
    `own:${f.at(c.place)}`,
    'UserVA',
    [f.regions.step(site, `\`${c.name}\` allocates it in a process`)],
    { certain: false },
  );
  return succeedOrFail(c, s, f, (ok) => {
    put(c.arg('baseInOut'), pointerTo({ base: region, path: '', off: constant(0) }, f, c), c, ok, f);
  });
};

export const device: Handler = (_api, c, s, f) => {
  const base = alloc(c, f, 'device', c.arg('size')?.t, false);
  const v: Val = {
    t: lin(f.atoms.atom(`alloc:${f.at(c.place)}`, { lo: 0 })),
    pts: [{ base, path: '', off: constant(0) }],
    taint: [],
    ty: VOID_PTR,
    nullable: siteOf(f, c.place),
  };
  const out = c.arg('out');
  if (out) put(out, v, c, s, f);
  return one(s, v);
};
