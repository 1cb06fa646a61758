/**
 * An object that is looked up, opened or checked for a caller with `KernelMode`: the access check does not happen.
 */
import type { Call, View } from '../../analysis/events';
import { isChosen } from '../request/taint';
import { firstHand } from '../request/reach';
import type { Rule } from '../rule';
import page from './page.md';

export const handleAccessModeKernel: Rule = {
  meta: {
    id: 'handle-access-mode-kernel',
    title: 'Object of a caller referenced with `KernelMode`',
    threats: ['IOCTLs', 'Miscellaneous kernel APIs'],
    severity: 'error',
    precision: 'high',
    cwe: [269, 284],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      call(e, v) {
        const what = concerns(e, v);
        if (what === undefined || v.request.mode === 0) return;
        const mode = modeArgument(e);
        const expr = mode === undefined ? undefined : e.argExprs[mode];
        const val = mode === undefined ? undefined : e.args[mode];
        if (!expr || !val || !v.state.isZero(val.t) || cx.text(expr) !== 'KernelMode') return;
        const irp = cx.fn.params.find((p) => p.type.kind === 'name' && p.type.name === 'PIRP')?.name;
        cx.report({
          place: e.place,
          severity: what.certain ? 'error' : 'warning',
          message: `\`${e.name}\` is asked with \`KernelMode\` for ${what.words}: access is granted without a check.`,
          path: [
            ...(what.site?.file === cx.file ? [cx.step(what.site, 'origin', 'the handle comes from the caller’s buffer')] : []),
            cx.step(e.place, 'use', '`KernelMode` here'),
            cx.step(expr, 'guard', 'the mode of the requestor would silence it'),
          ],
          fixes: irp
            ? [
                {
                  title: `Check with ${irp}->RequestorMode; callers without access are refused from then on`,
                  class: 'suggestion',
                  edits: [{ file: cx.file, start: expr.start, end: expr.end, newText: `${irp}->RequestorMode` }],
                },
              ]
            : [],
        });
      },
    };
  },
};

function modeArgument(e: Call): number | undefined {
  const named = e.api?.args?.['mode'];
  if (named !== undefined) return named;
  return e.name === 'ObReferenceObjectByPointer' ? 3 : undefined;
}

/** Whose object it is; undefined when nothing says that it is a caller's. */
function concerns(
  e: Call,
  v: View,
): { words: string; certain: boolean; site?: { file: string; start: number; end: number } } | undefined {
  const role = e.api?.role ?? '';
  const request = firstHand(v);
  if (role === 'access-check' && e.name === 'SeAccessCheck') return { words: 'a decision about a caller', certain: request };
  if (role === 'handle-to-object') {
    const handle = e.arg('handle');
    const taint = handle?.taint.find((t) => isChosen(t));
    if (taint) return { words: 'a handle of the caller', certain: true, site: taint.site };
    const nested = handle && v.pointee(handle).some((h) => h.origin === 'UserVA');
    return nested ? { words: 'a handle of the caller', certain: true } : undefined;
  }
  if (
    e.name === 'ObReferenceObjectByPointer' &&
    request &&
    v.fn.params.some((p) => p.type.kind === 'name' && p.type.name === 'PIRP')
  )
    return { words: 'an object in a dispatch routine', certain: false };
  return undefined;
}
