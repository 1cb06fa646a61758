/**
 * Values of C constants as the Microsoft compiler computes them.
 */

/** Value of a number literal with any suffix; NaN when it does not read as one. */
export function numberValue(text: string): number {
  if (/^0[xX]/.test(text) && !/[pP.]/.test(text)) return Number(text.replace(/(?:[uU]|[lL]|[iI]\d+)+$/, '').replace(/'/g, ''));
  const plain = text.replace(/'/g, '').replace(/(?:[uUlL]+(?:[iI]\d+)?|[iI]\d+|[fFwWqQ])+$/, '');
  if (/^0[0-7]+$/.test(plain)) return parseInt(plain, 8);
  if (/^0[bB][01]+$/.test(plain)) return Number(plain);
  if (/^(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(plain)) return Number(plain);
  return NaN;
}

const ESCAPES = new Map([
  ['n', 10],
  ['t', 9],
  ['r', 13],
  ['0', 0],
  ['a', 7],
  ['b', 8],
  ['f', 12],
  ['v', 11],
]);

/** Value of a character literal; several characters make one number, the first in the highest byte. */
export function charValue(text: string): number {
  const wide = /^[LuU]/.test(text);
  const inner = text.replace(/^(?:u8|[LuU])?'/, '').replace(/'$/, '');
  let value = 0;
  let count = 0;
  const re = /\\(?:x([0-9a-fA-F]+)|([0-7]{1,3})|u([0-9a-fA-F]{4})|([\s\S]))|([^\\])/g;
  for (let m = re.exec(inner); m; m = re.exec(inner)) {
    let c: number;
    if (m[1] !== undefined) c = parseInt(m[1], 16);
    else if (m[2] !== undefined) c = parseInt(m[2], 8);
    else if (m[3] !== undefined) c = parseInt(m[3], 16);
    else if (m[4] !== undefined) c = ESCAPES.get(m[4]) ?? m[4].charCodeAt(0);
    else c = m[5]?.charCodeAt(0) ?? 0;
    value = wide ? c : (value * 256 + (c & 255)) % 0x100000000;
    if (++count > 8) break;
  }
  if (!wide && count === 1 && value > 127) return value - 256;
  return value;
}
