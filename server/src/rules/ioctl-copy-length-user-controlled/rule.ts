/**
 * A copy, move or fill whose length the caller chooses, into an object that may be smaller, or out of one that may be shorter.
 */
import type { Copy, View } from '../../analysis/events';
import { single } from '../../analysis/term';
import type { Val } from '../../analysis/value';
import type { Fix } from '../finding';
import { isBeyond, room, sizeInWords } from '../request/object';
import { SignedTests } from '../request/signed-tests';
import { chosen, source } from '../request/taint';
import type { Rule, RuleContext } from '../rule';
import page from './page.md';

export const ioctlCopyLengthUserControlled: Rule = {
  meta: {
    id: 'ioctl-copy-length-user-controlled',
    title: 'Copy whose length the caller chooses, beyond an object of another size',
    threats: ['IOCTLs', 'IOCTL surface'],
    severity: 'error',
    precision: 'high',
    cwe: [787, 126],
    profile: 'default',
  },
  page,
  observe(cx) {
    const signs = new SignedTests();
    return {
      branch(e, v) {
        signs.branch(e, v);
      },
      copy(e, v) {
        const len = e.len;
        const taint = chosen(len, v);
        if (!len || !taint) return;
        if (mayBeNegative(len, signs, v)) {
          tell(
            e,
            'is the length of a copy, but was compared as a signed number from above alone: a negative one passes, and is a huge length',
            'used here',
            taint,
            v,
            cx,
          );
          return;
        }
        const dst = e.dst && room(e.dst, e.dstExpr, v);
        if (dst && isBeyond(dst, len.t, v)) {
          tell(e, `is copied into ${sizeInWords(dst)}, but nothing holds it to that size`, 'written here', taint, v, cx);
          return;
        }
        const src = e.src && !e.fill ? room(e.src, e.srcExpr, v) : undefined;
        if (src && isBeyond(src, len.t, v, e.dst?.t))
          tell(e, `is copied out of ${sizeInWords(src)}: bytes behind it are copied as well`, 'read here', taint, v, cx);
      },
    };

    function tell(
      e: Copy,
      what: string,
      use: string,
      taint: NonNullable<ReturnType<typeof chosen>>,
      v: View,
      cx: RuleContext,
    ): void {
      const size = e.lenExpr ? cx.text(e.lenExpr) : 'The length';
      const same = taint.site.file === cx.file;
      cx.report({
        place: e.place,
        severity: 'error',
        message: `\`${size}\` is ${source(taint)} and ${what}.`,
        path: [
          ...(same ? [cx.step(taint.site, 'origin', `${source(taint)} is read here`)] : taint.witness),
          cx.step(e.place, 'use', use),
          cx.step(e.place, 'guard', 'a comparison of the length with the size of the object, or `min`, would silence it'),
        ],
        fixes: clamp(e, v, cx),
      });
    }
  },
};

/** Only signed comparisons were made, and none of them asks whether it is below zero. */
function mayBeNegative(len: Val, signs: SignedTests, v: View): boolean {
  const atom = single(len.t);
  if (!atom || atom.lo >= 0 || len.ty?.k !== 'int' || !len.ty.signed || len.ty.size < 4) return false;
  return v.wasCompared(len.t) && signs.only(atom) && v.range(len.t).lo < 0 && !v.state.bounds.heldFromBelow(atom);
}

/** `min(len, sizeof(buffer))` where the destination is an array in view. */
function clamp(e: Copy, v: View, cx: RuleContext): readonly Fix[] {
  if (!e.lenExpr || !e.dstExpr || !e.dst) return [];
  let x = e.dstExpr;
  while (x.kind === 'cast') x = x.x;
  if (x.kind !== 'id' && x.kind !== 'fld') return [];
  if (v.typeOf(x)?.k !== 'arr') return [];
  const text = cx.text(e.lenExpr);
  const name = cx.text(x);
  return [
    {
      title: `Copy at most sizeof(${name}) bytes; the rest is dropped`,
      class: 'suggestion',
      edits: [{ file: cx.file, start: e.lenExpr.start, end: e.lenExpr.end, newText: `min(${text}, sizeof(${name}))` }],
    },
  ];
}
