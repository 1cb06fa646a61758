/**
 * A length of a request that only an assertion compares: in a free build the comparison is gone.
 */
import type { Expr, Stmt } from '../../syntax/ast';
import { ASSERTS } from '../../analysis/operators';
import { statements } from '../../syntax/walk';
import type { Step } from '../finding';
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
    const body = cx.slice(fn);
    // Who validates by assertion does so for the whole function: it is told where it begins.
    const found = asserts.flatMap(({ x, text }) => {
      if (!/[<>]=?|==/.test(text) || isPromised(text, body)) return [];
      const names = [...new Set([...text.matchAll(LENGTH)].map((m) => m[0]))];
      const only = names.find((n) => !conditions.some((c) => new RegExp(`\\b${n}\\b`).test(c)));
      return only === undefined ? [] : [{ x, only }];
    });
    const [first, ...others] = found;
    if (!first || !takesRequest(fn.params.map((p) => cx.slice(p)).join(), body)) return;
    const step = (x: Expr, role: Step['role'], message: string): Step => ({
      file: cx.file,
      start: x.start,
      end: x.end,
      role,
      message,
    });
    cx.report({
      place: first.x,
      severity: 'warning',
      message: `\`${first.only}\` is compared in an assertion alone: a free build has no such check, and a checked one stops the machine.`,
      path: [
        step(first.x, 'use', 'asserted here'),
        ...others.map(({ x, only }) => step(x, 'related', `\`${only}\` is asserted here`)),
        step(first.x, 'guard', 'an `if` that refuses the request would silence it'),
      ],
    });
  },
};

function condition(s: Stmt): Expr | undefined {
  return s.kind === 'if' || s.kind === 'while' || s.kind === 'do' ? s.c : s.kind === 'for' ? s.c : undefined;
}

/** That the framework's own length of a buffer is the one of the request: it says so itself, and nothing is decided by it. */
function isPromised(assertion: string, body: string): boolean {
  const sides = /^\w+\s*\(\s*(\w+)\s*==\s*(\w+)\s*\)$/.exec(assertion);
  return (sides?.slice(1) ?? []).some(
    (name, i, both) =>
      new RegExp(`\\bWdf(Memory|Request)\\w+\\([^;]*&\\s*${name}\\b`).test(body) && new RegExp(LENGTH).test(both[1 - i] ?? ''),
  );
}

/** Who only fills in the lengths of a request makes it himself. */
function takesRequest(params: string, body: string): boolean {
  return /\bPIRP\b|WDFREQUEST|PIO_STACK_LOCATION/.test(params) || /BufferLength\w*(?!\w|\s*=[^=])/.test(body);
}
