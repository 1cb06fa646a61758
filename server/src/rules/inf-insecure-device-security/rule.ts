/**
 * The security descriptor that a driver package gives its device grants writing, or everything, to everybody.
 */
import type { Rule } from '../rule';
import page from './page.md';

export const infInsecureDeviceSecurity: Rule = {
  meta: {
    id: 'inf-insecure-device-security',
    title: 'Driver package that lets every user at the device',
    threats: ['Components', 'IOCTL surface'],
    severity: 'warning',
    precision: 'high',
    cwe: [732],
    profile: 'default',
  },
  page,
  file(cx) {
    if (cx.facts) return;
    for (const line of cx.text.matchAll(/^[^;\r\n]*\bSecurity\b[^;\r\n]*"([^"\r\n]*)"/gim)) {
      const sddl = line[1] ?? '';
      for (const ace of sddl.matchAll(
        /\(A;[^;]*;([^;]*);[^;]*;[^;]*;(WD|BU|AU|IU|AN|BG|AC|S-1-1-0|S-1-5-32-545|S-1-5-11|S-1-5-4|S-1-15-2-1)\)/gi,
      )) {
        const rights = ace[1] ?? '';
        if (!grantsWrite(rights)) continue;
        const start = line.index + line[0].indexOf(sddl) + ace.index;
        const place = { start, end: start + ace[0].length };
        cx.report({
          place,
          severity: 'warning',
          message: `\`${ace[0]}\` lets ${WHO[(ace[2] ?? '').toUpperCase()] ?? 'ordinary users'} write to the device: its control codes are open to them.`,
          path: [{ file: cx.file, ...place, role: 'use', message: 'granted here' }],
          confidence: 'certain',
          fixes: [
            {
              title: 'Leave the device to the system and administrators',
              class: 'suggestion',
              edits: [
                {
                  file: cx.file,
                  start: line.index + line[0].indexOf(sddl),
                  end: line.index + line[0].indexOf(sddl) + sddl.length,
                  newText: 'D:P(A;;GA;;;SY)(A;;GA;;;BA)',
                },
              ],
            },
          ],
        });
      }
    }
  },
};
const WHO: Readonly<Record<string, string>> = {
  WD: 'everyone',
  'S-1-1-0': 'everyone',
  BU: 'every user',
  AU: 'every authenticated user',
  IU: 'every interactive user',
  AN: 'anonymous callers',
  BG: 'guests',
  AC: 'every app package',
};

/** Generic or file rights that let a handle be opened for writing. */
function grantsWrite(rights: string): boolean {
  if (/^0x/i.test(rights)) return (Number(rights) & 0x500c_0002) !== 0 || (Number(rights) & 0x4) !== 0;
  return /GA|GW|FA|FW|WD|WO|KA|KW/i.test(rights);
}
