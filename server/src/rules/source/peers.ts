/** Which callbacks the network module registrar calls, and what the other module hands them. */
import type { Expr } from '../../syntax/ast';
import type { FunctionSource } from '../rule';
import { callbacksOf } from './callbacks';
import { bare, type Shape } from './shape';

export function isAttach(cx: FunctionSource, name: string): boolean {
  return callbacksOf(cx).isRole(name, /^nmr-attach-callback$/, /^(ClientAttachProvider|ProviderAttachClient)$/);
}

export function isDetach(cx: FunctionSource, name: string): boolean {
  return callbacksOf(cx).isRole(name, /^nmr-detach-callback$/, /^(ClientDetachProvider|ProviderDetachClient)$/);
}

/** The table of the other module, by all names that it has in an attach callback. */
export function peerTable(s: Shape): readonly string[] {
  const table = s.fn.params[4]?.name ?? '';
  if (s.fn.params.length < 7 || table === '') return [];
  return [
    table,
    ...s.stores
      .filter((x) => {
        const r = bare(x.r);
        return r.kind === 'id' && r.name === table && /^\w+$/.test(x.left);
      })
      .map((x) => x.left),
  ];
}

/** Where a structure or a global variable keeps something: `TYPE.member`, or the variable's name. */
export function keeper(x: Expr, s: Shape): string | undefined {
  if (x.kind === 'id') return s.locals.has(x.name) || s.paramType(x.name) ? undefined : x.name;
  if (x.kind !== 'fld') return undefined;
  const rec = s.recordOf(x.x);
  return rec?.name ? `${rec.name}.${x.name}` : undefined;
}

/** Where this function keeps a table of another module, or a pointer to one. */
export function keptTables(s: Shape): readonly string[] {
  const out = new Set<string>();
  const add = (x: Expr | undefined): void => {
    const key = x && keeper(x, s);
    if (key !== undefined) out.add(key);
  };
  const pointed = (x: Expr | undefined): Expr | undefined => {
    const b = x && bare(x);
    return b?.kind === 'un' && b.op === '&' ? bare(b.x) : undefined;
  };
  for (const c of s.calls) {
    const api = s.cx.model.api(c.name);
    if (api?.role === 'nmr-attach') add(pointed(c.args[api.args?.['peerDispatchOut'] ?? 4]));
  }
  const names = isAttach(s.cx, s.name) ? peerTable(s) : [];
  if (names.length === 0) return [...out];
  for (const t of s.stores) {
    let r = bare(t.r);
    if (r.kind === 'un' && r.op === '*') r = bare(r.x);
    if (t.op === '' && t.l && r.kind === 'id' && names.includes(r.name)) add(bare(t.l));
  }
  for (const c of s.callsOf(/^(RtlCopyMemory|RtlMoveMemory|memcpy|memmove)$/)) {
    const src = c.args[1] && bare(c.args[1]);
    if (src?.kind === 'id' && names.includes(src.name)) add(pointed(c.args[0]));
  }
  return [...out];
}
