/** What a condition says about a pointer or a status. */
import type { CallExpr, Expr } from '../../syntax/ast';
import { bare, calledName } from './shape';

/** `p`, `p == NULL`, `p != NULL`: whether it holds where the pointer is none. */
export function nullTest(c: Expr): { name: string; isNull: boolean } | undefined {
  if (c.kind === 'id') return { name: c.name, isNull: false };
  if (c.kind === 'asg' && c.op === '') return nullTest(bare(c.l));
  if (c.kind !== 'bin' || (c.op !== '==' && c.op !== '!=')) return undefined;
  const [l, r] = [bare(c.l), bare(c.r)];
  const x = isNull(r) ? l : isNull(l) ? r : undefined;
  const id = x?.kind === 'asg' ? bare(x.l) : x;
  return id?.kind === 'id' ? { name: id.name, isNull: c.op === '==' } : undefined;
}

function isNull(e: Expr): boolean {
  return (e.kind === 'num' && e.value === 0) || (e.kind === 'id' && /^(NULL|nullptr|FALSE|INVALID_HANDLE_VALUE)$/.test(e.name));
}

/** Whether the condition says, where it holds, that the status is a success (true) or a failure (false). */
export function succeeds(c: Expr, status: string | CallExpr): boolean | undefined {
  const is = (e: Expr): boolean => {
    let x = bare(e);
    if (x.kind === 'asg') x = bare(x.l);
    return x.kind === 'id' ? x.name === status : x === status;
  };
  if (c.kind === 'call') {
    const name = calledName(c);
    const arg = c.args[0];
    if (!arg || !is(arg)) return undefined;
    return name === 'NT_SUCCESS' || name === 'SUCCEEDED' ? true : name === 'NT_ERROR' || name === 'FAILED' ? false : undefined;
  }
  if (is(c)) return false;
  if (c.kind !== 'bin' || !is(c.l)) return undefined;
  const zero = bare(c.r);
  const isZero = zero.kind === 'num' ? zero.value === 0 : zero.kind === 'id' && /^(STATUS|NDIS_STATUS)_SUCCESS$/.test(zero.name);
  if (!isZero) return undefined;
  if (c.op === '==' || c.op === '>=') return true;
  return c.op === '!=' || c.op === '<' ? false : undefined;
}
