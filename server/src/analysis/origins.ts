/**
 * Origins: who wrote what lies at a place, and who can still write there. By the object that it lies in, by what is known of the path, and by
 * what functions anywhere do with the field that leads to it.
 */
import { INTERNAL_REQUESTS, KERNEL_OBJECTS } from '../model/kernel-objects';
import type { Model } from '../model/model';
import type { Step } from '../rules/finding';
import type { OriginHit } from './events';
import { norm, show, type Fields } from './fields';
import type { Heap } from './heap';
import type { Reading } from './loads';
import { named } from './names';
import type { Regions } from './regions';
import type { Mark, State } from './state';
import { ZERO } from './term';
import { covers, makeTarget, type AllocBase, type Base, type RegionBase, type SymBase, type Taint, type Target } from './value';

/** Before the name of a block: one of the objects that are this block to the helper that allocated it. */
export const ONE_OF = 'one of ';

const IRP_MJ_CREATE = 0;
const IRP_MJ_SET_EA = 8;

export class Origins {
  constructor(
    private readonly heap: Heap,
    private readonly regions: Regions,
    private readonly fields: Fields,
    private readonly model: Model,
  ) {}

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
          this.heap.consult(`s:${key}`);
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

  private readonly kernels = new Map<string, boolean>();
  /** A structure that only the kernel can hold: that user mode wrote it is a mistake somewhere on the pointer's way. */
  private isKernels(root: string | undefined): boolean {
    if (root === undefined) return false;
    let answer = this.kernels.get(root);
    if (answer === undefined) {
      const fields = this.fields.recs.get(root)?.decl.fields ?? [];
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
    this.heap.consult(`s:${key}`);
    return this.heap.sharedBy(key) !== undefined || sharedFields.has(base.from.replace(':', '.'));
  }

  /**
   * Of a list of extended attributes that comes with a create or set request the I/O manager has checked every step; how long a value is
   * stays the caller’s choice.
   */
  private isCheckedHeader(state: State, base: RegionBase, t: Target): boolean {
    if (base.request !== 'system' || t.root?.replace(/^_/, '') !== 'FILE_FULL_EA_INFORMATION') return false;
    if (!/^(?:NextEntryOffset|EaNameLength)$/.test(t.path)) return false;
    const { lo, hi } = state.bounds.range(this.regions.major, 0);
    return lo === hi && (lo === IRP_MJ_CREATE || lo === IRP_MJ_SET_EA);
  }

  isRewritable(t: Target): boolean {
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
    this.heap.consult(named('s:', key));
    return this.heap.sharedBy(key);
  }

  /** A pointer that lay in untrusted memory is a user address (or the peer's, in a peer's structure). */
  nested(t: Target, hit: OriginHit, reading: Reading): Target {
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
      message: `the pointer \`${show(t)}\` is loaded from ${words(hit.origin)}`,
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
  mayAnswer(t: Target, hit: OriginHit): boolean {
    return (t.root === undefined && /^\w+$/.test(t.path) && hit.origin === 'Buffered') || this.answers(t, hit);
  }

  /** The driver itself stores in this field of a request’s buffer: what lies there may be its own answer. */
  private answers(t: Target, hit: OriginHit): boolean {
    if (hit.origin !== 'Buffered') return false;
    return this.fields.keys(t).some((key) => {
      this.heap.consult(named('o:', key));
      return this.heap.load(key).any;
    });
  }
}

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
