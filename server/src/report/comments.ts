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

const QUOTE = 34;
const APOSTROPHE = 39;
const STAR = 42;
const SLASH = 47;
const BACKSLASH = 92;
const LF = 10;
const CR = 13;

export function splitComments(text: string): SplitText {
  const comments: Comment[] = [];
  const pieces: string[] = [];
  let copied = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === QUOTE || code === APOSTROPHE) {
      at = endOfLiteral(text, at, code);
      continue;
    }
    const next = code === SLASH ? text.charCodeAt(at + 1) : 0;
    if (next !== STAR && next !== SLASH) {
      at++;
      continue;
    }
    const end = next === STAR ? endOfBlock(text, at) : endOfLineComment(text, at);
    comments.push({ start: at, end });
    pieces.push(text.slice(copied, at), text.slice(at, end).replace(/[^\r\n]+/g, blanks));
    copied = end;
    at = end;
  }
  pieces.push(text.slice(copied));
  return { comments, code: pieces.join('') };
}

function blanks(run: string): string {
  return ' '.repeat(run.length);
}

function endOfBlock(text: string, start: number): number {
  const close = text.indexOf('*/', start + 2);
  return close < 0 ? text.length : close + 2;
}

/** A backslash before the line ending carries the comment on, as the compiler has it. */
function endOfLineComment(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== LF && code !== CR) continue;
    const crlf = code === CR && text.charCodeAt(at + 1) === LF;
    if (text.charCodeAt(at - 1) !== BACKSLASH) return at;
    if (crlf) at++;
  }
  return text.length;
}

/** Ends at the closing quote, or at the end of the line where there is none: `#error don't` opens nothing. */
function endOfLiteral(text: string, start: number, quote: number): number {
  let at = start + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === LF || code === CR) return at;
    at += code === BACKSLASH ? (text.charCodeAt(at + 1) === CR && text.charCodeAt(at + 2) === LF ? 3 : 2) : 1;
  }
  return text.length;
}
