/**
 * A mapping of an MDL is used before anything tests that it is not NULL.
 */
import { untestedResults } from '../source/results';
import { functionRule } from '../source/shape';
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
    for (const r of untestedResults(s, MAPS)) {
      const name = r.call.name;
      if (name === 'MmGetSystemAddressForMdl') continue;
      tell(r.use, `\`${s.text(r.use)}\` uses what \`${name}\` returned, and nothing tests that it is not NULL.`, {
        from: [s.step(r.call.x, 'origin', `\`${name}\` returns NULL when system addresses are short`)],
        use: 'used here',
      });
    }
  },
);
