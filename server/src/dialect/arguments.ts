/**
 * Parameters of declarators and arguments of calls; an argument that is no expression gets an identifier in its place.
 */
import { AT, At } from './characters';
import { choose, rank, stars, tag } from './specifiers';
import { BINARY, Frame, isDeclWord, type Spec, type State } from './state';
import { Kind, P } from './tokens';
import { Word } from './words';

export function parameter(st: State, i: number): void {
  const { tokens } = st;
  const c = tokens.code[i] ?? 0;
  if (c !== Word.Plain && c !== Word.Type && c !== Word.Tag && c !== Word.Qualifier) return;
  const specs: Spec[] = [];
  let j = i;
  for (; j < tokens.n; j++) {
    const d = tokens.code[j] ?? 0;
    if (tokens.kind[j] === Kind.Gone || d === Word.Qualifier) continue;
    if (d === Word.Type) {
      const from = j;
      while (tokens.code[j + 1] === Word.Type) j++;
      specs.push({ from, to: j, rank: 200 });
    } else if (d === Word.Tag) {
      const tail = tag(st, j);
      specs.push({ from: j, to: tail, rank: 200 });
      j = tail;
    } else if (d === Word.Plain) {
      if (tokens.is(j + 1, P.lparen)) {
        const close = tokens.close(j + 1);
        const after = close < 0 ? 0 : (tokens.code[close + 1] ?? 0);
        if (close > 0 && isDeclWord(after)) {
          st.drop(j, close, 'attribute');
          j = close;
          continue;
        }
        break;
      }
      specs.push({ from: j, to: j, rank: rank(st, j) });
    } else break;
  }
  const stop = tokens.code[j] ?? 0;
  if (stop === P.star) {
    choose(st, specs, Frame.Params);
    stars(st, j, Frame.Params);
    return;
  }
  if (specs.length > 1) {
    const last = specs.at(-1);
    if (last && last.rank < 200) specs.pop();
    choose(st, specs, Frame.Params);
  }
}

/** `(int a, T * b)` as an argument: a parameter list, no expression. */
export function parameterLike(st: State, open: number): boolean {
  const { tokens } = st;
  const close = tokens.close(open);
  const after = close < 0 ? 0 : st.follow(close);
  if (after !== P.comma && after !== P.rparen) return false;
  if (close === open + 1) return true;
  for (let k = open + 1; k < close; k++) {
    const c = tokens.code[k] ?? 0;
    if (c === P.lparen) k = Math.max(k, tokens.close(k));
    else if (c === Word.Plain && tokens.code[k + 1] === Word.Plain) return true;
    else if ((c === Word.Type || c === Word.Tag) && (k === open + 1 || tokens.is(k - 1, P.comma))) return true;
  }
  return false;
}

/** True when an operand follows a closing parenthesis, so that what it closes must be a cast. */
export function operand(st: State, close: number): boolean {
  const { tokens } = st;
  const kind = tokens.kind[close + 1];
  if (close + 1 >= tokens.n) return false;
  return (
    kind === Kind.Number ||
    kind === Kind.String ||
    kind === Kind.Char ||
    tokens.code[close + 1] === Word.Plain ||
    tokens.is(close + 1, P.lparen)
  );
}

/** `12B`: no number, but the end of a name that a macro puts together. */
function pasted(st: State, i: number): boolean {
  const last = st.overlay.codes[st.tokens.to(i) - 1] ?? 0;
  return AT[last] === At.Letter && /^\d+[A-Za-z_]/.test(st.tokens.word(i)) && !NUMBER.test(st.tokens.word(i));
}

/** Numbers that end with a letter, also those of the compiler. */
const NUMBER = /^(?:0[xX][\da-fA-F]*|0[bB][01]*|\d+)(?:[uUlLfF]*|[uU]?[iI]\d*)$|^\d+[eE]/;

/** An argument that is no expression gets an identifier in its place. */
export function argument(st: State, i: number): void {
  const { tokens } = st;
  const open = st.opens.at(-1) ?? -1;
  const close = tokens.close(open);
  if (close < 0 || i > close) return;
  const c = tokens.code[i] ?? 0;
  if (i === close || c === P.comma) {
    if (i === close && tokens.is(i - 1, P.lparen)) return;
    if (st.insert(tokens.to(i - 1), tokens.from(i), '0')) return;
    if (i === close) {
      st.overlay.blank(tokens.from(i - 1), tokens.to(i - 1));
      return;
    }
    // No room: the comma gives way, or goes.
    const at = tokens.from(i);
    st.overlay.blank(at, at + 1);
    if (st.overlay.room(at + 1, at + 2) >= 0) st.overlay.write(at, '0,');
    return;
  }
  const next = tokens.code[i + 1] ?? 0;
  if (c === Word.Plain && (next === P.comma || next === P.rparen || next === P.lparen)) return;
  let odd: 'type' | 'unknown' | undefined;
  if (c === Word.Type || c === Word.Tag || c === Word.Qualifier) odd = 'type';
  else if (c === P.lparen && parameterLike(st, i)) odd = 'unknown';
  else if (tokens.kind[i] === Kind.Number && pasted(st, i)) odd = 'unknown';
  else if (c === Word.Jump || c === Word.Control || c === Word.Block || c === Word.Typedef) odd = 'unknown';
  let k = i;
  let lastCode = 0;
  let prevIdent = false;
  for (; k < close; k++) {
    const d = tokens.code[k] ?? 0;
    if (d === P.comma) break;
    if (d === P.lparen || d === P.lbracket || d === P.lbrace) {
      const m = tokens.close(k);
      if (m > k) k = m;
      prevIdent = false;
    } else if (d === P.semi) odd ??= 'unknown';
    else {
      const ident = d === Word.Plain;
      if (ident && prevIdent) odd ??= 'unknown';
      prevIdent = ident;
    }
    lastCode = tokens.code[k] ?? 0;
  }
  if (odd === undefined && lastCode === P.star && c === Word.Plain) odd = 'type';
  if (odd === 'type' && k === close && tokens.is(i - 1, P.lparen) && operand(st, close)) {
    // A cast that a macro spells: `MAKE_CONST(T *)(x)` is read as `(T *)(x)`.
    st.overlay.blank(tokens.from(i - 2), tokens.to(i - 2));
    tokens.kind[i - 2] = Kind.Gone;
    st.casts.add(close);
    return;
  }
  if (
    odd === undefined &&
    (BINARY.has(lastCode) || (BINARY.has(c) && c !== P.star && c !== P.amp && c !== P.minus && c !== P.plus))
  )
    odd = 'unknown';
  if (odd === undefined) return;
  const start = tokens.from(i);
  const end = tokens.to(k - 1);
  st.standIns.set(start, { start, end, is: odd });
  st.overlay.blank(start, end);
  st.overlay.write(start, '_');
  for (let d = i + 1; d < k; d++) tokens.kind[d] = Kind.Gone;
  tokens.kind[i] = Kind.Ident;
  tokens.code[i] = Word.Plain;
  tokens.known[i] = 0;
  tokens.end[i] = start + 1;
}
