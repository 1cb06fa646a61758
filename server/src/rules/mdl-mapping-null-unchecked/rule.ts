/**
 * A mapping of an MDL is used before anything tests that it is not NULL, or the MDL of a request that may be empty is mapped.
 */
import type { Expr } from '../../syntax/ast';
import type { Call, View } from '../../analysis/events';
import { Once } from '../request/once';
import { firstHand } from '../request/reach';
import type { Rule, RuleContext } from '../rule';
import { untestedResults } from '../source/results';
import { functionRule, type Shape } from '../source/shape';
import page from './page.md';

const MAPS =
  /^(MmGetSystemAddressForMdl(Safe)?|MmMapLockedPagesSpecifyCache|MmMapLockedPagesWithReservedMapping|MmMapIoSpace(Ex)?)$/;

const ofFunctions = functionRule(
  {
    id: 'mdl-mapping-null-unchecked',
    title: 'Mapping used without a check that it succeeded',
    threats: ['Memory mapping into process', 'Local DoS'],
    severity: 'error',
    precision: 'high',
    cwe: [476, 690],
    profile: 'default',
  },
  page,
  (s, tell) => {
    for (const r of untestedResults(s, MAPS, { helpers: true })) {
      const name = r.call.name;
      if (name === 'MmGetSystemAddressForMdl' || isCaught(s, r.use)) continue;
      tell(r.use, `\`${s.text(r.use)}\` uses what \`${name}\` returned, ${r.missing}.`, {
        from: [s.step(r.call.x, 'origin', `\`${name}\` returns NULL when system addresses are short`)],
        use: 'used here',
      });
    }
  },
);

export const mdlMappingNullUnchecked: Rule = {
  ...ofFunctions,
  observe(cx) {
    const once = new Once();
    return { call: (e, v) => emptyRequest(e, v, cx, once) };
  },
};

/** The I/O manager makes no MDL for a length of 0, and the macro reads the flags of the MDL first of all. */
function emptyRequest(e: Call, v: View, cx: RuleContext, once: Once): void {
  const mdl = /^MmGetSystemAddressForMdl(Safe)?$/.test(e.name) ? e.arg('mdl') : undefined;
  const text = e.argExprs[0] && cx.text(e.argExprs[0]);
  if (!mdl || text === undefined || v.request.mode === 0 || v.inTry) return;
  // Whose request it is must be known: what another driver sends is as long as that driver makes it.
  if (v.request.major === undefined || !firstHand(v)) return;
  const pages = v.describedBy(mdl).pages.find((r) => r.certain && r.request === 'mdl');
  const len = pages?.outLen;
  if (!pages || !len || v.state.isNonZero(mdl.t) || v.wasCompared(mdl.t)) return;
  if (v.wasCompared(len) || v.range(len).lo >= 1 || v.wasCompared(v.request.outLen) || v.wasCompared(v.request.inLen)) return;
  // One test at the top of the function mends all of them.
  if (!once.here(String(v.request.code ?? ''), e.place)) return;
  cx.report({
    place: e.place,
    severity: 'error',
    message: `\`${text}\` is NULL for a request of length 0, and \`${e.name}\` reads it: any caller can stop the system with an empty request.`,
    path: [
      ...pages.witness,
      cx.step(e.place, 'use', 'mapped here'),
      cx.step(e.place, 'guard', `a test of \`${text}\`, or of the length, before this would silence it`),
    ],
  });
}

/** NULL lies among the addresses of user mode: touching it raises what a handler that takes everything catches. */
function isCaught(s: Shape, use: Expr): boolean {
  for (const p of s.around(use))
    if (p.kind === 'try' && p.filter && s.within(use, p.body) && /^(EXCEPTION_EXECUTE_HANDLER|1)$/.test(s.text(p.filter)))
      return true;
  return false;
}
