/** Calls that are told how much fits into the buffer that they fill. */
import type { Call } from '../../analysis/events';
import type { Val } from '../../analysis/value';
import { SIZED_BUFFERS } from '../../model/sized-buffers';
import type { Expr } from '../../syntax/ast';

export interface SizedBuffer {
  readonly buffer: Val | undefined;
  readonly bufferExpr: Expr | undefined;
  readonly size: Val | undefined;
  readonly sizeExpr: Expr | undefined;
  readonly unit: 'bytes' | 'chars';
  /** Bytes of a character, where the buffer's type does not say. */
  readonly width: number;
}

export function sizedBuffer(e: Call): SizedBuffer | undefined {
  const more = SIZED_BUFFERS[e.name];
  if (more) {
    const [buffer, size, unit] = more;
    return at(e, buffer, size, unit ?? 'bytes');
  }
  const args = e.api?.args;
  switch (e.api?.role) {
    case 'bounded-string':
    case 'sized-copy':
      return at(e, args?.['dst'], args?.['dstSize'], e.api.unit === 'chars' ? 'chars' : 'bytes');
    case 'counted-string':
      return /cat$/.test(e.name) ? undefined : at(e, args?.['dst'], args?.['len'], 'chars');
    case 'reg-query':
      return at(e, args?.['buffer'], args?.['len'], 'bytes');
    case 'file-read':
      return at(e, args?.['dst'], args?.['len'], 'bytes');
    case 'nb-data':
      return at(e, args?.['storage'], args?.['len'], 'bytes');
    default:
      return undefined;
  }
}

function at(e: Call, buffer: number | undefined, size: number | undefined, unit: SizedBuffer['unit']): SizedBuffer | undefined {
  if (buffer === undefined || size === undefined) return undefined;
  return {
    buffer: e.args[buffer],
    bufferExpr: e.argExprs[buffer],
    size: e.args[size],
    sizeExpr: e.argExprs[size],
    unit,
    width: /W(Ex)?$|^_?v?s?n?wc|wprintf|UnicodeString|LuidToAlias/.test(e.name) ? 2 : 1,
  };
}
