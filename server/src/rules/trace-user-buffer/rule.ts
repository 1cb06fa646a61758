/**
 * A string argument of a trace call that lies in memory of the caller: it is read to a terminator that nobody guarantees, and may fault.
 */
import type { Expr } from '../../syntax/ast';
import type { Rule } from '../rule';
import page from './page.md';

const TRACE = /^(DbgPrint(Ex)?|vDbgPrintEx|KdPrint(Ex)?|TraceEvents|DoTraceMessage|DebugPrint)$/;

export const traceUserBuffer: Rule = {
  meta: {
    id: 'trace-user-buffer',
    title: 'Memory of the caller traced as a string',
    threats: ['IOCTLs', 'Local DoS'],
    severity: 'error',
    precision: 'medium',
    cwe: [822, 125],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      call(e, v) {
        if (!TRACE.test(e.name) || v.request.mode === 0) return;
        const at = e.argExprs.findIndex((a) => a.kind === 'str' || isText(a));
        const format = at < 0 ? undefined : e.argExprs[at];
        if (format?.kind !== 'str') return;
        let arg = at;
        for (const m of format.value.matchAll(/%(%|[-+ #0]*\d*(?:\.(\d+|\*))?(?:ll|l|h|w|I64|I32|I|z)?[a-zA-Z])/g)) {
          if (m[1] === '%') continue;
          arg++;
          const spec = m[1] ?? '';
          if (!/[sSZ]$/.test(spec) || spec.includes('.')) continue;
          const val = e.args[arg];
          const expr = e.argExprs[arg];
          if (!val || !expr) continue;
          const hit = v
            .pointee(val)
            .find(
              (h) =>
                h.certain && h.region !== undefined && h.origin !== 'Packet' && h.origin !== 'Peer' && h.origin !== 'Registry',
            );
          if (!hit) continue;
          const user = hit.origin === 'UserVA';
          cx.report({
            place: expr,
            severity: user && !v.inTry ? 'error' : 'warning',
            message: user
              ? `\`${cx.text(expr)}\` is an address that the caller chose, and \`${e.name}\` reads a string there.`
              : `\`${cx.text(expr)}\` is the caller’s buffer, and \`${e.name}\` reads it up to a terminator that nobody checked.`,
            path: [
              ...cx.path(hit, expr, 'read as a string here'),
              cx.step(
                expr,
                'guard',
                'a precision (`%.*s`) with the checked length, or a copy that is terminated, would silence it',
              ),
            ],
          });
        }
      },
    };
  },
};

function isText(x: Expr): boolean {
  return x.kind === 'cast' && x.x.kind === 'str';
}
