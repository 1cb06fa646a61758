/**
 * `sizeof(p)` as the length of a call that also gets `p`: the length of the pointer, not of what it points to.
 */
import { bare, functionRule } from '../source/shape';
import page from './page.md';

export const sizeofPointer = functionRule(
  {
    id: 'sizeof-pointer',
    title: 'Size of a pointer where that of the object was meant',
    threats: ['Miscellaneous kernel APIs'],
    severity: 'warning',
    precision: 'high',
    cwe: [467],
    profile: 'default',
    microsoft: ['cpp/drivers/pointer-variable-size', 'C28132'],
  },
  page,
  (s, tell, cx) => {
    for (const c of s.callsOf(
      /^(RtlZeroMemory|RtlSecureZeroMemory|RtlFillMemory|RtlCopyMemory|RtlMoveMemory|RtlCompareMemory|RtlEqualMemory|memset|memcpy|memmove|memcmp|ProbeForRead|ProbeForWrite|NdisZeroMemory|NdisMoveMemory)$/,
    )) {
      for (const a of c.args) {
        const size = bare(a);
        if (size.kind !== 'sizeof' || size.x?.kind !== 'id') continue;
        const name = size.x.name;
        if (s.typeOf(size.x)?.k !== 'ptr' || !c.args.some((b) => b !== a && s.text(bare(b)) === name)) continue;
        // sizeof(T) of a type of that name is none of ours.
        if (!s.locals.has(name) && s.paramType(name) === undefined) continue;
        tell(a, `\`${s.text(a)}\` is the size of the pointer, not of what \`${name}\` points to.`, {
          confidence: 'certain',
          fixes: [
            {
              title: `Use sizeof(*${name})`,
              class: 'suggestion',
              edits: [{ file: cx.file, start: size.x.start, end: size.x.start, newText: '*' }],
            },
          ],
        });
      }
    }
  },
);
