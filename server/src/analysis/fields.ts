/**
 * Names of places in memory: the path from the outermost record that is known, the type of the member there, and the keys under which the
 * heap knows it. Reads no state.
 */
import { Types, type Rec, type Ty } from '../program/types';
import { constant, plus } from './term';
import { elsewhere, type FieldKey, type Target } from './value';

/** Longer paths come from walking a list in a loop: they are cut. */
export const MAX_PATH = 96;

export class Fields {
  /** Record types by their key, as they are met. */
  readonly recs = new Map<string, Rec>();

  keyOf(ty: Ty): string | undefined {
    const key = Types.key(ty);
    if (key !== undefined && ty.k === 'rec') this.recs.set(key, ty.rec);
    return key;
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
  walk(root: string, path: string): Ty | undefined {
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

export function extend(t: Target, rest: string): Target {
  if (rest === '') return t;
  if (t.path.length > MAX_PATH) return elsewhere(t, undefined, '~', undefined);
  return elsewhere(t, t.root, t.path === '' ? rest : rest.startsWith('[') ? `${t.path}${rest}` : `${t.path}.${rest}`, undefined);
}

export function norm(path: string): string {
  return path.replace(/\[\d+\]/g, '[]');
}

export function show(t: Target): string {
  const path = t.path;
  if (t.root !== undefined) return path ? `${t.root}.${path}` : t.root;
  return path === '' ? 'memory' : path;
}

/** Where the functions of an allocated table are kept: an array of pointers is no structure, and has no fields to be found by. */
export function tableKey(t: Target): FieldKey | undefined {
  if (t.root !== undefined) return undefined;
  if (t.base.k === 'alloc') return `${t.base.key}:[]`;
  // By a pointer of which is only known where it is kept.
  return t.base.k === 'sym' && t.base.from !== undefined ? `${t.base.from}:[]` : undefined;
}
