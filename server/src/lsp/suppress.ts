/**
 * Where a suppression comment goes and what it says. Pure: texts in, one insertion out. The words are those that `report` reads.
 */
import type { LinedText } from './text';
import type { SuppressionPlace } from './protocol';

export interface Insertion {
  readonly offset: number;
  readonly text: string;
}

/**
 * The insertion that suppresses a rule at an offset. Undefined when there is no such place: inside a macro that goes on in the next
 * line, no line can be put above, since a comment to the end of a line would eat the rest of the macro.
 * An empty reason gives a comment that lacks its reason; it silences nothing until someone writes one.
 */
export function suppressionAt(
  text: LinedText,
  offset: number,
  rule: string,
  place: SuppressionPlace,
  reason: string,
): Insertion | undefined {
  const line = text.lineOf(offset);
  const words = `fencepost-ignore-${place} ${rule} -- ${oneLine(reason)}`;
  const newline = newlineOf(text);
  if (place === 'file') {
    const at = text.text.charCodeAt(0) === 0xfeff ? 1 : 0;
    return { offset: at, text: `// ${words}${newline}` };
  }
  if (place === 'line') return onLine(text, line, words);
  if (line > 0 && isContinued(text, line - 1)) return undefined;
  const start = text.lineStart(line);
  const indent = /^[ \t]*/.exec(text.text.slice(start, text.lineEnd(line)))?.[0] ?? '';
  return { offset: start, text: `${indent}// ${words}${newline}` };
}

function onLine(text: LinedText, line: number, words: string): Insertion | undefined {
  const start = text.lineStart(line);
  const source = text.text.slice(start, text.lineEnd(line));
  if (isContinued(text, line)) {
    // Before the backslash, as a comment that ends.
    const before = source.replace(/[ \t]*\\[ \t]*$/, '');
    return { offset: start + before.length, text: ` /* ${words.replaceAll('*/', '* /')} */` };
  }
  const before = source.trimEnd();
  return { offset: start + before.length, text: ` // ${words}` };
}

function isContinued(text: LinedText, line: number): boolean {
  return /\\[ \t]*$/.test(text.text.slice(text.lineStart(line), text.lineEnd(line)));
}

function newlineOf(text: LinedText): string {
  const end = text.lineEnd(0);
  return text.text.startsWith('\r\n', end) ? '\r\n' : text.text.startsWith('\r', end) ? '\r' : '\n';
}

function oneLine(reason: string): string {
  // A trailing backslash would carry the comment into the next line.
  return reason.replace(/\s+/g, ' ').trim().replace(/\\+$/, '');
}
