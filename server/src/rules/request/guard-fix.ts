/**
 * A check inserted before a statement, in the function's own style: its status variable, its way out, its braces.
 */
import type { View } from '../../analysis/events';
import { same, type Lin } from '../../analysis/term';
import type { Expr, Span } from '../../syntax/ast';
import type { Fix } from '../finding';
import type { RuleContext } from '../rule';
import { anchor, refusal } from './statements';

/**
 * @param condition C text that is true when the request must be refused
 * @param status name of the status constant
 * @returns nothing where the function shows no way to refuse, or where the text is not one a tool may edit
 */
export function guardFix(cx: RuleContext, place: Span, condition: string, status: string, title: string): readonly Fix[] {
  const at = anchor(cx.fn, place);
  if (!at || at.kind === 'decl') return [];
  const how = refusal(cx.fn, place, (s) => cx.text(s));
  if (!how) return [];
  const all = cx.text(cx.fn);
  const here = at.start - cx.fn.start;
  const lineStart = all.lastIndexOf('\n', here - 1) + 1;
  const indent = all.slice(lineStart, here);
  if (indent.trim() !== '') return [];
  const eol = all.includes('\r\n') ? '\r\n' : '\n';
  const unit = indent.includes('\t') ? '\t' : '    ';
  const constant = how.status.startsWith('NDIS_')
    ? status.replace(/^STATUS_BUFFER_TOO_SMALL$/, 'NDIS_STATUS_BUFFER_TOO_SHORT')
    : status;
  const body = how.assign ? [`${how.assign}${constant};`, how.leave] : [how.leave.replace('$', constant)];
  const head = how.braceOnOwnLine ? [`if (${condition})`, '{'] : [`if (${condition}) {`];
  const lines = [...head, ...body.map((b) => unit + b), '}'];
  const newText = lines.map((l, i) => (i === 0 ? l : indent + l)).join(eol) + eol + (how.braceOnOwnLine ? '' : '') + indent;
  return [{ title, class: 'suggestion', edits: [{ file: cx.file, start: at.start, end: at.start, newText }] }];
}

/** How this function can name a number: a variable that holds it, or the field that it comes from. */
export function nameOf(t: Lin, field: RegExp, v: View, cx: RuleContext): string | undefined {
  const own = `${cx.file}:${cx.fn.name}`;
  const candidates: string[] = [];
  for (const c of v.state.cells())
    if (c.base.k === 'local' && c.base.fn === own && c.path === '' && same(c.val.t, t)) candidates.push(c.base.name);
  const body = cx.text(cx.fn);
  const known = candidates.filter((n) => new RegExp(`\\b${n}\\b`).test(body)).sort((a, b) => a.length - b.length)[0];
  if (known !== undefined) return known;
  const direct = field.exec(body)?.[0];
  if (direct !== undefined) return direct;
  const stack = /\bPIO_STACK_LOCATION\s+(\w+)/.exec(body)?.[1];
  return stack === undefined
    ? undefined
    : `${stack}->Parameters.DeviceIoControl.${field.source.includes('Input') ? 'InputBufferLength' : 'OutputBufferLength'}`;
}

export const INPUT_LENGTH = /\b\w+(?:->|\.)Parameters\.\w+\.InputBufferLength\b/;
export const OUTPUT_LENGTH = /\b\w+(?:->|\.)Parameters\.\w+\.OutputBufferLength\b/;

/** `sizeof` of the whole object that an expression touches a part of, as C text. */
export function wholeSize(x: Expr, cx: RuleContext): string | undefined {
  if (x.kind === 'fld') {
    let base: Expr = x;
    while (base.kind === 'fld' && !base.arrow) base = base.x;
    if (base.kind === 'fld' && base.x.kind === 'id') return `sizeof(*${base.x.name})`;
    return undefined;
  }
  return x.kind === 'un' && x.op === '*' ? `sizeof(${cx.text(x).replace(/\s+/g, ' ')})` : undefined;
}
