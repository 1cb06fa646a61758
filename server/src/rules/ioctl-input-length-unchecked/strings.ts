/**
 * A string function that reads the caller's input up to a terminator. The caller wrote the bytes, so that the read ends where some other
 * memory happens to hold a zero. A driver that ends the string itself, or that looks for the terminator within the length, anywhere, is
 * believed to have thought of it.
 */
import type { Branch, Observer, OriginHit, View } from '../../analysis/events';
import { constOf } from '../../analysis/term';
import { endsString } from '../../analysis/stores';
import type { Target, Val } from '../../analysis/value';
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

/** By what a string is known: the member that holds it, in its structure and by itself, and the control code that it came with. */
function namesOf(t: Pick<Target, 'root' | 'path'>, v: View): readonly string[] {
  const name = /\w+/.exec(t.path)?.[0];
  return [
    ...(t.root !== undefined ? [`${t.root}.${name ?? ''}`] : code(v)),
    // The structure around it may be known by another name elsewhere.
    ...(name !== undefined ? [`member ${name}`] : []),
  ];
}
function code(v: View): readonly string[] {
  return v.request.code === undefined ? [] : [`code ${String(v.request.code)}`];
}

export function strings(
  cx: RuleContext,
  applies: (hit: OriginHit, v: View) => boolean,
): Pick<Observer, 'access' | 'call' | 'branch'> {
  const once = new Once();
  const ended = (names: readonly string[]): void => {
    for (const name of names) cx.note(ENDED, name);
  };
  const seen = (val: Val | undefined, v: View): OriginHit | undefined => val && v.pointee(val).find((hit) => applies(hit, v));
  return {
    access(e, v) {
      if (e.kind !== 'write') return;
      for (const hit of v.origins(e.targets))
        if (endsString(hit.target, e.val, e.size) && applies(hit, v)) ended(namesOf(hit.target, v));
    },
    branch(e, v) {
      for (const path of lookedAt(e)) ended([...code(v), ...namesOf({ root: undefined, path }, v)]);
    },
    call(e, v) {
      if (BOUNDED.test(e.name)) {
        for (const a of e.args) {
          const hit = seen(a, v);
          if (hit) ended(namesOf(hit.target, v));
        }
        return;
      }
      if (e.inAssert) return;
      for (const at of READS[e.name] ?? []) {
        const hit = seen(e.args[at], v);
        const expr = e.argExprs[at];
        if (!hit || !expr || !firstHand(v) || v.request.mode === 0) continue;
        const where = [...namesOf(hit.target, v), ...code(v)];
        if (!once.here(where[0] ?? '', expr)) return;
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

/** Where characters of a request lie that are compared with zero: elements of an array, or what a pointer walks over. */
function lookedAt(e: Branch): readonly string[] {
  const other = e.vals.find((val) => constOf(val.t) === undefined);
  const isZero = e.vals.length === 1 || e.vals.some((val) => constOf(val.t) === 0);
  if (!other || !isZero || (other.ty?.k === 'int' && other.ty.size > 2)) return [];
  return other.taint
    .filter(ofRequest)
    .map((t) => t.loc.slice(t.loc.indexOf('|') + 1))
    .filter((path) => /\[\d*\]$/.test(path) || (path === '' && other.ty?.k === 'int'));
}
