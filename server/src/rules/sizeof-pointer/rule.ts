/**
 * `sizeof(p)` where the size of what `p` points to is meant: as the length of a call that also gets `p`, of the block that `p` is to point
 * to, or in a comparison with a length.
 */
import type { Expr } from '../../syntax/ast';
import { bare, functionRule, sourceCall, type CallSite, type Shape } from '../source/shape';
import page from './page.md';

const TAKES_A_LENGTH =
  /^(RtlZeroMemory|RtlSecureZeroMemory|RtlFillMemory|RtlCopyMemory|RtlMoveMemory|RtlCompareMemory|RtlEqualMemory|memset|memcpy|memmove|memcmp|ProbeForRead|ProbeForWrite|NdisZeroMemory|NdisMoveMemory|WdfRequestRetrieve\w+Buffer)$/;

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
    for (const size of s.exprs) {
      const name = pointerMeasured(s, size);
      if (name === undefined || !isMistaken(s, size, name)) continue;
      const at = size.kind === 'sizeof' ? size.x : undefined;
      tell(size, `\`${s.text(size)}\` is the size of the pointer, not of what \`${name}\` points to.`, {
        confidence: 'certain',
        fixes: at
          ? [
              {
                title: `Use sizeof(*${name})`,
                class: 'suggestion',
                edits: [{ file: cx.file, start: at.start, end: at.start, newText: '*' }],
              },
            ]
          : [],
      });
    }
  },
);

/** `sizeof(p)` of a pointer that the function has; `sizeof(T)` of a type of that name is none of ours. */
function pointerMeasured(s: Shape, size: Expr): string | undefined {
  if (size.kind !== 'sizeof' || size.x?.kind !== 'id') return undefined;
  const { name } = size.x;
  if (s.typeOf(size.x)?.k !== 'ptr') return undefined;
  return s.locals.has(name) || s.paramType(name) !== undefined ? name : undefined;
}

function isMistaken(s: Shape, size: Expr, name: string): boolean {
  for (const p of s.around(size)) {
    if (p.kind === 'cast') continue;
    if (p.kind === 'call') {
      const call = s.calls.find((c) => c.x === p);
      return call !== undefined && (isItsLength(s, call, size, name) || isItsBlock(s, call, name));
    }
    return p.kind === 'bin' && /^([<>]=?|[=!]=)$/.test(p.op) && isComparedLength(s, p.l, p.r, size, name);
  }
  return false;
}

/** `f(p, sizeof(p))`, and `f(sizeof(p), &p)` of what hands out a buffer of so many bytes. */
function isItsLength(s: Shape, call: CallSite, size: Expr, name: string): boolean {
  if (!TAKES_A_LENGTH.test(call.name)) return false;
  const retrieves = call.name.startsWith('Wdf');
  return call.args.some((a) => {
    const x = bare(a);
    if (x === size) return false;
    if (!retrieves) return s.text(x) === name;
    return x.kind === 'un' && x.op === '&' && s.text(bare(x.x)) === name && isLarger(s, name);
  });
}

/** `p = allocate(sizeof(p))`. */
function isItsBlock(s: Shape, call: CallSite, name: string): boolean {
  if (!/^(Ex|Ndis|Mm)Allocate\w+$/.test(call.name)) return false;
  return s.stores.some((x) => x.left === name && sourceCall(x.r) === call.x) && isLarger(s, name);
}

/** `length < sizeof(p)`, where the object is no pointer's size. */
function isComparedLength(s: Shape, l: Expr, r: Expr, size: Expr, name: string): boolean {
  const other = bare(bare(l) === size ? r : l);
  if (other.kind !== 'id' && other.kind !== 'fld') return false;
  return /(len|length|size|bytes|cb\w*)$/i.test(other.name) && isLarger(s, name);
}

/** What it points to is a structure of another size than an address has. */
function isLarger(s: Shape, name: string): boolean {
  const record = s.recordOf({ kind: 'id', name, start: 0, end: 0 });
  const size = record?.size;
  return record !== undefined && size !== 8;
}
