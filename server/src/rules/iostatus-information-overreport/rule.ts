/**
 * A request that is said to return more bytes than were written: the rest of the buffer is old kernel memory.
 */
import type { View } from '../../analysis/events';
import { constOf, minus, type Lin } from '../../analysis/term';
import type { Base, Val } from '../../analysis/value';
import type { Expr, Span } from '../../syntax/ast';
import { servesControl } from '../request/reach';
import type { Rule, RuleContext } from '../rule';
import page from './page.md';

export const iostatusInformationOverreport: Rule = {
  meta: {
    id: 'iostatus-information-overreport',
    title: 'More output reported than was written',
    threats: ['IOCTLs', 'IOCTL surface'],
    severity: 'warning',
    precision: 'medium',
    cwe: [200, 908],
    profile: 'default',
  },
  page,
  observe(cx) {
    /** Control codes whose buffer was given to another function. */
    const handed = new Set<number | undefined>();
    // What a request says is decided when it is handed back: until then it may be written again.
    const stores: { base: Base; place: Span; val: Val }[] = [];
    /** Somebody else's copy of what the caller passed was written: kernel streaming hands its own on. */
    let elsewhere = false;
    /** How much was copied into the memory object of a request. */
    const copied: Lin[] = [];
    const settle = (v: View): void => {
      if (elsewhere) return;
      for (const s of stores) {
        const now = v.state.cell(s.base, 'IoStatus.Information');
        if (now && constOf(minus(now.t, s.val.t)) === 0) judge(s.val, s.place, copied, v, cx);
      }
    };
    return {
      access(e) {
        if (e.kind !== 'write' || !e.val || e.x.kind !== 'fld' || e.x.name !== 'Information') return;
        for (const t of e.targets) if (t.root === 'IRP') stores.push({ base: t.base, place: e.place, val: e.val });
      },
      copy(e, v) {
        elsewhere ||=
          e.dst !== undefined && v.pointee(e.dst).some((h) => h.origin === 'Buffered' && h.region?.request === undefined);
      },
      call(e, v) {
        const length = e.api?.role === 'bounded-copy' && e.arg('dstObject') ? e.arg('len') : undefined;
        if (length) copied.push(length.t);
        // What a handler of the driver wrote there is not known here.
        if (!e.api && e.args.some((x) => x.pts.some((t) => t.base.k === 'region' && /^(system|wdf)/.test(t.base.request ?? ''))))
          handed.add(v.request.code);
        if (handed.has(v.request.code)) return;
        if (e.name === 'WdfRequestCompleteWithInformation' || e.name === 'WdfRequestSetInformation') {
          const val = e.arg('length');
          const status = e.arg('status');
          const said = e.argExpr('length');
          if (said && isOfMdl(said, v)) return;
          if (val && !(status && v.range(status.t).hi < 0)) judge(val, e.place, copied, v, cx);
        } else if (e.api?.role === 'irp-complete') settle(v);
      },
      ret(_x, val, _place, v) {
        if (handed.has(v.request.code)) return;
        if (val && v.range(val.t).hi < 0) return;
        settle(v);
      },
    };
  },
};

/** Pages that were described to a device: what it did with them is in no copy of the system. */
function isOfMdl(x: Expr, v: View): boolean {
  while (x.kind === 'cast') x = x.x;
  return x.kind === 'call' && x.f.kind === 'id' && v.model.api(x.f.name)?.role === 'mdl-length';
}

function judge(val: Val, place: Span, copied: readonly Lin[], v: View, cx: RuleContext): void {
  // Exactly the caller's own length: the whole buffer goes back, whatever was written to it.
  const isOut = constOf(minus(val.t, v.request.outLen)) === 0;
  if (!isOut && constOf(minus(val.t, v.request.inLen)) !== 0) return;
  // A write reports what it took; that it is a control code must be known.
  if (!isOut && !servesControl(v)) return;
  const role = v.state.hasMust('role')?.data;
  if (role === 'read' || role === 'write') return;
  // Reads and writes report what they moved.
  if (val.taint.some((t) => /Read|Write|SetFile|Query/.test(t.loc))) return;
  const { method, major } = v.request;
  if ((method !== undefined && method !== 0) || (major !== undefined && major !== 14 && major !== 13)) return;
  for (const m of v.state.must())
    if (m.tag === 'filled' && m.num && m.base?.k === 'region' && v.proves(minus(m.num, val.t))) return;
  if (copied.some((length) => v.proves(minus(length, val.t)))) return;
  const atom = val.t.t[0]?.[0];
  const r = v.range(val.t);
  // A length that is known, or that was compared with what was written.
  if (!atom || r.lo === r.hi || v.state.bounds.relationsOf(atom).length > 0) return;
  const written = copied.length > 0 || v.state.may().some((m) => m.tag === 'written');
  cx.report({
    place,
    severity: 'warning',
    message: written
      ? 'The whole length of the caller is reported as written, but less was: the rest of the buffer is not the driver’s answer.'
      : 'The whole length of the caller is reported as written, but nothing was: the buffer goes back as it is.',
    path: [
      cx.step(place, 'use', 'reported as written here'),
      cx.step(place, 'guard', 'the number of bytes that were written, or zeroing the whole buffer first, would silence it'),
    ],
  });
}
