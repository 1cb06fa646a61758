/** Values that an expression makes and does not read: literals, and numbers of which only the place is known. Their types, too. */
import type { Expr, Span } from '../syntax/ast';
import type { Ty } from '../program/types';
import type { Frame } from './frame';
import { range } from './ranges';
import { constant, lin, type Lin } from './term';
import { makeVal, type Site, type Val } from './value';

export const UNKNOWN: Ty = { k: 'unknown', name: '' };
export const SIZE: Ty = { k: 'int', size: 8, signed: false, name: 'SIZE_T' };
/** The type of a difference of pointers. */
export const DISTANCE: Ty = { k: 'int', size: 8, signed: true, name: 'ptrdiff_t' };
export const INT: Ty = { k: 'int', size: 4, signed: true, name: 'int' };

export function plain(t: Lin, ty: Ty | undefined, more?: Partial<Val>): Val {
  if (!more) return makeVal(t, undefined, undefined, ty);
  return makeVal(
    t,
    more.pts,
    more.taint,
    'ty' in more ? more.ty : ty,
    more.agg,
    more.fns,
    more.nullable,
    more.moved,
    more.sizeOf,
  );
}

export function siteOf(f: Frame, s: Span): Site {
  return f.site(s);
}

export function fresh(f: Frame, at: Span, tag = 'v', ty?: Ty): Lin {
  const { lo, hi } = range(ty);
  return lin(f.atoms.family(tag, ':').atom(f.at(at), lo, hi));
}

const literals = new WeakMap<Expr, Val>();
export function literal(e: Expr & { kind: 'num' }): Val {
  let v = literals.get(e);
  if (!v) {
    const size = /ll|i64/i.test(e.text) || e.value > 0xffffffff ? 8 : 4;
    v = plain(constant(Number.isNaN(e.value) ? 0 : e.value), { k: 'int', size, signed: !/u/i.test(e.text), name: '' });
    literals.set(e, v);
  }
  return v;
}

/** Characters of a literal with its end, an escape counted as one. */
export function literalLength(value: string): number {
  return value.replace(/\\(x[0-9a-fA-F]+|[0-7]{1,3}|.)/g, 'x').length + 1;
}

export function stringValue(value: string, wide: boolean, at: Span, f: Frame): Val {
  const chars = literalLength(value);
  const size = constant(chars * (wide ? 2 : 1));
  const base = {
    k: 'alloc',
    // Literals of one length are alike: nothing is ever stored in them.
    key: `Str:${String(chars)}${wide ? 'w' : ''}`,
    api: 'string',
    site: siteOf(f, at),
    size,
    zeroed: true,
    what: 'other',
  } as const;
  return {
    t: lin(f.atoms.atom(`str:${f.at(at)}`, { lo: 1 })),
    pts: [{ base, path: '', off: constant(0) }],
    taint: [],
    ty: { k: 'ptr', ref: { kind: 'name', name: wide ? 'WCHAR' : 'char', const: true }, file: f.file },
  };
}
