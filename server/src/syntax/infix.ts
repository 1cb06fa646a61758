/**
 * `(a) + (b) * c`, which the grammar reads as `+(b)` cast to a type `a`, times `c`: written once more as the operators bind when `a` is a
 * value. Owns the decision that it is one.
 */
import type { Expr } from './ast';
import type { Context } from './context';
import { F, N } from './nodes';

type BinaryOp = Extract<Expr, { kind: 'bin' }>['op'];

const BINDS: Readonly<Record<string, number>> = {
  '*': 10,
  '/': 10,
  '%': 10,
  '+': 9,
  '-': 9,
  '<<': 8,
  '>>': 8,
  '<': 7,
  '>': 7,
  '<=': 7,
  '>=': 7,
  '==': 6,
  '!=': 6,
  '&': 5,
  '^': 4,
  '|': 3,
  '&&': 2,
  '||': 1,
};

/** Longer chains are left as the grammar has them. */
const MOST = 64;

/** Names of types are written so, where nobody declares them in view. */
const LIKE_A_TYPE = /^[A-Z][A-Z0-9_]*$|_t$|^_/;

/** What stands between the operators of an expression, in the order of the text, and the operators. */
interface Parts {
  readonly operands: Operand[];
  readonly ops: string[];
}

/** With the parentheses around it. */
interface Operand {
  readonly x: Expr;
  readonly start: number;
  readonly end: number;
}

/** The expression as its operators bind, where the grammar took a value for a type; undefined where it did not. */
export function rebound(cx: Context, at: number, lower: (at: number) => Expr): Expr | undefined {
  if (!hasSuchCast(cx, at, 0)) return undefined;
  const parts: Parts = { operands: [], ops: [] };
  split(cx, at, (x) => x, parts, lower);
  return bind(parts, { at: 0 }, 0).x;
}

function hasSuchCast(cx: Context, at: number, depth: number): boolean {
  const { flat } = cx;
  let i = at;
  for (let n = depth; n < MOST; n++) {
    switch (flat.kindOf(i)) {
      case N.binary_expression:
        if (hasSuchCast(cx, flat.child(i, F.right), n + 1)) return true;
        i = flat.child(i, F.left);
        break;
      case N.cast_expression:
        if (isValueInParentheses(cx, i)) return true;
        i = flat.child(i, F.value);
        break;
      case N.unary_expression:
      case N.pointer_expression:
        i = flat.child(i, F.argument);
        break;
      default:
        return false;
    }
    if (i < 0) return false;
  }
  return false;
}

/** `(a) + (b)` as a cast: the name is no type, and what is cast is an operator and something in parentheses. */
function isValueInParentheses(cx: Context, at: number): boolean {
  const { flat } = cx;
  const type = flat.child(at, F.type);
  const value = flat.child(at, F.value);
  const kind = flat.kindOf(value);
  if (type < 0 || (kind !== N.unary_expression && kind !== N.pointer_expression)) return false;
  const name = cx.word(type).trim();
  if (!/^[A-Za-z_]\w*$/.test(name) || LIKE_A_TYPE.test(name)) return false;
  // The dialect has written another word for what it knows to be a type.
  if (cx.side.text.slice(flat.from(type), flat.to(type)) !== cx.word(type)) return false;
  const argument = flat.child(value, F.argument);
  const isOperator = '+-*&'.includes(cx.text.charAt(flat.from(value)));
  return isOperator && argument >= 0 && cx.text.charAt(flat.from(argument)) === '(' && !cx.isType(name);
}

/** @param wrap what is written before the first operand @param from where that begins */
function split(cx: Context, at: number, wrap: (x: Expr) => Expr, out: Parts, lower: (at: number) => Expr, from = Infinity): void {
  const { flat } = cx;
  const kind = flat.kindOf(at);
  if (kind === N.binary_expression) {
    split(cx, flat.child(at, F.left), wrap, out, lower, from);
    out.ops.push(cx.word(flat.child(at, F.operator)));
    split(cx, flat.child(at, F.right), (x) => x, out, lower);
    return;
  }
  if (kind === N.cast_expression && isValueInParentheses(cx, at)) {
    const type = flat.child(at, F.type);
    const value = flat.child(at, F.value);
    const { start } = cx.span(at);
    out.operands.push({
      x: wrap({ kind: 'id', name: cx.word(type).trim(), ...cx.span(type) }),
      start: Math.min(start, from),
      end: cx.text.indexOf(')', flat.to(type)) + 1 - cx.shift,
    });
    out.ops.push(cx.text.charAt(flat.from(value)));
    split(cx, flat.child(value, F.argument), (x) => x, out, lower);
    return;
  }
  const inner =
    kind === N.cast_expression ? F.value : kind === N.unary_expression || kind === N.pointer_expression ? F.argument : -1;
  const child = inner < 0 ? -1 : flat.child(at, inner);
  if (child < 0 || !hasSuchCast(cx, child, 0)) {
    const { start, end } = cx.span(at);
    out.operands.push({ x: wrap(lower(at)), start: Math.min(start, from), end });
    return;
  }
  // What stands in front of it stands in front of the value alone.
  const shell = lower(at);
  const before = (x: Expr): Expr => wrap(shell.kind === 'cast' || shell.kind === 'un' ? { ...shell, x, end: x.end } : x);
  split(cx, child, before, out, lower, Math.min(cx.span(at).start, from));
}

function bind(parts: Parts, next: { at: number }, least: number): Operand {
  let l = parts.operands[next.at] ?? { x: { kind: 'unknown', start: 0, end: 0 }, start: 0, end: 0 };
  for (;;) {
    const op = parts.ops[next.at];
    const binds = op === undefined ? -1 : (BINDS[op] ?? 0);
    if (op === undefined || binds < least) return l;
    next.at++;
    const r = bind(parts, next, binds + 1);
    const span = { start: l.start, end: r.end };
    l = { x: { kind: 'bin', op: op as BinaryOp, l: l.x, r: r.x, ...span }, ...span };
  }
}
