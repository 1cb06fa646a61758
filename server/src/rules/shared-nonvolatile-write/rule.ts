/**
 * A plain store to memory that user mode reads at any time: the compiler may tear it, move it, or read it back.
 */
import { words } from '../../analysis/memory';
import type { Rule } from '../rule';
import { writeFixes } from '../fixes/accessors';
import { spelling } from '../fixes/spelling';
import { isPlain, isShared, lasting, proof, short } from '../volatile/shared-memory';
import page from './page.md';

export const sharedNonvolatileWrite: Rule = {
  meta: {
    id: 'shared-nonvolatile-write',
    title: 'Plain store to memory that user mode reads at any time',
    threats: ['Memory mapped in shared user/kernel buffers'],
    severity: 'warning',
    precision: 'medium',
    cwe: [662],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      access(e, v) {
        spelling(e, cx);
        if (e.kind !== 'write' || !isPlain(e)) return;
        const hit = v.origins(e.targets).find((h) => isShared(h.origin));
        if (!hit) return;
        const text = short(cx.text(e.place));
        // The creator's first constants, before the other side was told where to look.
        const made = hit.target.base.k === 'alloc' ? hit.target.base.site : undefined;
        const creating =
          made?.file === cx.file &&
          made.start >= cx.fn.start &&
          made.end <= cx.fn.end &&
          e.val !== undefined &&
          e.val.t.t.every(([x]) => /^(name|const):/.test(x.key));
        const quiet = creating || !lasting(hit) || !hit.certain;
        cx.report({
          place: e.place,
          severity: quiet ? 'info' : 'warning',
          confidence: hit.certain ? 'certain' : 'possible',
          message: `\`${text}\` is stored plainly in ${words(hit.origin)}: the compiler may split or move the store, and the other side sees the pieces.`,
          path: proof(
            cx,
            hit,
            e.place,
            'stored here without a volatile accessor',
            'a store through a volatile accessor is one store',
          ),
          decide: (facts) => ({ fixes: writeFixes(e, 'NoFence', facts, cx) }),
        });
      },
    };
  },
};
