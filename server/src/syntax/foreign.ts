/**
 * Whether a text is C++ rather than C: its classes are not for the C grammar, and saying so once is better than a list of the places
 * where the grammar gave up. Looks at blanked text, so that what `__cplusplus` guards does not count. Pure.
 */
import type { Gap } from './facts';

const SIGNS =
  /\b(?:class\s+\w+(?:\s+final)?\s*[:{;]|namespace(?:\s+\w+)?\s*\{|template\s*<|(?:public|private|protected)\s*:|using\s+\w+|virtual\s+[\w~]|std\s*::|static_cast\s*<|reinterpret_cast\s*<|struct\s+\w+\s*(?:final\s*)?:\s*(?:public\s+)?[A-Za-z_]\w*\s*\{|operator\s*(?:[-+*/=<>!&|^%~]|\(\)|\[\]|new|delete)|\w+\s*::\s*~?\w+\s*\()|&&\s*\w+\s*\)\s*(?:noexcept|= delete)/;

/** Near a place that the grammar gave up on, these are no C either: references, default arguments, overloaded operators. */
const NEAR =
  /\b[A-Za-z_]\w*\s+&\w+\s*[,)]|[,(][^()=;]*\w\s*=\s*\w+\s*\)\s*(?:const\s*)?[;{]|\boperator\b|\bbool\s+\w+\s*=\s*(?:true|false)\b|\{\s*\}\s*;/;
const WINDOW = 80;

function sign(gaps: readonly Gap[], text: string, blanked: string): { readonly start: number; readonly end: number } | undefined {
  const m = SIGNS.exec(blanked);
  if (m) return { start: m.index, end: m.index + m[0].length };
  return gaps.find((g) => g.kind === 'error' && NEAR.test(text.slice(Math.max(0, g.start - WINDOW), g.end + WINDOW)));
}

/** The gaps of a text that was meant for another compiler, as one. */
export function foreignGaps(path: string, gaps: readonly Gap[], text: string, blanked: string): readonly Gap[] {
  if (/\.c$/i.test(path) || !gaps.some((g) => g.kind === 'error')) return gaps;
  const m = sign(gaps, text, blanked);
  if (!m) return gaps;
  const one: Gap = {
    kind: 'guess',
    start: m.start,
    end: m.end,
    message: 'This file is C++: only what is also C was read.',
  };
  return [...gaps.filter((g) => g.kind !== 'error'), one].sort((a, b) => a.start - b.start || a.end - b.end);
}
