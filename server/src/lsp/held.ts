/**
 * A text in the middle of typing. A brace or quote that is not closed yet turns the rest of a file into something else, and findings
 * everywhere would blink; so the last whole text stands until the brackets match again, and places are carried over the edit. Pure.
 */
import type { Span } from '../syntax/ast';

/**
 * How much of a text is open: brackets without their partner, literals, comments and `#if` without their end. Zero in a whole text, unless
 * its conditional parts hold brackets that do not match.
 */
export function openEnds(text: string): number {
  let braces = 0;
  let parens = 0;
  let brackets = 0;
  let conditions = 0;
  let open = 0;
  const length = text.length;
  for (let i = 0; i < length; i++) {
    switch (text.charCodeAt(i)) {
      case 123:
        braces++;
        break;
      case 125:
        braces--;
        break;
      case 40:
        parens++;
        break;
      case 41:
        parens--;
        break;
      case 91:
        brackets++;
        break;
      case 93:
        brackets--;
        break;
      case 35:
        conditions += conditionAt(text, i);
        break;
      case 34:
      case 39: {
        const end = endOfLiteral(text, i);
        if (end < 0) open++;
        i = end < 0 ? endOfLine(text, i) : end;
        break;
      }
      case 47:
        if (text.charCodeAt(i + 1) === 47) i = endOfLine(text, i);
        else if (text.charCodeAt(i + 1) === 42) {
          const end = text.indexOf('*/', i + 2);
          if (end < 0) open++;
          i = end < 0 ? length : end + 1;
        }
        break;
    }
  }
  return Math.abs(braces) + Math.abs(parens) + Math.abs(brackets) + Math.abs(conditions) + open;
}

const CONDITION = /#[ \t]*(if|ifdef|ifndef|endif)\b/y;

/** 1 for a directive that opens a conditional part, -1 for the one that ends it. */
function conditionAt(text: string, start: number): number {
  let before = start - 1;
  while (before >= 0 && (text.charCodeAt(before) === 32 || text.charCodeAt(before) === 9)) before--;
  if (before >= 0 && text.charCodeAt(before) !== 10 && text.charCodeAt(before) !== 13) return 0;
  CONDITION.lastIndex = start;
  const word = CONDITION.exec(text)?.[1];
  return word === undefined ? 0 : word === 'endif' ? -1 : 1;
}

/** The place of the closing quote; negative when the line ends before it. */
function endOfLiteral(text: string, start: number): number {
  const quote = text.charCodeAt(start);
  for (let i = start + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === quote) return i;
    if (c === 10 || c === 13) return -1;
    if (c === 92) i += text.charCodeAt(i + 1) === 13 && text.charCodeAt(i + 2) === 10 ? 2 : 1;
  }
  return -1;
}

function endOfLine(text: string, start: number): number {
  for (let i = start; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 92) i += text.charCodeAt(i + 1) === 13 && text.charCodeAt(i + 2) === 10 ? 2 : 1;
    else if (c === 10 || c === 13) return i - 1;
  }
  return text.length;
}

/** Carries a range over edits, one after the other. */
export function carried(edits: readonly Carry[], span: Span, around: boolean): Span | undefined {
  let now: Span | undefined = span;
  for (const edit of edits) now = now && edit.span(now.start, now.end, around);
  return now;
}

/** Carries places of one text over to another that differs in one region. */
export class Carry {
  /** Length of what both begin with. */
  readonly #head: number;
  /** Length of what both end with. */
  readonly #tail: number;

  constructor(
    private readonly from: number,
    private readonly to: number,
    head: number,
    tail: number,
  ) {
    this.#head = head;
    this.#tail = tail;
  }

  static between(from: string, to: string): Carry {
    const most = Math.min(from.length, to.length);
    let head = 0;
    while (head < most && from.charCodeAt(head) === to.charCodeAt(head)) head++;
    let tail = 0;
    while (tail < most - head && from.charCodeAt(from.length - 1 - tail) === to.charCodeAt(to.length - 1 - tail)) tail++;
    return new Carry(from.length, to.length, head, tail);
  }

  /** Where a range is now; undefined when the edit touches it, unless it lies around the whole edit and `around` allows that. */
  span(start: number, end: number, around: boolean): Span | undefined {
    const from = this.#offset(start, false);
    const to = this.#offset(end, true);
    if (from === undefined || to === undefined) return undefined;
    const apart = end <= this.#head || start >= this.from - this.#tail;
    if (!apart && (!around || from >= to)) return undefined;
    return { start: from, end: Math.max(from, to) };
  }

  /** The place in the older text; the nearest one for what is new. */
  back(offset: number): number {
    if (offset <= this.#head) return offset;
    return offset >= this.to - this.#tail ? offset - this.to + this.from : this.#head;
  }

  #offset(offset: number, isEnd: boolean): number | undefined {
    const before = offset <= this.#head;
    const behind = offset >= this.from - this.#tail;
    // What is inserted where a range begins or ends lies outside it.
    if (isEnd ? before : before && !behind) return offset;
    return behind ? offset - this.from + this.to : undefined;
  }
}
