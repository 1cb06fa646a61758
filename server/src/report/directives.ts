/**
 * Reads what a text asks to be silent about: `fencepost-ignore-…` comments and Microsoft's own pragmas. Says where each one acts,
 * not whether it is obeyed (see silence.ts). Pure; lines count from 0, offsets are UTF-16 units.
 *
 * A comment acts at the beginning of one of its lines only, so that prose about suppressions is none.
 */
import { lineOf } from './lines';
import { splitComments, type Comment } from './comments';

export interface Directive {
  readonly kind: 'comment' | 'pragma';
  readonly start: number;
  readonly end: number;
  /** The line that it silences; absent for a whole file, and where there is no code behind it. */
  readonly line?: number;
  readonly wholeFile: boolean;
  /** Rule ids of a comment. */
  readonly rules: readonly string[];
  /** Numbers of Microsoft's warnings, digits only, of a pragma. */
  readonly numbers: readonly string[];
  readonly reason: string;
  /** Why it cannot act. */
  readonly defect?: 'no-reason' | 'no-rule' | 'no-form';
  /** The word behind `fencepost-ignore`, as written. */
  readonly form: string;
}

const WORDS = /fencepost-ignore|(?:warning|prefast)\s*\(/;

/** Directives in the order of the text. */
export function readDirectives(text: string, lineStarts: readonly number[]): Directive[] {
  if (!WORDS.test(text)) return [];
  const { comments, code } = splitComments(text);
  const source: Source = { text, code, lineStarts };
  const found = comments.flatMap((comment) => fromComment(source, comment));
  found.push(...fromPragmas(source));
  return found.sort((a, b) => a.start - b.start);
}

interface Source {
  readonly text: string;
  readonly code: string;
  readonly lineStarts: readonly number[];
}

const WORD = 'fencepost-ignore';
/** Longer directives are cut: nobody writes them, and they keep the patterns here cheap. */
const LONGEST = 2000;

function fromComment(source: Source, comment: Comment): Directive[] {
  const body = source.text.slice(comment.start, comment.end);
  const found: Directive[] = [];
  for (let at = body.indexOf(WORD); at >= 0; at = body.indexOf(WORD, at + 1)) {
    if (!startsItsLine(body, at)) continue;
    const start = comment.start + at;
    const said = body.slice(at + WORD.length, Math.min(endOfLine(body, at), at + LONGEST));
    const form = /^[\w-]*/.exec(said)?.[0] ?? '';
    const rest = said
      .slice(form.length)
      .replace(/\*\/[ \t]*$/, '')
      .replace(/\\[ \t]*$/, '')
      .trimEnd();
    found.push(ofComment(source, comment, form, rest, start, start + WORD.length + form.length + rest.length));
  }
  return found;
}

/** Nothing but blanks and the comment's own decoration stand before it. */
function startsItsLine(body: string, at: number): boolean {
  let from = at;
  while (from > 0 && at - from < LONGEST && !/[\r\n]/.test(body[from - 1] ?? '')) from--;
  return /^[/*! \t]*$/.test(body.slice(from, at));
}

function endOfLine(body: string, at: number): number {
  for (let end = at; end < body.length; end++) if (body[end] === '\n' || body[end] === '\r') return end;
  return body.length;
}

function ofComment(source: Source, comment: Comment, form: string, rest: string, start: number, end: number): Directive {
  const parted = /^(.*?)(?:(?:^|\s)--+(?:\s+(.*))?)?$/.exec(rest);
  const rules = (parted?.[1] ?? '').split(/[\s,]+/).filter((word) => word !== '');
  const reason = (parted?.[2] ?? '').trim();
  const known = form === '-next-line' || form === '-line' || form === '-file';
  const defect = !known ? 'no-form' : rules.length === 0 ? 'no-rule' : !/[\p{L}\p{N}]/u.test(reason) ? 'no-reason' : undefined;
  const line =
    form === '-line'
      ? lineOf(source.lineStarts, start)
      : form === '-next-line'
        ? nextCodeLine(source, lineOf(source.lineStarts, Math.max(comment.start, comment.end - 1)))
        : undefined;
  return {
    kind: 'comment',
    start,
    end,
    line,
    wholeFile: form === '-file',
    rules,
    numbers: [],
    reason,
    defect,
    form: form.slice(1),
  };
}

/** `#pragma warning(suppress: 28101 6001)`, `#pragma prefast(suppress: 28101, "why")`, and the same in `__pragma(…)`. */
const PRAGMA =
  /(?:#[ \t]*pragma[ \t]+|__pragma[ \t]*\([ \t]*)(warning|prefast)[ \t]*\(((?:"(?:[^"\\\r\n]|\\.){0,2000}"|[^")\r\n]){0,2000})\)/g;

function fromPragmas(source: Source): Directive[] {
  const found: Directive[] = [];
  if (!/pragma/.test(source.code)) return found;
  for (const match of source.code.matchAll(PRAGMA)) {
    const inner = match[2] ?? '';
    const numbers = [...inner.replace(/"(?:[^"\\]|\\.)*"/g, '').matchAll(/suppress\s*:([^;"]*)/g)].flatMap((part) =>
      [...(part[1] ?? '').matchAll(/\bC?(\d{4,6})\b/g)].map((number) => number[1] ?? ''),
    );
    if (numbers.length === 0) continue;
    const start = match.index;
    const end = start + match[0].length;
    const own = lineOf(source.lineStarts, start);
    // `__pragma(…) code;` acts on its own line.
    const lineEnd = source.lineStarts[own + 1] ?? source.code.length;
    const inline = match[0].startsWith('__pragma') && /\w/.test(source.code.slice(end, lineEnd));
    const said = /"((?:[^"\\]|\\.)*)"/.exec(inner)?.[1]?.trim() ?? '';
    found.push({
      kind: 'pragma',
      start,
      end,
      line: inline ? own : nextCodeLine(source, own),
      wholeFile: false,
      rules: [],
      numbers,
      reason: said === '' ? match[0].replace(/\s+/g, ' ') : said,
      form: 'pragma',
    });
  }
  return found;
}

const NO_CODE = /^\s*$|^\s*#\s*(?:pragma|if|ifdef|ifndef|elif|else|endif)\b|^\s*__pragma\s*\([^;{}]*\)\s*\\?\s*$|^\s*\\\s*$/;

/** The next line behind `line` that holds code; directives may be stacked above it. */
function nextCodeLine(source: Source, line: number): number | undefined {
  for (let next = line + 1; next < source.lineStarts.length; next++) {
    const start = source.lineStarts[next] ?? 0;
    const text = source.code.slice(start, Math.min(source.lineStarts[next + 1] ?? source.code.length, start + LONGEST));
    if (!NO_CODE.test(text)) return next;
  }
  return undefined;
}
