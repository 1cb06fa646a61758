/** Registry values that a function queries into a structure, and what it then looks at. */
import type { Expr } from '../../syntax/ast';
import { bare, mentions, sourceCall, type CallSite, type Shape } from './shape';

export interface QueriedValue {
  /** The call that filled it, or that returned it. */
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
  const sources: [CallSite, string | undefined, Expr | undefined][] = s
    .callsOf(/^ZwQueryValueKey$/)
    .filter((q) => /Key\s*Value(Partial|Full)Information/i.test(s.text(q.args[2] ?? q.x)))
    .map((q) => [q, q.args[3] && nameOf(q.args[3]), q.args[5]]);
  for (const [query, name, lengthOut] of [...sources, ...returned(s)]) {
    if (name === undefined || seen.has(name)) continue;
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
      reads: fields.filter((e) => e.kind === 'fld' && /^(Data|DataOffset)$/.test(e.name) && !inTrace(e, s)),
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

/** Values that a function of the driver returns, where that function itself does not look at their type. */
function returned(s: Shape): [CallSite, string | undefined, Expr | undefined][] {
  const out: [CallSite, string | undefined, Expr | undefined][] = [];
  for (const store of s.stores) {
    const x = store.op === '' ? sourceCall(store.r) : undefined;
    const call = x && s.calls.find((c) => c.x === x);
    const callee = call && s.cx.program.function(call.name, s.cx.file);
    if (!call || !callee) continue;
    const record = s.recordOf({ kind: 'id', name: store.left, start: 0, end: 0 })?.name ?? '';
    if (!/^_?KEY_VALUE_(PARTIAL|FULL)_INFORMATION$/.test(record)) continue;
    const body = s.cx.program.slice(callee.file, callee.decl);
    if (/ZwQueryValueKey/.test(body) && !/(->|\.)Type\b/.test(body)) out.push([call, store.left, undefined]);
  }
  return out;
}

/** The function looks at the length of the value. */
export function isMeasured(value: QueriedValue): boolean {
  return value.looksAt(/\bDataLength\b/) || value.returnedLengthUsed;
}
