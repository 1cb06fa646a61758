/**
 * A structure that is returned as a whole after only some of its fields were set: the rest, and the padding, is old kernel memory.
 */
import type { Copy, View } from '../../analysis/events';
import { constOf } from '../../analysis/term';
import type { Rec, Ty } from '../../program/types';
import type { Target } from '../../analysis/value';
import type { Fix } from '../finding';
import type { Rule, RuleContext } from '../rule';
import { statements } from '../../syntax/walk';
import page from './page.md';

export const outputUninitializedBytes: Rule = {
  meta: {
    id: 'output-uninitialized-bytes',
    title: 'Bytes returned to the caller that nobody set',
    threats: ['IOCTLs', 'IOCTL surface'],
    severity: 'warning',
    precision: 'medium',
    cwe: [200, 908],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      copy(e, v) {
        if (!e.src || !e.dst || e.fill || v.request.mode === 0) return;
        const out = v
          .pointee(e.dst)
          .find((h) => h.certain && (h.region?.request !== undefined || h.origin === 'UserVA' || h.origin === 'SharedPages'));
        if (!out || out.region?.request === 'oid' || out.region?.request === 'registry') return;
        const src = e.src.pts.length === 1 ? e.src.pts[0] : undefined;
        if (!src || src.path !== '') return;
        const missing = unset(src, e, v, cx);
        if (missing === undefined) return;
        cx.report({
          place: e.place,
          severity: 'warning',
          message: `${missing} of the structure that goes back to the caller ${/padding/.test(missing) ? 'is' : 'was'} not set on this path: old kernel memory is returned.`,
          path: [
            ...cx.path(out, e.place, 'returned here'),
            cx.step(e.place, 'guard', 'zeroing the whole structure first would silence it'),
          ],
          fixes: zero(src, cx),
        });
      },
    };
  },
};

/** The first field that no path has set; undefined where that is not known. */
function unset(src: Target, e: Copy, v: View, cx: RuleContext): string | undefined {
  const base = src.base;
  const fresh =
    base.k === 'local' ||
    (base.k === 'alloc' && base.what === 'pool' && !base.zeroed && v.state.hasMust('fresh', base) !== undefined);
  if (!fresh || v.state.cell(base, '')?.agg) return undefined;
  if (base.k === 'local') {
    // Whoever was given its address may have filled it.
    const uses = [...cx.text(cx.fn).matchAll(new RegExp(`&\\s*${base.name}\\b(?!\\s*(?:\\.|->|\\[))`, 'g'))].length;
    const here = e.srcExpr && new RegExp(`&\\s*${base.name}\\b`).test(cx.text(e.srcExpr)) ? 1 : 0;
    if (uses > here || base.fn !== `${cx.file}:${cx.fn.name}`) return undefined;
  }
  const ty = e.srcExpr && v.typeOf(e.srcExpr);
  const to = ty?.k === 'ptr' ? v.types.pointee(ty) : ty;
  const rec = to?.k === 'rec' ? to.rec : typeOfLocal(e, v);
  if (!rec || rec.fields.length === 0) return undefined;
  let set = 0;
  let missing: string | undefined;
  for (const f of rec.fields) {
    if (!f.name) return undefined;
    const any = v.state.under(base, f.name).length > 0;
    if (any) set++;
    else if (!isRest(f.ty, e, v)) missing ??= `\`${f.name}\``;
  }
  if (set === 0 || missing !== undefined) return missing;
  return base.k === 'local' ? padding(rec, e, v) : undefined;
}

/** Bytes between members that no assignment to any of them reaches. */
function padding(rec: Rec, e: Copy, v: View): string | undefined {
  const length = e.len && constOf(e.len.t);
  const whole = rec.size;
  if (rec.decl.tag === 'union' || whole === undefined || length !== whole) return undefined;
  let at = 0;
  let last = '';
  for (const f of rec.fields) {
    const size = v.types.sizeOf(f.ty);
    if (f.offset === undefined || size === undefined || f.bits !== undefined) return undefined;
    if (f.offset > at && last !== '') return `The padding behind \`${last}\``;
    at = f.offset + size;
    last = f.name;
  }
  return whole > at ? `The padding behind \`${last}\`` : undefined;
}

/** An array of one at the end stands for as many elements as the length of the copy says: those that are returned were set in a loop. */
function isRest(ty: Ty, e: Copy, v: View): boolean {
  return (
    ty.k === 'arr' &&
    (ty.n ?? 0) <= 1 &&
    e.len !== undefined &&
    constOf(e.len.t) === undefined &&
    v.types.sizeOf(ty.of) !== undefined
  );
}

function typeOfLocal(e: Copy, v: View): Rec | undefined {
  let x = e.srcExpr;
  while (x && (x.kind === 'cast' || (x.kind === 'un' && x.op === '&'))) x = x.x;
  const ty = x && v.typeOf(x);
  const to = ty?.k === 'ptr' ? v.types.pointee(ty) : ty;
  return to?.k === 'rec' ? to.rec : undefined;
}

/** `T x = {0};` where it is declared. */
function zero(src: Target, cx: RuleContext): readonly Fix[] {
  if (src.base.k !== 'local') return [];
  const name = src.base.name;
  for (const s of statements(cx.fn.body)) {
    if (s.kind !== 'decl') continue;
    const d = s.vars.find((x) => x.name === name);
    if (!d || d.init) continue;
    return [
      {
        title: `Zero ${name} where it is declared`,
        class: 'safe',
        edits: [{ file: cx.file, start: d.nameSpan.end, end: d.nameSpan.end, newText: ' = {0}' }],
      },
    ];
  }
  return [];
}
