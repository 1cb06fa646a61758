/**
 * Memory that holds a key goes back to the pool or to the stack as it is, or is cleared by a call that the compiler may drop.
 */
import type { Rec } from '../../program/types';
import { bare, functionRule, mentions } from '../source/shape';
import page from './page.md';

const FREES = /^(ExFreePool|ExFreePoolWithTag|ExFreePool2|NdisFreeMemory)$/;
const CLEARS = /^(RtlZeroMemory|ZeroMemory|NdisZeroMemory|RtlFillMemory|memset)$/;
const SECRET =
  /(^|[a-z_])(Key|SecretKey|Secret|Password|Passphrase|PrivateKey|SessionKey|Psk|Iv|Salt)$|^(key|secret|password|iv|psk)$/;
export const keyMaterialNotZeroized = functionRule(
  {
    id: 'key-material-not-zeroized',
    title: 'Key freed without being wiped',
    threats: ['Plumbing QEO'],
    severity: 'warning',
    precision: 'high',
    cwe: [226, 14],
    profile: 'default',
    microsoft: ['cpp/drivers/important-function-call-optimized-out', 'C28625'],
  },
  page,
  (s, tell, cx) => {
    for (const c of s.callsOf(CLEARS)) {
      const x = c.args[0] && bare(c.args[0]);
      const local = x?.kind === 'id' ? s.locals.get(x.name) : undefined;
      if (!local || local.type.kind !== 'array' || local.storage === 'static' || !SECRET.test(local.name)) continue;
      // Nothing reads it afterwards, so nothing makes the compiler keep the stores.
      const looped = [...s.around(c.x)].some((a) => a.kind === 'while' || a.kind === 'for' || a.kind === 'do');
      if (looped || s.exprs.some((e) => e.kind === 'id' && e.name === local.name && e.start > c.x.end)) continue;
      const callee = c.x.f;
      tell(
        c.x,
        `\`${local.name}\` goes out of scope behind this: the compiler may drop \`${c.name}\`, and the secret stays on the stack.`,
        {
          fixes:
            c.name === 'RtlZeroMemory' || c.name === 'ZeroMemory'
              ? [
                  {
                    title: 'Wipe it with RtlSecureZeroMemory',
                    class: 'suggestion',
                    edits: [{ file: cx.file, start: callee.start, end: callee.end, newText: 'RtlSecureZeroMemory' }],
                  },
                ]
              : [],
        },
      );
    }
    for (const c of s.callsOf(FREES)) {
      const arg = c.args[0];
      if (!arg) continue;
      const name = s.text(bare(arg));
      const record = s.recordOf(bare(arg));
      const secret = record && secretIn(record, 4);
      if (!secret) continue;
      const wiped = s.calls.some(
        (w) =>
          w.x.start < c.x.start &&
          /^(RtlSecureZeroMemory\w*|RtlSetVolatileMemory|RtlFillVolatileMemory|RtlZeroVolatileMemory)$/.test(w.name) &&
          w.args.some((a) => mentions(s.text(a), name)),
      );
      if (wiped) continue;
      const before = cx.slice({ start: s.fn.start, end: c.x.start });
      const indent = before.slice(before.lastIndexOf('\n') + 1);
      const line = c.x.start - indent.length;
      const whole = s.parent(c.x)?.kind === 'expr' && indent.trim() === '';
      tell(c.x, `\`${name}\` holds \`${secret}\` and is freed without being wiped.`, {
        fixes: whole
          ? [
              {
                title: 'Wipe it with RtlSecureZeroMemory first',
                class: 'suggestion',
                edits: [
                  {
                    file: cx.file,
                    start: line,
                    end: line,
                    newText: `${indent}RtlSecureZeroMemory(${name}, sizeof(*${name}));\n`,
                  },
                ],
              },
            ]
          : [],
      });
    }
  },
);
/** The path of a member that holds a secret as bytes, also inside other structures. */
function secretIn(record: Rec, depth: number): string | undefined {
  for (const f of record.fields) {
    if (SECRET.test(f.name) && !/Hash/.test(f.name) && f.ty.k === 'arr' && f.ty.of.k === 'int' && f.ty.of.size === 1)
      return f.name;
    const inner = f.ty.k === 'rec' && depth > 0 ? secretIn(f.ty.rec, depth - 1) : undefined;
    if (inner !== undefined) return f.name === '' ? inner : `${f.name}.${inner}`;
  }
  return undefined;
}
