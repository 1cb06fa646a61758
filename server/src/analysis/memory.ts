/**
 * Loads and stores of abstract memory: cells of the current path first, then whole-object copies, then what other functions store in the
 * same field, then what the field of a kernel structure means. Also answers what memory a target is.
 */
import { INTERNAL_REQUESTS, KERNEL_OBJECTS } from '../model/kernel-objects';
import type { ApiFact, Model } from '../model/model';
import type { Step } from '../rules/finding';
import { Types, type Rec, type Ty } from '../program/types';
import { around, copiedNumber } from './copied';
import type { OriginHit } from './events';
import type { Heap } from './heap';
import { putAsideIn } from './kept-requests';
import { limits, range } from './ranges';
import type { Regions } from './regions';
import type { Mark, State } from './state';
import { constOf, constant, lin, plus, ZERO, type Atom, type Atoms, same } from './term';
import {
  captured,
  covers,
  elsewhere,
  kept,
  makeTarget,
  makeVal,
  placeOf,
  symKey,
  unionTaints,
  unionTargets,
  type AllocBase,
  type Base,
  type FieldKey,
  type RegionBase,
  type Site,
  type SymBase,
  type Target,
  type Taint,
  type Val,
  withTargets,
  withTaint,
  withType,
} from './value';

/** How a location is read. */
export interface Reading {
  readonly site: Site;
  readonly plain: boolean;
  /** The accessor that does it. */
  readonly accessor?: ApiFact;
}

/** Keys of the heap that a run consulted, with the version that was seen. */
export type Consulted = Map<string, number>;

/** Before the name of a block: one of the objects that are this block to the helper that allocated it. */
export const ONE_OF = 'one of ';

/** How one request ended: it is no answer to another one. */
const ANSWER = /^_?IO_STATUS_BLOCK:/;

/** A member of a request's buffer was stored, as one of this type. */
export const WRITTEN_AS = 'written as';

export class Memory {
  /** Record types by their key, as they are met. */
  readonly recs = new Map<string, Rec>();
  private readonly syms = new Map<string, Map<string, SymBase>>();
  consulted: Consulted = new Map();

  constructor(
    readonly heap: Heap,
    readonly regions: Regions,
    readonly types: Types,
    readonly atoms: Atoms,
    readonly model: Model,
  ) {}

  keyOf(ty: Ty): string | undefined {
    const key = Types.key(ty);
    if (key !== undefined && ty.k === 'rec') this.recs.set(key, ty.rec);
    return key;
  }

  sym(t: Val['t'], from?: FieldKey): SymBase {
    let of = this.syms.get(from ?? '');
    if (!of) this.syms.set(from ?? '', (of = new Map()));
    const name = t.c === 0 ? t.key : symKey(t);
    let b = of.get(name);
    if (!b) of.set(name, (b = { k: 'sym', key: symKey(t), t, from }));
    return b;
  }

  private readonly mdls = new Map<string, { object: AllocBase; pages: RegionBase }>();
  /** The MDL object that describes pages of a known origin. */
  mdlOf(pages: RegionBase): AllocBase {
    let m = this.mdls.get(`M:${pages.key}`);
    if (!m) {
      const object: AllocBase = {
        k: 'alloc',
        key: `M:${pages.key}`,
        api: '',
        site: { file: '', start: 0, end: 0 },
        zeroed: true,
        what: 'mdl',
      };
      m = { object, pages };
      this.mdls.set(object.key, m);
    }
    return m.object;
  }
  /** The pages that such an MDL describes. */
  pagesOf(mdl: Base): RegionBase | undefined {
    return this.mdls.get(mdl.key)?.pages;
  }

  /**
   * What the field of an MDL leads to that somebody mapped before. Of the MDL of a request it is known whose pages these are; how many
   * of them were asked for, whoever mapped them may have checked.
   */
  private mappedBefore(mdl: Base, otherwise: RegionBase): RegionBase {
    const pages = this.pagesOf(mdl);
    return pages?.request !== undefined
      ? this.regions.region(`${otherwise.key}@${pages.key}`, pages.origin, [], { certain: pages.certain, request: pages.request })
      : otherwise;
  }

  /** Targets of a pointer value, with a symbolic object where nothing is known. */
  targetsOf(v: Val, from?: FieldKey): readonly Target[] {
    if (v.pts.length > 0) return v.pts;
    const c = constOf(v.t);
    if (c !== undefined) return [];
    return [makeTarget(this.sym(v.t, from), undefined, '', ZERO)];
  }

  /** Gives a target the type of the pointer through which it is reached. */
  typed(t: Target, ty: Ty): Target {
    const key = this.keyOf(ty);
    if (key === undefined) return t;
    if (t.root === undefined) return elsewhere(t, key, '', t.off);
    if (t.path === '' ? t.root === key : this.typeAt(t.root, t.path) === key) return t;
    return elsewhere(t, key, '', t.off);
  }

  /** Key of the record type at a path inside a root type. */
  private typeAt(root: string, path: string): string | undefined {
    const ty = this.walk(root, path);
    return ty && this.keyOf(ty);
  }

  /** Type of the member that a pointer points to, by the declaration of the object around it. */
  memberType(t: Target): Ty | undefined {
    return t.root === undefined || t.path === '' ? undefined : this.walk(t.root, t.path.replace(/\[0?\]$/, ''));
  }

  /** Types at paths inside a record, as they are asked for. */
  private readonly walked = new WeakMap<Rec, Map<string, Ty | undefined>>();
  private walk(root: string, path: string): Ty | undefined {
    const rec = this.recs.get(root);
    if (!rec) return undefined;
    let paths = this.walked.get(rec);
    if (!paths) this.walked.set(rec, (paths = new Map()));
    let ty = paths.get(path);
    if (ty === undefined && !paths.has(path)) paths.set(path, (ty = walkRecord(rec, path)));
    return ty;
  }

  field(t: Target, name: string, container: Ty): Target {
    const f = container.k === 'rec' ? container.rec.field(name) : undefined;
    const typed = this.typed(t, container);
    if (typed.path.length > MAX_PATH) return elsewhere(typed, undefined, '~', undefined);
    const off = typed.off && f?.offset !== undefined ? plus(typed.off, constant(f.offset)) : undefined;
    return elsewhere(typed, typed.root, inside(typed.path, name), off);
  }

  /** `TYPE:path` of the outermost type and of every record on the way, outermost first. */
  keys(t: Target): readonly FieldKey[] {
    if (t.root === undefined) {
      if (t.base.k === 'global') return [`${t.base.key}:${norm(t.path)}`];
      return [];
    }
    const rec = this.recs.get(t.root);
    let known = rec && this.fieldKeys.get(rec);
    if (rec && !known) this.fieldKeys.set(rec, (known = new Map()));
    const kept = known?.get(t.path);
    if (kept) {
      for (const [key, inner] of kept.inner) this.recs.set(key, inner);
      return kept.keys;
    }
    // Which entry of the dispatch table it is says what the routine is given.
    const keys: FieldKey[] = [`${t.root}:${t.root === 'DRIVER_OBJECT' ? t.path : norm(t.path)}`];
    const inner: [string, Rec][] = [];
    const parts = t.path.split('.');
    for (let i = 1; i < parts.length; i++) {
      const ty = this.walk(t.root, parts.slice(0, i).join('.'));
      const key = ty && this.keyOf(ty);
      if (key === undefined) continue;
      if (ty?.k === 'rec') inner.push([key, ty.rec]);
      if (!key.startsWith('<')) keys.push(`${key}:${norm(parts.slice(i).join('.'))}`);
    }
    known?.set(t.path, { keys, inner });
    return keys;
  }
  private readonly fieldKeys = new WeakMap<Rec, Map<string, { keys: readonly FieldKey[]; inner: readonly [string, Rec][] }>>();

  private note(key: string): void {
    if (!this.consulted.has(key)) this.consulted.set(key, this.heap.version(key));
  }
  private noteField(key: FieldKey, prefix: 'f:' | 'o:'): void {
    this.note(named(prefix, key));
  }

  // ---- loads

  /** A pointer that walks along a buffer is in several places; what it reads is then known by the field alone. */
  private isOnePlace = true;

  load(state: State, places: readonly Target[], ty: Ty, reading: Reading): Val {
    const targets = ofOneMethod(places);
    this.isOnePlace = targets.length === 1;
    let out: Val | undefined;
    for (const t of targets) {
      const v = this.loadOne(state, t, ty, reading);
      out = out ? this.merge(out, v, targets, reading) : v;
    }
    return out ?? makeVal(lin(this.atoms.atom(`any:${at(reading.site)}`, range(ty))), [], [], ty);
  }

  private merge(a: Val, b: Val, targets: readonly Target[], reading: Reading): Val {
    let t = a.t;
    if (a.t.key !== b.t.key || a.t.c !== b.t.c) {
      // Two views of one object (a record and the one behind it): read again under the same circumstances, it is the same number.
      t = ofOneObject(targets)
        ? this.atoms.op('either', [a.t, b.t], ...limits(a.ty))
        : lin(this.atoms.atom(`either:${at(reading.site)}`, range(a.ty)));
    }
    return makeVal(
      t,
      unionTargets(a.pts, b.pts),
      unionTaints(a.taint, b.taint),
      a.ty,
      a.agg ?? b.agg,
      a.fns || b.fns ? [...new Set([...(a.fns ?? []), ...(b.fns ?? [])])].sort() : undefined,
      a.nullable ?? b.nullable,
    );
  }

  private loadOne(state: State, t: Target, ty: Ty, reading: Reading): Val {
    // The MDLs of a chain describe memory of one origin.
    if (t.path === 'Next' && this.mdls.has(t.base.key))
      return { t: lin(this.atoms.atom(`next:${t.base.key}`)), pts: [{ base: t.base, root: 'MDL', path: '' }], taint: [], ty };
    const hits = this.originsOf(state, t);
    const untrusted = hits.find((h) => h.origin !== 'Kernel' && h.origin !== 'Snapshot');
    if (untrusted && isVolatileOrigin(untrusted.origin)) return this.fromUntrusted(state, t, ty, untrusted, reading, true);
    const cell = state.cell(t.base, t.path);
    if (cell && !(cell.agg && ty.k !== 'rec')) return cell.ty && !this.isPlainer(cell.ty, ty) ? cell : withType(cell, ty);
    const copied = this.fromAggregate(state, t, ty, reading);
    if (copied) return copied;
    if (untrusted) return this.fromUntrusted(state, t, ty, untrusted, reading, false);
    const overlaid = this.fromUnion(state, t, ty);
    if (overlaid) return overlaid;
    return this.fromHeap(state, t, ty, reading);
  }

  /** A `void *` that was put into a variable whose type says more. */
  private isPlainer(held: Ty, declared: Ty): boolean {
    if (held.k !== 'ptr' || declared.k !== 'ptr') return false;
    const to = this.types.pointee(held).k;
    return to === 'void' || to === 'unknown';
  }

  /** A value read from memory that another party wrote. */
  private fromUntrusted(state: State, t: Target, ty: Ty, hit: OriginHit, reading: Reading, fresh: boolean): Val {
    const loc = `${t.base.key}|${t.path}`;
    const taint: Taint = {
      origin: hit.origin,
      loc,
      field: t.from === undefined ? undefined : placeOf(t),
      site: reading.site,
      plain: reading.plain,
      accessor: reading.accessor,
      certain: hit.certain && !(state.hasMay('written', t.base) && this.mayAnswer(t, hit)),
      witness: hit.witness,
      captured: false,
      // Whoever put the buffer's address into a field had the buffer before this.
      kept: hit.origin === 'Buffered' && t.from !== undefined ? true : undefined,
      request: hit.region?.request,
    };
    const stable =
      t.base.k === 'sym'
        ? this.atoms.op(`ld:${t.path}`, [t.base.t], ...limits(ty))
        : lin(
            this.atoms.atom(`ld:${this.sameBytes(t, ty) ?? `${loc}${offText(t)}`}`, {
              frame: t.base.k !== 'region',
              ...range(ty),
            }),
          );
    const tt = fresh ? lin(this.atoms.atom(`fetch:${at(reading.site)}:${t.path}`, range(ty))) : stable;
    const pts = ty.k === 'ptr' ? [this.nested(t, hit, reading)] : [];
    return makeVal(tt, pts, [taint], ty, ty.k === 'rec' || ty.k === 'arr' ? { from: [t], taint: [taint] } : undefined);
  }

  /** One name for the same bytes of a buffer, through whichever type they are read: a header first, then the record that it starts. */
  private sameBytes(t: Target, ty: Ty): string | undefined {
    const off = t.off && constOf(t.off);
    const size = this.types.sizeOf(ty);
    return this.isOnePlace &&
      t.base.k === 'region' &&
      off !== undefined &&
      size !== undefined &&
      (ty.k === 'int' || ty.k === 'ptr')
      ? `${t.base.key}#${String(off)}/${String(size)}`
      : undefined;
  }

  /** Of a list of extended attributes that comes with a create or set request the I/O manager has checked every step and length. */
  private isCheckedHeader(state: State, base: RegionBase, t: Target): boolean {
    if (base.request !== 'system' || t.root?.replace(/^_/, '') !== 'FILE_FULL_EA_INFORMATION') return false;
    if (!/^(?:NextEntryOffset|EaNameLength|EaValueLength)$/.test(t.path)) return false;
    const { lo, hi } = state.bounds.range(this.regions.major, 0);
    return lo === hi && (lo === IRP_MJ_CREATE || lo === IRP_MJ_SET_EA);
  }

  /** A pointer that lay in untrusted memory is a user address (or the peer's, in a peer's structure). */
  private nested(t: Target, hit: OriginHit, reading: Reading): Target {
    const origin =
      hit.origin === 'Peer' || hit.origin === 'Registry' || hit.origin === 'Packet' || hit.origin === 'Device'
        ? hit.origin
        : 'UserVA';
    const step: Step = {
      file: reading.site.file,
      start: reading.site.start,
      end: reading.site.end,
      at: reading.site.at,
      role: 'origin',
      message: `the pointer \`${this.show(t)}\` is loaded from ${words(hit.origin)}`,
    };
    const answer = this.answers(t, hit);
    const name = `*(${t.base.key}|${norm(t.path)})${answer || !hit.certain ? '?' : ''}`;
    const region = this.regions.region(name, origin, [...hit.witness.slice(0, 4), step], {
      certain: hit.certain && !answer,
      nestedIn: t.base.key,
    });
    return makeTarget(region, undefined, '', ZERO);
  }

  /** The same of a member of a structure that is not in view, whose other uses have no name. */
  private mayAnswer(t: Target, hit: OriginHit): boolean {
    return (t.root === undefined && /^\w+$/.test(t.path) && hit.origin === 'Buffered') || this.answers(t, hit);
  }

  /** The driver itself stores in this field of a request’s buffer: what lies there may be its own answer. */
  private answers(t: Target, hit: OriginHit): boolean {
    if (hit.origin !== 'Buffered') return false;
    return this.keys(t).some((key) => {
      this.noteField(key, 'o:');
      return this.heap.load(key).any;
    });
  }

  /** Content of an object that was copied as a whole. */
  private fromAggregate(state: State, t: Target, ty: Ty, reading: Reading): Val | undefined {
    let path = t.path;
    for (;;) {
      const cell = state.cell(t.base, path);
      if (cell?.agg && covers(cell.agg, t)) {
        if (cell.agg.zero) return makeVal(ZERO, [], [], ty);
        const rest = t.path.slice(path.length).replace(/^\./, '');
        const inner = cell.agg.from.map((f) => extend(f, rest));
        const hits = inner.flatMap((f) => this.originsOf(state, f).map((h) => ({ f, h })));
        const taint = unionTaints(captured(cell.agg.taint), []);
        const pts: Target[] = [];
        const fns = new Set<string>();
        if (ty.k === 'ptr') {
          for (const { f, h } of hits) {
            if (h.origin !== 'Kernel') pts.push(this.nested(f, h, reading));
            else for (const p of this.fromHeap(state, f, ty, reading).pts) pts.push(p);
          }
        } else if (ty.k === 'fn')
          for (const { f } of hits) for (const fn of this.fromHeap(state, f, ty, reading).fns ?? []) fns.add(fn);
        return {
          t: copiedNumber(this.atoms, t.base, t.path, cell.agg, range(ty)),
          pts: unionTargets(pts, []),
          taint,
          ty,
          agg: ty.k === 'rec' || ty.k === 'arr' ? { from: inner, taint: cell.agg.taint } : undefined,
          fns: fns.size ? [...fns] : undefined,
        };
      }
      const outer = around(path);
      if (outer === undefined) return undefined;
      path = outer;
    }
  }

  /** A member of a union that was written through another member: the same untrusted bytes under another name. */
  private fromUnion(state: State, t: Target, ty: Ty): Val | undefined {
    if (t.root === undefined || t.path === '' || t.base.k === 'global') return undefined;
    let cut = t.path.length;
    for (let depth = 0; depth < 3 && cut >= 0; depth++) {
      cut = t.path.lastIndexOf('.', cut - 1);
      const outer = cut < 0 ? '' : t.path.slice(0, cut);
      const rec = this.walk(t.root, outer);
      const first = t.path.slice(cut + 1).split(/[.[]/)[0] ?? '';
      if (rec?.k === 'rec' && rec.rec.isOfUnion(first)) {
        let taint: readonly Taint[] = [];
        for (const c of state.under(t.base, outer)) taint = unionTaints(taint, c.val.taint);
        if (taint.length)
          return { t: lin(this.atoms.atom(`union:${t.base.key}|${t.path}`, range(ty))), pts: [], taint: captured(taint), ty };
      }
      if (cut < 0) break;
    }
    return undefined;
  }

  /** What functions anywhere store in this field, and what the field means in a kernel structure. */
  private fromHeap(state: State, t: Target, ty: Ty, reading: Reading): Val {
    const keys = this.keys(t);
    for (const key of keys) {
      const m = this.regions.meaning(key);
      if (!m) continue;
      if (m.kind === 'number') return makeVal(m.t, [], this.requestTaint(key, m.t, reading), ty);
      if (m.kind === 'region') {
        if (state.bounds.range(this.regions.mode, 0).hi === 0 && m.region.origin === 'UserVA') break;
        const pages = t.path === 'MappedSystemVa' ? this.mappedBefore(t.base, m.region) : m.region;
        return {
          t: lin(this.atoms.atom(`ptr:${pages.key}`, { frame: false })),
          pts: [
            {
              base: this.witnessed(pages, key, reading.site),
              path: '',
              off: constant(0),
              from: t.base.k === 'sym' ? putAsideIn(t.base) : undefined,
              doubt: isCompletion(state) || undefined,
            },
          ],
          taint: [],
          ty,
        };
      }
      return {
        t: lin(this.atoms.atom(`mdl:${m.region.key}`, { frame: false })),
        pts: [{ base: this.mdlOf(this.witnessed(m.region, key, reading.site)), root: 'MDL', path: '' }],
        taint: [],
        ty,
      };
    }
    const t0 = this.own(t, ty);
    const field = keys[0];
    let targets: readonly Target[] = [];
    let taint: readonly Taint[] = [];
    let fns: readonly string[] = [];
    let mixed = false;
    keys.forEach((key, i) => {
      this.noteField(key, 'f:');
      const loaded = this.heap.load(key, i > 0);
      if (!loaded.any) return;
      targets = unionTargets(targets, loaded.targets);
      taint = unionTaints(taint, loaded.taint);
      fns = [...new Set([...fns, ...loaded.fns])].sort();
      // Stores through another enclosing type do not count for a full path.
      mixed ||= loaded.mixed;
    });
    if (targets.length > 0) for (const key of keys) this.noteField(key, 'o:');
    // A field that holds shared memory here and other memory there does not say which.
    const kinds = new Set(targets.map((x) => this.isRewritable(x)));
    const inner = keys.length > 1 ? keys[keys.length - 1] : undefined;
    targets = targets.map((x) =>
      makeTarget(x.base, x.root, x.path, x.off, x.via, field, inner, mixed || kinds.size > 1 || x.doubt),
    );
    if (fns.length === 0 && targets.length === 0 && (ty.k === 'ptr' || ty.k === 'fn')) fns = this.siblingFunctions(t);
    const table = fns.length === 0 && (ty.k === 'ptr' || ty.k === 'fn') ? tableKey(t) : undefined;
    if (table !== undefined) {
      this.noteField(table, 'f:');
      fns = this.heap.load(table).fns;
    }
    let pts = targets;
    if (ty.k === 'ptr' && pts.length === 0) pts = [makeTarget(this.sym(t0, field), undefined, '', ZERO)];
    return makeVal(t0, pts, kept(taint), ty, undefined, fns.length ? fns : undefined);
  }

  private isRewritable(t: Target): boolean {
    if (t.base.k === 'region') return isVolatileOrigin(t.base.origin);
    if (t.base.k !== 'alloc') return false;
    return this.sharedBy(t.base) !== undefined;
  }

  /**
   * How memory that the driver allocated comes to be mapped to user mode, if it is: by this name, by the helper that allocated it, or, where
   * that helper kept it in a field, by one of those for whom it was allocated.
   */
  sharedBy(base: AllocBase): readonly Step[] | undefined {
    for (let b: AllocBase | undefined = base; b; b = b.within) {
      const shared = this.sharedUnder(b.key);
      if (shared) return shared;
    }
    return this.sharedUnder(named(ONE_OF, base.key));
  }
  private sharedUnder(key: string): readonly Step[] | undefined {
    this.note(named('s:', key));
    return this.heap.sharedBy(key);
  }

  /** Functions that were stored through another member of the same union. */
  private siblingFunctions(t: Target): readonly string[] {
    if (t.root === undefined) return [];
    const cut = t.path.lastIndexOf('.');
    const outer = cut < 0 ? '' : t.path.slice(0, cut);
    const rec = this.walk(t.root, outer);
    if (rec?.k !== 'rec' || !rec.rec.isOfUnion(t.path.slice(cut + 1))) return [];
    const fns = new Set<string>();
    for (const f of rec.rec.fields) {
      const key = `${t.root}:${norm(outer === '' ? f.name : `${outer}.${f.name}`)}`;
      this.noteField(key, 'f:');
      for (const name of this.heap.load(key).fns) fns.add(name);
    }
    return [...fns].sort();
  }

  /** Numbers that objects hold from the start, by object, type and path. */
  private readonly loaded = new Nested<Atom>();
  private own(t: Target, ty: Ty): Val['t'] {
    if (t.base.k === 'sym') return this.atoms.op(`ld:${t.root ?? ''}:${t.path}`, [t.base.t], ...limits(ty));
    const members = this.loaded.of(t.base.key, t.root ?? '');
    let a = members.get(t.path);
    if (!a) {
      a = this.atoms.atom(`ld:${t.base.key}|${t.root ?? ''}:${t.path}`, { frame: t.base.k === 'local', ...range(ty) });
      members.set(t.path, a);
    }
    return lin(a);
  }

  /** A request region remembers the first place that named it. */
  private witnessed(region: RegionBase, key: string, site: Site): RegionBase {
    if (region.witness.length) return region;
    const message = `\`${key.replace(':', '.')}\` ${region.origin === 'Buffered' ? 'is the I/O manager’s copy of what the caller passed' : region.origin === 'UserVA' ? 'is an address that the caller chose' : region.origin === 'Peer' ? 'belongs to another driver' : 'is memory that user mode can write'}`;
    return { ...region, witness: [{ file: site.file, start: site.start, end: site.end, at: site.at, role: 'origin', message }] };
  }

  private requestTaint(key: string, t: Val['t'], reading: Reading): readonly Taint[] {
    if (t === this.regions.mode || t === this.regions.major || t === this.regions.minor) return [];
    const peer = key === 'URB_HEADER:Length';
    return [
      {
        origin: peer ? 'Peer' : 'Buffered',
        loc: `${peer ? 'PEER' : 'REQ'}|${key}`,
        site: reading.site,
        plain: false,
        certain: true,
        witness: [],
        captured: true,
        request: peer ? undefined : 'system',
      },
    ];
  }

  // ---- stores

  store(state: State, targets: readonly Target[], v: Val, site: Site): void {
    const strong = targets.length === 1;
    for (const t of targets) {
      const path = t.path;
      if (strong) state.dropUnder(t.base, path, true);
      const old = strong ? undefined : state.cell(t.base, path);
      const val = withTaint(v, captured(v.taint));
      state.setCell(
        t.base,
        path,
        old
          ? withTargets(
              withTaint(val, unionTaints(old.taint, val.taint)),
              unionTargets(old.pts, val.pts),
              val.ty,
              lin(this.atoms.atom(`weak:${at(site)}:${t.base.key}|${path}`)),
            )
          : val,
      );
      if (t.base.k === 'region' && t.base.request !== undefined && !endsString(val)) {
        state.setMay({ tag: 'written', base: t.base, site, data: t.root });
        if (t.root !== undefined) state.setMay({ tag: WRITTEN_AS, base: t.base, path: t.root, site });
      }
      // A table of callbacks is often filled in a local and handed to whoever registers it.
      if (t.base.k !== 'local' || val.fns?.length) this.publish(t, val, site, state);
    }
  }

  /** Tells the heap what a field holds. */
  publish(t: Target, v: Val, site: Site, state?: State): void {
    if (t.root === undefined && t.base.k !== 'global') {
      const key = v.fns?.length ? (tableKey(t) ?? (state && heldTable(t, state))) : undefined;
      if (key !== undefined)
        this.heap.store(key, { targets: [], taint: [], fns: v.fns ?? [], other: false, constant: undefined, site });
      return;
    }
    if (t.base.k === 'region' && isVolatileOrigin(t.base.origin)) return;
    const c = constOf(v.t);
    const targets = v.pts
      .filter((p) => p.base.k === 'alloc' || p.base.k === 'region' || p.base.k === 'global')
      .map((p) => makeTarget(p.base, p.root, p.path, p.off && constOf(p.off) !== undefined ? p.off : undefined, p.via));
    const interesting = targets.length > 0 || v.taint.length > 0 || (v.fns?.length ?? 0) > 0;
    const nul = c === 0 && !interesting;
    if (nul) return;
    const keys = this.keys(t);
    if (keys.some((key) => ANSWER.test(key))) return;
    const outer = keys[0];
    keys.forEach((key, i) => {
      this.heap.store(key, {
        targets,
        taint: v.taint,
        fns: v.fns ?? [],
        other: !interesting || targets.length < v.pts.length,
        constant: c,
        site,
        through: i === 0 ? undefined : outer,
      });
    });
    if (v.agg && v.agg.from.length && !v.agg.zero) this.publishAggregate(t, v, site);
  }

  /** A struct copied into a heap object: each field of it holds what the source's field holds. */
  private publishAggregate(t: Target, v: Val, site: Site): void {
    const ty = v.ty;
    const rec = ty?.k === 'rec' ? ty.rec : this.walkRec(t);
    if (!rec) return;
    for (const f of rec.fields) {
      if (!f.name) continue;
      const sub = extend(t, f.name);
      const keys = this.keys(sub);
      const pts: Target[] = [];
      if (f.ty.k === 'ptr') {
        for (const from of v.agg?.from ?? []) {
          for (const tnt of v.agg?.taint ?? []) {
            const hit: OriginHit = { origin: tnt.origin, certain: tnt.certain, target: from, witness: tnt.witness };
            pts.push(this.nested(extend(from, f.name), hit, { site, plain: tnt.plain }));
          }
        }
      }
      const taint = captured(v.agg?.taint ?? []);
      if (taint.length === 0 && pts.length === 0) continue;
      keys.forEach((key, i) =>
        this.heap.store(key, {
          targets: unionTargets(pts, []),
          taint,
          fns: [],
          other: false,
          site,
          through: i === 0 ? undefined : keys[0],
        }),
      );
    }
  }
  private walkRec(t: Target): Rec | undefined {
    const ty = t.root === undefined ? undefined : this.walk(t.root, t.path);
    return ty?.k === 'rec' ? ty.rec : undefined;
  }

  // ---- origins

  private readonly kernels = new Map<string, boolean>();
  /** A structure that only the kernel can hold: that user mode wrote it is a mistake somewhere on the pointer's way. */
  private isKernels(root: string | undefined): boolean {
    if (root === undefined) return false;
    let answer = this.kernels.get(root);
    if (answer === undefined) {
      const fields = this.recs.get(root)?.decl.fields ?? [];
      answer =
        KERNEL_OBJECTS.has(root.replace(/^_/, '')) ||
        fields.some(({ type }) => (type.kind === 'name' || type.kind === 'tag') && KERNEL_OBJECTS.has(type.name));
      this.kernels.set(root, answer);
    }
    return answer;
  }

  /** Whether an object of which nothing else is known may be memory that user mode can write: by the field that leads to it, or by its type. */
  mayBeShared(base: SymBase, root: string | undefined): boolean {
    const { sharedFields, sharedTypes } = this.model.project;
    if (root !== undefined && sharedTypes.has(root)) return true;
    if (base.from === undefined) return false;
    const key = `field:${base.from}`;
    this.note(`s:${key}`);
    return this.heap.sharedBy(key) !== undefined || sharedFields.has(base.from.replace(':', '.'));
  }

  originsOf(state: State, t: Target): readonly OriginHit[] {
    const base: Base = t.base;
    const via = t.via ?? [];
    const hit = (origin: OriginHit['origin'], certain: boolean, witness: readonly Step[], region?: RegionBase): OriginHit => ({
      origin,
      certain: certain && !t.doubt,
      target: t,
      region,
      witness: [...witness, ...via],
    });
    // The project vouches for it.
    if (t.root !== undefined && this.model.project.trustedTypes.has(t.root)) return [hit('Kernel', true, [])];
    switch (base.k) {
      case 'region': {
        if (base.origin === 'UserVA' && (state.bounds.range(this.regions.mode, 0).hi === 0 || isInternal(base, t.root)))
          return [hit('Kernel', true, base.witness)];
        return [
          hit(base.origin, base.certain && !this.isKernels(t.root) && !this.isCheckedHeader(state, base, t), base.witness, base),
        ];
      }
      case 'alloc': {
        const shared = this.sharedBy(base);
        if (shared && !(state.hasMust('fresh', base) && !state.hasMay('mapped', base))) return [hit('SharedPages', true, shared)];
        if (base.what === 'device') return [hit('Device', true, [])];
        const agg = state.cell(base, '')?.agg;
        if (agg?.taint.length && covers(agg, t)) return agg.taint.slice(0, 1).map((x) => hit(copyOf(x), x.certain, x.witness));
        return [hit('Kernel', true, [])];
      }
      case 'sym': {
        if (base.from) {
          const key = `field:${base.from}`;
          this.note(`s:${key}`);
          const shared = this.heap.sharedBy(key);
          if (shared) return [hit('SharedPages', true, shared)];
          if (this.model.project.sharedFields.has(base.from.replace(':', '.'))) return [hit('SharedPages', true, [])];
        }
        const probed = state.hasMust('probed', base);
        if (probed && state.bounds.range(this.regions.mode, 0).hi !== 0) return [hit('UserVA', true, [probedStep(probed)])];
        if (t.root !== undefined && this.model.project.sharedTypes.size > 0 && this.model.project.sharedTypes.has(t.root))
          return [hit('SharedPages', true, [])];
        return [hit('Kernel', true, [])];
      }
      case 'local': {
        const agg = state.cell(base, '')?.agg;
        if (agg?.taint.length) return agg.taint.slice(0, 1).map((x) => hit(copyOf(x), true, x.witness));
        return [hit('Kernel', true, [])];
      }
      case 'global':
        return [hit('Kernel', true, [])];
    }
  }

  show(t: Target): string {
    const path = t.path;
    if (t.root !== undefined) return path ? `${t.root}.${path}` : t.root;
    return path === '' ? 'memory' : path;
  }
}

/** Maps by two names, whose members have a third one: without joining the three. */
class Nested<T> {
  private readonly outer = new Map<string, Map<string, Map<string, T>>>();
  of(a: string, b: string): Map<string, T> {
    let middle = this.outer.get(a);
    if (!middle) this.outer.set(a, (middle = new Map()));
    let inner = middle.get(b);
    if (!inner) middle.set(b, (inner = new Map()));
    return inner;
  }
}

const insidePaths = new Map<string, Map<string, string>>();
/** The path of a field, put together once: paths are looked up over and over. */
function inside(path: string, name: string): string {
  if (path === '') return name;
  let inner = insidePaths.get(path);
  if (!inner) {
    if (insidePaths.size > 100_000) insidePaths.clear();
    insidePaths.set(path, (inner = new Map()));
  }
  let out = inner.get(name);
  if (out === undefined) inner.set(name, (out = `${path}.${name}`));
  return out;
}

const namedKeys = new Map<string, Map<string, string>>();
/** A prefix and a name, put together once. */
function named(prefix: string, name: string): string {
  let inner = namedKeys.get(prefix);
  if (!inner || inner.size > 200_000) namedKeys.set(prefix, (inner = new Map()));
  let key = inner.get(name);
  if (key === undefined) inner.set(name, (key = prefix + name));
  return key;
}

function walkRecord(rec: Rec, path: string): Ty | undefined {
  let ty: Ty | undefined = { k: 'rec', rec };
  if (path === '') return ty;
  for (const part of path.split('.')) {
    const name = part.replace(/\[.*$/, '');
    ty = ty.k === 'rec' ? ty.rec.field(name)?.ty : undefined;
    for (let n = part.indexOf('['); ty && n >= 0; n = part.indexOf('[', n + 1)) ty = ty.k === 'arr' ? ty.of : undefined;
    if (!ty) return undefined;
  }
  return ty;
}

const IRP_MJ_CREATE = 0;
const IRP_MJ_SET_EA = 8;

/** The request of another driver: what it is seen as says that no control code of user mode carried it. */
function isInternal(base: RegionBase, root: string | undefined): boolean {
  return base.request === 'user' && root !== undefined && INTERNAL_REQUESTS.has(root.replace(/^_/, ''));
}

/** What was copied without a type into the request of another driver is seen as one. */
export function seenAs(from: Target, root: string | undefined): Target {
  const { base } = from;
  if (base.k !== 'region' || from.root !== undefined || from.path !== '' || !isInternal(base, root)) return from;
  return { ...from, root };
}

/** What a completion routine is handed may be a request that this driver made itself. */
function isCompletion(state: State): boolean {
  return state.hasMust('role')?.data === 'completion';
}

function ofOneObject(targets: readonly Target[]): boolean {
  return targets.every((t) => t.base.key === targets[0]?.base.key);
}

/** What a copy is called: content that no one else holds keeps the name of who said it. */
function copyOf(t: Taint): OriginHit['origin'] {
  return t.origin === 'Registry' || t.origin === 'Peer' ? t.origin : 'Snapshot';
}

/**
 * A pointer that holds one buffer of a request or another, as the method of the control code says: which one is not known where the
 * code is not.
 */
export function ofOneMethod(targets: readonly Target[]): readonly Target[] {
  if (targets.length < 2) return targets;
  const request = targets.map((t) => (t.base.k === 'region' && t.base.nestedIn === undefined ? t.base.request : undefined));
  if (!request.includes('system') || !request.some((r) => r === 'type3' || r === 'user' || r === 'mdl')) return targets;
  return targets.map((t, i) =>
    request[i] === undefined || t.doubt ? t : makeTarget(t.base, t.root, t.path, t.off, t.via, t.from, t.inner, true),
  );
}

/** A pointer that is probed is by that a user address. */
function probedStep(m: Mark): Step {
  const { file, start, end, at: name } = m.site;
  return { file, start, end, at: name, role: 'origin', message: 'probed here, so it is an address that the caller chose' };
}

/** Longer paths come from walking a list in a loop: they are cut. */
export const MAX_PATH = 96;

/** Memory that another party can change between two reads. */
export function isVolatileOrigin(o: OriginHit['origin']): boolean {
  return o === 'UserVA' || o === 'SharedPages' || o === 'SharedView';
}

export function words(o: OriginHit['origin']): string {
  switch (o) {
    case 'UserVA':
      return 'user memory';
    case 'SharedPages':
      return 'pages that user mode can write';
    case 'SharedView':
      return 'a section view that user mode can write';
    case 'Buffered':
      return 'the caller’s request';
    case 'Packet':
      return 'packet data';
    case 'Registry':
      return 'the registry';
    case 'Peer':
      return 'another driver';
    case 'Device':
      return 'device memory';
    case 'Snapshot':
      return 'a captured copy of untrusted data';
    case 'Kernel':
      return 'kernel memory';
  }
}

export function extend(t: Target, rest: string): Target {
  if (rest === '') return t;
  if (t.path.length > MAX_PATH) return elsewhere(t, undefined, '~', undefined);
  return elsewhere(t, t.root, t.path === '' ? rest : rest.startsWith('[') ? `${t.path}${rest}` : `${t.path}.${rest}`, undefined);
}

function norm(path: string): string {
  return path.replace(/\[\d+\]/g, '[]');
}
function at(s: Site): string {
  return s.id ?? `${s.file}:${String(s.start)}-${String(s.end)}`;
}
function offText(t: Target): string {
  return t.off && t.off.key !== '' ? `@${t.off.key}` : '';
}

/** Where the functions of an allocated table are kept: an array of pointers is no structure, and has no fields to be found by. */
function tableKey(t: Target): FieldKey | undefined {
  if (t.root !== undefined) return undefined;
  if (t.base.k === 'alloc') return `${t.base.key}:[]`;
  // By a pointer of which is only known where it is kept.
  return t.base.k === 'sym' && t.base.from !== undefined ? `${t.base.from}:[]` : undefined;
}

/** The same table by the variable that a call has just put it into. */
function heldTable(t: Target, state: State): FieldKey | undefined {
  if (t.root !== undefined || t.base.k !== 'sym') return undefined;
  for (const c of state.cells()) if (c.base.k === 'global' && same(c.val.t, t.base.t)) return `${c.base.key}:${norm(c.path)}:[]`;
  return undefined;
}

/** A string of the caller that is given an end is no answer to the caller. */
function endsString(v: Val): boolean {
  return constOf(v.t) === 0 && v.ty?.k === 'int' && v.ty.size <= 2;
}
