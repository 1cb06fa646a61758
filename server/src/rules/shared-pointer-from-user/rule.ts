/**
 * A pointer that lies in shared memory is followed by the kernel: user mode chooses what the kernel reads, writes or calls.
 */
import type { OriginHit, View } from '../../analysis/events';
import type { Span } from '../../syntax/ast';
import type { Rule, RuleContext } from '../rule';
import { proof, short } from '../volatile/shared-memory';
import page from './page.md';

export const sharedPointerFromUser: Rule = {
  meta: {
    id: 'shared-pointer-from-user',
    title: 'Pointer from shared memory followed by the kernel',
    threats: ['Memory mapped in shared user/kernel buffers'],
    severity: 'error',
    precision: 'high',
    cwe: [822],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      access(e, v) {
        for (const hit of v.origins(e.targets)) follow(hit, e.place, v, cx);
      },
      copy(e, v) {
        for (const val of [e.src, e.dst]) if (val) for (const hit of v.pointee(val)) follow(hit, e.place, v, cx);
      },
    };
  },
};

function follow(hit: OriginHit, place: Span, v: View, cx: RuleContext): void {
  const parent = hit.region?.nestedIn;
  if (parent === undefined || !hit.certain || hit.origin !== 'UserVA' || !liesInShared(parent)) return;
  if (v.inTry && v.mark('probed', hit.target.base) !== undefined) return;
  cx.report({
    place,
    severity: 'error',
    message: `\`${short(cx.text(place))}\` follows a pointer that user mode put into shared memory.`,
    path: proof(
      cx,
      hit,
      place,
      'followed here',
      'an index or an offset, checked against what this side keeps, can do what the pointer does',
    ),
  });
}

/** Memory of shared pages, or kernel memory that was mapped out. */
function liesInShared(key: string): boolean {
  return /:Shared(Pages|View)$/.test(key) || key.startsWith('A:') || key.startsWith('P:');
}
