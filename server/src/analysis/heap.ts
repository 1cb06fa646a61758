/**
 * What flows between functions through memory that outlives them: which values are stored in which field of which type, which
 * allocations are mapped to user mode, what an MDL describes. Facts are contributions of functions, so that they can be taken back.
 */
import { unversioned, version } from '../program/bodies';
import { digest } from '../syntax/digest';
import type { Step } from '../rules/finding';
import { lostElements } from './retract';
import { makeTarget, unionTaints, unionTargets, type FieldKey, type Site, type Target, type Taint } from './value';

/** One store into a field. */
export interface Store {
  readonly targets: readonly Target[];
  readonly taint: readonly Taint[];
  readonly fns: readonly string[];
  /** The stored value is neither of the above, or only partly; null pointers do not count. */
  readonly other: boolean;
  /** Constant, when all that is stored is one. */
  readonly constant?: number;
  readonly site: Site;
  /** The full path by which this inner field was reached, when it was. */
  readonly through?: FieldKey;
}

export interface Loaded {
  readonly targets: readonly Target[];
  readonly taint: readonly Taint[];
  readonly fns: readonly string[];
  /** Some store is of another kind. */
  readonly mixed: boolean;
  readonly any: boolean;
}

/** What an MDL object is known to describe. */
export interface MdlFact {
  readonly va?: readonly Target[];
  /** Locked with an access mode that may be user mode. */
  readonly userLock?: Site;
  readonly built?: boolean;
  readonly site: Site;
}

/** What one function in one context adds; taken back when it is analysed again. */
export interface Contribution {
  readonly stores: Map<FieldKey, Map<string, Store>>;
  readonly shares: Map<string, Map<string, readonly Step[]>>;
  readonly mdls: Map<string, Map<string, MdlFact>>;
}

/** Keys that a run consulted, with the version that was seen. */
export type Consulted = Map<string, number>;

export function emptyContribution(): Contribution {
  return { stores: new Map(), shares: new Map(), mdls: new Map() };
}

export function isEmpty(c: Contribution): boolean {
  return c.stores.size + c.shares.size + c.mdls.size === 0;
}

export function sameContribution(a: Contribution, b: Contribution): boolean {
  return contributionDigest(a) === contributionDigest(b);
}

/** All that it says, in a fixed order. */
export function contributionText(c: Contribution): string {
  return [
    ...[...c.stores].map(([k, m]) => `${k}=${storesText(m)}`),
    ...[...c.shares].map(([k, m]) => `${k}=${sharesText(m)}`),
    ...[...c.mdls].map(([k, m]) => `${k}=${mdlsText(m)}`),
  ]
    .sort()
    .join('\n');
}

const digests = new WeakMap<Contribution, number>();
function contributionDigest(c: Contribution): number {
  let known = digests.get(c);
  if (known === undefined) digests.set(c, (known = digest(contributionText(c))));
  return known;
}

const orders = new WeakMap<Contribution, number>();
/** A number by which contributions are put in an order that does not depend on what was edited before. */
export function contributionOrder(c: Contribution): number {
  let known = orders.get(c);
  if (known === undefined) {
    orders.set(c, (known = digest(unversioned(contributionText(c)))));
  }
  return known;
}

const NOTHING: Loaded = { targets: [], taint: [], fns: [], mixed: false, any: false };

export class Heap {
  private fields = new Map<FieldKey, Map<string, Store>>();
  private sharedKeys = new Map<string, Map<string, readonly Step[]>>();
  private mdlFacts = new Map<string, Map<string, MdlFact>>();
  private readonly versions = new Map<string, number>();
  private readonly loadCache = new Map<string, Loaded>();
  /** Grows with every change. */
  revision = 0;
  /** Takes what the running function adds. */
  collector: Contribution = emptyContribution();
  /** Takes what the running function asks for. */
  consulted: Consulted = new Map();
  /** In the first round what is added is seen at once; later it is seen when the round ends, so that the order does not matter. */
  immediate = true;

  /** Stands for what is known under a key: it is another one exactly when somebody who asks would get another answer. */
  version(key: string): number {
    let v = this.versions.get(key);
    if (v === undefined) this.versions.set(key, (v = digest(this.content(key))));
    return v;
  }
  /** Somebody asks for what is known under a key. */
  consult(key: string): void {
    if (!this.consulted.has(key)) this.consulted.set(key, this.version(key));
  }
  private content(key: string): string {
    const name = key.slice(2);
    const textIn = <T>(map: ReadonlyMap<string, T>, text: (m: T, key: string) => string): string => {
      const m = map.get(name);
      return m === undefined ? '' : text(m, name);
    };
    if (key.startsWith('f:')) return textIn(this.fields, fieldText);
    if (key.startsWith('o:')) return textIn(this.fields, otherText);
    return key.startsWith('s:') ? textIn(this.sharedKeys, firstShare) : textIn(this.mdlFacts, mdlsText);
  }
  /** Keys whose content changed since this was last asked. */
  takeChanged(): ReadonlySet<string> {
    const { changed } = this;
    this.changed = new Set();
    return changed;
  }
  private changed = new Set<string>();

  private bump(key: string): void {
    this.changed.add(key);
    this.versions.delete(key);
    this.revision++;
    if (key.startsWith('f:')) this.versions.delete(`o${key.slice(1)}`);
    else if (!key.startsWith('o:')) return;
    this.loadCache.delete(key.slice(2));
    this.loadCache.delete(`${key.slice(2)}!`);
  }

  /**
   * Replaces everything by the sum of contributions.
   * @returns whether anything changed, and what is gone (asked for only where facts may be taken back)
   */
  rebuild(
    contributions: Iterable<Contribution>,
    retracting = false,
  ): { readonly changed: boolean; readonly lost: ReadonlySet<string> } {
    const fields = new Map<FieldKey, Map<string, Store>>();
    const shares = new Map<string, Map<string, readonly Step[]>>();
    const mdls = new Map<string, Map<string, MdlFact>>();
    for (const c of contributions) {
      for (const [key, map] of c.stores) for (const [id, s] of map) addStore(fields, key, id, s);
      for (const [key, map] of c.shares) for (const [id, s] of map) into(shares, key).set(id, s);
      for (const [key, map] of c.mdls) for (const [id, s] of map) addMdl(mdls, key, id, s);
    }
    const before = this.revision;
    // What nobody who asks would notice is no change.
    this.compare('f:', this.fields, fields, fieldText);
    this.compare('o:', this.fields, fields, otherText);
    this.compare('s:', this.sharedKeys, shares, firstShare);
    this.compare('m:', this.mdlFacts, mdls, mdlsText);
    const changed = this.revision !== before;
    const lost = retracting
      ? lostElements({ fields: this.fields, shares: this.sharedKeys, mdls: this.mdlFacts }, { fields, shares, mdls })
      : new Set<string>();
    this.fields = fields;
    this.sharedKeys = shares;
    this.mdlFacts = mdls;
    return { changed, lost };
  }

  private compare<T>(
    prefix: string,
    old: ReadonlyMap<string, T>,
    now: ReadonlyMap<string, T>,
    text: (m: T, key: string) => string,
  ): void {
    const set = (key: string, after: number): void => {
      if (this.version(prefix + key) === after) return;
      this.bump(prefix + key);
      this.versions.set(prefix + key, after);
    };
    for (const [key, m] of now) set(key, digest(text(m, key)));
    for (const key of old.keys()) if (!now.has(key)) set(key, NO_CONTENT);
  }

  store(key: FieldKey, store: Store): void {
    const id = `${siteId(store.site)}:${store.through ?? ''}`;
    addStore(this.collector.stores, key, id, store);
    if (this.immediate && addStore(this.fields, key, id, store)) this.bump(`f:${key}`);
  }

  /** @param direct leaves out stores that reached this field through a larger object */
  load(key: FieldKey, direct = false): Loaded {
    const map = this.fields.get(key);
    if (!map) return NOTHING;
    const cacheKey = direct ? `${key}!` : key;
    const cached = this.loadCache.get(cacheKey);
    if (cached) return cached;
    const loaded = loadFrom(map, key, direct);
    this.loadCache.set(cacheKey, loaded);
    return loaded;
  }

  /** Marks memory as mapped to user mode: an allocation's base key, or `field:` and a field key. */
  share(key: string, witness: readonly Step[]): void {
    const first = witness[0];
    const id = first ? `${first.file}:${first.message}${version(first.start)}` : '';
    into(this.collector.shares, key).set(id, witness);
    if (!this.immediate || this.sharedKeys.get(key)?.has(id)) return;
    into(this.sharedKeys, key).set(id, witness);
    this.bump(`s:${key}`);
  }
  sharedBy(key: string): readonly Step[] | undefined {
    const map = this.sharedKeys.get(key);
    if (!map) return undefined;
    const [first] = [...map].sort(byName);
    return first?.[1];
  }

  mdl(key: string): MdlFact | undefined {
    const map = this.mdlFacts.get(key);
    if (!map) return undefined;
    let out: MdlFact | undefined;
    for (const [, f] of [...map.entries()].sort(byName)) {
      out = out
        ? {
            site: out.site,
            va: f.va ? unionTargets(out.va ?? [], f.va) : out.va,
            userLock: out.userLock ?? f.userLock,
            built: (out.built ?? false) || f.built,
          }
        : f;
    }
    return out;
  }
  setMdl(key: string, fact: MdlFact): void {
    const id = siteId(fact.site);
    addMdl(this.collector.mdls, key, id, fact);
    if (this.immediate && addMdl(this.mdlFacts, key, id, fact)) this.bump(`m:${key}`);
  }

  /** Every field with what it holds, for the attack surface and for dumps. */
  *entries(): Generator<[FieldKey, ReadonlyMap<string, Store>]> {
    yield* this.fields;
  }
}

/** What a field holds by all that is stored in it. */
function loadFrom(map: ReadonlyMap<string, Store>, key: FieldKey, direct: boolean): Loaded {
  const found: Target[] = [];
  let taint: readonly Taint[] = [];
  const fns = new Set<string>();
  let mixed = false;
  const ordered = [...map.entries()].sort(byName);
  let any = false;
  for (const [, s] of ordered) {
    if (direct && s.through !== undefined) continue;
    any = true;
    const step: Step = {
      file: s.site.file,
      start: s.site.start,
      end: s.site.end,
      at: s.site.at,
      role: 'flow',
      message: `stored in \`${key.replace(':', '.')}\``,
    };
    for (const t of s.targets) {
      const via = t.via ?? [];
      // A value that is copied from the same field of another object has come this way before.
      found.push(
        via.some((x) => sameStep(x, step))
          ? t
          : makeTarget(t.base, t.root, t.path, t.off, [...via.slice(0, 4), step], t.from, t.inner, t.doubt),
      );
    }
    taint = unionTaints(taint, s.taint);
    for (const f of s.fns) fns.add(f);
    mixed ||= s.other;
  }
  // Of several ways the shortest: it does not grow when a value goes round.
  found.sort((a, b) => (a.via?.length ?? 0) - (b.via?.length ?? 0));
  return { targets: unionEach(found), taint: inOrder(taint), fns: [...fns].sort(), mixed, any };
}

/** One by one: a list alone may name a target twice. */
function unionEach(list: readonly Target[]): readonly Target[] {
  let out: readonly Target[] = [];
  for (const t of list) out = unionTargets(out, [t]);
  return out;
}

function sameStep(a: Step, b: Step): boolean {
  return a.file === b.file && a.message === b.message && (a.at ?? a.start) === (b.at ?? b.start);
}

/** The same sources are the same list, whichever of two functions that feed each other ran last. */
function inOrder(taint: readonly Taint[]): readonly Taint[] {
  if (taint.length < 2) return taint;
  const name = new Map(taint.map((t) => [t, `${t.loc}|${t.origin}|${siteId(t.site)}`]));
  return [...taint].sort((a, b) => ((name.get(a) ?? '') < (name.get(b) ?? '') ? -1 : 1));
}

/** Where the content of the field comes from, as far as that is told: what most readers learn. */
function fieldText(map: ReadonlyMap<string, Store>, key: FieldKey): string {
  const all = loadedText(loadFrom(map, key, false));
  const direct = loadedText(loadFrom(map, key, true));
  return all === '' && direct === '' ? '' : `${all};${direct}`;
}
function loadedText(l: Loaded): string {
  if (l.targets.length === 0 && l.taint.length === 0 && l.fns.length === 0) return '';
  return `${targetsText(l.targets)}>${taintText(l.taint)}>${l.fns.join()}`;
}

/** Whether anything is stored in the field, and whether something of another kind is: for readers to whom it matters. */
function otherText(map: ReadonlyMap<string, Store>): string {
  let all = '';
  let direct = '';
  for (const s of map.values()) {
    const says = s.other ? 'm' : 'a';
    if (all !== 'm') all = says;
    if (s.through === undefined && direct !== 'm') direct = says;
  }
  return `${all};${direct}`;
}

function firstShare(map: ReadonlyMap<string, readonly Step[]>): string {
  const [first] = [...map].sort(byName);
  return first ? `${first[0]}${stepsText(first[1])}` : '';
}

const NO_CONTENT = digest('');

function into<T>(map: Map<string, Map<string, T>>, key: string): Map<string, T> {
  let inner = map.get(key);
  if (!inner) map.set(key, (inner = new Map()));
  return inner;
}

/** True when it says something new. */
function addStore(map: Map<FieldKey, Map<string, Store>>, key: FieldKey, id: string, store: Store): boolean {
  const inner = into(map, key);
  const old = inner.get(id);
  if (!old) {
    inner.set(id, store);
    return true;
  }
  const targets = unionTargets(old.targets, store.targets);
  const taint = unionTaints(old.taint, store.taint);
  const fns = store.fns.every((f) => old.fns.includes(f)) ? old.fns : [...new Set([...old.fns, ...store.fns])].sort();
  const other = old.other || store.other;
  const constant = old.constant === store.constant ? old.constant : undefined;
  if (old.targets === targets && old.taint === taint && old.fns === fns && old.other === other && old.constant === constant)
    return false;
  inner.set(id, { targets, taint, fns, other, constant, site: old.site, through: old.through });
  return true;
}

function addMdl(map: Map<string, Map<string, MdlFact>>, key: string, id: string, fact: MdlFact): boolean {
  const inner = into(map, key);
  const old = inner.get(id);
  if (!old) {
    inner.set(id, fact);
    return true;
  }
  const va = fact.va ? unionTargets(old.va ?? [], fact.va) : old.va;
  if (va === old.va && (old.userLock || !fact.userLock) && (old.built || !fact.built)) return false;
  inner.set(id, { site: old.site, va, userLock: old.userLock ?? fact.userLock, built: (old.built ?? false) || fact.built });
  return true;
}

function siteId(s: Site): string {
  return `${s.id ?? `${s.file}:${String(s.start)}`}${version(s.start)}`;
}

/** Orders entries as they would be ordered if no function had ever been edited. */
function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  const x = unversioned(a);
  const y = unversioned(b);
  return x < y ? -1 : x > y ? 1 : a < b ? -1 : 1;
}

const stepTexts = new WeakMap<readonly Step[], string>();
function stepsText(steps: readonly Step[] | undefined): string {
  if (!steps || steps.length === 0) return '';
  let text = stepTexts.get(steps);
  if (text === undefined)
    stepTexts.set(
      steps,
      (text = steps.map((x) => `>${x.at ?? `${x.file}:${String(x.start)}`}${version(x.start)}${x.message}`).join('')),
    );
  return text;
}
function targetsText(list: readonly Target[]): string {
  return list
    .map(
      (t) =>
        `${t.base.key}/${t.root ?? ''}/${t.path}${t.doubt ? '?' : ''}${stepsText(t.via)}${t.base.k === 'region' ? `${t.base.certain ? '' : '?'}${stepsText(t.base.witness)}` : ''}`,
    )
    .join();
}
function taintText(list: readonly Taint[]): string {
  return list.map((t) => `${t.origin}${t.certain ? '' : '?'}${t.loc}${siteId(t.site)}${stepsText(t.witness)}`).join();
}
function sharesText(m: ReadonlyMap<string, readonly Step[]>): string {
  return [...m]
    .sort(byName)
    .map(([id, steps]) => `${id}${stepsText(steps)}`)
    .join();
}
function storesText(m: ReadonlyMap<string, Store>): string {
  return [...m]
    .sort(byName)
    .map(
      ([id, s]) =>
        `${id}>${targetsText(s.targets)}>${taintText(s.taint)}>${s.fns.join()}>${String(s.other)}${String(s.constant)}`,
    )
    .join(';');
}
function mdlsText(m: ReadonlyMap<string, MdlFact>): string {
  return [...m]
    .sort(byName)
    .map(([id, f]) => `${id}>${targetsText(f.va ?? [])}${f.userLock ? 'L' : ''}${f.built ? 'B' : ''}`)
    .join(';');
}
