/** Device objects, control devices, communication ports and device names, with who may open them. */
import type { Expr } from '../../syntax/ast';
import type { ApiFact } from '../../model/model';
import { bare, literal, type Outline } from './outline';
import { placeOf, type Entry, type SurfaceContext } from './entry';
import { textOf } from './strings';

const ROLES: ReadonlySet<string> = new Set(['device-create', 'device-sddl', 'device-name', 'device-interface']);

export function devices(cx: SurfaceContext): Entry[] {
  const out: Entry[] = [];
  for (const o of cx.outlines.values())
    for (const call of o.calls) {
      const api = cx.model.api(call.name);
      if (!api || !ROLES.has(api.role)) continue;
      const arg = (role: string): Expr | undefined => {
        const i = api.args?.[role];
        return i === undefined ? undefined : call.x.args[i];
      };
      const said = (e: Expr | undefined): string | undefined => {
        const text = e && textOf(e, o, cx.program, call.x.start);
        return text?.kind === 'text' ? text.text : undefined;
      };
      const nameArg = arg('name') ?? (api.role === 'device-name' ? call.x.args[0] : undefined);
      const name = said(nameArg);
      const facts = [`\`${call.name}\` in \`${o.fn.name}\`.`, ...factsOf(cx, api, o, arg, said)];
      const isNull = nameArg !== undefined && cx.constants.evaluate(nameArg, o.file) === 0;
      const shown = name ?? (isNull ? 'device without a name' : nameArg ? o.text(bare(nameArg)) : o.fn.name);
      out.push({ kind: 'device', name: shown, place: placeOf(cx, o.file, call.x.f), facts });
    }
  return out;
}

function factsOf(
  cx: SurfaceContext,
  api: ApiFact,
  o: Outline,
  arg: (role: string) => Expr | undefined,
  said: (e: Expr | undefined) => string | undefined,
): string[] {
  const facts: string[] = [];
  const sddl = arg('sddl') ?? attributesSddl(o);
  if (sddl) {
    const text = said(sddl);
    const written = o.text(sddl).replace(/^&\s*/, '');
    facts.push(
      `Its security is \`${text ?? written}\`${text !== undefined && text !== written && literal(sddl) === undefined ? ` (\`${written}\`)` : ''}.`,
    );
    if (text !== undefined && /\(A;[^;]*;(GA|GW|GRGW|GRGWGX|GWGR|0x1[0-9a-f]{7})[^;]*;;;(WD|BU|AU|AN|S-1-1-0)\)/i.test(text))
      facts.push('Everybody may open it for writing.');
  } else if (api.role === 'device-create') {
    facts.push(
      api.sddl === true || typeof api.sddl === 'string'
        ? 'Its security descriptor was not recognised.'
        : 'It gets no security descriptor here: the device type’s default or the INF decides who may open it.',
    );
  }
  const characteristics = arg('characteristics');
  if (characteristics)
    facts.push(
      mentionsSecureOpen(cx, characteristics, o)
        ? '`FILE_DEVICE_SECURE_OPEN`: names below the device are checked, too.'
        : 'Without `FILE_DEVICE_SECURE_OPEN`: names below the device are opened unchecked.',
    );
  const exclusive = arg('exclusive');
  if (exclusive && cx.constants.evaluate(exclusive, o.file) === 1) facts.push('One handle at a time.');
  return facts;
}

function mentionsSecureOpen(cx: SurfaceContext, e: Expr, o: Outline): boolean {
  const n = cx.constants.evaluate(e, o.file);
  return n === undefined ? o.text(e).includes('SECURE_OPEN') : (n & 0x100) !== 0;
}

/** `Attributes.DefaultSDDLString = &…` in the same function. */
function attributesSddl(o: Outline): Expr | undefined {
  return [...o.stores].reverse().find((s) => /\bDefaultSDDLString$/.test(s.left))?.r;
}
