/**
 * A string function that reads the caller's input up to a terminator. The caller wrote the bytes, so that the read ends where some other
 * memory happens to hold a zero. A driver that ends the string itself, or that looks for the terminator within the length, anywhere, is
 * believed to have thought of it.
 */
import type { Branch, Observer, OriginHit, View } from '../../analysis/events';
import { constOf } from '../../analysis/term';
import type { Taint, Val } from '../../analysis/value';
import { Once } from '../request/once';
import { firstHand } from '../request/reach';
import { ofRequest } from '../request/taint';
import { named } from '../request/touch';
import type { RuleContext } from '../rule';

/** Positions of the strings that are read to their end. */
const READS: Readonly<Record<string, readonly number[]>> = {
  strlen: [0],
  wcslen: [0],
  strcpy: [1],
  wcscpy: [1],
  strcat: [1],
  wcscat: [1],
  strcmp: [0, 1],
  wcscmp: [0, 1],
  _stricmp: [0, 1],
  _wcsicmp: [0, 1],
  stricmp: [0, 1],
  wcsicmp: [0, 1],
  strstr: [0],
  wcsstr: [0],
  strchr: [0],
  wcschr: [0],
  strrchr: [0],
  wcsrchr: [0],
  atoi: [0],
  RtlInitString: [1],
  RtlInitAnsiString: [1],
  RtlInitUnicodeString: [1],
  RtlInitUnicodeStringEx: [1],
  RtlInitStringEx: [1],
  RtlInitAnsiStringEx: [1],
  RtlCreateUnicodeString: [1],
  RtlCreateUnicodeStringFromAsciiz: [1],
};
/** These look for the terminator within a length, or compare no further than one. */
const BOUNDED = /^(Rtl)?String(Cb|Cch)Length|^(str|wcs)nlen(_s)?$|^(str|wcs|_str|_wcs)n(i?cmp|cpy)/;
const ENDED = 'input-string-ended';

/** The member that holds the string; where it lies in no structure that is known, the control code. */
function place(hit: OriginHit, v: View): string {
  const { root, path } = hit.target;
  return root === undefined ? code(v) : `${root}.${/\w+/.exec(path)?.[0] ?? ''}`;
}
/** A string may be looked at where the structure around it is known by another name. */
function member(path: string): string {
  return `member ${/\w+/.exec(path)?.[0] ?? '(none)'}`;
}
function code(v: View): string {
  return `code ${String(v.request.code ?? '')}`;
}

export function strings(
  cx: RuleContext,
  applies: (hit: OriginHit, v: View) => boolean,
): Pick<Observer, 'access' | 'call' | 'branch'> {
  const once = new Once();
  const seen = (val: Val | undefined, v: View): OriginHit | undefined => val && v.pointee(val).find((hit) => applies(hit, v));
  return {
    access(e, v) {
      if (e.kind !== 'write' || (e.size ?? 8) > 2 || !e.val || constOf(e.val.t) !== 0) return;
      for (const hit of v.origins(e.targets)) if (applies(hit, v)) cx.note(ENDED, place(hit, v));
    },
    branch(e, v) {
      for (const t of lookedAt(e)) {
        cx.note(ENDED, code(v));
        const path = t.loc.slice(t.loc.indexOf('|') + 1);
        if (/\w/.test(path)) cx.note(ENDED, member(path));
      }
    },
    call(e, v) {
      if (BOUNDED.test(e.name)) {
        for (const a of e.args) {
          const hit = seen(a, v);
          if (hit) cx.note(ENDED, place(hit, v));
        }
        return;
      }
      if (e.inAssert) return;
      for (const at of READS[e.name] ?? []) {
        const hit = seen(e.args[at], v);
        const expr = e.argExprs[at];
        if (!hit || !expr || !firstHand(v) || v.request.mode === 0) continue;
        const where = [place(hit, v), code(v), member(hit.target.path)];
        if (!once.here(place(hit, v), expr)) return;
        cx.report({
          place: expr,
          severity: 'warning',
          message: `${named(cx.text(expr))} is the caller’s input, and \`${e.name}\` reads it up to a terminator that nobody checked, whatever its length.`,
          path: [
            ...cx.path(hit, expr, 'read as a string here'),
            cx.step(
              expr,
              'guard',
              'a terminator written within the length, or a search for it that stops there, would silence it',
            ),
          ],
          decide: (facts) => (where.some((w) => facts.has(ENDED, w)) ? undefined : {}),
        });
        return;
      }
    },
  };
}

/** Characters of a request that are compared with zero. */
function lookedAt(e: Branch): readonly Taint[] {
  const other = e.vals.find((val) => constOf(val.t) === undefined);
  const isZero = e.vals.length === 1 || e.vals.some((val) => constOf(val.t) === 0);
  if (!other || !isZero || (other.ty?.k === 'int' && other.ty.size > 2)) return [];
  return other.taint.filter((t) => ofRequest(t) && (other.ty?.k === 'int' || t.loc.endsWith('[]')));
}
