/**
 * Statuses that are collected by `|=`: what comes out is a failure where one failed, but none of the codes that the calls gave.
 */
import { sourceCall, functionRule, type Shape } from '../source/shape';
import type { CallExpr, Expr } from '../../syntax/ast';
import { bare, calledName } from '../source/shape';
import page from './page.md';

export const statusOrCombined = functionRule(
  {
    id: 'status-or-combined',
    title: 'Statuses combined bit by bit',
    threats: ['Miscellaneous kernel APIs'],
    severity: 'info',
    precision: 'high',
    cwe: [393],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    const told = new Set<string>();
    for (const x of s.exprs) {
      if (x.kind !== 'asg' || x.op !== '|') continue;
      const status = bare(x.l);
      const call = sourceCall(x.r);
      if (status.kind !== 'id' || !call || told.has(status.name) || !isStatus(s, status.name) || !givesStatus(s, call)) continue;
      // Who only asks whether all went well gets the right answer.
      const kept = codeIsUsed(s, status.name);
      told.add(status.name);
      tell(
        x,
        kept
          ? `\`${status.name}\` is put together bit by bit: where two calls fail, or one warns, the code that comes out is neither’s.`
          : `\`${status.name}\` is put together bit by bit: it says whether something failed, and no more what.`,
        {
          severity: kept ? 'info' : 'hint',
          use: 'combined here',
          from: kept ? [s.step(kept, 'related', 'the code itself is used here')] : [],
        },
      );
    }
  },
);

function isStatus(s: Shape, name: string): boolean {
  const type = s.locals.get(name)?.type ?? s.paramType(name);
  return type?.kind === 'name' && /^(NTSTATUS|NDIS_STATUS)$/.test(type.name);
}

function givesStatus(s: Shape, call: CallExpr): boolean {
  const raw = calledName(call);
  if (raw === undefined) return false;
  const name = s.cx.program.alias(raw, s.cx.file);
  if (s.cx.model.ddi(name)?.returns === 'NTSTATUS' || s.cx.model.api(name)?.role === 'checked-arith') return true;
  const d = s.cx.program.function(name, s.cx.file) ?? s.cx.program.prototype(name, s.cx.file);
  const type = d?.decl.returns;
  return type?.kind === 'name' && /^(NTSTATUS|NDIS_STATUS)$/.test(type.name);
}

/** Returned, stored or compared with one code, as opposed to `NT_SUCCESS(status)`. */
function codeIsUsed(s: Shape, name: string): Expr | undefined {
  for (const e of s.exprs) {
    if (e.kind !== 'id' || e.name !== name) continue;
    const p = s.parent(e);
    if (p?.kind === 'return') return e;
    if (p?.kind === 'asg' && p.r === e) return e;
    if (p?.kind === 'bin' && (p.op === '==' || p.op === '!=')) {
      const other = bare(p.l === e ? p.r : p.l);
      if (!(other.kind === 'num' && other.value === 0) && !(other.kind === 'id' && /_SUCCESS$/.test(other.name))) return e;
    }
  }
  return undefined;
}
