/**
 * A trace or debug print gets the bytes of a key.
 */
import { bare, functionRule } from '../source/shape';
import page from './page.md';

export const keyMaterialTraced = functionRule(
  {
    id: 'key-material-traced',
    title: 'Key written to a trace',
    threats: ['Plumbing QEO'],
    severity: 'error',
    precision: 'medium',
    cwe: [532],
    profile: 'audit',
  },
  page,
  (s, tell) => {
    for (const c of s.calls) {
      if (!/^(DbgPrint\w*|KdPrint\w*|Trace\w*|DoTrace\w*|\w*Hexdump\w*|WPP_\w+)$/i.test(c.name)) continue;
      for (const a of c.args) {
        const x = bare(a);
        const name = x.kind === 'fld' || x.kind === 'id' ? x.name : '';
        if (
          !/(Secret|Session|Private|Crypto|Cipher|Hash)_?Key$|Secret$|Password$|^Psk$/i.test(name) ||
          /Length|Size|Id$/.test(name)
        )
          continue;
        const ty = s.typeOf(x);
        if (ty?.k !== 'arr' && ty?.k !== 'ptr') continue;
        tell(a, `\`${s.text(a)}\` is a key, and \`${c.name}\` writes it to a trace.`);
      }
    }
  },
);
