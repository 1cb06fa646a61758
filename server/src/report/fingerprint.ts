/**
 * What a finding is called from one version of the code to the next: a digest of rule, file name, enclosing function, the statement
 * with blanks and comments removed, and an ordinal among those that are equal in all of it. Lines, folders and configurations do not
 * enter, so edits elsewhere, reformatting and moving a file keep it. Pure.
 */
import type { Finding } from '../rules/finding';
import { splitComments } from './comments';

const LONGEST = 400;

/** The statement around a range of `code` (a text whose comments are blanked), without blanks and directives. */
export function normalisedSnippet(code: string, start: number, end: number): string {
  let from = Math.max(0, Math.min(start, code.length));
  let to = Math.max(from, Math.min(end, code.length));
  while (from > 0 && start - from < LONGEST && !isBoundary(code.charCodeAt(from - 1))) from--;
  while (to < code.length && to - end < LONGEST && !isBoundary(code.charCodeAt(to))) to++;
  return code
    .slice(from, to)
    .replace(/^[ \t]*#.*$/gm, '')
    .replace(/\\?\s+/g, '');
}

/** `;`, `{`, `}` */
function isBoundary(code: number): boolean {
  return code === 59 || code === 123 || code === 125;
}

/** Snippets of the findings of one text, each with a cheap way back to it. */
export class SnippetReader {
  #code: string | undefined;

  constructor(readonly text: string) {}

  snippet(start: number, end: number): string {
    this.#code ??= splitComments(this.text).code;
    const snippet = normalisedSnippet(this.#code, start, end);
    // A finding about a comment has no code.
    return snippet === '' ? this.text.slice(start, end).replace(/\s+/g, '') : snippet;
  }
}

/** What fingerprints are made of, apart from the ordinal. */
export function fingerprintKey(finding: Finding, snippet: string): string {
  const name = finding.file.slice(finding.file.lastIndexOf('/') + 1).toLowerCase();
  return [finding.rule, name, finding.functionName ?? '', snippet].join('\n');
}

/** Fingerprints of keys in their order: the same key twice gets different ones. */
export function fingerprintsOf(keys: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return keys.map((key) => {
    const ordinal = seen.get(key) ?? 0;
    seen.set(key, ordinal + 1);
    return digest(`${key}\n${ordinal}`);
  });
}

/** 64 bits as 16 hexadecimal digits. Tells findings of one workspace apart; it is no protection against somebody who wants two to be equal. */
export function digest(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return hex(b) + hex(a);
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
