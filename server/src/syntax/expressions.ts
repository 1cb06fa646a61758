/**
 * Lowers expressions. A cast that the grammar reads as a call, and a type where it reads an expression, are put right here.
 */
import type { Expr, InitExpr, TypeRef } from './ast';
import { charValue, numberValue } from './constants';
import { type Context, MAX_DEPTH } from './context';
import { rebound } from './infix';
import { F, N } from './nodes';
import { moved, typeDescriptor, typeOfText } from './types';

/** Arguments of these macros that are types, by position. */
const TYPE_ARGUMENTS = new Map<string, readonly number[]>([
  ['CONTAINING_RECORD', [1]],
  ['FIELD_OFFSET', [0]],
  ['UFIELD_OFFSET', [0]],
  ['RTL_FIELD_SIZE', [0]],
  ['RTL_SIZEOF_THROUGH_FIELD', [0]],
  ['RTL_CONTAINS_FIELD', []],
  ['RTL_FIELD_TYPE', [0]],
  ['RTL_PADDING_BETWEEN_FIELDS', [0]],
  ['TYPE_ALIGNMENT', [0]],
  ['PROBE_ALIGNMENT', [0]],
  ['offsetof', [0]],
  ['__builtin_offsetof', [0]],
  ['va_arg', [1]],
  ['__va_arg', [1]],
  ['_Alignof', [0]],
  ['__alignof', [0]],
  ['alignof', [0]],
]);

export function expression(cx: Context, at: number): Expr {
  if (at < 0) return { kind: 'unknown', start: 0, end: 0 };
  if (cx.depth >= MAX_DEPTH) {
    cx.gap(cx.flat.from(at), cx.flat.to(at), 'Nested too deeply to be read.');
    return { kind: 'unknown', ...cx.span(at) };
  }
  cx.depth++;
  const e = lower(cx, at);
  cx.depth--;
  return e;
}

function unparen(cx: Context, at: number): number {
  const { flat } = cx;
  let i = at;
  while (flat.kindOf(i) === N.parenthesized_expression) {
    const inner = flat.first(i, N.ERROR);
    if (inner < 0) return i;
    i = inner;
  }
  return i;
}

function lower(cx: Context, outer: number): Expr {
  const { flat } = cx;
  const at = unparen(cx, outer);
  const span = cx.span(at);
  switch (flat.kindOf(at)) {
    case N.identifier:
    case N.field_identifier:
    case N.type_identifier: {
      const stand = cx.side.standIns.get(flat.from(at));
      if (stand) {
        const range = { start: stand.start - cx.shift, end: stand.end - cx.shift };
        const text = cx.text.slice(stand.start, stand.end);
        const type = stand.is === 'type' ? typeOfText(text) : undefined;
        return type ? { kind: 'type', type, ...range } : { kind: 'unknown', text, ...range };
      }
      const renamed = cx.side.renamed.get(flat.from(at));
      if (renamed) return { kind: 'id', name: cx.text.slice(renamed.start, renamed.end), ...moved(renamed, cx.shift) };
      return { kind: 'id', name: cx.word(at), ...span };
    }
    case N.true:
    case N.false:
    case N.null:
      return { kind: 'id', name: cx.word(at), ...span };
    case N.number_literal: {
      const text = cx.wholeWord(at);
      return { kind: 'num', value: numberValue(text), text, start: span.start, end: span.start + text.length };
    }
    case N.char_literal: {
      const text = cx.word(at);
      return { kind: 'num', value: charValue(text), text, ...span };
    }
    case N.string_literal: {
      const text = cx.word(at);
      return { kind: 'str', value: unquoted(cx, at), wide: text.startsWith('L'), ...span };
    }
    case N.concatenated_string:
      return joined(cx, at);
    case N.binary_expression:
      return rebound(cx, at, (x) => expression(cx, x)) ?? binary(cx, at);
    case N.unary_expression:
    case N.pointer_expression: {
      const op = cx.text.charAt(flat.from(at));
      return { kind: 'un', op: unaryOp(op), x: expression(cx, flat.child(at, F.argument)), ...span };
    }
    case N.update_expression: {
      const x = flat.child(at, F.argument);
      const prefix = flat.from(x) > flat.from(at);
      const sign = prefix ? cx.text.charAt(flat.from(at)) : cx.text.charAt(flat.to(at) - 1);
      return { kind: 'upd', op: sign === '+' ? '++' : '--', prefix, x: expression(cx, x), ...span };
    }
    case N.assignment_expression: {
      const op = cx.word(flat.child(at, F.operator));
      return {
        kind: 'asg',
        op: assignOp(op),
        l: expression(cx, flat.child(at, F.left)),
        r: expression(cx, flat.child(at, F.right)),
        ...span,
      };
    }
    case N.comma_expression:
      return { kind: 'comma', l: expression(cx, flat.child(at, F.left)), r: expression(cx, flat.child(at, F.right)), ...span };
    case N.conditional_expression: {
      const c = expression(cx, flat.child(at, F.condition));
      const a = flat.child(at, F.consequence);
      return { kind: 'cond', c, a: a < 0 ? c : expression(cx, a), b: expression(cx, flat.child(at, F.alternative)), ...span };
    }
    case N.cast_expression:
      return {
        kind: 'cast',
        type: typeDescriptor(cx, flat.child(at, F.type)),
        x: expression(cx, flat.child(at, F.value)),
        ...span,
      };
    case N.call_expression:
      return call(cx, at);
    case N.field_expression: {
      const name = flat.child(at, F.field);
      const op = flat.child(at, F.operator);
      return {
        kind: 'fld',
        x: expression(cx, flat.child(at, F.argument)),
        name: name < 0 ? '' : cx.word(name),
        arrow: op >= 0 && flat.to(op) - flat.from(op) === 2,
        nameSpan: name < 0 ? span : cx.span(name),
        ...span,
      };
    }
    case N.subscript_expression:
      return { kind: 'idx', x: expression(cx, flat.child(at, F.argument)), i: expression(cx, flat.child(at, F.index)), ...span };
    case N.sizeof_expression: {
      const type = flat.child(at, F.type);
      if (type >= 0) return { kind: 'sizeof', type: typeDescriptor(cx, type), ...span };
      const value = flat.child(at, F.value);
      const x = expression(cx, value);
      if (x.kind === 'id' && flat.kindOf(value) === N.parenthesized_expression)
        return { kind: 'sizeof', type: { kind: 'name', name: x.name }, x, ...span };
      return { kind: 'sizeof', x, ...span };
    }
    case N.alignof_expression: {
      const type = flat.child(at, F.type);
      const range = cx.span(type);
      return {
        kind: 'call',
        f: { kind: 'id', name: /^\w+/.exec(cx.word(at))?.[0] ?? '', start: span.start, end: span.start + 7 },
        args: [{ kind: 'type', type: typeDescriptor(cx, type), ...range }],
        ...span,
      };
    }
    case N.compound_literal_expression: {
      const init = expression(cx, flat.child(at, F.value));
      const type = typeDescriptor(cx, flat.child(at, F.type));
      return init.kind === 'init' ? { ...init, type, ...span } : init;
    }
    case N.initializer_list:
      return initializer(cx, at);
    case N.extension_expression:
      return expression(cx, flat.first(at, N.ERROR));
    default:
      return { kind: 'unknown', ...span };
  }
}

function unaryOp(op: string): '*' | '&' | '-' | '+' | '!' | '~' {
  return op === '*' || op === '&' || op === '-' || op === '+' || op === '!' ? op : '~';
}

type BinaryOp = Extract<Expr, { kind: 'bin' }>['op'];
type AssignOp = Extract<Expr, { kind: 'asg' }>['op'];

function assignOp(op: string): AssignOp {
  return op.slice(0, -1) as AssignOp;
}

/** The name in `(T)`, when it is a type that a cast may name. */
function castName(cx: Context, at: number): TypeRef | undefined {
  const { flat } = cx;
  if (flat.kindOf(at) !== N.parenthesized_expression) return undefined;
  const inner = flat.first(at, N.ERROR);
  if (inner < 0 || flat.kindOf(inner) !== N.identifier) return undefined;
  const name = cx.word(inner);
  return cx.isType(name) ? { kind: 'name', name } : undefined;
}

/** Left-recursive chains are lowered in a loop, so that a long sum costs no stack. */
function binary(cx: Context, at: number): Expr {
  const { flat } = cx;
  const chain: number[] = [];
  let i = at;
  while (flat.kindOf(i) === N.binary_expression) {
    chain.push(i);
    i = flat.child(i, F.left);
  }
  const base = cx.depth;
  let l: Expr;
  const inner = chain.at(-1) ?? at;
  const op = cx.word(flat.child(inner, F.operator));
  const type = op === '*' || op === '&' || op === '-' || op === '+' ? castName(cx, i) : undefined;
  if (type) {
    const right = flat.child(inner, F.right);
    const x: Expr = {
      kind: 'un',
      op: unaryOp(op),
      x: expression(cx, right),
      start: flat.from(flat.child(inner, F.operator)) - cx.shift,
      end: flat.to(right) - cx.shift,
    };
    l = { kind: 'cast', type, x, ...cx.span(inner) };
    chain.pop();
  } else l = expression(cx, i);
  if (chain.length > MAX_DEPTH - base) {
    const cut = chain[chain.length - (MAX_DEPTH - base)] ?? at;
    cx.gap(flat.from(at), flat.to(cut), 'An expression too long to be read.');
    chain.length = Math.max(0, MAX_DEPTH - base - 1);
    l = { kind: 'unknown', ...cx.span(cut) };
  }
  for (let k = chain.length - 1; k >= 0; k--) {
    const node = chain[k] ?? at;
    l = {
      kind: 'bin',
      op: cx.word(flat.child(node, F.operator)) as BinaryOp,
      l,
      r: expression(cx, flat.child(node, F.right)),
      start: flat.from(node) - cx.shift,
      end: flat.to(node) - cx.shift,
    };
  }
  return l;
}

function call(cx: Context, at: number): Expr {
  const { flat } = cx;
  const span = cx.span(at);
  const f = flat.child(at, F.function);
  const list = flat.child(at, F.arguments);
  const args: Expr[] = [];
  const stop = list < 0 ? 0 : flat.after(list);
  for (let c = list + 1; c < stop; c = flat.after(c)) {
    if (flat.kindOf(c) === N.ERROR || flat.kindOf(c) === 0) continue;
    args.push(
      flat.kindOf(c) === N.compound_statement ? { kind: 'unknown', text: cx.wholeWord(c), ...cx.span(c) } : expression(cx, c),
    );
  }
  const only = args[0];
  if (args.length === 1 && only) {
    const type = castName(cx, f);
    if (type) return { kind: 'cast', type, x: only, ...span };
  }
  const callee = expression(cx, f);
  if (callee.kind === 'id') {
    const places = TYPE_ARGUMENTS.get(callee.name);
    if (places)
      for (const p of places) {
        const a = args[p];
        if (a?.kind === 'id') args[p] = { kind: 'type', type: { kind: 'name', name: a.name }, start: a.start, end: a.end };
      }
  }
  return { kind: 'call', f: callee, args, ...span };
}

/** What stands between the quotes. A string that goes on in the next line is several to the grammar, each with a quote that is not there. */
function unquoted(cx: Context, at: number): string {
  const text = cx.word(at);
  const from = /^(?:u8|[LuU])?"/.exec(text)?.[0].length ?? 0;
  let to = text.length;
  const last = text.charAt(to - 1);
  if (to > from && (last === '"' || (last === '\\' && cx.side.text.charAt(cx.flat.to(at) - 1) === '"'))) to--;
  return text.slice(from, to);
}

function joined(cx: Context, at: number): Expr {
  const { flat } = cx;
  let value = '';
  let wide = false;
  const stop = flat.after(at);
  for (let c = at + 1; c < stop; c = flat.after(c)) {
    if (flat.kindOf(c) === N.string_literal) {
      const text = cx.word(c);
      wide ||= text.startsWith('L');
      value += unquoted(cx, c);
    }
  }
  return { kind: 'str', value, wide, ...cx.span(at) };
}

function initializer(cx: Context, at: number): Expr {
  const { flat } = cx;
  const items: InitExpr['items'][number][] = [];
  const stop = flat.after(at);
  for (let c = at + 1; c < stop; c = flat.after(c)) {
    const k = flat.kindOf(c);
    if (k === N.ERROR || k === 0) continue;
    if (k !== N.initializer_pair) {
      items.push({ designator: [], value: expression(cx, c) });
      continue;
    }
    const designator: (string | Expr)[] = [];
    const end = flat.after(c);
    for (let d = c + 1; d < end; d = flat.after(d)) {
      const kd = flat.kindOf(d);
      if (kd === N.field_designator) designator.push(cx.word(flat.first(d, N.ERROR)));
      else if (kd === N.field_identifier) designator.push(cx.word(d));
      else if (kd === N.subscript_designator) designator.push(expression(cx, flat.first(d, N.ERROR)));
      else if (kd === N.subscript_range_designator) designator.push(expression(cx, flat.child(d, F.start)));
    }
    items.push({ designator, value: expression(cx, flat.child(c, F.value)) });
  }
  return { kind: 'init', items, ...cx.span(at) };
}
