/** Whether a call only borrows what it is given: it looks at it or fills it, and neither keeps nor releases it. */
import type { ApiFact } from '../../model/model';
import type { Expr, FunctionDecl } from '../../syntax/ast';
import { calledName, shapeOf, sourceOf, type Shape } from './shape';

/** These look at what they are given, or fill it, and do not keep it. */
const BORROWS: ReadonlySet<string> = new Set([
  'access-check',
  'bounded-copy',
  'bounded-string',
  'bulk-copy',
  'bulk-fill',
  'compare',
  'counted-string',
  'fence',
  'file-read',
  'file-set-info',
  'file-write',
  'handle-to-object',
  'lock-user-pages',
  'map-mdl-kernel',
  'map-section-kernel',
  'map-section-process',
  'mdl-describe-kernel',
  'mdl-length',
  'mdl-offset',
  'mdl-va',
  'not-a-guard',
  'object-to-handle',
  'probe',
  'reg-check',
  'reg-delete',
  'reg-open',
  'reg-create',
  'reg-query',
  'reg-query-typed',
  'reg-set',
  'search',
  'secure-zero',
  'sized-copy',
  'sized-fill',
  'string-length',
  'unbounded-format',
  'unbounded-string',
  'unlock-pages',
  'user-copy',
]);
/** Prints, traces and assertions take copies. */
const SAYS =
  /(^|[a-z\d_])(Print|Trace|Log|Assert|Debug|Dbg)|(^|_)(PRINT|TRACE|LOG|ASSERT|DEBUG|DBG)|PRINT|^(print|trace|log|assert|debug|dbg)/;

/** How deep calls of the driver's own are followed. */
const DEPTH = 3;

/** @param at position of the argument, from 0 */
export function borrows(s: Shape, name: string, api: ApiFact | undefined, at: number, depth = DEPTH): boolean {
  // A string that is made to point there keeps it.
  if (/StringInit/.test(name)) return false;
  if (api) return BORROWS.has(api.role) || /^(Zw|Nt)(?!Close)/.test(name);
  // Services of the kernel: none but ZwClose, of which the model knows, releases a handle.
  if (/^(Zw|Nt)/.test(name) && s.cx.model.ddi(name)) return true;
  const callee = s.cx.program.function(name, s.cx.file);
  if (callee?.decl.body) return !keeps(callee.decl, callee.file, at, s, depth);
  return SAYS.test(name);
}

/** Whether a function of the driver may hold on to a parameter, or release it: then its caller no longer answers for it. */
function keeps(fn: FunctionDecl, file: string, at: number, from: Shape, depth: number): boolean {
  const param = fn.params[at]?.name;
  if (param === undefined || depth === 0) return true;
  const s = shapeOf(fn, sourceOf(file, from.cx));
  return s.exprs.some((e) => e.kind === 'id' && e.name === param && mayKeep(s, e, depth));
}

function mayKeep(s: Shape, use: Expr, depth: number): boolean {
  let inner: Expr = use;
  let inside = false;
  for (const p of s.around(use)) {
    switch (p.kind) {
      case 'cast':
        break;
      case 'sizeof':
        return false;
      case 'fld':
      case 'idx':
        if (p.x !== inner) return false;
        inside = true;
        break;
      case 'un':
        if (p.op === '*') inside = true;
        else if (p.op === '&') return true;
        else return false;
        break;
      case 'bin':
        return !inside && !/^(==|!=|<|>|<=|>=|&&|\|\|)$/.test(p.op);
      case 'asg':
        return p.r === inner && !inside;
      case 'call': {
        if (inside || p.f === inner) return false;
        const raw = calledName(p);
        const name = raw === undefined ? undefined : s.cx.program.alias(raw, s.cx.file);
        if (name === undefined) return true;
        return !borrows(s, name, s.cx.model.api(name), p.args.indexOf(inner), depth - 1);
      }
      case 'return':
      case 'decl':
      case 'init':
      case 'comma':
      case 'cond':
        return !inside && !(p.kind === 'cond' && p.c === inner);
      default:
        return false;
    }
    inner = p as Expr;
  }
  return false;
}
