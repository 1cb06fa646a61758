/**
 * A mapping of an MDL is used before anything tests that it is not NULL.
 */
import type { Expr } from '../../syntax/ast';
import { untestedResults } from '../source/results';
import { functionRule, type Shape } from '../source/shape';
import page from './page.md';

const MAPS =
  /^(MmGetSystemAddressForMdl(Safe)?|MmMapLockedPagesSpecifyCache|MmMapLockedPagesWithReservedMapping|MmMapIoSpace(Ex)?)$/;

export const mdlMappingNullUnchecked = functionRule(
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

/** NULL lies among the addresses of user mode: touching it raises what a handler that takes everything catches. */
function isCaught(s: Shape, use: Expr): boolean {
  for (const p of s.around(use))
    if (p.kind === 'try' && p.filter && s.within(use, p.body) && /^(EXCEPTION_EXECUTE_HANDLER|1)$/.test(s.text(p.filter)))
      return true;
  return false;
}
