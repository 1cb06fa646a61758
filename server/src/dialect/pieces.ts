/**
 * Pieces that stand side by side without an operator: literals that macros continue, and entries of a table whose commas are in macros.
 */
import { Frame, type State } from './state';
import { Kind, P } from './tokens';
import { Word } from './words';

/** Macros that make a literal, by the names that everybody uses. */
const LITERAL = /^(?:_T|_?_?TEXT|OLESTR|L|W|_?_?WIDEN?\d?|_?_?(?:X|TO_?)?STR(?:ING(?:IZE|IFY)?)?(?:_?X|\d)?|PRI\w+)$/i;

/** Pieces of a literal that are looked at together. */
const LONGEST = 64;

function makesLiteral(st: State, name: string): boolean {
  if (LITERAL.test(name)) return true;
  const body = st.notes.body(name) ?? st.ask.macro(name)?.body;
  return body !== undefined && /#|^\s*L?"/.test(body);
}

/** End of a piece of a literal that starts at `i`, or -1. */
function piece(st: State, i: number, sure: boolean): number {
  const { tokens } = st;
  if (tokens.kind[i] === Kind.String) return i;
  if (tokens.code[i] !== Word.Plain || tokens.kind[i] !== Kind.Ident) return -1;
  if (!tokens.is(i + 1, P.lparen)) return sure ? i : -1;
  return sure || makesLiteral(st, tokens.word(i)) ? tokens.close(i + 1) : -1;
}

/** The first piece stands for the whole: what follows it goes. */
function dropPieces(st: State, from: number, sure: boolean): void {
  const { tokens } = st;
  for (let k = from, end = piece(st, k, sure); end >= k; k = end + 1, end = piece(st, k, sure)) {
    st.overlay.blank(tokens.from(k), tokens.to(end));
    for (let d = k; d <= end; d++) tokens.kind[d] = Kind.Gone;
    for (let d = k; d <= end; d++) tokens.code[d] = 0;
  }
}

/** `"a" TEXT(B)`; the grammar itself continues a literal with literals and words. */
export function joinString(st: State, i: number): void {
  const { tokens } = st;
  if (tokens.kind[i - 1] === Kind.String) return;
  let k = i + 1;
  while (k < i + LONGEST && (tokens.kind[k] === Kind.String || (tokens.code[k] === Word.Plain && !tokens.is(k + 1, P.lparen))))
    k++;
  if (k > i && tokens.code[k] === Word.Plain && tokens.is(k + 1, P.lparen) && tokens.kind[i - 1] !== Kind.Gone)
    dropPieces(st, k, true);
}

/** `= A B;` */
export function joinNames(st: State, i: number): void {
  const { tokens } = st;
  if (tokens.code[i] !== Word.Plain || tokens.kind[i] !== Kind.Ident || tokens.code[i + 1] !== Word.Plain) return;
  for (let k = i + 1; k < tokens.n; k++) {
    const end = piece(st, k, true);
    if (end < k) {
      if (tokens.is(k, P.semi) || tokens.is(k, P.comma)) dropPieces(st, i + 1, true);
      return;
    }
    k = end;
  }
}

/** Behind the parenthesis that closes a call: `TEXT(A) TEXT("b")`, or the next entry of a table. */
export function afterCall(st: State, close: number): void {
  const { tokens } = st;
  const open = tokens.close(close);
  const name = open - 1;
  if (open < 0 || tokens.code[name] !== Word.Plain || tokens.kind[name] !== Kind.Ident) return;
  const next = close + 1;
  const frame = st.frames.at(-1) ?? Frame.File;
  const inside = frame === Frame.Args || frame === Frame.Group || frame === Frame.Init || st.expression;
  if (!inside) return;
  if (tokens.kind[next] === Kind.String) dropPieces(st, next, true);
  else if (
    tokens.code[next] === Word.Plain &&
    tokens.kind[next] === Kind.Ident &&
    makesLiteral(st, tokens.word(name)) &&
    piece(st, next, false) > next
  )
    dropPieces(st, next, false);
  else if (
    frame === Frame.Init &&
    (tokens.is(next, P.lbrace) || (tokens.code[next] === Word.Plain && tokens.is(next + 1, P.lparen)))
  )
    // The comma is in the macro.
    st.insert(tokens.to(close), tokens.from(next), ',');
}
