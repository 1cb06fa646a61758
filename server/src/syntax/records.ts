/**
 * Lowers structs, unions and enums; a definition is recorded where it is met, also inside another type or a function.
 */
import type { EnumDecl, FieldDecl, TypeRef } from './ast';
import type { Context } from './context';
import { expression } from './expressions';
import { F, N } from './nodes';
import { baseType, declarator, moved } from './types';

function tagName(cx: Context, at: number): string {
  const name = cx.flat.child(at, F.name);
  return name < 0 ? `<anonymous>@${digest(cx.text.slice(cx.flat.from(at), cx.flat.to(at)))}` : cx.word(name);
}

/** A short name for a text (FNV-1a): two unnamed types of one text are laid out alike. */
function digest(text: string): string {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return (h >>> 0).toString(36);
}

export function record(cx: Context, at: number, tag: 'struct' | 'union'): TypeRef {
  const { flat } = cx;
  const name = tagName(cx, at);
  const body = flat.child(at, F.body);
  if (body >= 0) {
    // Outer records come before the ones they hold.
    const slot = cx.records.length;
    cx.records.push({ tag, name, fields: [], ...cx.span(at) });
    const fields = members(cx, body);
    const pack = packAt(cx, flat.from(at));
    const align = alignAt(cx, at, body);
    cx.records[slot] = {
      tag,
      name,
      fields,
      ...(pack === undefined ? {} : { pack }),
      ...(align === undefined ? {} : { align }),
      ...cx.span(at),
    };
  }
  return { kind: 'tag', tag, name };
}

function packAt(cx: Context, at: number): number | undefined {
  let pack: number | undefined;
  for (const p of cx.side.packs) {
    if (p.from > at) break;
    pack = p.pack;
  }
  return pack;
}

/** Alignment written before the record, between its keyword and its body, or behind the body. */
function alignAt(cx: Context, at: number, body: number): number | undefined {
  const { aligns, text } = cx.side;
  if (aligns.length === 0) return undefined;
  const { flat } = cx;
  let from = cx.leading(flat.from(at));
  // `typedef` and qualifiers may stand between.
  const word = /(?:typedef|static|const|extern)$/.exec(text.slice(Math.max(0, from - 10), from));
  if (word) from = cx.leading(from - word[0].length);
  let tail = flat.to(body);
  while (tail < text.length && text.charCodeAt(tail) <= 32) tail++;
  let bytes: number | undefined;
  for (const a of aligns)
    if ((a.at >= from && a.at < flat.from(body)) || (a.at >= flat.to(body) && a.at < tail)) bytes = Math.max(bytes ?? 0, a.bytes);
  return bytes;
}

function members(cx: Context, list: number): FieldDecl[] {
  const { flat } = cx;
  const fields: FieldDecl[] = [];
  const stop = flat.after(list);
  for (let c = list + 1; c < stop; c = flat.after(c)) {
    if (flat.kindOf(c) !== N.field_declaration) continue;
    const base = baseType(cx, c);
    const annotations = cx.annotations(cx.leading(flat.from(c)), flat.to(c)).map((a) => moved(a, cx.shift));
    const own = base.kind === 'tag' && flat.kindOf(flat.child(c, F.type)) !== 0 ? withoutInner(cx, c, annotations) : annotations;
    let count = 0;
    const end = flat.after(c);
    for (let d = c + 1; d < end; d = flat.after(d)) {
      if (flat.field[d] === F.declarator) {
        const declared = declarator(cx, d, base);
        const bits = flat.kindOf(flat.after(d)) === N.bitfield_clause && flat.after(d) < end ? flat.after(d) : -1;
        fields.push({
          name: declared.name,
          type: declared.type,
          ...(bits < 0 ? {} : { bits: expression(cx, flat.first(bits, N.ERROR)) }),
          annotations: own,
          ...cx.span(d),
        });
        count++;
      } else if (flat.kindOf(d) === N.bitfield_clause && count === 0) {
        fields.push({ name: '', type: base, bits: expression(cx, flat.first(d, N.ERROR)), annotations: own, ...cx.span(d) });
        count++;
      }
    }
    if (count === 0) fields.push({ name: '', type: base, annotations: own, ...cx.span(c) });
  }
  return fields;
}

/** Annotations of a member that is a record itself: not those of its own members. */
function withoutInner<T extends { readonly start: number }>(cx: Context, at: number, all: T[]): T[] {
  const { flat } = cx;
  const type = flat.child(at, F.type);
  const body = type < 0 ? -1 : flat.child(type, F.body);
  if (body < 0) return all;
  return all.filter((a) => a.start + cx.shift < flat.from(body) || a.start + cx.shift >= flat.to(body));
}

export function enumeration(cx: Context, at: number): TypeRef {
  const { flat } = cx;
  const name = tagName(cx, at);
  const body = flat.child(at, F.body);
  if (body >= 0) {
    const members: EnumDecl['members'][number][] = [];
    const stop = flat.after(body);
    for (let c = body + 1; c < stop; c = flat.after(c)) {
      if (flat.kindOf(c) !== N.enumerator) continue;
      const id = flat.child(c, F.name);
      const value = flat.child(c, F.value);
      members.push({ name: cx.word(id), ...(value < 0 ? {} : { value: expression(cx, value) }), span: cx.span(c) });
    }
    cx.enums.push({ name, members, ...cx.span(at) });
  }
  return { kind: 'tag', tag: 'enum', name };
}
