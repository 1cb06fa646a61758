/**
 * Comments of a C text, and the text with its comments blanked at equal length. A scanner of its own, because suppressions must be
 * read from texts that the parser does not understand, too. Pure; never throws; linear in the length of the text.
 */

export interface Comment {
  readonly start: number;
  readonly end: number;
}

export interface SplitText {
  readonly comments: readonly Comment[];
  /** Same length as the text; comments are blanks, line endings inside them are kept. */
  readonly code: string;
}

/** Where a comment or a literal may begin. */
const OPENING = /["']|\/[*/]/g;
const LINE_END = /[\r\n]/g;
const IN_STRING = /["\\\r\n]/g;
const IN_CHARACTER = /['\\\r\n]/g;
const BLANKS = ' '.repeat(1000);

export function splitComments(text: string): SplitText {
  const comments: Comment[] = [];
  const pieces: string[] = [];
  let copied = 0;
  for (let at = next(OPENING, text, 0); at < text.length;) {
    const opening = text.charAt(at);
    if (opening === '/') {
      const isBlock = text.charAt(at + 1) === '*';
      const end = isBlock ? endOfBlock(text, at) : endOfLineComment(text, at);
      comments.push({ start: at, end });
      const comment = text.slice(at, end);
      pieces.push(
        text.slice(copied, at),
        end - at <= BLANKS.length && next(LINE_END, comment, 0) === comment.length
          ? BLANKS.slice(0, end - at)
          : comment.replace(/[^\r\n]+/g, (run) => ' '.repeat(run.length)),
      );
      copied = end;
      at = next(OPENING, text, end);
    } else at = next(OPENING, text, endOfLiteral(text, at, opening === '"' ? IN_STRING : IN_CHARACTER));
  }
  pieces.push(text.slice(copied));
  return { comments, code: pieces.join('') };
}

/** Where a global expression matches next; the end of the text where it does not. */
function next(what: RegExp, text: string, from: number): number {
  what.lastIndex = from;
  return what.exec(text)?.index ?? text.length;
}

function endOfBlock(text: string, start: number): number {
  const close = text.indexOf('*/', start + 2);
  return close < 0 ? text.length : close + 2;
}

/** A backslash before the line ending carries the comment on, as the compiler has it. */
function endOfLineComment(text: string, start: number): number {
  for (let at = next(LINE_END, text, start); at < text.length; at = next(LINE_END, text, at + 1)) {
    if (text.charAt(at - 1) !== '\\') return at;
    if (text.startsWith('\r\n', at)) at++;
  }
  return text.length;
}

/** Ends at the closing quote, or at the end of the line where there is none: `#error don't` opens nothing. */
function endOfLiteral(text: string, start: number, within: RegExp): number {
  let at = next(within, text, start + 1);
  while (at < text.length) {
    const c = text.charAt(at);
    if (c === '\r' || c === '\n') return at;
    if (c !== '\\') return at + 1;
    at = next(within, text, at + (text.startsWith('\r\n', at + 1) ? 3 : 2));
  }
  return text.length;
}
