/**
 * `RTL_QUERY_REGISTRY_DIRECT` without `RTL_QUERY_REGISTRY_TYPECHECK`: a value of another type is written over the destination.
 */
import type { Expr } from '../../syntax/ast';
import { functionRule, mentions, type Shape } from '../source/shape';
import page from './page.md';

export const registryDirectWithoutTypecheck = functionRule(
  {
    id: 'registry-direct-without-typecheck',
    title: 'Direct registry query without a type check',
    threats: ['Windows registry'],
    severity: 'error',
    precision: 'high',
    cwe: [121, 843],
    profile: 'default',
  },
  page,
  (s, tell, cx) => {
    for (const e of s.exprs) {
      if (e.kind !== 'id' || e.name !== 'RTL_QUERY_REGISTRY_DIRECT') continue;
      const whole = sum(e, s);
      const text = s.text(whole);
      if (text.includes('RTL_QUERY_REGISTRY_TYPECHECK') || tests(whole, s)) continue;
      const store = s.stores.find((x) => x.place.start <= e.start && e.end <= x.place.end && x.left.endsWith('Flags'));
      if (store && s.stores.some((x) => x.left === store.left && s.text(x.r).includes('TYPECHECK'))) continue;
      if (
        store === undefined &&
        s.stores.some((x) => x.left.endsWith('.Flags') && mentions(s.text(x.r), 'RTL_QUERY_REGISTRY_TYPECHECK'))
      )
        continue;
      tell(whole, `\`${text}\` stores a registry value directly, but nothing makes the kernel check its type first.`, {
        use: 'a value of any type and size is stored over the destination',
        fixes: [
          {
            title:
              'Ask for RTL_QUERY_REGISTRY_TYPECHECK (DefaultType must then name the type, shifted by RTL_QUERY_REGISTRY_TYPECHECK_SHIFT)',
            class: 'suggestion',
            edits: [{ file: cx.file, start: whole.end, end: whole.end, newText: ' | RTL_QUERY_REGISTRY_TYPECHECK' }],
          },
        ],
      });
    }
  },
);
/** The whole of `a | b | c` that an expression is part of. */
function sum(e: Expr, s: Shape): Expr {
  let whole = e;
  for (const p of s.around(e)) {
    if (p.kind !== 'bin' || p.op !== '|') break;
    whole = p;
  }
  return whole;
}

function tests(e: Expr, s: Shape): boolean {
  const p = s.parent(e);
  return (p?.kind === 'bin' && (p.op === '&' || p.op === '==')) || p?.kind === 'un';
}
