/** Addresses that are only computed: the end of a buffer, set against another address or kept under a name that says so. */
import type { Expr, FunctionDecl } from '../../syntax/ast';
import { expressions, partsOf, partsOfStatement, statements } from '../../syntax/walk';

/** What stands around an expression: another one, or the name that it gives a value to. */
type Around = Expr | { readonly name: string };

const known = new WeakMap<FunctionDecl, ReadonlyMap<Expr, Around>>();
const NAME = /(^|_)(end|limit|stop)|(End|Limit|Stop)(?![a-z])/;

/** True where nothing is reached through the address at this place. */
export function isLimit(fn: FunctionDecl, x: Expr): boolean {
  let up = around(fn).get(x);
  // An element is reached, unless only its address is taken.
  if (x.kind === 'idx') {
    if (!up || !('kind' in up) || up.kind !== 'un' || up.op !== '&') return false;
    up = around(fn).get(up);
  }
  // `start + offset + length` is one address, whatever part of it is looked at.
  while (up && 'kind' in up && (up.kind === 'cast' || (up.kind === 'bin' && /^[+-]$/.test(up.op)))) up = around(fn).get(up);
  if (!up) return false;
  if (!('kind' in up)) return NAME.test(up.name) || isWeighed(fn, up.name);
  if (up.kind === 'bin') return /^([<>]=?|[=!]=)$/.test(up.op);
  if (up.kind !== 'asg' || up.op !== '') return false;
  const to = up.l;
  return (to.kind === 'id' || to.kind === 'fld') && (NAME.test(to.name) || (to.kind === 'id' && isWeighed(fn, to.name)));
}

const weighed = new WeakMap<FunctionDecl, ReadonlySet<string>>();
/** The address is kept in a variable that the function sets against another one. */
function isWeighed(fn: FunctionDecl, name: string): boolean {
  let names = weighed.get(fn);
  if (!names) {
    const found = new Set<string>();
    for (const e of expressions(fn.body))
      if (e.kind === 'bin' && /^[<>]=?$/.test(e.op))
        for (let side of [e.l, e.r]) {
          while (side.kind === 'cast') side = side.x;
          if (side.kind === 'id') found.add(side.name);
        }
    weighed.set(fn, (names = found));
  }
  return names.has(name);
}

function around(fn: FunctionDecl): ReadonlyMap<Expr, Around> {
  let map = known.get(fn);
  if (!map) known.set(fn, (map = build(fn)));
  return map;
}

function build(fn: FunctionDecl): ReadonlyMap<Expr, Around> {
  const out = new Map<Expr, Around>();
  for (const s of statements(fn.body)) for (const v of partsOfStatement(s).vars) if (v.init) out.set(v.init, { name: v.name });
  for (const e of expressions(fn.body)) for (const p of partsOf(e)) out.set(p, e);
  return out;
}
