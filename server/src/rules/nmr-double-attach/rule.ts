/**
 * An attach callback keeps the binding, or the other module's table, in a variable that there is only once, and does not ask whether one
 * is there already: the second module to attach takes the place of the first.
 */
import type { Expr } from '../../syntax/ast';
import { isAttach } from '../source/peers';
import { bare, functionRule, mentions, type Shape } from '../source/shape';
import page from './page.md';

export const nmrDoubleAttach = functionRule(
  {
    id: 'nmr-double-attach',
    title: 'Second module attaches over the first',
    threats: ['Network Module Registrar (NMR)'],
    severity: 'info',
    precision: 'medium',
    cwe: [664, 416],
    profile: 'audit',
  },
  page,
  (s, tell, cx) => {
    if (!isAttach(cx, s.name)) return;
    const binding = s.fn.params[0]?.name ?? '';
    if (binding === '') return;
    const kept = s.stores.find((t) => t.op === '' && t.l !== undefined && isGlobal(s, t.l) && s.text(bare(t.r)) === binding);
    if (!kept?.l) return;
    const root = rootOf(kept.l);
    const isAsked =
      s.conditions.some((c) => mentions(s.text(c), root)) || s.calls.some((c) => /Compare(Exchange)?|Once|Exchange/.test(c.name));
    if (isAsked) return;
    tell(
      kept.place,
      `\`${s.text(kept.l)}\` takes the binding of whoever attaches last: nothing asks whether another module is attached already.`,
      {
        from: [s.step(s.fn.nameSpan, 'origin', 'the network module registrar calls this for every module that fits')],
        use: 'taken over here',
      },
    );
  },
);

function rootOf(e: Expr): string {
  let x = bare(e);
  while (x.kind === 'fld' || x.kind === 'idx' || (x.kind === 'un' && x.op === '*')) x = bare(x.x);
  return x.kind === 'id' ? x.name : '';
}

function isGlobal(s: Shape, e: Expr): boolean {
  const root = rootOf(e);
  return (
    root !== '' && !s.locals.has(root) && s.paramType(root) === undefined && s.cx.program.global(root, s.cx.file) !== undefined
  );
}
