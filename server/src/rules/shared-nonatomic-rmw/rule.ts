/**
 * `|=`, `++` and their kin on memory that user mode writes as well: its update is lost, or ours is.
 */
import { isVolatileOrigin, words } from '../../analysis/origins';
import type { Rule } from '../rule';
import { rmwFixes } from '../fixes/accessors';
import { spelling } from '../fixes/spelling';
import { lasting, proof, short } from '../volatile/shared-memory';
import page from './page.md';

export const sharedNonatomicRmw: Rule = {
  meta: {
    id: 'shared-nonatomic-rmw',
    title: 'Plain read-modify-write of memory that user mode can rewrite',
    threats: ['Memory mapped in shared user/kernel buffers', 'Lockless programming'],
    severity: 'error',
    precision: 'high',
    cwe: [362],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      access(e, v) {
        spelling(e, cx);
        if (e.kind !== 'rmw' || e.api) return;
        const hit = v.origins(e.targets).find((h) => isVolatileOrigin(h.origin) && h.certain);
        if (!hit) return;
        const text = short(cx.text(e.place));
        cx.report({
          place: e.place,
          // What this side answers in the buffer of one request, nobody else counts in.
          severity: lasting(hit) ? 'error' : 'info',
          message: `\`${text}\` is read, changed and written back in ${words(hit.origin)}: an update by the other side in between is lost.`,
          path: proof(
            cx,
            hit,
            e.place,
            'read, changed and written back here without an interlocked operation',
            'an interlocked operation, or a store of a value that this side alone keeps, would lose nothing',
          ),
          decide: (facts) => ({ fixes: rmwFixes(e, facts, cx) }),
        });
      },
    };
  },
};
