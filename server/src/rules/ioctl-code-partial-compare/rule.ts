/**
 * A control code of which only a part is compared: codes that differ in the rest (method, access, device) reach the same handler.
 */
import { constOf, type Atom } from '../../analysis/term';
import type { Rule } from '../rule';
import page from './page.md';

export const ioctlCodePartialCompare: Rule = {
  meta: {
    id: 'ioctl-code-partial-compare',
    title: 'Part of a control code compared',
    threats: ['IOCTLs', 'IOCTL surface'],
    severity: 'warning',
    precision: 'high',
    cwe: [697],
    profile: 'default',
  },
  page,
  observe(cx) {
    return {
      branch(e) {
        const equality = e.c.kind !== 'bin' || !/^[<>]/.test(e.c.op) || /^(<<|>>)$/.test(e.c.op);
        const val = e.vals[0];
        if (!equality || !val) return;
        if (!val.taint.some((t) => /^REQ\|(code|.*(IoControlCode|FsControlCode))$/.test(t.loc))) return;
        const atom = val.t.t[0]?.[0];
        // The code itself, or what a mask, a shift or a narrow type left of it.
        if (!atom || atom.key === 'REQ.Code' || !/^(&|>>|<<|%|narrow\d)\(/.test(atom.key)) return;
        const text = cx.text(e.c.kind === 'bin' && /^[=!]=$/.test(e.c.op) ? e.c.l : e.c).replace(/\s+/g, ' ');
        // Asking for the method or the access alone is no dispatch.
        if (isMethod(atom) || isDeviceType(atom)) return;
        if (/METHOD_FROM_CTL_CODE|DEVICE_TYPE_FROM_CTL_CODE|&\s*(0x)?3\b/.test(text)) return;
        cx.report({
          place: e.place,
          severity: 'warning',
          message: `\`${text}\` compares a part of the control code: codes with another method or access reach this as well.`,
          path: [
            cx.step(e.place, 'use', 'compared here'),
            cx.step(e.place, 'guard', 'a comparison of the whole code would silence it'),
          ],
        });
      },
    };
  },
};

/** `code >> 16`, `code & 0xffff0000`: the device type tells families of codes apart, each of which looks at the whole code. */
function isDeviceType(x: Atom): boolean {
  const by = x.args[1];
  if (x.key.startsWith('>>(')) return by !== undefined && constOf(by) === 16;
  return x.key.startsWith('&(') && x.args.some((a) => constOf(a) === 0xffff0000 || constOf(a) === -0x10000);
}

/** `code & mask` where the mask leaves the two bits of the method. */
function isMethod(x: Atom): boolean {
  return x.key.startsWith('&(') && x.args.some((a) => (constOf(a) ?? 4) <= 3);
}
