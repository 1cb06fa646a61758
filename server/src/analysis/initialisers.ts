/** Braced initialisers: which member or element each of their values goes to. */
import type { Expr } from '../syntax/ast';
import { substitute } from '../program/substitute';
import type { Ty } from '../program/types';
import { evaluate } from './evaluate';
import { siteOf, UNKNOWN } from './made-values';
import type { Frame } from './frame';
import type { State } from './state';
import { elsewhere, withType, type Target } from './value';

/** Stores the items of a braced initialiser. */
export function initialise(t: Target, ty: Ty, init: Expr & { kind: 'init' }, s: State, f: Frame): void {
  let at = 0;
  for (const item of init.items) {
    let target: Target = t;
    let inner: Ty = ty;
    if (item.designator.length > 0) {
      for (const d of item.designator) {
        if (typeof d === 'string') {
          target = f.memory.field(target, d, inner);
          const fields: readonly { name: string; ty: Ty }[] = inner.k === 'rec' ? inner.rec.fields : [];
          at = fields.findIndex((x) => x.name === d);
          inner = inner.k === 'rec' ? (inner.rec.field(d)?.ty ?? UNKNOWN) : UNKNOWN;
        } else {
          const c = f.constants.evaluate(d, f.file);
          at = c ?? at;
          target = indexed(target, c ?? -1);
          inner = inner.k === 'arr' ? inner.of : UNKNOWN;
          target = elementRoot(target, t, inner, f);
        }
      }
    } else if (ty.k === 'rec') {
      const field = ty.rec.fields[at];
      if (!field) break;
      target = f.memory.field(t, field.name, ty);
      inner = field.ty;
    } else if (ty.k === 'arr') {
      inner = ty.of;
      target = elementRoot(indexed(t, at), t, inner, f);
    }
    at++;
    const value = braced(item.value, f);
    // A value where a structure is wanted belongs to its first member.
    while (value.kind !== 'init' && inner.k === 'rec' && scalar(value, f)) {
      const first = inner.rec.fields[0];
      if (!first) break;
      target = f.memory.field(target, first.name, inner);
      inner = first.ty;
    }
    if (value.kind === 'init') initialise(target, inner, value, s, f);
    else {
      const v = withType(evaluate(value, s, f), inner.k === 'unknown' ? undefined : inner);
      f.memory.store(s, [target], v, siteOf(f, item.value));
    }
  }
}

/** An initialiser that a macro writes. */
function braced(e: Expr, f: Frame): Expr {
  if (e.kind !== 'call' || e.f.kind !== 'id') return e;
  const macro = f.program.macro(e.f.name, f.file);
  if (!macro?.decl.params || !/^\s*\{/.test(macro.decl.body)) return e;
  const x = f.program.pasted(
    macro.decl,
    e.args.map((a) => f.text(a)),
  )?.expr;
  return x?.kind === 'init' ? (substitute(x, [], [], e) as Expr & { kind: 'init' }) : e;
}

function scalar(e: Expr, f: Frame): boolean {
  return e.kind === 'cast'
    ? f.type(e.type).k !== 'rec'
    : e.kind === 'num' || (e.kind === 'id' && f.program.global(e.name, f.file) === undefined) || e.kind === 'un';
}

/** An element of a global table of structures is known by the structure's type. */
function elementRoot(element: Target, table: Target, inner: Ty, f: Frame): Target {
  const root = f.memory.keyOf(inner);
  return root !== undefined && table.base.k === 'global' && table.root === undefined
    ? elsewhere(element, root, '', element.off)
    : element;
}

function indexed(t: Target, c: number): Target {
  const mark = c >= 0 ? `[${String(c)}]` : '[]';
  return elsewhere(t, t.root, `${t.path}${mark}`, undefined);
}
