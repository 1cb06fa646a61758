/** Which functions the linker puts where they may be paged out. */
import type { Shape } from './shape';

/** `#pragma alloc_text(PAGE…, f)` somewhere in the file; a section of another name may be one that the driver locks before it goes in. */
export function isPageable(s: Shape): boolean {
  if (isIn('PAGE', s)) return true;
  return isIn('PAGE(?!LK|LOCK)\\w+', s) && !s.cx.isWritten(LOCKS);
}
const LOCKS = /\bMmLockPagable\w*Section\w*\s*\(/;

function isIn(section: string, s: Shape): boolean {
  return s.cx.isWritten(
    new RegExp(`^[ \\t]*#[ \\t]*pragma[ \\t]+alloc_text\\s*\\(\\s*"?${section}"?\\s*,[^)]*\\b${s.name}\\b`, 'm'),
  );
}
