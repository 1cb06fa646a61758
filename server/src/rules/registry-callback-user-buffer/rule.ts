/**
 * The `Data` of a value that is about to be set is the caller’s own buffer; a registry callback reads it outside `__try`.
 */
import { bare, functionRule } from '../source/shape';
import page from './page.md';

export const registryCallbackUserBuffer = functionRule(
  {
    id: 'registry-callback-user-buffer',
    title: 'User data in a registry callback touched without protection',
    threats: ['Windows registry'],
    severity: 'error',
    precision: 'medium',
    cwe: [822],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    for (const e of s.exprs) {
      if (e.kind !== 'fld' || e.name !== 'Data' || !/REG_SET_VALUE_KEY_INFORMATION$/.test(s.recordOf(e.x)?.name ?? '')) continue;
      const around = [...s.around(e)];
      if (around.some((p) => p.kind === 'try')) continue;
      const outer = around.find((p) => p.kind !== 'cast');
      const copied =
        outer?.kind === 'call' &&
        s.calls.some(
          (c) =>
            c.x === outer && /^(RtlCopyMemory|RtlMoveMemory|memcpy|memmove|RtlCompareMemory|RtlEqualMemory|memcmp)$/.test(c.name),
        );
      if (!copied && !(outer?.kind === 'un' && outer.op === '*') && !(outer?.kind === 'idx' && bare(outer.x) === e)) continue;
      tell(e, `\`${s.text(e)}\` is a buffer of the process that sets the value, and is touched outside \`__try\`.`);
    }
  },
);
