/**
 * A loop that goes from record to record by a step that lies in the record, and compares the step with nothing.
 */
import type { Index, View } from '../../analysis/events';
import { constant, minus } from '../../analysis/term';
import type { Taint } from '../../analysis/value';
import { mayBeCapped } from '../request/bounded';
import { Once } from '../request/once';
import { named } from '../request/touch';
import { chosen, isRequestLength, ofRequest } from '../request/taint';
import { step } from '../request/walk';
import type { Rule } from '../rule';
import page from './page.md';

export const ioctlVariableRecordWalk: Rule = {
  meta: {
    id: 'ioctl-variable-record-walk',
    title: 'Walk over records whose step the caller chooses',
    threats: ['IOCTLs', 'IOCTL surface'],
    severity: 'error',
    precision: 'medium',
    cwe: [835, 130],
    profile: 'default',
  },
  page,
  observe(cx) {
    const once = new Once();
    /** Buffers whose records a routine of the system has walked before. */
    const walked = new Set<string>();
    return {
      call(e) {
        if (e.api?.role === 'validate-buffer') for (const t of e.arg('buffer')?.pts ?? []) walked.add(t.base.key);
      },
      index(e, v) {
        if (e.base?.pts.some((t) => walked.has(t.base.key)) === true) return;
        const taint = chosen(e.index, v);
        if (!taint || isRequestLength(taint) || !ofRequest(taint) || bounded(e, v) || !step(cx.fn, e.place, (s) => cx.text(s)))
          return;
        if (areSystems(taint, v) || isElsewhere(taint, e)) return;
        if (!once.here(`${taint.loc}|${String(v.request.code ?? '')}`, e.place)) return;
        cx.report({
          place: e.place,
          severity: 'error',
          message: MESSAGE(named(cx.text(e.place))),
          path: [
            ...(taint.site.file === cx.file
              ? [cx.step(taint.site, 'origin', 'read from the caller’s buffer here')]
              : taint.witness),
            cx.step(e.place, 'use', 'used here'),
            cx.step(e.place, 'guard', GUARD),
          ],
        });
      },
    };
  },
};

/** Extended attributes of a file that is opened: the I/O manager has walked its own copy of them before the file system sees it. */
function areSystems(t: Taint, v: View): boolean {
  return v.request.major === 0 && t.origin === 'Buffered' && t.loc.endsWith('NextEntryOffset');
}

/** The step does not lie in what is walked over: it is how much of it is done at a time, as in a copy in pieces. */
function isElsewhere(t: Taint, e: Index): boolean {
  const walked = e.base?.pts ?? [];
  const holder = t.loc.slice(0, t.loc.indexOf('|'));
  return (
    walked.length > 0 && walked.every(({ base }) => base.k === 'region' && base.nestedIn !== undefined && base.key !== holder)
  );
}

/** Known to stay inside, or compared with something whose amount is not known. */
function bounded(e: Index, v: View): boolean {
  const i = e.index.t;
  if (mayBeCapped(i, v)) return true;
  if (e.count !== undefined) return v.proves(minus(constant(e.count - 1), i)) && v.proves(i);
  // A mask or a remainder holds it to something.
  const ty = e.index.ty;
  return ty?.k === 'int' && v.range(i).hi < 2 ** (8 * Math.min(ty.size, 4)) / 2 - 1;
}

const MESSAGE = (text: string): string =>
  `${text} goes on to the next record by a step of the caller’s buffer that nothing was compared with: it may leave the buffer or stand still.`;
const GUARD =
  'three comparisons would silence it: what is left holds a header, what is left holds the step, the step is no less than a header';
