/**
 * A control code that every handle may send, whatever it was opened for. One diagnostic, at the definition, where a handler is in view.
 */
import { codeOf, handled } from '../request/codes';
import type { Rule } from '../rule';
import page from './page.md';

const CODE = 'ioctl-any-access';

export const ioctlExposedAnyAccess: Rule = {
  meta: {
    id: 'ioctl-exposed-any-access',
    title: 'Control code that asks for no access',
    threats: ['IOCTLs', 'IOCTL surface'],
    severity: 'warning',
    precision: 'medium',
    cwe: [782],
    profile: 'audit',
  },
  page,
  file(cx) {
    if (!cx.facts) return;
    for (const name of handled(cx.facts)) cx.note(CODE, name);
    for (const m of cx.facts.macros) {
      const code = codeOf(m);
      if (!code || !/^(FILE_ANY_ACCESS|FILE_SPECIAL_ACCESS|0)$/.test(code.access)) continue;
      const place = { start: m.start, end: m.end };
      cx.report({
        place,
        severity: 'warning',
        message: `\`${m.name}\` asks for no access: a handle that was opened for nothing may send it.`,
        path: [
          { file: cx.file, ...place, role: 'use', message: `defined with \`${code.access}\`` },
          {
            file: cx.file,
            ...place,
            role: 'guard',
            message: '`FILE_WRITE_ACCESS`, or `IoValidateDeviceIoControlAccess` in the handler, would silence it',
          },
        ],
        decide: (facts) => (facts.has(CODE, m.name) ? {} : undefined),
      });
    }
  },
};
