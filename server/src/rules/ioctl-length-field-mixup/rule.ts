/** A variable named for one length of a request that is taken from the other. */
import type { Expr, Span } from '../../syntax/ast';
import { statements } from '../../syntax/walk';
import type { FunctionContext, Rule } from '../rule';
import page from './page.md';

export const ioctlLengthFieldMixup: Rule = {
  meta: {
    id: 'ioctl-length-field-mixup',
    title: 'Input and output length of a request mixed up',
    threats: ['IOCTLs', 'IOCTL surface'],
    severity: 'error',
    precision: 'high',
    cwe: [131, 697],
    profile: 'default',
  },
  page,
  each(cx) {
    const { fn } = cx;
    for (const s of statements(fn.body)) {
      if (s.kind === 'decl') for (const d of s.vars) if (d.init) check(d.name, d.nameSpan, d.init, cx);
      if (s.kind === 'expr' && s.x.kind === 'asg' && s.x.op === '') {
        const l = s.x.l;
        if (l.kind === 'id') check(l.name, l, s.x.r, cx);
        else if (l.kind === 'fld') check(l.name, l.nameSpan, s.x.r, cx);
      }
    }
  },
};

type Side = 'Input' | 'Output';

/** Which length a name speaks of; undefined when it speaks of neither or of both. */
function sideOf(name: string): Side | undefined {
  if (!/len|size|bytes|cb/i.test(name)) return undefined;
  const out = /(^|[a-z_])Out(put)?(?=[A-Z_]|$)|^(out|output)(?=[A-Z_]|$)/.test(name);
  const inp = /(^|[a-z_])In(put)?(?=[A-Z_]|$)|^(in|input)(?=[A-Z_]|$)/.test(name);
  return out === inp ? undefined : out ? 'Output' : 'Input';
}

/** The length field of a request that an expression is, and nothing else. */
function field(x: Expr): { side: Side; at: Span } | undefined {
  if (x.kind === 'cast') return field(x.x);
  if (x.kind !== 'fld') return undefined;
  const side = x.name === 'InputBufferLength' ? 'Input' : x.name === 'OutputBufferLength' ? 'Output' : undefined;
  const request = x.x.kind === 'fld' && /^(DeviceIoControl|FileSystemControl|DeviceControl)$/.test(x.x.name);
  return side && request ? { side, at: x.nameSpan } : undefined;
}

function check(name: string, at: Span, init: Expr, cx: FunctionContext): void {
  const want = sideOf(name);
  const got = field(init);
  if (!want || !got || want === got.side) return;
  cx.report({
    place: { start: at.start, end: init.end },
    severity: 'error',
    message: `\`${name}\` is named for the ${want.toLowerCase()} length, but takes \`${got.side}BufferLength\`: what is checked with it is checked against the wrong buffer.`,
    path: [
      {
        file: cx.file,
        start: got.at.start,
        end: got.at.end,
        role: 'origin',
        message: `this is the length of the ${got.side.toLowerCase()}`,
      },
      { file: cx.file, start: at.start, end: at.end, role: 'use', message: `and this is named for the ${want.toLowerCase()}` },
    ],
    fixes: [
      {
        title: `Take ${want}BufferLength`,
        class: 'suggestion',
        edits: [{ file: cx.file, start: got.at.start, end: got.at.end, newText: `${want}BufferLength` }],
      },
    ],
  });
}
