/**
 * A table of the driver’s own functions is not constant: it lies in pages that a stray write can reach.
 */
import type { Rule } from '../rule';
import type { VarDecl } from '../../syntax/ast';
import page from './page.md';

/** Structures that the kernel or a framework keeps state in. */
const SYSTEM_WRITES = /^(FAST_IO_DISPATCH|NPI_\w+_CHARACTERISTICS|FLT_REGISTRATION|WSK_\w+|KBUGCHECK\w*)$/;
export const fntableWritableGlobal: Rule = {
  meta: {
    id: 'fntable-writable-global',
    title: 'Table of functions that may be written',
    threats: ['Function tables exchanged with XDP-aware kernel NIC drivers'],
    severity: 'hint',
    precision: 'high',
    cwe: [1188],
    profile: 'audit',
  },
  page,
  file(cx) {
    for (const g of cx.facts?.globals ?? []) {
      if (g.init?.kind !== 'init' || g.type.const || g.storage === 'extern') continue;
      if (g.type.kind === 'array' && g.type.of.const) continue;
      const functions = g.init.items.filter(
        (i) => i.value.kind === 'id' && cx.program.function(i.value.name, cx.file) !== undefined,
      );
      if (functions.length < 2) continue;
      if (SYSTEM_WRITES.test(g.type.kind === 'name' ? g.type.name : '')) continue;
      cx.report({
        place: g.nameSpan,
        severity: 'hint',
        message: `\`${g.name}\` is a table of functions that can be written: make it \`const\`.`,
        path: [{ file: cx.file, start: g.nameSpan.start, end: g.nameSpan.end, role: 'use', message: 'declared here' }],
        confidence: 'certain',
        fixes: [
          {
            title: 'Make the table const',
            class: 'suggestion',
            edits: [{ file: cx.file, start: typeAt(cx.text, g), end: typeAt(cx.text, g), newText: 'const ' }],
          },
        ],
      });
    }
  },
};
/** Where the type begins: behind the storage class. */
function typeAt(text: string, g: VarDecl): number {
  const before = text.slice(g.start, g.nameSpan.start);
  return g.start + (/^(?:\s*(?:static|extern|DECLSPEC_\w+)\s+)*/.exec(before)?.[0].length ?? 0);
}
