/**
 * A structure with an object header is copied by the size of the driver’s own type, although the peer’s may be shorter.
 */
import { bare, functionRule } from '../source/shape';
import page from './page.md';

export const fntableReadBeyondSize = functionRule(
  {
    id: 'fntable-read-beyond-size',
    title: 'More of a peer’s structure copied than it says it has',
    threats: ['Function tables exchanged with XDP-aware kernel NIC drivers'],
    severity: 'error',
    precision: 'high',
    cwe: [125],
    profile: 'default',
  },
  page,
  (s, tell, cx) => {
    for (const c of s.callsOf(/^(RtlCopyMemory|RtlMoveMemory|memcpy|memmove|NdisMoveMemory)$/)) {
      const [, src, len] = c.args;
      if (!src || len?.kind !== 'sizeof') continue;
      const from = bare(src);
      if (from.kind === 'un') continue;
      const header = s.recordOf(from)?.field('Header')?.ty;
      if (header?.k !== 'rec' || !header.rec.field('Size')) continue;
      // Only what came from outside: a parameter, or a field of one.
      const root = /^\w+/.exec(s.text(from))?.[0] ?? '';
      if (s.paramType(root) === undefined) continue;
      const size = new RegExp(`${escape(s.text(from))}\\s*->\\s*Header\\.Size`);
      if (s.testsBefore(c.x.start).some((t) => size.test(t) && !/_REVISION_\d/.test(t) && !/ASSERT/.test(t))) continue;
      tell(
        c.x,
        `\`${s.text(len)}\` bytes are copied from \`${s.text(from)}\`, which may be shorter: its own size says how long it is.`,
        {
          from: [s.step(s.fn.nameSpan, 'origin', `\`${root}\` was handed in`)],
          fixes: [
            {
              title: `Copy no more than ${s.text(from)}->Header.Size`,
              class: 'suggestion',
              edits: [
                { file: cx.file, start: len.start, end: len.end, newText: `min(${s.text(from)}->Header.Size, ${s.text(len)})` },
              ],
            },
          ],
        },
      );
    }
  },
);
function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
