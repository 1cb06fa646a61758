/**
 * A wait in `UserMode` lets the kernel stack be paged out, and the object that is waited for lies on it.
 */
import { bare, functionRule } from '../source/shape';
import page from './page.md';

export const kewaitUsermodeOnStack = functionRule(
  {
    id: 'kewait-usermode-on-stack',
    title: 'User-mode wait on an object of the stack',
    threats: ['Miscellaneous kernel APIs'],
    severity: 'error',
    precision: 'high',
    cwe: [825],
    profile: 'default',
    microsoft: ['cpp/drivers/kewaitlocal-requires-kernel-mode', 'C28135'],
  },
  page,
  (s, tell, cx) => {
    for (const c of s.callsOf(/^KeWaitForSingleObject$/)) {
      const [object, , mode] = c.args;
      if (!object || !mode || s.text(mode) !== 'UserMode') continue;
      const o = bare(object);
      const x = o.kind === 'un' && o.op === '&' ? bare(o.x) : undefined;
      if (x?.kind !== 'id' || !s.locals.has(x.name) || s.locals.get(x.name)?.storage === 'static') continue;
      tell(mode, `\`${x.name}\` lies on the stack, which may be paged out while the thread waits in \`UserMode\`.`, {
        confidence: 'certain',
        fixes: [
          {
            title: 'Wait in KernelMode',
            class: 'safe',
            edits: [{ file: cx.file, start: mode.start, end: mode.end, newText: 'KernelMode' }],
          },
        ],
      });
    }
  },
);
