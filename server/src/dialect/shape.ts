/**
 * Second pass over the tokens: walks declarations and statements just far enough to see what the grammar would stumble over,
 * and makes that digestible. Unknown attribute-like words, macros without a semicolon, types as arguments, ambiguous casts.
 * Owns the guesses; a name that only makes sense as an attribute or a statement is treated so, and counted.
 */
import { argument, parameter } from './arguments';
import { brace, paren, unbrace } from './brackets';
import { startItem } from './items';
import { afterCall, joinNames, joinString } from './pieces';
import { declarator, unnamedNext } from './specifiers';
import { Frame, type State } from './state';
import { Kind, P } from './tokens';
import { Word } from './words';

/** 1 for a code at which `token` does nothing. */
const QUIET = new Uint8Array(128).fill(1);
for (const c of [P.lbrace, P.rbrace, P.lparen, P.lbracket, P.rparen, P.rbracket, P.semi, P.comma, P.assign]) QUIET[c] = 0;
for (const c of [Word.Control, Word.Block, Word.Jump, Word.Plain]) QUIET[c] = 0;

/** Walks all tokens once. */
export function shape(st: State): void {
  const { tokens } = st;
  const { kind, code } = tokens;
  for (let i = 0; i < tokens.n; i++) {
    const k = kind[i];
    if (k === Kind.Gone) continue;
    const c = code[i] ?? 0;
    // Most tokens say nothing unless an item starts with them.
    if (!st.item && (k === Kind.String ? false : c > 127 || QUIET[c] === 1 || (c === Word.Plain && code[i - 1] !== P.rbracket)))
      continue;
    const frame = st.frames[st.frames.length - 1] ?? Frame.File;
    if (st.item && (frame === Frame.File || frame === Frame.Block || frame === Frame.Record)) {
      st.item = false;
      st.expression = false;
      st.typedef = false;
      st.started = i;
      const next = startItem(st, i, frame);
      if (next > i) {
        i = next - 1;
        continue;
      }
      st.item = false;
    }
    token(st, i, frame);
  }
}

function token(st: State, i: number, frame: Frame): void {
  const { tokens } = st;
  const c = tokens.code[i] ?? 0;
  if (tokens.kind[i] === Kind.String) joinString(st, i);
  switch (c) {
    case P.lbrace:
      brace(st, i, frame);
      return;
    case P.rbrace:
      unbrace(st, i);
      return;
    case P.lparen:
      paren(st, i, frame);
      return;
    case P.lbracket:
      st.push(Frame.Group, i);
      return;
    case P.rparen:
    case P.rbracket:
      if (tokens.close(i) >= 0) {
        st.frames.pop();
        st.opens.pop();
        if (st.frames.length === 0) st.frames.push(Frame.File);
      }
      if (st.heads.size > 0 && st.heads.delete(i)) st.item = true;
      if (c === P.rparen) afterCall(st, i);
      return;
    case P.semi:
      if (frame === Frame.File || frame === Frame.Block || frame === Frame.Record) st.item = true;
      return;
    case P.comma:
      if (frame === Frame.Args) argument(st, i + 1);
      else if (frame === Frame.Record && tokens.is(i + 1, P.colon)) unnamedNext(st, i);
      else if (frame === Frame.Params) parameter(st, i + 1);
      else if (frame === Frame.Record || (!st.expression && (frame === Frame.File || frame === Frame.Block)))
        declarator(st, i + 1);
      return;
    case P.assign:
      st.expression = true;
      joinNames(st, i + 1);
      return;
    case Word.Control:
      st.expression = true;
      if (tokens.is(i + 1, P.lparen) && tokens.close(i + 1) >= 0) st.heads.add(tokens.close(i + 1));
      return;
    case Word.Block:
      st.item = true;
      return;
    case Word.Jump:
      st.expression = true;
      return;
    case Word.Plain:
      // Behind `]` of a declarator no word has a meaning but that of an attribute.
      if (
        tokens.is(i - 1, P.rbracket) &&
        tokens.kind[i - 1] !== Kind.Gone &&
        !st.expression &&
        frame !== Frame.Args &&
        frame !== Frame.Group
      ) {
        const close = tokens.is(i + 1, P.lparen) ? tokens.close(i + 1) : i;
        if (close >= 0) st.drop(i, close, 'attribute');
      }
      return;
    default:
      return;
  }
}
