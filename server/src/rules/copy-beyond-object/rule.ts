/**
 * A copy, a fill or a sized call whose size is known when it is compiled, and is more than the object has: the size of another object,
 * bytes where characters are counted, the size of the whole behind a beginning that was skipped.
 */
import type { Copy, View } from '../../analysis/events';
import { constant, constOf } from '../../analysis/term';
import type { Val } from '../../analysis/value';
import type { Expr } from '../../syntax/ast';
import { isPointer, type Ty } from '../../program/types';
import { isBeyond, room, sizeInWords, type Room } from '../request/object';
import type { Rule, RuleContext } from '../rule';
import { countedTwice } from './counted-twice';
import { isWithinRecord } from './neighbours';
import { sizedBuffer } from './sized-calls';
import page from './page.md';

export const copyBeyondObject: Rule = {
  meta: {
    id: 'copy-beyond-object',
    title: 'Constant size that is larger than the object it is used for',
    threats: ['Miscellaneous kernel APIs', 'IOCTLs'],
    severity: 'error',
    precision: 'high',
    cwe: [131, 787, 126],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      copy(e, v) {
        const twice = countedTwice(e, v);
        if (twice) {
          tellTwice(e, twice, cx);
          return;
        }
        const bytes = e.len && constOf(e.len.t);
        if (bytes === undefined) return;
        const dst = beyond(e.dst, e.dstExpr, bytes, e, v);
        if (dst) tell(e, e.lenExpr, bytes, `into ${sizeInWords(dst)}: what lies behind is overwritten`, 'written here', cx);
        else if (!e.fill) {
          const src = beyond(e.src, e.srcExpr, bytes, e, v);
          if (src) tell(e, e.lenExpr, bytes, `out of ${sizeInWords(src)}: what lies behind is copied as well`, 'read here', cx);
        }
      },
      call(e, v) {
        const sized = sizedBuffer(e);
        const count = sized?.size && constOf(sized.size.t);
        if (!sized?.buffer || count === undefined || count <= 0 || count >= 2 ** 31) return;
        const width = sized.unit === 'bytes' ? 1 : elementSize(sized.bufferExpr, sized.width, v);
        const space = isKnownHere(sized.buffer, v) ? room(sized.buffer, sized.bufferExpr, v) : undefined;
        const has = space && constOf(space.bytes);
        if (!space || has === undefined || has < width || !isBeyond(space, constant(count * width), v)) return;
        if (isWithinRecord(sized.bufferExpr, sized.sizeExpr, count * width, v)) return;
        const said = width === 1 ? `${String(count)} bytes` : `${String(count)} elements of ${String(width)} bytes`;
        cx.report({
          place: e.place,
          severity: 'error',
          confidence: 'likely',
          message: `\`${e.name}\` is told that it may write ${said}, but what it is given has ${roomInWords(space, has)}.`,
          path: [
            ...(sized.sizeExpr ? [cx.step(sized.sizeExpr, 'origin', `${said} are named here`)] : []),
            cx.step(e.place, 'use', 'written here'),
          ],
        });
      },
    };
  },
};

/** For messages. */
function roomInWords(space: Room, has: number): string {
  const bytes = `${String(has)} ${has === 1 ? 'byte' : 'bytes'}`;
  return space.what === 'pool' ? `only the ${bytes} of a pool block` : `only ${bytes}`;
}

function beyond(val: Val | undefined, x: Expr | undefined, bytes: number, e: Copy, v: View): Room | undefined {
  const space = val && isKnownHere(val, v) ? room(val, x, v) : undefined;
  const has = space && constOf(space.bytes);
  if (!space || has === undefined || has < 0 || bytes <= has) return undefined;
  return isWithinRecord(x, e.lenExpr, bytes, v) ? undefined : space;
}

/** What a helper allocates is as long as the last caller that was followed said. */
function isKnownHere(val: Val, v: View): boolean {
  const base = val.pts[0]?.base;
  if (base?.k !== 'alloc' || base.api === 'string') return true;
  return base.within === undefined && base.site.file === v.file && base.site.start >= v.fn.start && base.site.end <= v.fn.end;
}

function tell(e: Copy, size: Expr | undefined, bytes: number, what: string, use: string, cx: RuleContext): void {
  cx.report({
    place: e.place,
    severity: 'error',
    confidence: 'likely',
    message: `${size ? `\`${cx.text(size)}\`` : 'The length'} is ${String(bytes)} bytes, and so much is ${e.fill ? 'written' : 'copied'} ${what}.`,
    path: [
      ...(size ? [cx.step(size, 'origin', `${String(bytes)} bytes`)] : []),
      cx.step(e.place, 'use', use),
      cx.step(e.place, 'guard', 'the size of the object itself would silence it'),
    ],
  });
}

function tellTwice(e: Copy, length: Expr, cx: RuleContext): void {
  cx.report({
    place: e.place,
    severity: 'error',
    confidence: 'likely',
    message: `\`${cx.text(length)}\` counts bytes already: multiplied with the size of a character, twice as much is copied as the string has.`,
    path: [cx.step(length, 'origin', 'a length in bytes'), cx.step(e.place, 'use', 'copied here')],
  });
}

/** What one element takes of the buffer that was handed over. */
function elementSize(x: Expr | undefined, otherwise: number, v: View): number {
  let e = x;
  while (e?.kind === 'cast' || (e?.kind === 'un' && e.op === '&')) e = e.x;
  const ty = e && v.typeOf(e);
  const of: Ty | undefined = ty?.k === 'arr' ? ty.of : ty && isPointer(ty) ? v.types.pointee(ty) : ty;
  return of?.k === 'int' ? of.size : otherwise;
}
