/**
 * A length of a request that only an assertion compares: in a free build the comparison is gone.
 */
import type { Expr, Stmt } from '../../syntax/ast';
import { ASSERTS } from '../../analysis/operators';
import { statements } from '../../syntax/walk';
import type { Rule } from '../rule';
import page from './page.md';

const LENGTH =
  /\b(?:(?:In|Out)(?:put)?(?:Buf|Buffer)(?:Len|Length|Size)|(?:in|out)(?:put)?(?:Buf|Buffer)?(?:Len|Length|Size)|(?:In|Out)put(?:Length|Size|Len)|EaLength)\b/g;

export const ioctlAssertAsValidation: Rule = {
  meta: {
    id: 'ioctl-assert-as-validation',
    title: 'Length of a request compared in an assertion alone',
    threats: ['IOCTLs', 'Local DoS'],
    severity: 'warning',
    precision: 'high',
    cwe: [617],
    profile: 'default',
  },
  page,
  each(cx) {
    const { fn } = cx;
    const conditions: string[] = [];
    const asserts: { x: Expr; text: string }[] = [];
    for (const s of statements(fn.body)) {
      const c = condition(s);
      if (c) conditions.push(cx.slice(c));
      if (s.kind === 'expr' && s.x.kind === 'call' && s.x.f.kind === 'id' && ASSERTS.has(s.x.f.name))
        asserts.push({ x: s.x, text: cx.slice(s.x) });
    }
    for (const a of asserts) {
      if (!/[<>]=?|==/.test(a.text)) continue;
      const names = [...new Set([...a.text.matchAll(LENGTH)].map((m) => m[0]))];
      const only = names.find((n) => !conditions.some((c) => new RegExp(`\\b${n}\\b`).test(c)));
      if (only === undefined || !takesRequest(fn.params.map((p) => cx.slice(p)).join(), cx.slice(fn))) continue;
      cx.report({
        place: a.x,
        severity: 'warning',
        message: `\`${only}\` is compared in an assertion alone: a free build has no such check, and a checked one stops the machine.`,
        path: [
          { file: cx.file, start: a.x.start, end: a.x.end, role: 'use', message: 'asserted here' },
          {
            file: cx.file,
            start: a.x.start,
            end: a.x.end,
            role: 'guard',
            message: 'an `if` that refuses the request would silence it',
          },
        ],
      });
    }
  },
};

function condition(s: Stmt): Expr | undefined {
  return s.kind === 'if' || s.kind === 'while' || s.kind === 'do' ? s.c : s.kind === 'for' ? s.c : undefined;
}

/** Who only fills in the lengths of a request makes it himself. */
function takesRequest(params: string, body: string): boolean {
  return /\bPIRP\b|WDFREQUEST|PIO_STACK_LOCATION/.test(params) || /BufferLength\w*(?!\w|\s*=[^=])/.test(body);
}
