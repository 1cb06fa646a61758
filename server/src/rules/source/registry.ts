/** Registry values that a function queries into a structure, and what it then looks at. */
import type { Expr } from '../../syntax/ast';
import { bare, mentions, type CallSite, type Shape } from './shape';

export interface QueriedValue {
  readonly query: CallSite;
  /** The name of the pointer or structure that receives the value. */
  readonly buffer: string;
  /** Uses of its `Data` as a value: dereferenced, copied, passed as a string. In source order. */
  readonly reads: readonly Expr[];
  /** A field of it that the pattern matches is named anywhere but in a trace. */
  looksAt(field: RegExp): boolean;
  readonly returnedLengthUsed: boolean;
}

const TRACE = /^(DbgPrint\w*|KdPrint\w*|Trace\w*|DoTrace\w*|WPP\w*|[A-Z_]*DBG[A-Z_]*|[A-Z_]*LOG[A-Z_]*|IF_LOUD)$/;

export function queriedValues(s: Shape): QueriedValue[] {
  const out: QueriedValue[] = [];
  const seen = new Set<string>();
  for (const query of s.callsOf(/^ZwQueryValueKey$/)) {
    const [, , kind, target, , lengthOut] = query.args;
    const name = target && nameOf(target);
    if (!kind || name === undefined || seen.has(name) || !/Key\s*Value(Partial|Full)Information/i.test(s.text(kind))) continue;
    seen.add(name);
    const same = new Set([name, ...s.stores.filter((x) => nameOf(x.r) === name).map((x) => x.left)]);
    const fields = s.exprs.filter((e) => e.kind === 'fld' && same.has(s.text(bare(e.x))) && e.start > query.x.start);
    const handedOn = s.calls.some(
      (c) =>
        c.x.start > query.x.end && c.args.some((a) => same.has(s.text(bare(a)))) && !/^(ExFree|NdisFree|Rtl|Zw|mem)/.test(c.name),
    );
    if (handedOn) continue;
    const length = lengthOut && nameOf(lengthOut);
    out.push({
      query,
      buffer: name,
      reads: fields.filter((e) => e.kind === 'fld' && e.name === 'Data' && !inTrace(e, s)),
      looksAt: (field) => fields.some((e) => e.kind === 'fld' && field.test(e.name) && !inTrace(e, s)),
      returnedLengthUsed: length !== undefined && s.conditions.some((c) => c.start > query.x.end && mentions(s.text(c), length)),
    });
  }
  return out;
}

/** `&x`, `(T)x` and `x` alike. */
function nameOf(e: Expr): string | undefined {
  let x = bare(e);
  if (x.kind === 'un' && x.op === '&') x = bare(x.x);
  return x.kind === 'id' ? x.name : undefined;
}

function inTrace(e: Expr, s: Shape): boolean {
  for (const p of s.around(e)) if (p.kind === 'call' && s.calls.some((c) => c.x === p && TRACE.test(c.name))) return true;
  return false;
}
