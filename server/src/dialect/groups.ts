/**
 * Parentheses in declarations: pointer declarators, calling conventions inside them, attribute-like calls.
 */
import { oldStyle } from './specifiers';
import { Frame, type State } from './state';
import { Kind, P } from './tokens';
import { Word } from './words';

export function follow2(st: State, open: number): number {
  return st.tokens.close(open) + 1;
}

/** `(WORD *name)`: the word is a calling convention. */
export function groupAttributes(st: State, open: number): void {
  const { tokens } = st;
  let k = open + 1;
  while (tokens.code[k] === Word.Plain && (tokens.is(k + 1, P.star) || tokens.code[k + 1] === Word.Plain)) k++;
  if (st.typedef && tokens.is(k + 1, P.rparen) && tokens.code[k] === Word.Plain) {
    // `typedef int (CONVENTION name)(void);`
    for (let d = open + 1; d < k; d++) st.drop(d, d, 'attribute');
    return;
  }
  if (!tokens.is(k, P.star) || tokens.code[k + 1] !== Word.Plain || !tokens.is(k + 2, P.rparen)) return;
  for (let d = open + 1; d < k; d++) st.drop(d, d, 'attribute');
}

/** `typedef int (*name)(…)`: notes the name. */
export function typedefGroup(st: State, open: number): void {
  if (st.tokens.is(follow2(st, open), P.lparen)) groupAttributes(st, open);
  if (!st.typedef) return;
  const { tokens } = st;
  const close = tokens.close(open);
  for (let k = open + 1; k < close; k++) {
    if (tokens.code[k] !== Word.Plain) continue;
    st.addType(k);
    return;
  }
}

/** `(*name)(…)` or `(*name)[…]` after a type: a declarator. Notes the name of a typedef. */
export function pointerGroup(st: State, open: number, close: number, frame: Frame, declared = frame !== Frame.Block): boolean {
  const { tokens } = st;
  const after = st.follow(close);
  if (frame !== Frame.Block && after === P.lparen) groupAttributes(st, open);
  let star = open + 1;
  while (star < close && tokens.kind[star] === Kind.Gone) star++;
  if (!tokens.is(star, P.star)) return false;
  if (after !== P.lparen && !(declared && (after === P.lbracket || after === P.semi))) return false;
  let k = open + 1;
  while (k < close && tokens.code[k] !== Word.Plain) k++;
  if (k === close) return false;
  if (frame === Frame.Block && !tokens.is(k + 1, P.rparen) && !tokens.is(k + 1, P.lbracket)) return false;
  if (st.typedef) st.addType(k);
  return true;
}

export function attributeCall(st: State, j: number, close: number, has: boolean): boolean {
  const { tokens } = st;
  const after = tokens.code[close + 1] ?? 0;
  if (has && after === Word.Plain && oldStyle(st, close)) return false;
  if (has && after !== Word.Plain && after !== P.star) return false;
  if (has && after === Word.Plain) {
    // `T name(args) ATTRIBUTE;` against `T ATTRIBUTE(x) name(args)`.
    let k = close + 1;
    while (tokens.code[k] === Word.Plain && tokens.code[k + 1] === Word.Plain) k++;
    const end = tokens.is(k + 1, P.lparen) ? tokens.close(k + 1) : k;
    const next = tokens.code[end + 1] ?? P.semi;
    const cls = st.classOf(tokens.word(j));
    if (cls !== 'attribute' && (next === P.semi || next === P.lbrace) && !tokens.is(k + 1, P.lparen)) return false;
    if (cls !== 'attribute' && !/^[A-Z_0-9]+$/.test(tokens.word(j))) return false;
  }
  st.drop(j, close, 'attribute');
  return true;
}
