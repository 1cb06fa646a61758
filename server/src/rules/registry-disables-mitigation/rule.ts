/**
 * A registry value whose name says that it turns a protection off: no defect, but a switch that the threat model has to name.
 */
import type { Expr } from '../../syntax/ast';
import { bare, functionRule } from '../source/shape';
import page from './page.md';

const SWITCH = /Disable|Skip|NoValid|Unsafe|ZeroCopy|Bypass|FaultInject|NoCheck/i;
export const registryDisablesMitigation = functionRule(
  {
    id: 'registry-disables-mitigation',
    title: 'Registry value that switches a mitigation off',
    threats: ['Windows registry'],
    severity: 'hint',
    precision: 'medium',
    cwe: [1188, 693],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    for (const call of s.calls) {
      if (!/Reg|Config/.test(call.name) || !/Query|Read|Get/.test(call.name)) continue;
      for (const a of call.args.map(bare)) {
        const text: Expr | undefined = a.kind === 'str' ? a : undefined;
        if (text && SWITCH.test(text.value))
          tell(
            text,
            `The registry value \`${text.value}\` seems to switch a protection off: say in the threat model who may write it.`,
          );
      }
    }
    for (const e of s.stores) {
      const value = bare(e.r);
      if (value.kind === 'str' && /\.Name$/.test(e.left) && SWITCH.test(value.value))
        tell(
          value,
          `The registry value \`${value.value}\` seems to switch a protection off: say in the threat model who may write it.`,
        );
    }
  },
);
