/**
 * Values of `#if` conditions as the preprocessor computes them: an unknown name is 0, arithmetic is 64 bits wide.
 * Owns the expression reader; asks its caller what a name stands for. Never throws.
 */
import type { MacroDecl } from '../syntax/ast';

export type MacroLike = Pick<MacroDecl, 'params' | 'body'>;

export interface ConditionNames {
  /** The definition in force, or undefined; called for every name that the condition tests. */
  lookup(name: string): MacroLike | undefined;
}

const LIMIT = 2000;
const TOKEN =
  /\s+|\/\*[\s\S]*?\*\/|\/\/.*|(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)(?:[uUlL]*(?:[iI]\d+)?)|L?'((?:[^'\\]|\\.)+)'|([A-Za-z_$][\w$]*)|(&&|\|\||==|!=|<=|>=|<<|>>|[-+*/%!~()<>&|^?:,#.]|"[^"]*")/y;

interface Tok {
  readonly kind: 'n' | 'i' | 'p';
  readonly text: string;
  readonly value: bigint;
}

function tokenize(s: string): Tok[] {
  const out: Tok[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < s.length && out.length < LIMIT) {
    const at = TOKEN.lastIndex;
    const m = TOKEN.exec(s);
    if (!m) {
      TOKEN.lastIndex = at + 1;
      continue;
    }
    if (m[1] !== undefined) out.push({ kind: 'n', text: m[1], value: number(m[1]) });
    else if (m[2] !== undefined) out.push({ kind: 'n', text: m[2], value: BigInt(m[2].codePointAt(m[2].length - 1) ?? 0) });
    else if (m[3] !== undefined) out.push({ kind: 'i', text: m[3], value: 0n });
    else if (m[4] !== undefined) out.push({ kind: 'p', text: m[4], value: 0n });
  }
  return out;
}

function number(text: string): bigint {
  if (/^0[0-7]+$/.test(text)) return BigInt('0o' + text.slice(1));
  if (/^0\d/.test(text)) return 0n;
  return BigInt(text);
}

const wrap = (v: bigint): bigint => BigInt.asIntN(64, v);

class Reader {
  private i = 0;
  private steps = 0;
  constructor(
    private readonly toks: Tok[],
    private readonly names: ConditionNames,
    private readonly busy: ReadonlySet<string>,
  ) {}

  get over(): boolean {
    return this.steps > LIMIT;
  }

  private peek(): string {
    return this.toks[this.i]?.text ?? '';
  }

  private take(text: string): boolean {
    const t = this.toks[this.i];
    if (t?.kind !== 'p' || t.text !== text) return false;
    this.i++;
    return true;
  }

  ternary(depth: number): bigint {
    const c = this.binary(0, depth);
    if (!this.take('?')) return c;
    if (depth > 200) return 0n;
    const a = this.ternary(depth + 1);
    this.take(':');
    const b = this.ternary(depth + 1);
    return c !== 0n ? a : b;
  }

  private static readonly LEVELS: readonly (readonly string[])[] = [
    ['||'],
    ['&&'],
    ['|'],
    ['^'],
    ['&'],
    ['==', '!='],
    ['<', '>', '<=', '>='],
    ['<<', '>>'],
    ['+', '-'],
    ['*', '/', '%'],
  ];

  private binary(level: number, depth: number): bigint {
    const ops = Reader.LEVELS[level];
    if (!ops) return this.unary(depth);
    let l = this.binary(level + 1, depth);
    for (;;) {
      const t = this.toks[this.i];
      if (t?.kind !== 'p' || !ops.includes(t.text) || ++this.steps > LIMIT) return l;
      this.i++;
      l = apply(t.text, l, this.binary(level + 1, depth));
    }
  }

  private unary(depth: number): bigint {
    if (depth > 200 || ++this.steps > LIMIT) return 0n;
    if (this.take('!')) return this.unary(depth + 1) === 0n ? 1n : 0n;
    if (this.take('-')) return wrap(-this.unary(depth + 1));
    if (this.take('+')) return this.unary(depth + 1);
    if (this.take('~')) return wrap(~this.unary(depth + 1));
    if (this.take('(')) {
      const v = this.ternary(depth + 1);
      this.take(')');
      return v;
    }
    const t = this.toks[this.i];
    if (!t) return 0n;
    this.i++;
    if (t.kind === 'n') return wrap(t.value);
    if (t.kind !== 'i') return 0n;
    if (t.text === 'defined') return this.defined();
    return this.named(t.text, depth);
  }

  private defined(): bigint {
    const paren = this.take('(');
    const t = this.toks[this.i];
    if (t?.kind === 'i') this.i++;
    if (paren) this.take(')');
    return t?.kind === 'i' && this.names.lookup(t.text) !== undefined ? 1n : 0n;
  }

  private named(name: string, depth: number): bigint {
    const macro = this.busy.has(name) ? undefined : this.names.lookup(name);
    const called = this.peek() === '(' && (macro?.params !== undefined || macro === undefined);
    const args = called ? this.args() : [];
    if (!macro || this.busy.size > 30) return 0n;
    let body = tokenize(macro.body);
    if (macro.params) {
      const params = macro.params;
      body = body.flatMap((t) => {
        const k = t.kind === 'i' ? params.indexOf(t.text) : -1;
        return k < 0 ? [t] : (args[k] ?? []);
      });
      body = pasted(body);
    }
    if (body.length > LIMIT) return 0n;
    const inner = new Reader(body, this.names, new Set([...this.busy, name]));
    const v = inner.ternary(depth + 1);
    this.steps += inner.steps;
    return v;
  }

  private args(): Tok[][] {
    const out: Tok[][] = [[]];
    let deep = 0;
    for (; this.i < this.toks.length; this.i++) {
      const t = this.toks[this.i];
      if (!t) break;
      if (t.text === '(' && deep++ === 0) continue;
      if (t.text === ')' && --deep === 0) {
        this.i++;
        break;
      }
      if (t.text === ',' && deep === 1) out.push([]);
      else out.at(-1)?.push(t);
    }
    return out;
  }
}

/** Joins `a ## b`. */
function pasted(toks: readonly Tok[]): Tok[] {
  const out: Tok[] = [];
  for (let i = 0; i < toks.length; i++) {
    const t = toks[i];
    if (!t) break;
    if (t.text === '#' && toks[i + 1]?.text === '#') {
      const l = out.pop();
      const r = toks[i + 2];
      if (l && r) out.push(tokenize(l.text + r.text)[0] ?? r);
      i += 2;
    } else out.push(t);
  }
  return out;
}

function apply(op: string, l: bigint, r: bigint): bigint {
  const b = (v: boolean): bigint => (v ? 1n : 0n);
  switch (op) {
    case '||':
      return b(l !== 0n || r !== 0n);
    case '&&':
      return b(l !== 0n && r !== 0n);
    case '|':
      return l | r;
    case '^':
      return l ^ r;
    case '&':
      return l & r;
    case '==':
      return b(l === r);
    case '!=':
      return b(l !== r);
    case '<':
      return b(l < r);
    case '>':
      return b(l > r);
    case '<=':
      return b(l <= r);
    case '>=':
      return b(l >= r);
    case '<<':
      return r < 0n || r > 63n ? 0n : wrap(l << r);
    case '>>':
      return r < 0n || r > 63n ? 0n : l >> r;
    case '+':
      return wrap(l + r);
    case '-':
      return wrap(l - r);
    case '*':
      return wrap(l * r);
    case '/':
      return r === 0n ? 0n : wrap(l / r);
    default:
      return r === 0n ? 0n : l % r;
  }
}

/** True when the text after `#if` is not zero. A text too long to be meant is false. */
export function holds(text: string, names: ConditionNames): boolean {
  return new Reader(tokenize(text), names, new Set()).ternary(0) !== 0n;
}
