/**
 * Memory that user mode can rewrite is handed to code that relies on it not changing: a signature check, a hash, a string routine.
 */
import { isVolatileOrigin, words } from '../../analysis/origins';
import type { Rule } from '../rule';
import { proof, short } from '../volatile/shared-memory';
import page from './page.md';

/** Name to the positions of what must not change. */
const CONSUMERS: Readonly<Record<string, readonly number[]>> = {
  BCryptVerifySignature: [2, 4],
  BCryptHashData: [1],
  BCryptHash: [3],
  BCryptDecrypt: [1],
  CiValidateFileObject: [0],
  CiCheckSignedFile: [0],
  RtlEqualUnicodeString: [0, 1],
  RtlCompareUnicodeString: [0, 1],
  RtlPrefixUnicodeString: [0, 1],
  RtlCopyUnicodeString: [1],
  RtlAppendUnicodeStringToString: [1],
  RtlUnicodeStringToInteger: [0],
  RtlUnicodeStringToAnsiString: [1],
  RtlAnsiStringToUnicodeString: [1],
  RtlHashUnicodeString: [0],
  RtlUpcaseUnicodeString: [1],
  RtlDuplicateUnicodeString: [1],
  RtlStringCbLengthW: [0],
  RtlStringCchLengthW: [0],
  RtlStringCbCopyW: [2],
  RtlInitUnicodeString: [1],
  RtlInitAnsiString: [1],
  strlen: [0],
  wcslen: [0],
  strcmp: [0, 1],
  wcscmp: [0, 1],
  ZwCreateFile: [2],
  ZwOpenKey: [2],
};

export const sharedHandedToImmutableConsumer: Rule = {
  meta: {
    id: 'shared-handed-to-immutable-consumer',
    title: 'Rewritable memory handed to code that relies on it',
    threats: ['Memory mapped in shared user/kernel buffers', 'Packet contents TOCTOU'],
    severity: 'warning',
    precision: 'medium',
    cwe: [367],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      call(e, v) {
        for (const i of CONSUMERS[e.name] ?? []) {
          const val = e.args[i];
          const hit = val && v.pointee(val).find((h) => isVolatileOrigin(h.origin) && h.certain);
          if (!hit) continue;
          const x = e.argExprs[i];
          cx.report({
            place: e.place,
            severity: 'warning',
            message: `\`${short(x ? cx.text(x) : '')}\` lies in ${words(hit.origin)}, and \`${e.name}\` relies on it not changing.`,
            path: proof(cx, hit, e.place, 'handed over here', 'a copy in memory of the driver, taken first, cannot change'),
          });
          return;
        }
      },
    };
  },
};
