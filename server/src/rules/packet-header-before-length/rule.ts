/**
 * A buffer that comes with its length is read as a structure, and the length was never compared with anything.
 */
import type { Span } from '../../syntax/ast';
import { areAlternatives } from '../request/alternatives';
import { annotatedBuffers, callersTest, isOfOwnClass } from '../source/buffers';
import { recordWalks, testsOf } from '../source/records';
import { bare, functionRule, mentions } from '../source/shape';
import page from './page.md';

export const packetHeaderBeforeLength = functionRule(
  {
    id: 'packet-header-before-length',
    title: 'Header read before the length says that it is there',
    threats: ['Packet parsing'],
    severity: 'error',
    precision: 'high',
    cwe: [125],
    profile: 'default',
  },
  page,
  (s, tell) => {
    for (const buffer of annotatedBuffers(s)) {
      const told: Span[] = [];
      for (const e of s.exprs) {
        const through = e.kind === 'fld' && e.arrow ? e.x : e.kind === 'un' && e.op === '*' ? e.x : undefined;
        const b = through && bare(through);
        if (!through || b?.kind !== 'id' || !buffer.names.includes(b.name)) continue;
        const to = s.pointee(s.typeOf(through));
        if (to === undefined || to.k === 'void' || (to.k === 'int' && to.size === 1) || to.k === 'unknown') continue;
        if (s.testsOnWayTo(e, buffer.length).some((t) => mentions(t, buffer.length))) continue;
        if (s.stores.some((x) => x.place.start < e.start && mentions(s.text(x.r), buffer.length))) continue;
        // What is read behind another one on the same way has the same cause.
        if (told.some((other) => !areAlternatives(s.fn, other, e))) continue;
        if (callersTest(s, buffer.lengthIndex) || isOfOwnClass(s)) break;
        told.push(e);
        tell(
          e,
          `\`${s.text(e)}\` is read from \`${buffer.name}\`, but no check of \`${buffer.length}\` says that so many bytes are there.`,
          {
            from: [s.step(buffer.place, 'origin', `\`${buffer.name}\` holds \`${buffer.length}\` bytes`)],
            use: 'read here',
          },
        );
      }
    }
    for (const walk of recordWalks(s)) {
      if (!walk.left) continue;
      const { left } = walk;
      const tests = testsOf(walk, s).filter((c) => mentions(s.text(c), left));
      if (tests.length === 0 || s.testsBefore(walk.loop.stmt.start).some((t) => mentions(t, left))) continue;
      // Compared with a size, or with something that is not the record's own word.
      const record = s.pointee(s.typeOf({ kind: 'id', name: walk.pointer, start: 0, end: 0 }));
      if (record?.k === 'int' || tests.some((c) => compares(s.text(c), left, walk.step))) continue;
      const read = s.exprs.find(
        (e) => e.kind === 'fld' && e.arrow && s.within(e, walk.loop.stmt) && s.text(bare(e.x)) === walk.pointer,
      );
      if (read)
        tell(read, `\`${s.text(read)}\` is read while \`${left}\` is only known not to be 0: the record may be cut short.`, {
          use: 'read here',
        });
    }
  },
);
/** The count of bytes left is compared with more than zero and the length that the record claims. */
function compares(test: string, left: string, step: string): boolean {
  const rest = test.split(step).join('?');
  const around = new RegExp(`\\b${left}\\b\\s*(?:<|<=|>|>=)\\s*(?!0\\b)[\\w(]|[\\w)]\\s*(?:<|<=|>|>=)\\s*${left}\\b`);
  return around.test(rest) || /sizeof|FIELD_OFFSET|SIZE_/.test(rest);
}
