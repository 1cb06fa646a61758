/**
 * What an opening or closing bracket begins and ends: a block, a record, an initialiser, parameters, arguments, a cast.
 */
import { argument, parameter } from './arguments';
import { tail } from './specifiers';
import { Frame, type State } from './state';
import { Kind, P } from './tokens';
import { Flag, FLAGS, Word } from './words';

export function brace(st: State, i: number, frame: Frame): void {
  const { tokens } = st;
  const prev = tokens.code[i - 1] ?? 0;
  let kind: Frame;
  if (st.expression || frame === Frame.Init || prev === P.assign)
    kind = frame === Frame.Args && !st.expression ? Frame.Block : Frame.Init;
  else if (prev === Word.Tag) kind = isEnum(st, i - 1) ? Frame.Enum : Frame.Record;
  else if (tokens.kind[i - 1] === Kind.Ident && tokens.code[i - 2] === Word.Tag)
    kind = isEnum(st, i - 2) ? Frame.Enum : Frame.Record;
  else if (tokens.kind[i - 1] === Kind.String && tokens.code[i - 2] === Word.Extern) kind = Frame.File;
  else if (enumWithBase(st, i)) kind = Frame.Enum;
  else kind = Frame.Block;
  if (frame === Frame.Group || frame === Frame.Args) kind = Frame.Init;
  st.push(kind, i);
  st.item = kind === Frame.Block || kind === Frame.Record || kind === Frame.File;
}

function isEnum(st: State, k: number): boolean {
  return ((FLAGS[st.tokens.known[k] ?? 0] ?? 0) & Flag.Enum) !== 0;
}

export function enumWithBase(st: State, i: number): boolean {
  const { tokens } = st;
  for (let k = i - 1; k > i - 6 && k >= 0; k--) {
    if (isEnum(st, k)) return true;
    if (tokens.kind[k] !== Kind.Ident && !tokens.is(k, P.colon)) return false;
  }
  return false;
}

export function unbrace(st: State, i: number): void {
  // Parentheses that the text never closed end here.
  let k = st.frames.length - 1;
  while (k > 0 && (st.frames[k] ?? 0) >= Frame.Params) k--;
  const kind = st.frames[k] ?? Frame.File;
  if (k > 0) {
    while (st.frames.length > k) {
      st.frames.pop();
      st.opens.pop();
    }
  }
  if (kind === Frame.Block || kind === Frame.File) st.item = true;
  else if (kind === Frame.Record || kind === Frame.Enum) {
    st.expression = false;
    tail(st, i + 1);
  }
}

export function paren(st: State, i: number, frame: Frame): void {
  const { tokens } = st;
  const close = tokens.close(i);
  if (close < 0) return;
  const prev = tokens.code[i - 1] ?? 0;
  if (i === st.params) {
    st.push(Frame.Params, i);
    parameter(st, i + 1);
    return;
  }
  if (frame === Frame.Params || (!st.expression && (frame === Frame.File || frame === Frame.Record))) {
    // `(*name)` of a declarator, or the parameters after it.
    if (prev === P.rparen || prev === Word.Plain) {
      st.push(Frame.Params, i);
      parameter(st, i + 1);
    } else st.push(Frame.Group, i);
    return;
  }
  if (prev === Word.Plain || (prev === P.rparen && !castBefore(st, i)) || prev === P.rbracket) {
    st.push(Frame.Args, i);
    argument(st, i + 1);
    return;
  }
  st.push(Frame.Group, i);
  if (prev !== Word.Sizeof) cast(st, i, close);
}

export function castBefore(st: State, i: number): boolean {
  return st.casts.has(i - 1) || st.started === i;
}

/** `(T word *)`, `(struct T word *)`, `(word T)`: the word qualifies the type, or what is pointed at. */
function qualifiedCast(st: State, open: number, close: number): void {
  const { tokens } = st;
  let k = open + 1;
  while (tokens.code[k] === Word.Qualifier) k++;
  let type = -1;
  if (tokens.code[k] === Word.Type) while (tokens.code[k] === Word.Type) k++;
  else if (tokens.code[k] === Word.Tag) {
    if (tokens.code[k + 1] !== Word.Plain) return;
    k += 2;
  } else if (tokens.code[k] === Word.Plain && tokens.code[k + 1] === Word.Plain) type = k;
  else return;
  const from = k;
  while (tokens.code[k] === Word.Plain) {
    // The first word that is known as a type is it; without one, the first word.
    if (type >= 0 && !st.isType(tokens.word(type)) && st.isType(tokens.word(k))) type = k;
    k++;
  }
  for (let d = k; d < close; d++) if (!tokens.is(d, P.star)) return;
  if (k === from) return;
  for (let d = from; d < k; d++) if (d !== type) st.drop(d, d, 'attribute');
}

/** `(T)(x)` and `(T)&x` read as a call and as an operation unless T is a keyword: it becomes one. */
export function cast(st: State, open: number, close: number): void {
  const { tokens } = st;
  qualifiedCast(st, open, close);
  if (close !== open + 2 || tokens.code[open + 1] !== Word.Plain) {
    const last = tokens.code[close - 1];
    if (last === P.star || tokens.code[open + 1] === Word.Type || tokens.code[open + 1] === Word.Tag) st.casts.add(close);
    return;
  }
  const after = tokens.code[close + 1] ?? 0;
  const kind = tokens.kind[close + 1];
  if (kind === Kind.Ident || kind === Kind.Number || kind === Kind.String || kind === Kind.Char) {
    st.casts.add(close);
    return;
  }
  const ambiguous = after === P.lparen || after === P.star || after === P.amp || after === P.minus || after === P.plus;
  if (!ambiguous) {
    if (after === P.tilde || after === P.not || after === P.lbrace) st.casts.add(close);
    return;
  }
  const name = tokens.word(open + 1);
  if (!st.isType(name) && !(after !== P.minus && after !== P.plus && st.looksLikeType(name, after === P.lparen))) return;
  st.casts.add(close);
  if (name.length >= 3) st.overlay.replace(tokens.from(open + 1), tokens.to(open + 1), 'int');
}
