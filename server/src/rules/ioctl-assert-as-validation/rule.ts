/**
 * A length of a request that only an assertion compares: in a free build the comparison is gone.
 */
import type { Assertion, View } from '../../analysis/events';
import { constOf, type Atom, type Lin } from '../../analysis/term';
import type { Val } from '../../analysis/value';
import type { Expr, FunctionDecl } from '../../syntax/ast';
import { isRequestLength } from '../request/taint';
import { bare } from '../source/shape';
import { short } from '../volatile/shared-memory';
import type { Rule } from '../rule';
import page from './page.md';

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
  observe(cx) {
    const asserted = new Map<Expr, { readonly length: Lin; readonly side: Expr }>();
    const decided = new Set<Atom>();
    return {
      assertion(e, v) {
        const found = assertedLength(e, v, cx.fn);
        if (found && !v.wasCompared(found.length)) asserted.set(e.x, found);
      },
      branch(e) {
        for (const val of e.vals) note(val.t, decided);
      },
      done() {
        // Who validates by assertion does so for the whole function: it is told where it begins.
        const found = [...asserted]
          .filter(([, a]) => !a.length.t.some(([x]) => decided.has(x)))
          .map(([x, a]) => ({ x, name: short(cx.text(a.side)) }));
        const [first, ...others] = found;
        if (!first) return;
        cx.report({
          place: first.x,
          severity: 'warning',
          message: `\`${first.name}\` is compared in an assertion alone: a free build has no such check, and a checked one stops the machine.`,
          path: [
            cx.step(first.x, 'use', 'asserted here'),
            ...others.map(({ x, name }) => cx.step(x, 'related', `\`${name}\` is asserted here`)),
            cx.step(first.x, 'guard', 'an `if` that refuses the request would silence it'),
          ],
        });
      },
    };
  },
};

/** The length of a request that an assertion holds against something else. That two lengths are one, the framework promises itself. */
function assertedLength(e: Assertion, v: View, fn: FunctionDecl): { readonly length: Lin; readonly side: Expr } | undefined {
  const l = isLength(e.l, e.x.l, v, fn);
  const r = isLength(e.r, e.x.r, v, fn);
  if (l === r || e.x.op === '!=') return undefined;
  // That the length is what was worked out checks the driver itself; what a caller must send is a size.
  if (e.x.op === '==' && !((constOf((l ? e.r : e.l).t) ?? 0) > 0)) return undefined;
  return l ? { length: e.l.t, side: e.x.l } : { length: e.r.t, side: e.x.r };
}

function isLength(val: Val, x: Expr, v: View, fn: FunctionDecl): boolean {
  const name = bare(x);
  const told = v.requestLength(val) !== undefined || val.taint.some((t) => isRequestLength(t) && t.kept !== true);
  // What a dispatcher put into a record of its own it may have checked for this kind of request alone: more than is known here.
  if (told && (name.kind === 'id' || (name.kind === 'fld' && takesRequest(fn)))) return true;
  // A function whose callers are not in view: its parameters are what they are called.
  return name.kind === 'id' && LENGTH.test(name.name) && takes(fn, name.name) && takesRequest(fn);
}

const LENGTH =
  /^(?:(?:In|Out)(?:put)?(?:Buf|Buffer)(?:Len|Length|Size)|(?:in|out)(?:put)?(?:Buf|Buffer)?(?:Len|Length|Size)|(?:In|Out)put(?:Length|Size|Len)|EaLength)$/;

function takes(fn: FunctionDecl, name: string): boolean {
  return fn.params.some((p) => p.name === name);
}

function takesRequest(fn: FunctionDecl): boolean {
  return fn.params.some((p) => p.type.kind === 'name' && /^(PIRP|WDFREQUEST|PIO_STACK_LOCATION)$/.test(p.type.name));
}

function note(t: Lin, into: Set<Atom>): void {
  for (const [x] of t.t) {
    if (into.has(x)) continue;
    into.add(x);
    for (const a of x.args) note(a, into);
  }
}
